"""The contents of files: in a folder, in the database, or in S3."""

from .folder import FolderContents
from .interface import Contents, Draft, UnreachableError
from .setting import check_place, open_contents, our_folder

__all__ = [
    "Contents",
    "Draft",
    "FolderContents",
    "UnreachableError",
    "check_place",
    "open_contents",
    "our_folder",
]
