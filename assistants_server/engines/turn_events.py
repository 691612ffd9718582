"""What an engine yields in a turn: what the model says and does, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


class EngineError(Exception):
    """An output of an engine can't be put into the API's objects."""


@dataclass(frozen=True)
class Text:
    """A piece of the message; a plain `str` is the same without annotations.

    Attributes:
        value: the piece.
        annotations: citations, as the API's objects, placed in the whole text.
    """

    value: str
    annotations: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class RefusedText:
    """A piece of the text by which the model refuses to answer."""

    value: str


@dataclass(frozen=True)
class Image:
    """An image in the message: the id of its file."""

    file_id: str


@dataclass(frozen=True)
class MadeFile:
    """A file that was made, by code for instance; the `yield` returns its id.

    It is nowhere to be seen before an `Image`, a `CodeCall` or an annotation names it.

    Attributes:
        filename: its name.
        content: what it holds.
    """

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class ToolCall:
    """A call of one of the client's functions.

    Attributes:
        name: the function.
        arguments: its arguments; a `str` is sent as it is, valid JSON or not.
        id: what the model calls it; the server makes one if there is none. The next
            turn has the output by this id.
    """

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True)
class ToolCallDelta:
    """A piece of a call, where the model writes the arguments bit by bit.

    Pieces of several calls may come in any order.

    Attributes:
        id: which call; the first piece with this id begins it.
        name: the function; needed in the first piece, ignored in the others.
        arguments: what the text of the arguments goes on with.
    """

    id: str
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True)
class CodeCall:
    """Code that the code interpreter ran, and what it printed and drew.

    Attributes:
        input: the code.
        logs: what it printed, if anything.
        images: the ids of the files that it drew.
    """

    input: str
    logs: str = ""
    images: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSearch:
    """A search in the files of the run.

    Attributes:
        results: what it found, as the API's objects, where the engine searched itself.
        query: what the server shall search for, in the vector stores of the run's
            assistant and thread; the `yield` returns the results, with content.
    """

    results: tuple[dict[str, Any], ...] = ()
    query: str | None = None


@dataclass(frozen=True)
class Citation:
    """A mark in the text that cites a result of a search of the run.

    Attributes:
        result: its number, from 0, best first.
        before: how many searches before the run's last one; 0 for the last one itself.
    """

    result: int = 0
    before: int = 0


@dataclass(frozen=True)
class Usage:
    """How many tokens the turn took; without it the server estimates them.

    It may come at any time in the turn; the last one counts, and counts for all of the
    turn.

    Attributes:
        prompt_tokens: those that the model read.
        completion_tokens: those that it wrote, thoughts included.
        cached_tokens: how many of those that it read came from a cache.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0


@dataclass(frozen=True)
class State:
    """What the engine wants to know again in the next turn of this run.

    It is stored with the run when the turn ends, and survives the server. No client
    sees it. The last one of a turn counts; without one, the state stays as it was.

    Attributes:
        value: an object of JSON.
    """

    value: dict[str, Any]


@dataclass(frozen=True)
class Wait:
    """A pause, in seconds; the server goes on serving others meanwhile."""

    seconds: float


@dataclass(frozen=True)
class Fail:
    """The end of the run: it fails."""

    message: str
    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt"] = (
        "server_error"
    )


@dataclass(frozen=True)
class Incomplete:
    """The end of the run: it stays incomplete.

    Attributes:
        reason: why. Runs have no reason for a filter of contents, their messages do.
    """

    reason: Literal["max_completion_tokens", "max_prompt_tokens", "content_filter"] = (
        "max_completion_tokens"
    )


@dataclass(frozen=True)
class Together:
    """Outputs that came at once, and are stored in one change.

    Attributes:
        outputs: these, in order; no pauses, and nothing that the server replies to.
    """

    outputs: tuple[Output, ...]


Output: TypeAlias = (
    str
    | Text
    | RefusedText
    | Image
    | MadeFile
    | ToolCall
    | ToolCallDelta
    | CodeCall
    | FileSearch
    | Citation
    | Usage
    | State
    | Wait
    | Fail
    | Incomplete
    | Together
)
