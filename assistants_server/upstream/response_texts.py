"""The texts of one turn of the Responses API: how much of each was passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..engines.turn_events import RefusedText, Text
from .values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._model_api import models
    from ..engines.turn_events import Output
    from .thoughts import AnswerThoughts

Part: TypeAlias = tuple[str, int]
"""An item, and which part of it."""


class ResponseTexts:
    """Pass on each text once, whether it comes in pieces or whole."""

    def __init__(self, begin_thoughts: Callable[[], AnswerThoughts]) -> None:
        """Begin a turn.

        Args:
            begin_thoughts: returns what takes the thoughts out of a text.
        """
        self._begin_thoughts = begin_thoughts
        self._thoughts: dict[Part, AnswerThoughts] = {}
        self._told: dict[Part, str] = {}
        self._cited: set[tuple[Part, int]] = set()
        # Characters of the message that the server is writing.
        self._length = 0

    def add(self, part: Part, piece: str, *, is_whole: bool = False) -> list[Output]:
        """Return the output for a piece of a text.

        Args:
            part: which text.
            piece: how it goes on.
            is_whole: whether that is all of it.
        """
        self._told[part] = self._told.get(part, "") + piece
        if part not in self._thoughts:
            self._thoughts[part] = self._begin_thoughts()
        return self._said(self._thoughts[part].feed(piece, is_whole=is_whole))

    def complete(self, part: Part, whole: Any, *, is_cut: bool) -> list[Output]:
        """Return the output for what of a whole text has not been passed on yet.

        Args:
            part: which text.
            whole: all of it.
            is_cut: whether the model was cut off in it.
        """
        had = self._told.get(part, "")
        if not isinstance(whole, str) or not whole.startswith(had):
            return []
        made = self.add(part, whole[len(had) :], is_whole=not had)
        return made + self._said(self._thoughts[part].end(is_cut=is_cut))

    def refuse(self, part: Part, piece: str) -> list[Output]:
        """Return the output for a piece of a refusal."""
        if not piece:
            return []
        self._told[part] = self._told.get(part, "") + piece
        self._length = 0
        return [RefusedText(piece)]

    def complete_refusal(self, part: Part, whole: Any) -> list[Output]:
        """Return the output for what of a whole refusal was not passed on yet."""
        had = self._told.get(part, "")
        if not isinstance(whole, str) or not whole.startswith(had):
            return []
        return self.refuse(part, whole[len(had) :])

    def end(self, *, is_cut: bool) -> list[Output]:
        """Return the output for what of all texts was held back."""
        made: list[Output] = []
        for each in self._thoughts.values():
            made += self._said(each.end(is_cut=is_cut))
        return made

    def _said(self, text: str) -> list[Output]:
        self._length += len(text)
        return [Text(text)] if text else []

    def cite(
        self, part: Part, number: Any, cited: models.FileCitationBody
    ) -> list[Output]:
        """Return the output for a citation, once: a mark at the end of the text.

        Responses have no marks in their texts, so the mark is ours.
        """
        number = number if isinstance(number, int) else len(self._cited)
        if (part, number) in self._cited:
            return []
        self._cited.add((part, number))
        file = text_of(cited.file_id)
        name = text_of(cited.filename) or file
        mark = f"\u3010{len(self._cited) - 1}\u2020{name}\u3011"
        start, self._length = self._length, self._length + len(mark)
        citation = {
            "type": "file_citation",
            "text": mark,
            "start_index": start,
            "end_index": self._length,
            "file_citation": {"file_id": file},
        }
        return [Text(mark, (citation,))]

    def interrupted_by(self, output: Output) -> Output:
        """Return what ends the message: the text after it is another one."""
        self._length = 0
        return output
