"""What is asked of one server, about runs that another one carries on."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes.several import Asked, servers
from tests.server.api import Api, function, outputs_for, path_of, until
from tests.server.shelf import upload
from tests.server.streams import names, run_in, same_as_kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

JSON = dict[str, Any]

LONG = 600.0
"""A lease that no test lasts: nothing here is taken over."""


@pytest.fixture
def asked() -> Iterator[Asked]:
    made = Asked()
    yield made
    made.go.set()


@pytest.fixture
def pair(asked: Asked) -> Iterator[tuple[Api, Api]]:
    with servers(asked, lease=LONG) as (_, (one, other)):
        yield one, other


def test_what_one_server_makes_the_other_one_has(pair: tuple[Api, Api]) -> None:
    one, other = pair
    thread = one.thread("Hi")
    other.post(f"/threads/{thread}", {"metadata": {"a": "b"}})
    assert one.get(f"/threads/{thread}")["metadata"] == {"a": "b"}


def test_a_run_is_cancelled(pair: tuple[Api, Api]) -> None:
    one, other = pair
    run = one.start(one.thread("Hi"), one.assistant())
    until(lambda: other.steps(run), "a step")
    assert other.cancel(run)["status"] == "cancelling"
    assert other.wait(run)["status"] == "cancelled"
    assert one.answers(run) == ["It is "]


def test_a_stream_is_told_again(pair: tuple[Api, Api], asked: Asked) -> None:
    """The request is repeated elsewhere, as the answer to the first one was lost."""
    one, other = pair
    body = {"assistant_id": one.assistant()}
    with one.stream("/threads/runs", body, key="again") as lost:
        lost.until_text("It is ")
        run = run_in(lost.seen)
    with other.stream("/threads/runs", body, key="again") as stream:
        stream.until_text("It is ")
        asked.go.set()
        events = stream.rest()
    assert run_in(events)["id"] == run["id"]
    assert names(events)[-2:] == ["thread.run.completed", "done"]
    same_as_kept(one, events)
    assert asked.turns == [(run["id"], 0)]


def test_a_stream_ends_where_its_run_is_cancelled(pair: tuple[Api, Api]) -> None:
    one, other = pair
    body = {"assistant_id": one.assistant()}
    with one.stream("/threads/runs", body) as stream:
        stream.until_text("It is ")
        other.cancel(run_in(stream.seen))
        events = stream.rest()
    assert names(events)[-5:] == [
        "thread.run.cancelling",
        "thread.message.incomplete",
        "thread.run.step.cancelled",
        "thread.run.cancelled",
        "done",
    ]
    same_as_kept(other, events)


def test_a_stream_ends_where_its_thread_is_deleted(
    pair: tuple[Api, Api], asked: Asked
) -> None:
    one, other = pair
    body = {"assistant_id": one.assistant()}
    with one.stream("/threads/runs", body) as stream:
        stream.until_text("It is ")
        thread = run_in(stream.seen)["thread_id"]
        other.delete(f"/threads/{thread}")
        events = stream.rest()
    assert names(events)[-2:] == ["thread.message.delta", "done"]
    asked.go.set()
    one.get(f"/threads/{thread}", status=404)


def test_outputs_are_submitted(pair: tuple[Api, Api], asked: Asked) -> None:
    one, other = pair
    asked.go.set()
    assistant = one.assistant(tools=[function("add")])
    run = one.run(one.thread("call"), assistant)
    assert run["status"] == "requires_action"
    other.submit(run, "1")
    assert one.wait(run)["status"] == "completed"
    assert one.answers(run) == ["It is so"]
    assert asked.turns == [(run["id"], 0), (run["id"], 1)]


def test_outputs_are_submitted_with_a_stream(
    pair: tuple[Api, Api], asked: Asked
) -> None:
    one, other = pair
    asked.go.set()
    assistant = one.assistant(tools=[function("add")])
    run = one.run(one.thread("call"), assistant)
    outputs = {"tool_outputs": outputs_for(run, "1")}
    path = f"{path_of(run)}/submit_tool_outputs"
    events = other.events(path, outputs)
    assert names(events)[-2:] == ["thread.run.completed", "done"]
    same_as_kept(one, events)
    assert asked.turns == [(run["id"], 0), (run["id"], 1)]
    # The one that carried it before has let go of it.
    again = one.run(run["thread_id"], assistant)
    assert one.submit(again, "2")
    assert other.wait(again)["status"] == "completed"


def test_outputs_are_accepted_once(pair: tuple[Api, Api], asked: Asked) -> None:
    asked.go.set()
    assistant = pair[0].assistant(tools=[function("add")])
    for _ in range(5):
        run = pair[0].run(pair[0].thread("call"), assistant)
        body = {"tool_outputs": outputs_for(run, "1")}
        path = f"{path_of(run)}/submit_tool_outputs"
        codes = Counter(each.status_code for each in raced(pair, path, json=body))
        assert codes == {200: 1, 400: 3}
        assert pair[1].wait(run)["status"] == "completed"
    assert len(asked.turns) == len({*asked.turns}) == 10


def test_a_thread_has_one_active_run(pair: tuple[Api, Api], asked: Asked) -> None:
    body = {"assistant_id": pair[0].assistant()}
    for _ in range(5):
        asked.go.clear()
        thread = pair[0].thread("Hi")
        path = f"/threads/{thread}/runs"
        codes = Counter(each.status_code for each in raced(pair, path, json=body))
        assert codes == {200: 1, 400: 3}
        (run,) = pair[1].get(path)["data"]
        pair[1].post(
            f"/threads/{thread}/messages",
            {"role": "user", "content": "x"},
            status=400,
        )
        asked.go.set()
        pair[1].wait(run, "completed")


def test_a_key_makes_one_thing(pair: tuple[Api, Api]) -> None:
    for number in range(5):
        key = {"idempotency-key": f"key {number}"}
        made = raced(pair, "/assistants", json={"model": "m"}, headers=key)
        assert len({each.json()["id"] for each in made}) == 1
    assert len(pair[0].get("/assistants")["data"]) == 5


def test_changes_at_the_same_time_are_all_kept(pair: tuple[Api, Api]) -> None:
    """Each attachment adds to the tools of the thread."""
    one, other = pair
    files = [upload(one)["id"], upload(one)["id"]]
    thread = one.thread()
    tools = [{"type": "code_interpreter"}]
    bodies = [
        {
            "role": "user",
            "content": "x",
            "attachments": [{"file_id": f, "tools": tools}],
        }
        for f in files
    ]
    start = threading.Barrier(2)

    def add(api: Api, body: JSON) -> None:
        start.wait()
        api.post(f"/threads/{thread}/messages", body)

    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(add, pair, bodies)] == [None, None]
    resources = other.get(f"/threads/{thread}")["tool_resources"]
    assert {*resources["code_interpreter"]["file_ids"]} == {*files}


def test_a_run_expires(asked: Asked) -> None:
    with servers(asked, lease=LONG, expires_after=0.3) as (_, (one, other)):
        run = one.start(one.thread("Hi"), one.assistant())
        assert other.wait(run)["status"] == "expired"


def raced(pair: tuple[Api, Api], path: str, **sent: Any) -> list[httpx.Response]:
    """Send a request to both servers twice, all at the same time."""
    start = threading.Barrier(4)

    def send(api: Api) -> httpx.Response:
        start.wait()
        return api.http.post(path, **sent)

    with ThreadPoolExecutor(4) as pool:
        return [*pool.map(send, [*pair, *pair])]
