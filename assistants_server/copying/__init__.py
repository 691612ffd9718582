"""Copying a store to another place: from a file into a database, or back."""

from .stores import CopyReport, copy_store

__all__ = ["CopyReport", "copy_store"]
