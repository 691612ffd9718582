"""What an engine yields at once: stored in one change, and otherwise as ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import Fail, FileSearch, Incomplete, ToolCallDelta, Wait
from assistants_server.engines.turn_events import Together
from assistants_server.http.events import Listener
from tests.server.api import Api, function, written
from tests.server.inside import inside, problems, sql_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from assistants_server import Engine, LocalServer, Turn

DELTA = "thread.message.delta"


@pytest.fixture
def let(use_engine: Callable[[Engine], None]) -> Callable[..., None]:
    """Provide what lets the engine yield outputs, all of them at once."""

    def at_once(*outputs: Any) -> None:
        async def engine(turn: Turn) -> AsyncIterator[Any]:
            yield Together(outputs)

        use_engine(engine)

    return at_once


def ran(api: Api, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """Return a run when it has ended, and the texts that it wrote."""
    assistant = api.assistant(tools=[function("height")])
    run = api.run(api.thread("Hi"), assistant, **options)
    return run, api.answers(run)


@pytest.mark.sqlite("it traces the statements of SQLite")
def test_each_is_an_event_after_one_change(
    api: Api,
    server: LocalServer,
    let: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let("one", " two", " three", " four")
    path, body = f"/threads/{api.thread('Hi')}/runs", {"assistant_id": api.assistant()}
    done: list[str] = []
    put = Listener.put

    def noted(listener: Listener, event: bytes) -> None:
        done.append(event.decode())
        put(listener, event)

    monkeypatch.setattr(Listener, "put", noted)
    inside(server, lambda: sql_of(server).set_trace_callback(done.append))
    events = api.events(path, body)
    inside(server, lambda: sql_of(server).set_trace_callback(None))
    assert written(events) == "one two three four"
    kinds = [
        kind
        for each in done
        for kind in ("into deltas", "commit", f"event: {DELTA}")
        if kind in each[:40]
    ]
    first = kinds.index("into deltas")
    expected = ["into deltas"] * 4 + ["commit"] + [f"event: {DELTA}"] * 4
    assert kinds[first : first + 9] == expected
    assert problems(server) == []


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (Fail("It broke."), "failed"),
        (Incomplete("content_filter"), "incomplete"),
        (3, "failed"),
        (ToolCallDelta("c1"), "failed"),
        (Wait(0.0), "failed"),
        (FileSearch(query="x"), "failed"),
        (Together(("y",)), "failed"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_came_before_the_end_stays(
    api: Api, server: LocalServer, let: Callable[..., None], last: Any, status: str
) -> None:
    let("The answer", " is", last, " lost")
    run, texts = ran(api)
    assert (run["status"], texts) == (status, ["The answer is"])
    assert problems(server) == []


def test_the_tokens_of_each_count(
    api: Api, server: LocalServer, let: Callable[..., None]
) -> None:
    let(*["four" for _ in range(400)])
    run, (text,) = ran(api, max_completion_tokens=256)
    assert (run["status"], text) == ("incomplete", 256 * "four")
    assert run["usage"]["completion_tokens"] == 256
    assert problems(server) == []


def test_calls_may_come_at_once(api: Api, let: Callable[..., None]) -> None:
    let(
        ToolCallDelta("c1", "height", '{"of"'),
        ToolCallDelta("c2", "height", "{}"),
        ToolCallDelta("c1", arguments=": 1}"),
    )
    run, _ = ran(api)
    calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    found = [call["function"]["arguments"] for call in calls]
    assert (run["status"], found) == ("requires_action", ['{"of": 1}', "{}"])


@pytest.mark.parametrize("count", range(7, 12))
def test_faults_are_about_single_events(
    api: Api, let: Callable[..., None], count: int
) -> None:
    let("one", " two", " three", " four")
    path, body = f"/threads/{api.thread('Hi')}/runs", {"assistant_id": api.assistant()}
    fault = {"X-Local-Fault": f"end-stream={count}"}
    sent = {**body, "stream": True}
    text = api.http.post(path, json=sent, headers=fault).text
    assert text.count("event: ") == count
    assert text.count(DELTA) == 2 * (count - 7)


def test_much_that_waits_is_sent_in_portions() -> None:
    listener = Listener()
    for _ in range(100):
        listener.put(b"x" * 5000)
    listener.end()

    async def pieces(*, together: bool) -> list[bytes]:
        return [each async for each in listener.frames(together=together)]

    found = asyncio.run(pieces(together=True))
    assert b"".join(found).count(b"x") == 500_000
    assert max(map(len, found)) < 75_000
    assert len(found) < 10
