"""Keys of clients: each of a project, with a scope and limits, stored as hashes.

`key` says what a key is, `file` and `database` where keys are stored, `ring` which of
them a request has, and `command` is `python -m assistants_server keys`.
"""

from .key import DEFAULT_PROJECT, InvalidKeyError, Key
from .ring import KeyRing
from .stored import KeyStore

__all__ = ["DEFAULT_PROJECT", "InvalidKeyError", "Key", "KeyRing", "KeyStore"]
