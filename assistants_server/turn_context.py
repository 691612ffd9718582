"""The context of a turn: what an engine gets from the store, and its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .engines.interface import FunctionOutput, Turn, text_of
from .engines.scripted import parse_script

if TYPE_CHECKING:
    from .store import Store

JSON = dict[str, Any]
_CHARACTERS_OF_TOKEN = 4


def next_turn(store: Store, run: JSON, script: str | None, *, room: int | None) -> Turn:
    """Return the turn that a run takes next.

    Args:
        store: where its messages and steps are.
        run: the run.
        script: the script of the request that created it, as JSON.
        room: how many tokens the engine may still read; None for no limit.
    """
    steps = store.all("step", thread=run["thread_id"], run=run["id"])
    submitted = [
        step
        for step in steps
        if step["status"] == "completed" and is_function_step(step)
    ]
    outputs = [
        FunctionOutput(**call["function"])
        for step in submitted
        for call in step["step_details"]["tool_calls"]
    ]
    return Turn(
        run=run,
        messages=_messages(store, run, room),
        number=len(submitted),
        outputs=tuple(outputs),
        script=parse_script(script) if script else (),
        vector_stores=vector_stores_of(store, run),
    )


def vector_stores_of(store: Store, run: JSON) -> tuple[str, ...]:
    """Return the vector stores that a run searches: its assistant's and its thread's.

    Args:
        store: where all of them are.
        run: the run.
    """
    owners = (
        store.get("assistant", run["assistant_id"]),
        store.get("thread", run["thread_id"]),
    )
    ids = [
        each
        for owner in owners
        if owner
        for each in ((owner["tool_resources"] or {}).get("file_search") or {}).get(
            "vector_store_ids", ()
        )
    ]
    return tuple(dict.fromkeys(ids))


def is_function_step(step: JSON) -> bool:
    """Return whether a step has calls whose outputs the client submits."""
    calls = step["step_details"].get("tool_calls")
    return bool(calls) and calls[0]["type"] == "function"


def tokens(text: str) -> int:
    """Return an estimate of the tokens of a text: one for four characters."""
    return -(-len(text) // _CHARACTERS_OF_TOKEN)


def prompt_tokens(run: JSON, messages: list[JSON]) -> int:
    """Return an estimate of the tokens that the engine reads in a turn."""
    return tokens(run["instructions"]) + sum(tokens(text_of(m)) for m in messages)


def _messages(store: Store, run: JSON, room: int | None) -> list[JSON]:
    """Return the messages that the run's truncation strategy selects."""
    messages = store.all("message", thread=run["thread_id"])
    complete = [each for each in messages if each["status"] == "completed"]
    strategy = run["truncation_strategy"]
    if strategy["type"] == "last_messages":
        return complete[-strategy["last_messages"] :]
    while (
        room is not None and len(complete) > 1 and prompt_tokens(run, complete) > room
    ):
        # From the middle, and of the last two the older one.
        del complete[(len(complete) - 1) // 2]
    return complete
