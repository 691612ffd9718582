"""What ends the search for a value that fits a schema."""

from __future__ import annotations


class NoSampleError(ValueError):
    """No value was found that fits a schema; the message says where and why."""


class ExhaustedError(Exception):
    """The work of a search is used up."""
