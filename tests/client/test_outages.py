"""A run is followed through outages of its server."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    APIConnectionError,
    APIError,
    APIStatusError,
    Client,
    RunTimeout,
    StreamInterrupted,
    ToolSet,
)
from assistants_client._effects import Log, NoResponse, Note, TimeUp
from assistants_client._flows.deadline import Deadline, within
from assistants_client._flows.outages import through_outages
from assistants_server import LocalServer, ToolCall, Turn, Wait
from harness.either_client import entered, settled
from harness.flow_driver import FlowDriver
from tests.client.both import KINDS, NAMES, mocked, use
from tests.client.lagging import Lagging, events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistants_client._effects import Flow

REQUEST: Any = type("Request", (), {"method": "GET", "url": "http://x"})()
GONE = APIConnectionError("refused", request=REQUEST)


@pytest.fixture(params=KINDS, ids=NAMES)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def failing(*errors: Exception) -> Any:
    """Return a call that raises errors, one after the other, and then succeeds."""
    left = [*errors]

    def call() -> Flow[str]:
        yield Note("a call")
        if left:
            raise left.pop(0)
        return "here"

    return call


def test_pauses_grow_up_to_five_seconds() -> None:
    driver = FlowDriver()
    assert driver.run(through_outages(failing(*[GONE] * 9))) == "here"
    assert driver.slept[:4] == [0.5, 0.75, 1.125, 1.6875]
    assert driver.slept[-1] == 5
    (level, said), back = driver.logged
    assert (level, said) == ("warning", f"going on until the server is back: {GONE}")
    assert back == ("info", "the server is back after 9 failed requests")


def test_it_lasts_to_the_deadline_with_the_last_failure() -> None:
    driver = FlowDriver()
    flow = through_outages(failing(*[GONE] * 99))
    with pytest.raises(TimeUp) as up:
        driver.run(within(flow, Deadline.of(driver.clock, 30)))
    assert driver.now == 1030
    assert up.value.__cause__ is GONE


def status(code: int, **headers: str) -> APIStatusError:
    response: Any = type(
        "Response", (), {"status_code": code, "headers": headers, "request": REQUEST}
    )()
    return APIStatusError("", response=response, body=None)


@pytest.mark.parametrize("code", [502, 503, 504])
def test_what_stands_before_a_server_says_that_it_is_gone(code: int) -> None:
    assert FlowDriver().run(through_outages(failing(status(code)))) == "here"


def closed() -> APIError:
    error = APIConnectionError("closed", request=REQUEST)
    error.__cause__ = NoResponse("closed", stage="sent", final=True)
    return error


@pytest.mark.parametrize(
    "error",
    [
        *(status(each) for each in (400, 401, 404, 429, 500, 501, 520)),
        *(status(503, **{"x-should-retry": "false"}), closed(), KeyError("mine")),
    ],
    ids=str,
)
def test_anything_else_is_raised_at_once(error: Exception) -> None:
    driver = FlowDriver()
    with pytest.raises(type(error)):
        driver.run(through_outages(failing(error)))
    assert driver.slept == []


def test_effects_pass_as_they_are_without_a_deadline() -> None:
    driver = FlowDriver()
    flow = through_outages(failing(GONE))
    assert driver.run(within(flow, Deadline.of(driver.clock, None))) == "here"


def test_what_takes_no_time_is_done_after_the_deadline_too() -> None:
    driver = FlowDriver()

    def flow() -> Flow[None]:
        driver.now += 5
        try:
            yield Note("said after it")
            yield from failing(*[GONE] * 9)()
        finally:
            yield Log("warning", "so much for that")

    with pytest.raises(APIConnectionError):
        driver.run(within(flow(), Deadline.of(driver.clock, 1)))
    assert driver.logged == [("warning", "so much for that")]


def test_what_is_given_up_within_a_deadline_ends_at_once() -> None:
    ended = []

    def flow() -> Flow[None]:
        try:
            yield Note("it begins")
        finally:
            ended.append("here")

    # Held here, so that it is nobody's garbage.
    inner = flow()
    outer = within(inner, Deadline.of(FlowDriver().clock, 9))
    next(outer)
    outer.close()
    assert ended == ["here"]


def engine(turn: Turn) -> Iterator[Any]:
    """Call a function, if there is one, and write slowly."""
    if "call" in turn.question and not turn.outputs:
        yield ToolCall("pay", {})
        return
    for _ in range(8):
        yield Wait(0.05)
        yield "word "


class Restarting:
    """A server that is stopped, and begins again at the same port and store."""

    def __init__(self, folder: Path, gone: float) -> None:
        self._folder = folder
        self._gone = gone
        self.server = LocalServer(engine=engine, store=folder / "store", poll_after=20)
        self.server.__enter__()
        self._thread: threading.Thread | None = None
        self._port = int(self.server.url.rpartition(":")[2].partition("/")[0])

    @property
    def url(self) -> str:
        return self.server.url

    def restart(self) -> None:
        """Stop, and begin again after a while, in another thread."""
        self._thread = threading.Thread(target=self._restart)
        self._thread.start()

    def _restart(self) -> None:
        self.server.__exit__(None, None, None)
        time.sleep(self._gone)
        self.server = LocalServer(
            engine=engine,
            store=self._folder / "store",
            port=self._port,
            poll_after=20,
        )
        self.server.__enter__()

    def close(self) -> None:
        if self._thread is not None:
            self._thread.join(20)
        self.server.__exit__(None, None, None)


@pytest.fixture
def restarting(tmp_path: Path) -> Iterator[Restarting]:
    server = Restarting(tmp_path, 0.3)
    yield server
    server.close()


@pytest.mark.parametrize("how", ["wait", "poll", "create_and_poll", "stream"])
def test_a_restart_is_survived(kind: Any, restarting: Restarting, how: str) -> None:
    paid: list[str] = []

    def pay() -> str:
        """Pay, while the server restarts."""
        paid.append("once")
        restarting.restart()
        return "paid"

    async def act(client: Any) -> Any:
        tools = ToolSet([pay])
        assistant = await settled(client.assistants.create(model="m", tools=tools))
        messages = [{"role": "user", "content": "call"}]
        thread = await settled(client.threads.create(messages=messages))
        runs = client.threads.runs
        given = {"thread_id": thread.id, "assistant_id": assistant.id, "tools": tools}
        if how == "create_and_poll":
            return await settled(runs.create_and_poll(**given, max_wait=20))
        if how == "stream":
            async with entered(runs.stream(**given, resume=True)) as stream:
                return await settled(stream.get_final_run())
        run = await settled(thread.run(assistant))
        if how == "wait":
            return await settled(run.wait(tools=tools, timeout=20))
        return await settled(runs.poll(run, thread, tools=tools, max_wait=20))

    run = use(kind, act, base_url=restarting.url)
    assert run.status == "completed"
    assert paid == ["once"]


def test_a_stream_goes_on_where_the_server_was_gone(
    kind: Any, restarting: Restarting
) -> None:
    async def act(client: Any) -> str:
        assistant = await settled(client.assistants.create(model="m"))
        messages = [{"role": "user", "content": "write"}]
        thread = await settled(client.threads.create(messages=messages))
        seen: list[str] = []

        def restart(*_: Any) -> None:
            if not seen:
                seen.append("a word")
                restarting.restart()

        manager = thread.stream(assistant, resume=True, on_text_delta=restart)
        async with entered(manager) as stream:
            await settled(stream.until_done())
            messages = await settled(stream.get_final_messages())
            return str(messages[-1].text)

    assert use(kind, act, base_url=restarting.url) == "word " * 8


def half(request: httpx.Request) -> httpx.Response:
    """Begin to stream a message, and be gone afterwards."""
    if request.method == "GET":
        raise httpx.ConnectError("refused")
    run = Lagging().run("in_progress")
    message: Any = {"id": "msg_1", "object": "thread.message", "status": "in_progress"}
    delta = {"content": [{"index": 0, "type": "text", "text": {"value": "Half"}}]}
    return events(
        ("thread.run.in_progress", run),
        ("thread.message.created", {**message, "content": []}),
        ("thread.message.delta", {"id": "msg_1", "delta": delta}),
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"resume": True, "max_wait": 0.3}, RunTimeout),
        ({"resume": False}, StreamInterrupted),
    ],
)
def test_what_ends_it_has_what_is_known(kind: Any, more: Any, expected: Any) -> None:
    async def act(client: Any) -> None:
        ids = {"thread_id": "thread_1", "assistant_id": "asst_1"}
        async with entered(client.threads.runs.stream(**ids, **more)) as stream:
            with pytest.raises(expected) as caught:
                await settled(stream.until_done())
        error = caught.value
        assert (error.run.id, error.run.status) == ("run_1", "in_progress")
        assert [each.text for each in error.messages] == ["Half"]
        if expected is RunTimeout:
            assert isinstance(error.__cause__, APIConnectionError)
            assert error.__notes__[0].startswith("the last request failed: ")

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, half))


@pytest.mark.parametrize("how", ["wait", "poll"])
def test_an_error_of_polling_has_the_run(kind: Any, how: str) -> None:
    looks: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        looks.append(1)
        if len(looks) == 3:
            return httpx.Response(401, json={"error": {"message": "no more"}})
        return httpx.Response(200, json=Lagging().run("in_progress"))

    async def act(client: Any) -> None:
        runs = client.threads.runs
        run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        waits = {"poll_interval_ms": 1}
        ids = ("run_1", "thread_1")

        def follow() -> Any:
            return run.wait(**waits) if how == "wait" else runs.poll(*ids, **waits)

        with pytest.raises(APIStatusError, match="no more") as caught:
            await settled(follow())
        assert caught.value.run.status == "in_progress"
        assert (caught.value.run is run) == (how == "wait")
        assert list(caught.value.messages) == []

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, answer))


def test_what_creates_a_run_is_as_careful_as_ever(kind: Any) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(502, json={})

    async def act(client: Any) -> None:
        given = {"thread_id": "thread_1", "assistant_id": "asst_1"}
        with pytest.raises(APIStatusError):
            await settled(client.threads.runs.create_and_poll(**given))

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, answer))
    assert asked == ["POST"]


def test_a_client_that_is_closed_meanwhile_ends_it() -> None:
    with LocalServer() as server:
        client = Client(base_url=server.url, api_key="k")
        assistant = client.assistants.create(model="m")
        server.faults.add("null=status on=getRun")
        run = client.threads.create_and_run(assistant_id=assistant)
        threading.Timer(0.05, client.close).start()
        with pytest.raises((APIConnectionError, RuntimeError), match="closed"):
            run.wait(poll_interval_ms=1, timeout=20)


def test_what_keeps_a_stream_from_beginning_has_the_run_too(kind: Any) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"error": {"message": "gone"}})

    async def act(client: Any) -> None:
        ids = {"run_id": "run_1", "thread_id": "thread_1"}
        runs = client.threads.runs
        manager = runs.submit_tool_outputs_stream(**ids, tool_outputs=[])
        with pytest.raises(APIStatusError, match="gone") as caught:
            async with entered(manager):
                pass
        assert caught.value.run.id == "run_1"

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, answer))
