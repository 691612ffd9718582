"""Importing archives: into a store that no server has open, or as a server starts.

No operation does it, so nobody who can only send requests chooses ids and dates. What
is in an archive may be hostile: every object is checked, and none replaces another.
"""

from ..store import StoreError
from .importer import import_archive
from .offline import import_at_start, import_into
from .report import Report

__all__ = ["Report", "StoreError", "import_archive", "import_at_start", "import_into"]
