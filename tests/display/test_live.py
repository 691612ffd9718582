"""Live objects, pages and streams are shown, by clients of both kinds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from rich.pretty import pretty_repr

from assistants_api import models
from assistants_client import AssistantEventHandler, Client, ConfigurationError
from assistants_server import LocalServer
from harness.either_client import either, settled
from tests.cases import some
from tests.client.both import KEY, KINDS, NAMES, mocked, use
from tests.client.live_objects import family
from tests.display.specimens import (
    NOON,
    RUN,
    STEPS,
    Elements,
    citation,
    message,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROBLEM = "rate_limit_exceeded: No more tokens."
both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=1) as server:
        yield server


def answering(kind: Any, **found: Any) -> Callable[[httpx.Request], httpx.Response]:
    """Return what answers by the last part of a path, and notes what it was asked."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.path}?{request.url.query.decode()}")
        data = found.get(request.url.path.rpartition("/")[2].replace("-", "_"))
        if data is None:
            return httpx.Response(404, json={"error": {"message": "not here"}})
        if callable(data):
            data = data(request)
        return httpx.Response(data if isinstance(data, int) else 200, json=data)

    asked: list[str] = []
    answer.asked = asked  # type: ignore[attr-defined]
    return answer


def listed(*data: Any, more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": [*data], "has_more": more}


@both
def test_live_objects_look_like_the_models_that_they_are(
    kind: Any, server: LocalServer
) -> None:
    async def act(client: Any) -> None:
        for name, found in some((await family(client)).items()):
            model: Any = getattr(models, f"{name}Object").from_dict(found.to_dict())
            mine = repr(found).replace(type(found).__name__, f"{name}Object", 1)
            assert mine == repr(model)
            assert len(repr(found)) < 420
            assert pretty_repr(found).startswith(f"{type(found).__name__}(")
            html = found._repr_html_()
            Elements(html).assert_harmless()
            assert found.id in html
        raw = await settled(client.with_raw_response.threads.create())
        parsed = raw.parse()
        assert repr(parsed).startswith(f"{type(parsed).__name__}(id='thread_")
        page = await settled(client.assistants.list(limit=1))
        assert repr(page).startswith(f"<{type(page).__name__} of 1 assistant: 'asst_")
        assert "<table" in page._repr_html_()
        if kind is not Client:
            assert "not fetched yet" in repr(client.assistants.list())

    use(kind, act, base_url=server.url)


@both
def test_what_a_server_says_of_the_key_is_not_shown(kind: Any) -> None:
    run = {
        **RUN,
        "last_error": {"code": "x", "message": f"{'x' * 90} wrong key {KEY}"},
        "metadata": {"said": KEY, KEY: "said"},
        KEY: KEY,
    }
    answer = answering(kind, run_1=run, runs=listed(run), steps=listed(run))

    async def act(client: Any) -> None:
        found = await settled(client.threads.runs.retrieve("run_1", thread_id="t"))
        page = await settled(client.threads.runs.list("t"))
        timeline = await settled(found.timeline())
        html = [each._repr_html_() for each in (found, page, timeline)]
        for shown in (repr(found), repr(page), str(timeline), *html):
            assert KEY not in shown
            assert KEY[:8] not in shown
        assert "REDACTED" in html[0]
        # It is data, and all of it is there.
        assert found.to_dict() == run

    use(kind, act, http_client=mocked(kind, answer), base_url="http://x.example/v1")


@both
def test_a_conversation_is_fetched_page_by_page(kind: Any) -> None:
    messages = [
        message(text(f"n{n}"), id=f"msg_{n}", created_at=NOON + n) for n in range(250)
    ]
    mark = text("noon【a】", citation("【a】", 4, "file-1"))
    messages[249]["content"] = [mark]
    messages[248]["attachments"] = [{"file_id": "file-2"}, {"file_id": "file-gone"}]

    def page(request: httpx.Request) -> dict[str, Any]:
        query = dict(request.url.params)
        assert query["order"] == "desc"
        newest = messages[::-1]
        after = query.get("after", "")
        begin = 250 - int(after[4:]) if after else 0
        end = begin + int(query["limit"])
        return listed(*newest[begin:end], more=end < 250)

    def named(key: str) -> dict[str, Any]:
        return {"id": key, "object": "file", "filename": f"{key}.md"}

    answer: Any = answering(
        kind, messages=page, file_1=named("file-1"), file_2=named("file-2")
    )

    async def act(client: Any) -> None:
        thread = client.threads.bind("thread_1")
        last = await settled(thread.conversation(limit=3))
        assert [each.id for each in last] == ["msg_247", "msg_248", "msg_249"]
        assert last.has_earlier
        assert last.file_names == {"file-1": "file-1.md", "file-2": "file-2.md"}
        assert "noon[1]\n  [1] file-1.md (file-1)" in str(last)
        assert len(answer.asked) == 4
        usual = await settled(client.threads.conversation("thread_1"))
        assert (len(usual), usual.has_earlier) == (100, True)
        answer.asked.clear()
        every = await settled(thread.conversation(limit=None, file_names=False))
        assert [each.id for each in every] == [each["id"] for each in messages]
        assert not every.has_earlier
        assert len(answer.asked) == 3
        exact = await settled(thread.conversation(limit=250, file_names=False))
        assert (len(exact), exact.has_earlier) == (250, False)
        for wrong in (0, -1, True, "9", 1.5):
            with pytest.raises(ConfigurationError, match="limit must be 1 or more"):
                await settled(thread.conversation(limit=wrong))

    use(kind, act, http_client=mocked(kind, answer), base_url="http://x.example/v1")


@both
def test_a_conversation_says_what_it_lacks(kind: Any) -> None:
    every = [message(text("x"), id=f"msg_{n}") for n in range(5)]
    unlimited = answering(kind, messages={"data": every})
    repeating = answering(kind, messages=listed(*every, more=True))
    for answer, limit, count in ((unlimited, 3, 3), (repeating, None, 5)):

        async def act(client: Any, limit: Any = limit, count: int = count) -> None:
            thread = client.threads.bind("thread_1")
            found = await settled(thread.conversation(limit=limit))
            assert (len(found), found.has_earlier) == (count, True)

        http = mocked(kind, answer)
        use(kind, act, http_client=http, base_url="http://x.example/v1")


@both
def test_names_of_files_are_asked_for_once(kind: Any) -> None:
    attached = [{"file_id": "file-1"}, {"file_id": "file-2"}]
    answer: Any = answering(
        kind, messages=listed(message(text("x"), attachments=attached)), file_1=503
    )

    async def act(client: Any) -> None:
        await settled(client.threads.conversation("thread_1"))
        assert len(answer.asked) == 2

    http = mocked(kind, answer)
    url = "http://x.example/v1"
    use(kind, act, http_client=http, base_url=url, max_retries=2)


@both
def test_names_of_files_are_no_reason_to_fail(kind: Any) -> None:
    attached = [{"file_id": f"file-{n}"} for n in range(80)]
    whole = listed(message(text("x"), attachments=attached))
    nameless = {f"file_{n}": {"id": "x"} for n in range(80)}
    for answer in (
        answering(kind, messages=whole),
        answering(kind, messages=whole, file_0=500),
        answering(kind, messages=whole, **nameless),
    ):

        async def act(client: Any) -> None:
            found = await settled(client.threads.conversation("thread_1"))
            assert "[attached: file-79]" in str(found)
            assert found.file_names == {}

        http = mocked(kind, answer)
        use(kind, act, http_client=http, base_url="http://x.example/v1")
    asked: Any = answer
    assert len(asked.asked) == 51


@both
def test_a_timeline_asks_again_only_for_what_goes_on(kind: Any) -> None:
    going = {**RUN, "status": "in_progress", "failed_at": None, "last_error": None}
    answer: Any = answering(kind, run_1=RUN, run_2=going, steps=listed(*STEPS))

    async def act(client: Any) -> None:
        runs = client.threads.runs
        by_id = await settled(runs.timeline("run_1", thread_id="thread_1"))
        assert "server_error: Went away." in str(by_id)
        ended = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        answer.asked.clear()
        assert str(await settled(ended.timeline())) == str(by_id)
        assert len(answer.asked) == 1
        live = runs.bind("run_2", thread_id="thread_1")
        answer.asked.clear()
        assert "in progress after" in str(await settled(live.timeline()))
        assert len(answer.asked) == 2
        assert live.status is None

    use(kind, act, http_client=mocked(kind, answer), base_url="http://x.example/v1")


@both
def test_a_server_without_steps_has_a_timeline_too(kind: Any) -> None:
    answer = answering(kind, run_1=RUN)

    async def act(client: Any) -> None:
        found = await settled(client.threads.runs.timeline("run_1", thread_id="t"))
        assert str(found).endswith(f"{PROBLEM}\n\nThe run has no steps.")

    use(kind, act, http_client=mocked(kind, answer), base_url="http://x.example/v1")


@both
def test_a_stream_shows_what_came_so_far(kind: Any, server: LocalServer) -> None:
    async def act(client: Any) -> None:
        assistant = await settled(client.assistants.create(model="m"))
        messages = [{"role": "user", "content": "<b>Hello there</b>"}]
        thread = await settled(client.threads.create(messages=messages))
        events = await settled(
            client.threads.runs.create(thread, assistant_id=assistant, stream=True)
        )
        name = type(events).__name__
        assert repr(events) == f"<{name} of threads.runs.create, open>"
        async for event in either(events):
            if event.event == "thread.message.delta":
                assert "in_progress, 'You" in repr(events)
                break
        async for _ in either(events):
            pass
        await settled(events.close())
        assert repr(events).startswith(f"<{name} of threads.runs.create, closed, 1")
        shown = Elements(events._repr_html_())
        shown.assert_harmless()
        assert "text so farYou said: <b>Hello there</b>" in shown.words

    use(kind, act, base_url=server.url)


@both
def test_a_stream_shows_no_key_and_each_message_apart(kind: Any) -> None:
    def delta(value: str) -> dict[str, Any]:
        return {"id": "msg_1", "delta": {"content": [{"index": 0, **text(value)}]}}

    run = {**RUN, "status": "in_progress", "last_error": {"code": "x", "message": KEY}}
    events = [
        ("thread.run.in_progress", run),
        ("thread.message.created", message(id="msg_1")),
        ("thread.message.delta", delta("Hello")),
        ("thread.message.created", message(id="msg_2")),
        ("thread.message.delta", delta(f"It is {KEY}")),
    ]
    body = "".join(f"event: {n}\ndata: {json.dumps(data)}\n\n" for n, data in events)

    def answer(_: httpx.Request) -> httpx.Response:
        head = {"content-type": "text/event-stream"}
        return httpx.Response(200, text=body, headers=head)

    async def act(client: Any) -> None:
        runs = client.threads.runs
        found = await settled(runs.create("t", assistant_id="a", stream=True))
        count = 0
        async for _ in either(found):
            count += 1
            if count == len(events):
                break
        words = Elements(found._repr_html_()).words
        await settled(found.close())
        for shown in (repr(found), words):
            assert KEY not in shown
        assert "text so farHello\n\nIt is <REDACTED>" in words
        assert r"'Hello\n\nIt is <REDACTED>'" in repr(found)

    use(kind, act, http_client=mocked(kind, answer), base_url="http://x.example/v1")


def test_a_handler_shows_its_stream(server: LocalServer) -> None:
    class Mine(AssistantEventHandler):
        view: str = "mine"

    handler = Mine()
    assert repr(handler) == "<Mine without a stream>"
    assert handler._repr_html_() is None
    with Client(base_url=server.url, api_key=KEY) as client:
        assistant = client.assistants.create(model="m")
        thread = client.threads.create(messages=[{"role": "user", "content": "Hello"}])
        with client.threads.runs.stream(
            thread_id=thread, assistant_id=assistant, event_handler=handler
        ) as stream:
            stream.until_done()
            assert "'You said: Hello'>" in repr(stream)
            assert "text so far" in Elements(stream._repr_html_() or "").words
