"""Rounds: what a model does in one request of a turn, which may have several."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..engines.turn_events import (
    Incomplete,
    RefusedText,
    Text,
    Together,
    ToolCallDelta,
    Usage,
)
from .characters import Characters
from .foreign_files import WithFiles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ..engines.turn_events import Output
    from .marks import Marks

_log = logging.getLogger("assistants_server")


@dataclass
class Round:
    """What the model did in one request: what goes into the next one.

    Attributes:
        pieces: what it said.
        names: the functions that it may call; without any, all that it does.
        searches: the searches that it asked for, by the ids of its calls, and its calls
            of functions that aren't there.
        late: those that it asked for after a call of a function.
        unknown: the names of the functions that aren't there, by the ids of the calls.
        calls: the ids of its calls of the client's functions.
        held: pieces of those that wait until the searches are made.
        late_text: what it said after them: a turn shows nothing after its calls.
        usage: the tokens.
    """

    names: Collection[str] = ()
    pieces: list[str] = field(default_factory=list)
    searches: dict[str, str] = field(default_factory=dict)
    late: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    held: list[Output] = field(default_factory=list)
    late_text: str = ""
    usage: Usage | None = None
    _said: Characters = field(default_factory=Characters)
    _arguments: dict[str, Characters] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return what it said."""
        return "".join(self.pieces)

    def take(
        self, output: Output | WithFiles, search: str | None, marks: Marks
    ) -> list[Output | WithFiles]:
        """Note an output, and return what is to be passed on of it now.

        Args:
            output: the output.
            search: the name of the function by which the model searches files.
            marks: finds citations in the text.
        """
        match output:
            case Usage():
                self.usage = output
                return []
            case ToolCallDelta(id=id, arguments=arguments):
                whole = self._arguments.setdefault(id, Characters()).feed(arguments)
                call = self._call(replace(output, arguments=whole), search)
                return [*self.end_text(marks), *call]
            case RefusedText(value=value):
                output = RefusedText(self._said.feed(value))
            case Text(value=value, annotations=()) | (str() as value):
                output = self._said.feed(value)
        if self.calls and not isinstance(output, Incomplete):
            self._keep_for_later(output)
            return []
        if isinstance(output, str):
            self.pieces.append(output)
            return [*marks.feed(output)]
        if isinstance(output, RefusedText):
            return [*marks.end(), output]
        return [*self.end_text(marks), output]

    def end_text(self, marks: Marks) -> Iterator[Output]:
        """Yield what was held back of the text, which goes no further for now."""
        rest = self._said.end()
        if rest and self.calls:
            self.late_text += rest
        elif rest:
            self.pieces.append(rest)
            yield from marks.feed(rest)
        yield from marks.end()

    def end(self, marks: Marks, search: str | None) -> Iterator[Output]:
        """Yield what was held back, now that the model has ended."""
        yield from self.end_text(marks)
        for id, characters in self._arguments.items():  # noqa: A001 - for its type
            if rest := characters.end():
                yield from self._call(ToolCallDelta(id, "", rest), search)

    def _keep_for_later(self, output: Output | WithFiles) -> None:
        """Keep what was said after the calls for the next turn; note what is lost."""
        match output:
            case str() as text:
                self.late_text += text
            case Text(value=text, annotations=()) | RefusedText(value=text):
                self.late_text += text
            case _:
                what = type(output).__name__
                _log.warning("%s after calls of functions is not shown", what)

    def _call(self, piece: ToolCallDelta, search: str | None) -> list[Output]:
        known = self.searches.keys() | self.late.keys()
        if piece.name and self.names and piece.name not in self.names:
            _log.warning("the model called a function that its run doesn't have")
            self.unknown[piece.id] = piece.name
        if piece.id in {*known, *self.unknown} or (search and piece.name == search):
            # After a step with calls there is none for a search before the next turn.
            is_late = piece.id in self.late or (piece.id not in known and self.calls)
            asked = self.late if is_late else self.searches
            asked[piece.id] = asked.get(piece.id, "") + piece.arguments
            return []
        if piece.name:
            self.calls.add(piece.id)
        elif piece.id not in self.calls:
            return []
        if self.searches:
            self.held.append(piece)
            return []
        return [piece]


def query_of(arguments: str) -> str:
    """Return what a model searches for, however it writes that.

    Args:
        arguments: the arguments of its call.
    """
    try:
        value: Any = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    if isinstance(value, dict):
        value = value.get("query", next(iter(value.values()), ""))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sum_of(first: Usage, second: Usage) -> Usage:
    """Return the tokens of two requests together."""
    return Usage(
        first.prompt_tokens + second.prompt_tokens,
        first.completion_tokens + second.completion_tokens,
        first.cached_tokens + second.cached_tokens,
    )


def together(outputs: Sequence[Output | WithFiles]) -> Iterator[Output | WithFiles]:
    """Yield outputs, those that follow each other as one."""
    for has_files, group in groupby(outputs, lambda each: isinstance(each, WithFiles)):
        several: Any = tuple(group)
        if has_files or len(several) == 1:
            yield from several
        else:
            yield Together(several)


def is_answer(outputs: Sequence[Output | WithFiles]) -> bool:
    """Return whether an answer has more in it than what it took."""
    return any(not isinstance(each, Usage) for each in outputs)
