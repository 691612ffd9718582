"""Following a stream in one of the ways in which people do, and writing it down."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from assistants_client import AssistantsError, StreamInterrupted, ToolSet
from assistants_client._events.dispatch import CALLBACKS, ENDINGS
from harness.either_client import either, entered, settled
from harness.fuzz.bench import listed, typed
from harness.fuzz.frames import nothing_lost
from harness.fuzz.object_use import add

if TYPE_CHECKING:
    from harness.fuzz.runner import Case


async def follow(client: Any, case: Case, log: list[Any]) -> str:
    """Follow a stream; what it tells goes into the log. Give how it ended."""
    way = case["way"]
    try:
        if way in ("plain", "submit"):
            await _iterated(client, case, log)
        else:
            await _handled(client, case, log)
    except AssistantsError as error:
        log.append(["raised", type(error).__name__, str(error)])
        if isinstance(error, StreamInterrupted):
            log.append(_held(error))
        return typed(error)
    return "an end"


def _held(error: StreamInterrupted) -> Any:
    held = [error.run, *error.messages, *error.steps]
    return [None if each is None else each.to_dict() for each in held]


async def _iterated(client: Any, case: Case, log: list[Any]) -> None:
    runs = client.threads.runs
    ids = {"thread_id": "thread_1", "stream": True}
    if case["way"] == "submit":
        made = runs.submit_tool_outputs(run_id="run_1", tool_outputs=[], **ids)
    else:
        made = runs.create(assistant_id="asst_1", **ids)
    stream = await settled(made)
    try:
        async for event in either(stream):
            log.append(_told(event))  # noqa: PERF401 - also if it breaks
    except AssistantsError:
        nothing_lost(case, log)
        raise
    finally:
        await settled(stream.close())
    nothing_lost(case, log)


def _told(event: Any) -> Any:
    assert repr(event)
    found = event.to_dict()
    assert isinstance(event.event, str)
    return found


async def _handled(client: Any, case: Case, log: list[Any]) -> None:
    way = case["way"]
    heard: list[Any] = []

    def listener(name: str) -> Any:
        return lambda *given: heard.append([name, *map(_plain, given)])

    more: dict[str, Any] = {"tools": ToolSet([add])} if way == "tools" else {}
    if way == "resume":
        more = {"resume": True}
    listeners = {name: listener(name) for name in (*CALLBACKS, *ENDINGS)}
    if way == "texts":
        listeners = {}
    manager = client.threads.runs.stream(
        thread_id="thread_1", assistant_id="asst_1", **listeners, **more
    )
    leaving = AsyncExitStack()
    stream = await leaving.enter_async_context(entered(manager))
    try:
        if way == "texts":
            log.append(["texts", *await listed(stream.text_deltas)])
        else:
            async for _ in either(stream):
                log.append(_now(stream))  # noqa: PERF401 - as above
        for name in ("run", "messages", "run_steps"):
            try:
                found = await settled(getattr(stream, f"get_final_{name}")())
                log.append([name, _plain(found)])
            except RuntimeError as nothing:
                log.append([name, str(nothing)])
    except AssistantsError as error:
        _heard_once(error, heard, bool(listeners))
        raise
    finally:
        await leaving.aclose()
        log.append(_now(stream))
        log += heard
        _once(heard, bool(listeners))


def _now(stream: Any) -> Any:
    """Return what is known of the run by now."""
    found = (
        stream.current_event,
        stream.current_run,
        stream.current_message_snapshot,
        stream.current_run_step_snapshot,
    )
    return [*map(_plain, found)]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, AssistantsError):
        return type(value).__name__
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return value


def _heard_once(error: AssistantsError, heard: list[Any], listening: bool) -> None:
    told = [each for each in heard if each[0] == "on_exception"]
    assert told == [["on_exception", typed(error)]] * listening


def _once(heard: list[Any], listening: bool) -> None:
    """Check that nothing is begun or done twice."""
    names = [each[0] for each in heard]
    assert names.count("on_end") == listening
    assert not listening or names[-1] == "on_end"
    for kind in ("message", "run_step"):
        for name in (f"on_{kind}_created", f"on_{kind}_done"):
            keys = [repr(each[1].get("id")) for each in heard if each[0] == name]
            assert len(keys) == len({*keys}), f"{name} twice"
    # What is told of without an id can't be told apart, so these are only counted.
    for what in ("text", "tool_call"):
        begun, done = (names.count(f"on_{what}_{each}") for each in ("created", "done"))
        assert done <= begun + names.count("on_image_file_done"), f"more {what} done"
