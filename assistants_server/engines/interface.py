"""The model engine: a run and its messages in; text, tool calls or an error out.

An engine is a function that takes a `Turn` and yields, one after the other, what the
model says and does: text as `str`, or any of the classes below. It may be a plain
generator, which then runs in a thread of its own, an asynchronous generator, or return
a list.

    def shout(turn):
        for word in turn.question.split():
            yield word.upper() + " "

A turn ends where the engine ends. Functions that it called by then are put to the
client, and when it has submitted their outputs the engine is called for the next turn,
which knows them. An engine stores nothing in between: what it needs is in the turn,
its own `State` included, so a run outlives the server.

The server searches the files of a run for an engine that asks it to. A generator gets
what was found as the value of its `yield`, and may cite it:

    def librarian(turn):
        found = yield FileSearch(query=turn.question)
        for number, result in enumerate(found):
            yield result["content"][0]["text"]
            yield Citation(number)

A run that is cancelled or expires closes the engine's generator: what it awaits raises
`asyncio.CancelledError`, a `finally` is carried out; a plain generator is closed as
soon as it comes back.

An engine may also be an object with `__call__`. What else it may have:

    models: the names of its models, for `/models`; `with_models` sets it.
    refusal(run): return why a run can't be carried out, as text that its client gets
        when it creates the run; None where it can.
    aclose(): close connections; awaited when the server stops, in its event loop. An
        engine may be used again after that.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from .turn_events import Output


@dataclass(frozen=True)
class FunctionOutput:
    """A call that an earlier turn of the run made, and the output from the client.

    Attributes:
        name: the function.
        arguments: its arguments, as text.
        output: what the client submitted.
        id: what the engine called it; what the server did, if the engine didn't.
    """

    name: str
    arguments: str
    output: str
    # Calls are the same if they asked for the same.
    id: str = field(default="", compare=False)


@dataclass(frozen=True)
class PastTurn:
    """An earlier turn of the run, which ended with calls.

    Attributes:
        text: what was said before the calls; often nothing.
        calls: the calls of the turn, with their outputs.
    """

    text: str
    calls: tuple[FunctionOutput, ...]


@dataclass(frozen=True)
class TurnFile:
    """A file that the messages of a turn, or its tools, refer to.

    Attributes:
        id: its id.
        filename: the name that its user gave it.
        size: how many bytes it has.
        source: where its content is, or what fetches it from where it is.
    """

    id: str
    filename: str
    size: int
    source: Path | Callable[[], Path] = field(repr=False)

    @property
    def path(self) -> Path:
        """Return where its content is, for as long as the turn goes on.

        It may have to be fetched: on an event loop, ask for it in a thread.

        Raises:
            OSError: it was deleted meanwhile, or can't be reached.
        """
        return self.source if isinstance(self.source, Path) else self.source()

    @property
    def media_type(self) -> str:
        """Return what kind of file its name says it is, such as `image/png`."""
        return guess_type(self.filename)[0] or "application/octet-stream"

    def read(self) -> bytes:
        """Return its content; on an event loop, call it in a thread.

        Raises:
            OSError: it was deleted meanwhile, or can't be read.
        """
        return self.path.read_bytes()


@dataclass(frozen=True)
class Turn:
    """What an engine knows when it is called.

    Attributes:
        run: the run, as the API has it: model, instructions, tools, tool_choice,
            response_format and the rest.
        messages: the messages of the thread, oldest first, as the API has them; no
            more than the run's truncation strategy allows.
        number: 0 for the first turn, then one more each time outputs were submitted.
        outputs: the calls of earlier turns of this run with their outputs, in order.
        script: the script of the run, from the header `X-Local-Script`.
        vector_stores: the ids of the vector stores that a `FileSearch` searches.
        past: the earlier turns of this run, in order; their calls are `outputs`.
        state: the last `State` that an earlier turn of this run ended with.
        files: by id, the files that are images or attachments of the messages, or
            given to the code interpreter; those that were deleted are not there.
        code_files: the ids of the files that the code interpreter may read.
        completion_room: how many tokens may still be written; None for no limit.
        prompt_room: how many tokens may still be read; None for no limit.
    """

    run: dict[str, Any]
    messages: list[dict[str, Any]]
    number: int = 0
    outputs: tuple[FunctionOutput, ...] = ()
    script: tuple[tuple[Output, ...], ...] = ()
    vector_stores: tuple[str, ...] = ()
    past: tuple[PastTurn, ...] = ()
    state: dict[str, Any] = field(default_factory=dict)
    files: Mapping[str, TurnFile] = field(default_factory=dict)
    code_files: tuple[str, ...] = ()
    completion_room: int | None = None
    prompt_room: int | None = None

    @property
    def history(self) -> list[dict[str, Any]]:
        """Return the messages without those of this run, whose texts `past` has."""
        return [m for m in self.messages if m.get("run_id") != self.run["id"]]

    @property
    def question(self) -> str:
        """Return the text of the user's last message."""
        for message in reversed(self.messages):
            if message["role"] == "user":
                return text_of(message)
        return ""

    @property
    def functions(self) -> list[dict[str, Any]]:
        """Return the definitions of the functions that may be called."""
        tools = self.run["tools"]
        return [tool["function"] for tool in tools if tool["type"] == "function"]


Outputs: TypeAlias = Iterable[Output] | AsyncIterable[Output]
Engine: TypeAlias = Callable[[Turn], Outputs]

_Engine = TypeVar("_Engine", bound=Callable[[Turn], Outputs])


def with_models(*names: str) -> Callable[[_Engine], _Engine]:
    """Return a decorator that says which models an engine has, for `/models`.

    Runs may name any model; what the engine makes of the name is its own affair.
    """

    def mark(engine: _Engine) -> _Engine:
        vars(engine)["models"] = names
        return engine

    return mark


def models_of(engine: Engine) -> tuple[str, ...]:
    """Return the models of an engine: its own name where it doesn't say any."""
    names: tuple[str, ...] | None = getattr(engine, "models", None)
    return names or (getattr(engine, "__name__", type(engine).__name__),)


def refusal_of(engine: Engine, run: dict[str, Any]) -> str | None:
    """Return why an engine can't carry out a run; None where it can."""
    refusal: Callable[[dict[str, Any]], str | None] | None
    refusal = getattr(engine, "refusal", None)
    return refusal(run) if refusal else None


async def close(engine: Engine) -> None:
    """Let an engine close its connections, if it has such a method."""
    aclose: Callable[[], Awaitable[None]] | None = getattr(engine, "aclose", None)
    if aclose:
        await aclose()


def text_of(message: dict[str, Any]) -> str:
    """Return the text of a message, its parts on lines of their own."""
    parts = [part["text"]["value"] for part in message["content"] if "text" in part]
    return "\n".join(parts)
