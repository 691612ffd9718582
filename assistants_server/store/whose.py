"""Whose objects a statement is about: those of a project, or everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOBODY: Final = "default"
"""The project of what is added by who sees all projects."""


@dataclass(frozen=True)
class Whose:
    """A project as a condition, the first one of each statement: `where {whose}...`.

    Attributes:
        project: its name; None for all projects, which is no condition.
    """

    project: str | None = None

    def __str__(self) -> str:
        return "" if self.project is None else "project = ? and "

    @property
    def values(self) -> tuple[str, ...]:
        """Return the values of the condition."""
        return () if self.project is None else (self.project,)

    @property
    def owner(self) -> str:
        """Return the project of what is added."""
        return NOBODY if self.project is None else self.project
