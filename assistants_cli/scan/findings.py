"""What was found where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a finding is."""

    CALL = "call"
    """A method of the Assistants API is called, or passed on."""
    IMPORT = "import"
    """Something is imported that is there for the Assistants API."""
    REQUEST = "request"
    """A path or a header of the Assistants API stands in the code."""
    FRAMEWORK = "framework"
    """A framework uses the Assistants API."""
    MODEL = "model"
    """A model is named that is retired, or will be."""


@dataclass(frozen=True, order=True)
class Finding:
    """A place that has to change.

    Attributes:
        line: its line, from 1 on; in a notebook, that within the cell.
        column: its column in characters, from 1 on.
        kind: what it is.
        found: what stands there.
        change: what to do.
        page: the page of the docs that says more.
        certain: whether it can't be anything else; text that only looks like it is not.
        cell: the cell of a notebook, from 1 on.
    """

    line: int
    column: int
    kind: Kind
    found: str
    change: str
    page: str
    certain: bool = True
    cell: int | None = None
