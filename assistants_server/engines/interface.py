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
so a run outlives the server.

The server searches the files of a run for an engine that asks it to. A generator gets
what was found as the value of its `yield`, and may cite it:

    def librarian(turn):
        found = yield FileSearch(query=turn.question)
        for number, result in enumerate(found):
            yield result["content"][0]["text"]
            yield Citation(number)
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from .turn_events import Output


@dataclass(frozen=True)
class FunctionOutput:
    """A call that an earlier turn of the run made, and the output from the client."""

    name: str
    arguments: str
    output: str


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
    """

    run: dict[str, Any]
    messages: list[dict[str, Any]]
    number: int = 0
    outputs: tuple[FunctionOutput, ...] = ()
    script: tuple[tuple[Output, ...], ...] = ()
    vector_stores: tuple[str, ...] = ()

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


def text_of(message: dict[str, Any]) -> str:
    """Return the text of a message, its parts on lines of their own."""
    parts = [part["text"]["value"] for part in message["content"] if "text" in part]
    return "\n".join(parts)
