"""What can go wrong in search, in words for the person who uploaded the file."""

from __future__ import annotations

from typing import Literal, TypeAlias

ErrorCode: TypeAlias = Literal["server_error", "unsupported_file", "invalid_file"]
"""The codes that the API has for a file that can't be searched."""


class ExtractionError(Exception):
    """The text of a file can't be had.

    Attributes:
        code: what the API calls it.
        message: what is wrong with the file, and what to do.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message


class EmbeddingError(Exception):
    """The server of embeddings can't be used; the text says why, and never the key."""


class SearchError(Exception):
    """The index can't be used; the text says why and what to do."""


class NoIndexError(SearchError):
    """The file is no index that can be used as it is: one has to be made anew."""


class RemovedError(SearchError):
    """A file was removed from the index while it was being added."""
