"""The texts of one turn of the Responses API: how much of each was passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..engines.turn_events import RefusedText, Text
from .values import text_of

if TYPE_CHECKING:
    from .._model_api import models
    from ..engines.turn_events import Output

Part: TypeAlias = tuple[str, int]
"""An item, and which part of it."""


class ResponseTexts:
    """Pass on each text once, whether it comes in pieces or whole."""

    def __init__(self) -> None:
        self._told: dict[Part, str] = {}
        self._cited: set[tuple[Part, int]] = set()
        # Characters of the message that the server is writing.
        self._length = 0

    def add(self, part: Part, piece: str, *, refusal: bool = False) -> list[Output]:
        """Return the output for a piece of a text."""
        if not piece:
            return []
        self._told[part] = self._told.get(part, "") + piece
        if refusal:
            self._length = 0
            return [RefusedText(piece)]
        self._length += len(piece)
        return [Text(piece)]

    def complete(
        self, part: Part, whole: Any, *, refusal: bool = False
    ) -> list[Output]:
        """Return the output for what of a whole text has not been passed on yet."""
        had = self._told.get(part, "")
        if not isinstance(whole, str) or not whole.startswith(had):
            return []
        return self.add(part, whole[len(had) :], refusal=refusal)

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
