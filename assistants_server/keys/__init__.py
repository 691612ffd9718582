"""Keys of clients: each of a project, with a scope and limits, stored as hashes.

`file` and `database` say where keys are stored, `ring` which of them a request has.
`store.key` says what a key is, as each database has a table of them.
"""

from ..store.key import DEFAULT_PROJECT, InvalidKeyError, Key
from .ring import KeyRing
from .stored import KeyStore

__all__ = ["DEFAULT_PROJECT", "InvalidKeyError", "Key", "KeyRing", "KeyStore"]
