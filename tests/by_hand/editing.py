"""What a person writes by hand: pieces of text, and where they go in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@frozen
class Edit:
    """One piece of text that a person adds.

    Attributes:
        path: the file, from the root of the repository.
        after: the lines that it comes behind; they stand in the file once.
        new: the piece itself, of whole lines.
    """

    path: str
    after: str
    new: str


def apply(edits: Iterable[Edit], root: Path) -> None:
    """Make edits in a copy of the repository.

    Raises:
        AssertionError: there is no telling where one goes.
    """
    for edit in edits:
        path = root / edit.path
        text = path.read_text(encoding="utf-8")
        assert text.count(edit.after) == 1, f"{edit.path}: no one place: {edit.after}"
        text = text.replace(edit.after, edit.after + edit.new)
        path.write_text(text, encoding="utf-8")
