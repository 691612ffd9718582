"""Servers that send objects as JSON where events were asked for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from attrs import define, field

from assistants_client import APIError, DecodeError, StreamInterrupted
from harness.either_client import entered, settled
from tests.cases import each_case
from tests.client.both import KINDS, NAMES, mocked, use
from tests.client.lagging import Lagging

RUN_ID = "run_1"
MESSAGE: dict[str, Any] = {
    "id": "msg_2",
    "object": "thread.message",
    "thread_id": "thread_1",
    "role": "assistant",
    "run_id": RUN_ID,
    "content": [{"type": "text", "text": {"value": "the answer", "annotations": []}}],
}
STEP: dict[str, Any] = {
    "id": "step_1",
    "object": "thread.run.step",
    "run_id": RUN_ID,
    "type": "message_creation",
    "status": "completed",
    "step_details": {
        "type": "message_creation",
        "message_creation": {"message_id": "msg_2"},
    },
}
EVENTS: list[Any] = [
    {"event": "thread.message.created", "data": {**MESSAGE, "content": []}},
    {"event": "thread.message.completed", "data": MESSAGE},
]


def run(status: str) -> dict[str, Any]:
    return Lagging().run(status)


@define
class Unstreaming:
    """A server that sends objects only.

    Attributes:
        sent: what it sends where events are asked for.
        run_id: the run that its messages name.
        filters: whether it leaves messages of other runs out.
        steps: the steps, or the status that it has in their place.
        asked: the method and path of each request.
    """

    sent: Any
    run_id: Any = RUN_ID
    filters: bool = False
    steps: Any = field(factory=lambda: [STEP])
    asked: list[str] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/threads/thread_1")
        self.asked.append(f"{request.method} {path}")
        message = {**MESSAGE, "run_id": self.run_id}
        if path.endswith("/steps"):
            if isinstance(self.steps, int):
                return httpx.Response(self.steps, json={"detail": "no"})
            return self._list(self.steps)
        if path.endswith("/messages"):
            asked = request.url.params.get("run_id")
            hidden = self.filters and asked and self.run_id != asked
            others = [{**MESSAGE, "id": "msg_1", "role": "user", "run_id": None}]
            return self._list([] if hidden else [message, *others])
        if "/messages/" in path:
            return httpx.Response(200, json=message)
        if request.method == "POST":
            kind = {"content-type": "Application/JSON ; charset=utf-8"}
            return httpx.Response(200, json=self.sent, headers=kind)
        return httpx.Response(200, json=run("completed"))

    def _list(self, items: Any) -> httpx.Response:
        data = {"object": "list", "data": items, "has_more": False}
        return httpx.Response(200, json=data)


@pytest.fixture(params=KINDS, ids=NAMES)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def followed(kind: Any, server: Any, **how: Any) -> dict[str, Any]:
    """Follow a run by `stream`; return what comes of it."""
    found: dict[str, Any] = {"called": []}

    def note(name: str) -> Any:
        return lambda *_: found["called"].append(name)

    async def act(client: Any) -> None:
        given = {"thread_id": "thread_1", "assistant_id": "asst_1"}
        names = ("text_created", "text_done", "message_done", "run_step_done", "end")
        callbacks = {f"on_{each}": note(each) for each in names}
        manager = client.threads.runs.stream(
            **given, **callbacks, **{"max_wait": 10, **how}
        )
        async with entered(manager) as stream:
            deltas = stream.text_deltas
            if hasattr(deltas, "__aiter__"):
                found["text"] = "".join([each async for each in deltas])
            else:
                found["text"] = "".join(deltas)
            found["status"] = stream.current_run.status
            found["messages"] = [
                each.text for each in await settled(stream.get_final_messages())
            ]

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    return found


ALL = ["text_created", "text_done", "message_done", "run_step_done", "end"]
SENT = {
    "completed": run("completed"),
    "queued": run("queued"),
    "without a kind": {
        name: each for name, each in run("completed").items() if name != "object"
    },
    "list of runs": {"object": "list", "data": [run("completed")]},
    "bare list": [run("queued")],
    "run and messages": [run("completed"), MESSAGE, STEP],
    "messages first": [MESSAGE, run("completed")],
}


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
def test_text_and_callbacks_come_from_the_objects(
    kind: Any, sent: Any, resume: bool
) -> None:
    found = followed(kind, Unstreaming(sent), resume=resume, poll_interval_ms=1)
    assert found["text"] == "the answer"
    assert found["messages"] == ["the answer"]
    assert found["status"] == "completed"
    assert sorted(found["called"]) == sorted(ALL)


def test_steps_and_messages_of_a_list_are_taken_from_it(kind: Any) -> None:
    # The server can't be asked for them.
    server = Unstreaming([STEP, MESSAGE, run("completed")], steps=404, run_id="other")
    seen: list[str] = []
    found = followed(kind, server, on_event=lambda event: seen.append(event.event))
    assert found["text"] == "the answer"
    assert seen == [
        *("thread.run.step.created", "thread.message.created"),
        *("thread.message.delta", "thread.message.completed"),
        *("thread.run.step.completed", "thread.run.completed"),
    ]


def test_a_run_without_a_status_is_polled(kind: Any) -> None:
    sent = {"id": RUN_ID, "object": "thread.run", "thread_id": "thread_1"}
    found = followed(kind, Unstreaming(sent), poll_interval_ms=1)
    assert found["text"] == "the answer"
    assert found["status"] == "completed"


def test_a_list_of_events_is_what_it_says(kind: Any) -> None:
    done = {"event": "thread.run.completed", "data": run("completed")}
    server = Unstreaming([*EVENTS, done])
    found = followed(kind, server)
    assert found["messages"] == ["the answer"]
    assert server.asked == ["POST /runs"]
    # One that doesn't end the run is no whole stream.
    server = Unstreaming(EVENTS)
    with pytest.raises(StreamInterrupted, match="the server sent objects"):
        followed(kind, server)


@each_case("steps", [404, 405, 501, []])
def test_a_server_may_have_no_steps(steps: Any) -> None:
    found = followed(KINDS[0], Unstreaming(run("completed"), steps=steps))
    assert found["text"] == "the answer"


@pytest.mark.parametrize("filters", [False, True])
def test_messages_are_found_by_the_steps_that_name_them(
    kind: Any, filters: bool
) -> None:
    server = Unstreaming(run("queued"), run_id=None, filters=filters)
    found = followed(kind, server, poll_interval_ms=1)
    assert found["text"] == "the answer"
    assert found["messages"] == ["the answer"]

    async def act(client: Any) -> None:
        of_run = client.threads.runs
        live = await settled(of_run.retrieve(RUN_ID, thread_id="thread_1"))
        for order in ({}, {"order": "asc"}):
            page = await settled(live.messages(**order))
            assert [each.text for each in page.data] == ["the answer"]
            assert not page.has_next_page()

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))


@each_case("steps", [404, []])
def test_messages_are_those_of_the_server_if_nothing_names_them(steps: Any) -> None:
    server = Unstreaming(run("queued"), run_id=None, steps=steps)

    for each in KINDS:

        async def act(client: Any) -> None:
            runs = client.threads.runs
            live = await settled(runs.retrieve(RUN_ID, thread_id="thread_1"))
            page = await settled(live.messages())
            assert [each.id for each in page.data] == ["msg_2", "msg_1"]

        use(each, act, base_url="http://x/v1", http_client=mocked(each, server))


def test_messages_that_name_their_run_need_no_steps(kind: Any) -> None:
    server = Unstreaming(None)

    async def act(client: Any) -> None:
        runs = client.threads.runs
        live = await settled(runs.retrieve(RUN_ID, thread_id="thread_1"))
        await settled(live.messages())

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    assert server.asked == ["GET /runs/run_1", "GET /messages"]


def test_a_plain_stream_reads_them_too(kind: Any) -> None:
    async def act(client: Any) -> list[str]:
        create = client.threads.runs.create
        stream = await settled(create("thread_1", assistant_id="asst_1", stream=True))
        if hasattr(stream, "__aiter__"):
            return [each.event async for each in stream]
        return [each.event for each in stream]

    server = Unstreaming(run("completed"))
    settings = {"base_url": "http://x/v1", "http_client": mocked(kind, server)}
    names = use(kind, act, **settings)
    assert names[-1] == "thread.run.completed"
    assert names.count("thread.run.completed") == 1
    assert "thread.message.delta" in names


@each_case("sent", [{}, [], {"data": []}, [1], {"status": 5}, "x"])
def test_what_is_neither_is_no_stream(sent: Any) -> None:
    with pytest.raises(DecodeError, match="no stream of events"):
        followed(KINDS[0], Unstreaming(sent))


@each_case("sent", [{"error": {"message": "no more"}}, [{"error": "no more"}]])
def test_an_error_is_one(sent: Any) -> None:
    with pytest.raises(APIError, match="no more"):
        followed(KINDS[0], Unstreaming(sent))


def test_a_message_alone_is_not_lost(kind: Any) -> None:
    with pytest.raises(StreamInterrupted) as caught:
        followed(kind, Unstreaming([MESSAGE]))
    assert [each.text for each in caught.value.messages] == ["the answer"]
