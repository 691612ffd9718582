"""What is wrong with an archive."""

from __future__ import annotations


class ArchiveError(Exception):
    """The folder can't be used; the text says why and what to do."""
