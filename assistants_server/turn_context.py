"""What an engine gets to know for a turn: all that the store has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .engines.interface import FunctionOutput, Turn
from .engines.scripted import parse_script
from .usage import prompt_tokens

if TYPE_CHECKING:
    from .store.sqlite import Store

JSON = dict[str, Any]


def next_turn(store: Store, run: JSON, script: str | None, *, room: int | None) -> Turn:
    """Give the turn that a run takes next.

    Args:
        store: where its messages and steps are.
        run: the run.
        script: what its client asked it to do, as the header's text.
        room: how many tokens the engine may still read; no limit without one.
    """
    steps = store.all("step", thread=run["thread_id"], run=run["id"])
    answered = [
        step
        for step in steps
        if step["status"] == "completed" and is_of_functions(step)
    ]
    outputs = [
        FunctionOutput(**call["function"])
        for step in answered
        for call in step["step_details"]["tool_calls"]
    ]
    return Turn(
        run=run,
        messages=_messages(store, run, room),
        number=len(answered),
        outputs=tuple(outputs),
        script=parse_script(script) if script else (),
    )


def is_of_functions(step: JSON) -> bool:
    """Tell whether a step is one whose outputs the client submits."""
    calls = step["step_details"].get("tool_calls")
    return bool(calls) and calls[0]["type"] == "function"


def _messages(store: Store, run: JSON, room: int | None) -> list[JSON]:
    """Give the messages that count, as the run's truncation strategy has it."""
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
