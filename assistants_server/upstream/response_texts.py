"""The texts of one turn of the Responses API: how much of each was passed on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from .._model_api import models
from ..engines.turn_events import Image, RefusedText, Text
from .foreign_files import ForeignFile, WithFiles
from .values import count_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..engines.turn_events import Output
    from .thoughts import AnswerThoughts

T = TypeVar("T")
Part: TypeAlias = tuple[str, int]
"""An item, and which part of it."""
# How models link to the files that their code has made.
_LINK: Final = re.compile(r"sandbox:[^\s()\[\]<>\"']+")


class ResponseTexts:
    """Pass on each text once, whether it comes in pieces or whole.

    Attributes:
        thoughts_are_apart: whether the server sends thoughts apart from texts.
    """

    def __init__(self, begin_thoughts: Callable[[], AnswerThoughts]) -> None:
        """Begin a turn.

        Args:
            begin_thoughts: returns what takes the thoughts out of a text.
        """
        self.thoughts_are_apart = False
        self._begin_thoughts = begin_thoughts
        self._thoughts: dict[Part, AnswerThoughts] = {}
        # In pieces: to add to one text for each of them would take ever longer.
        self._pieces: dict[Part, list[str]] = {}
        self._cited: set[tuple[Part, int]] = set()
        # Where a part begins in the message, how much of it is shown, and the marks
        # that were put into it: behind how many characters, and how long.
        self._begin: dict[Part, int] = {}
        self._shown: dict[Part, int] = {}
        self._marks: list[tuple[Part, int, int]] = []
        # Characters of the message that the server is writing.
        self._length = 0
        self._images: list[ForeignFile] = []

    @property
    def say_nothing(self) -> bool:
        """Return whether nothing was passed on of any text."""
        return not any(self._shown.values())

    def add(self, part: Part, piece: str, *, is_whole: bool = False) -> list[Output]:
        """Return the output for a piece of a text.

        Args:
            part: which text.
            piece: how it goes on.
            is_whole: whether that is all of it.
        """
        self._pieces.setdefault(part, []).append(piece)
        if part not in self._thoughts:
            self._thoughts[part] = self._begin_thoughts()
            if self.thoughts_are_apart:
                self._thoughts[part].come_apart()
            self._begin[part] = self._length
        return self._said(part, self._thoughts[part].feed(piece, is_whole=is_whole))

    def complete(self, part: Part, whole: Any, *, is_cut: bool) -> list[Output]:
        """Return the output for what of a whole text has not been passed on yet.

        Args:
            part: which text.
            whole: all of it.
            is_cut: whether the model was cut off in it.
        """
        had = self.told(part)
        if not isinstance(whole, str) or not whole.startswith(had):
            return []
        made = self.add(part, whole[len(had) :], is_whole=not had)
        return made + self._said(part, self._thoughts[part].end(is_cut=is_cut))

    def refuse(self, part: Part, piece: str) -> list[Output]:
        """Return the output for a piece of a refusal."""
        if not piece:
            return []
        self._pieces.setdefault(part, []).append(piece)
        self._length = 0
        return [RefusedText(piece)]

    def complete_refusal(self, part: Part, whole: Any) -> list[Output]:
        """Return the output for what of a whole refusal was not passed on yet."""
        had = self.told(part)
        if not isinstance(whole, str) or not whole.startswith(had):
            return []
        return self.refuse(part, whole[len(had) :])

    def end(self, *, is_cut: bool) -> list[Output]:
        """Return the output for what of all texts was held back."""
        made: list[Output] = []
        for part, each in self._thoughts.items():
            made += self._said(part, each.end(is_cut=is_cut))
        return made

    def cite(self, part: Part, number: Any, cited: Any) -> list[Output | WithFiles]:
        """Return the output for an annotation, once; nothing for one of other kinds.

        Args:
            part: which text has it.
            number: which of the annotations of that text it is, if that is known.
            cited: the annotation.
        """
        number = number if isinstance(number, int) else len(self._cited)
        known = models.FileCitationBody | models.ContainerFileCitationBody
        if not isinstance(cited, known) or (part, number) in self._cited:
            return []
        self._cited.add((part, number))
        if isinstance(cited, models.FileCitationBody):
            return [self._citation(part, cited)]
        return [*self._link(part, cited)]

    def images(self) -> list[WithFiles]:
        """Return the images that the message shows, at its end."""
        images, self._images = self._images, []
        if images:
            self._length = 0
        return [WithFiles((each,), lambda ids: [*map(Image, ids)]) for each in images]

    def interrupted_by(self, output: T) -> T:
        """Return what ends the message: the text after it is another one."""
        self._length = 0
        return output

    def told(self, part: Part) -> str:
        """Return what the server has sent of a text."""
        pieces = self._pieces.get(part, [])
        pieces[:] = ["".join(pieces)]
        return pieces[0]

    def _said(self, part: Part, text: str) -> list[Output]:
        self._length += len(text)
        self._shown[part] = self._shown.get(part, 0) + len(text)
        return [Text(text)] if text else []

    def _citation(self, part: Part, cited: models.FileCitationBody) -> Text:
        """Return a mark at the end of the text: Responses have none, so it is ours."""
        file = text_of(cited.file_id)
        name = text_of(cited.filename) or file
        mark = f"\u3010{len(self._cited) - 1}\u2020{name}\u3011"
        start, self._length = self._length, self._length + len(mark)
        self._marks.append((part, len(self.told(part)), len(mark)))
        citation = {
            "type": "file_citation",
            "text": mark,
            "start_index": start,
            "end_index": self._length,
            "file_citation": {"file_id": file},
        }
        return Text(mark, (citation,))

    def _link(
        self, part: Part, cited: models.ContainerFileCitationBody
    ) -> Iterator[WithFiles]:
        """Yield the annotation of a link to a file that code has made."""
        name = text_of(cited.filename) or "file"
        file = ForeignFile(name, text_of(cited.container_id), text_of(cited.file_id))
        if file.is_image:
            self._images.append(file)
        told = self.told(part)
        start, end = count_of(cited.start_index), count_of(cited.end_index)
        link = _LINK.search(told, start, end)
        start, end = link.span() if link else (start, end)
        text = told[start:end]
        if not text:
            # It is named nowhere in the text.
            if file.is_image:
                return
            start = end = len(told)
            text = f"sandbox:/mnt/data/{name}"
        path = {
            "type": "file_path",
            "text": text,
            "start_index": self._place(part, start),
            "end_index": self._place(part, end),
        }

        def annotated(ids: Sequence[str]) -> list[Output]:
            return [Text("", ({**path, "file_path": {"file_id": i}},)) for i in ids]

        yield WithFiles((file,), annotated)

    def _place(self, part: Part, index: int) -> int:
        """Return where a character of a text is in the message that is shown."""
        marks = (size for of, at, size in self._marks if of == part and at <= index)
        hidden = len(self.told(part)) - self._shown.get(part, 0)
        return self._begin.get(part, 0) + max(index - hidden, 0) + sum(marks)
