"""What is left behind when a stream ends early, breaks, or is forgotten: nothing."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import threading
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest

from assistants_client import (
    APIError,
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    AsyncClient,
    Client,
    StreamInterrupted,
    ToolError,
    ToolSet,
)
from assistants_client.local import LocalServer, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Self

KEY = "sk-of-the-test"
NOWHERE = "http://127.0.0.1:1/v1"
PATIENCE = 20.0
"""Seconds after which a test that waits for something has failed."""
IDS: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}
RUN = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1"}
TOLD: list[tuple[str, Any]] = [
    ("thread.run.created", {**RUN, "status": "queued"}),
    ("thread.run.in_progress", {**RUN, "status": "in_progress"}),
    *[
        (
            "thread.message.delta",
            {
                "id": "msg_1",
                "object": "thread.message.delta",
                "delta": {"content": [{"index": 0, "type": "text", "text": piece}]},
            },
        )
        for piece in ({"value": "Sun"}, {"value": "ny"})
    ],
]
COMPLETED = ("thread.run.completed", {**RUN, "status": "completed"})
ERROR = ("error", {"message": "the model is gone", "code": "gone"})
NAMES = [name for name, _ in TOLD]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


class Hanging:
    """Tells events to whoever asks, then nothing, and notes who hangs up."""

    def __init__(self, *events: tuple[str, Any]) -> None:
        self._said = (
            HEAD
            + "".join(
                f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events
            ).encode()
        )
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._hung_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="hanging-server")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(PATIENCE)
        self._listener.close()
        assert not self._thread.is_alive()

    def is_left(self) -> bool:
        """Wait until the one connection there is has been closed by the client."""
        return self._hung_up.wait(PATIENCE)

    async def is_left_async(self) -> bool:
        """Wait likewise, while the client's loop goes on."""
        async with asyncio.timeout(PATIENCE):
            while not self._hung_up.is_set():
                await asyncio.sleep(0.001)
        return True

    def _serve(self) -> None:
        self._listener.settimeout(PATIENCE)
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(PATIENCE)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            connection.sendall(self._said)
            try:
                while connection.recv(65536):
                    pass
            except ConnectionResetError:
                # So it looks where something was still unread.
                pass
            self._hung_up.set()


class Mine(AssistantEventHandler):
    """Notes how its stream ends, and fails where it is to."""

    def __init__(self, fail_at: str = "") -> None:
        self.ends: list[Any] = []
        self.fail_at = fail_at

    def on_event(self, event: Any) -> None:
        """Fail, if this is the event."""
        if event.event == self.fail_at:
            raise LookupError("in the callback")

    def on_exception(self, exception: Exception) -> None:
        """Note it."""
        self.ends.append(exception)

    def on_timeout(self) -> None:
        """Note it."""
        self.ends.append("timeout")

    def on_end(self) -> None:
        """Note it."""
        self.ends.append("end")


class AsyncMine(AsyncAssistantEventHandler):
    """Notes how its stream ends, and fails where it is to."""

    def __init__(self, fail_at: str = "") -> None:
        self.ends: list[Any] = []
        self.fail_at = fail_at

    async def on_event(self, event: Any) -> None:
        """Fail, if this is the event."""
        await asyncio.sleep(0)
        if event.event == self.fail_at:
            raise LookupError("in the callback")

    async def on_exception(self, exception: Exception) -> None:
        """Note it."""
        self.ends.append(exception)

    async def on_timeout(self) -> None:
        """Note it."""
        self.ends.append("timeout")

    async def on_end(self) -> None:
        """Note it."""
        await asyncio.sleep(0)
        self.ends.append("end")


class Before:
    """What there was before, to see that nothing was added."""

    def __init__(self) -> None:
        self._threads = {*threading.enumerate()}
        self._tasks = tasks()

    def is_all_there_is(self) -> bool:
        for thread in {*threading.enumerate()} - self._threads:
            thread.join(PATIENCE)
        return {*threading.enumerate()} <= self._threads and tasks() <= self._tasks


def tasks() -> set[Any]:
    try:
        return asyncio.all_tasks()
    except RuntimeError:
        # There is no loop.
        return set()


def connections(client: Client | AsyncClient) -> list[Any]:
    """Give the connections that the client's pool has."""
    http: Any = client.http({})._client
    found: list[Any] = http._transport._pool.connections
    return found


def are_idle(client: Client | AsyncClient) -> bool:
    """Tell whether no connection is kept from further use."""
    return all(each.is_idle() for each in connections(client))


def test_leaving_early_closes_the_connection() -> None:
    handler = Mine()
    with Hanging(*TOLD) as server, Client(base_url=server.url, api_key=KEY) as client:
        before = Before()
        with client.threads.runs.stream(**IDS, event_handler=handler) as stream:
            for _ in stream:
                break
            assert handler.ends == []
        assert handler.ends == ["end"]
        assert server.is_left()
        assert connections(client) == []
        stream.close()
        assert [*stream] == []
        assert handler.ends == ["end"]
        assert before.is_all_there_is()


def test_leaving_early_closes_the_connection_async() -> None:
    async def run() -> None:
        handler = AsyncMine()
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before = Before()
            runs = client.threads.runs
            async with runs.stream(**IDS, event_handler=handler) as stream:
                async for _ in stream:
                    break
                assert handler.ends == []
            assert handler.ends == ["end"]
            assert await server.is_left_async()
            assert connections(client) == []
            await stream.close()
            assert [each async for each in stream] == []
            assert handler.ends == ["end"]
            assert before.is_all_there_is()

    with Hanging(*TOLD) as server:
        asyncio.run(run())


def test_a_loop_that_was_left_can_be_taken_up_again() -> None:
    handler = Mine()
    with (
        Hanging(*TOLD, COMPLETED, ("done", "[DONE]")) as server,
        Client(base_url=server.url, api_key=KEY) as client,
    ):
        names: list[str] = []
        with client.threads.runs.stream(**IDS, event_handler=handler) as stream:
            for event in stream:
                names.append(event.event)
                break
            names.append(next(stream).event)
            for piece in stream.text_deltas:
                names.append(piece)
                break
            names += [*stream.text_deltas]
            assert handler.ends == ["end"]
        assert names == [*NAMES[:2], "Sun", "ny"]
        assert stream.get_final_run().status == "completed"
        assert handler.ends == ["end"]


def test_a_loop_that_was_left_can_be_taken_up_again_async() -> None:
    async def run() -> None:
        handler = AsyncMine()
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            names: list[str] = []
            runs = client.threads.runs
            async with runs.stream(**IDS, event_handler=handler) as stream:
                async for event in stream:
                    names.append(event.event)
                    break
                names.append((await anext(stream)).event)
                async for piece in stream.text_deltas:
                    names.append(piece)
                    break
                names += [each async for each in stream.text_deltas]
                assert handler.ends == ["end"]
            assert names == [*NAMES[:2], "Sun", "ny"]
            assert (await stream.get_final_run()).status == "completed"
            assert handler.ends == ["end"]

    with Hanging(*TOLD, COMPLETED, ("done", "[DONE]")) as server:
        asyncio.run(run())


@pytest.mark.parametrize(
    ("events", "given", "error", "said"),
    [
        (TOLD, "thread.run.in_progress", LookupError, "in the callback"),
        ([*TOLD, ERROR], "", APIError, "the model is gone"),
        (TOLD, "timeout", StreamInterrupted, "nothing came for too long"),
    ],
    ids=["callback", "event", "timeout"],
)
@pytest.mark.parametrize("kind", [Mine, AsyncMine])
def test_errors_are_told_and_close_the_connection(
    kind: Any, events: Any, given: str, error: Any, said: str
) -> None:
    handler = kind(given)
    # It never comes where nothing is to be waited for.
    timeout = 0.05 if given == "timeout" else PATIENCE

    def run() -> None:
        with Client(base_url=server.url, api_key=KEY, timeout=timeout) as client:
            before = Before()
            with client.threads.runs.stream(**IDS, event_handler=handler) as stream:
                with pytest.raises(error, match=said) as caught:
                    stream.until_done()
                ended(caught.value)
                assert server.is_left()
                assert connections(client) == []
            assert before.is_all_there_is()

    async def run_async() -> None:
        settings: Any = {"base_url": server.url, "api_key": KEY, "timeout": timeout}
        async with AsyncClient(**settings) as client:
            before = Before()
            runs = client.threads.runs
            async with runs.stream(**IDS, event_handler=handler) as stream:
                with pytest.raises(error, match=said) as caught:
                    await stream.until_done()
                ended(caught.value)
                assert await server.is_left_async()
                assert connections(client) == []
            assert before.is_all_there_is()

    def ended(raised: BaseException) -> None:
        # Before the statement is left.
        first = ["timeout"] if given == "timeout" else []
        assert handler.ends == [*first, raised, "end"]

    with Hanging(*events) as server:
        run() if kind is Mine else asyncio.run(run_async())
    assert handler.ends.count("end") == 1


def test_cancelling_a_task_closes_its_stream() -> None:
    handler = AsyncMine()

    async def follow(client: AsyncClient, far: asyncio.Event) -> None:
        runs = client.threads.runs
        async with runs.stream(**IDS, event_handler=handler) as stream:
            async for event in stream:
                if stream.current_message_snapshot:
                    far.set()
                assert event.event in NAMES

    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before, far = Before(), asyncio.Event()
            task = asyncio.create_task(follow(client, far))
            await asyncio.wait_for(far.wait(), PATIENCE)
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert handler.ends == ["end"]
            assert await server.is_left_async()
            assert connections(client) == []
            assert before.is_all_there_is()

    with Hanging(*TOLD) as server:
        asyncio.run(run())


def engine(turn: Turn) -> Iterator[Any]:
    """Ask for the one function there is, once."""
    if turn.outputs:
        yield "Done."
    else:
        yield ToolCall("work", {})


def question(assistant: Any, **more: Any) -> Any:
    thread = {"messages": [{"role": "user", "content": "Work."}]}
    return {"assistant_id": assistant, "thread": thread, **more}


@pytest.mark.parametrize("way", ["stream", "poll"])
def test_cancelling_a_task_cancels_its_tools(way: str) -> None:
    told: list[str] = []

    async def work() -> str:
        """Go on until it is cancelled."""
        told.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            told.append("cancelled")
        return ""

    async def follow(client: AsyncClient) -> None:
        assistant = await client.assistants.create(model="m")
        given = question(assistant, tools=ToolSet([work]))
        if way == "poll":
            await client.threads.create_and_run_poll(**given)
            return
        async with client.threads.create_and_run_stream(
            **given, on_end=lambda: told.append("end")
        ) as stream:
            await stream.until_done()

    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before = Before()
            task = asyncio.create_task(follow(client))
            async with asyncio.timeout(PATIENCE):
                while not told:
                    await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert are_idle(client)
            assert before.is_all_there_is()

    with LocalServer(engine=engine, poll_after=2) as server:
        asyncio.run(run())
    assert told == ["begun", "cancelled", *(["end"] if way == "stream" else [])]


def test_cancelling_a_task_ends_its_wait() -> None:
    looks: list[str] = []

    async def follow(client: AsyncClient) -> None:
        assistant = await client.assistants.create(model="m")
        run = await client.threads.create_and_run(**question(assistant))
        await run.wait(on_update=lambda run: looks.append(run.status))

    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before = Before()
            task = asyncio.create_task(follow(client))
            async with asyncio.timeout(PATIENCE):
                while not looks:
                    await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert before.is_all_there_is()

    # It stays queued for longer than anybody waits.
    with LocalServer(pace=60, poll_after=60_000) as server:
        asyncio.run(run())


@pytest.mark.parametrize("kind", [Mine, AsyncMine])
def test_a_tool_that_fails_leaves_nothing(kind: Any) -> None:
    handler = kind()

    def work() -> str:
        """Fail."""
        raise LookupError("in the tool")

    def run() -> None:
        with Client(base_url=server.url, api_key=KEY) as client:
            before = Before()
            given = question(client.assistants.create(model="m"), tools=tools)
            with (
                client.threads.create_and_run_stream(
                    **given, event_handler=handler
                ) as stream,
                pytest.raises(ToolError, match="in the tool"),
            ):
                stream.until_done()
            assert before.is_all_there_is()
            assert are_idle(client)

    async def run_async() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before = Before()
            given = question(await client.assistants.create(model="m"), tools=tools)
            async with client.threads.create_and_run_stream(
                **given, event_handler=handler
            ) as stream:
                with pytest.raises(ToolError, match="in the tool"):
                    await stream.until_done()
            assert before.is_all_there_is()
            assert are_idle(client)

    tools = ToolSet([work], on_error="raise")
    with LocalServer(engine=engine, poll_after=2) as server:
        run() if kind is Mine else asyncio.run(run_async())
    error, end = handler.ends
    assert isinstance(error.__cause__, LookupError)
    assert end == "end"


def test_a_stream_that_is_forgotten_closes_itself() -> None:
    with Hanging(*TOLD) as server, Client(base_url=server.url, api_key=KEY) as client:
        stream = client.threads.runs.create(**IDS, stream=True)
        assert next(stream).event == NAMES[0]
        response = stream.response
        del stream
        gc.collect()
        assert response.is_closed
        assert server.is_left()
        assert connections(client) == []


def test_a_stream_that_is_forgotten_warns_where_it_can_t_close_itself() -> None:
    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            held = [await client.threads.runs.create(**IDS, stream=True)]
            assert (await anext(held[0])).event == NAMES[0]
            with pytest.warns(ResourceWarning, match="a stream was left without being"):
                held.clear()

    with Hanging(*TOLD) as server:
        asyncio.run(run())
        assert server.is_left()


def shown(number: int) -> str:
    name, data = TOLD[number]
    return f"<< type: {name}\n<< data: {json.dumps(data)}\n\n"


def test_a_transcript_shows_each_event_as_it_is_taken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Hanging(*TOLD) as server, Client(base_url=server.url, api_key=KEY) as client:
        with client.threads.runs.stream(**IDS, verbosity=2) as stream:
            assert "<< " not in capsys.readouterr().err
            for number in range(len(TOLD)):
                next(stream)
                assert capsys.readouterr().err == shown(number)
        assert capsys.readouterr().err == ""


def test_a_transcript_shows_each_event_as_it_is_taken_async(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            runs = client.threads.runs
            async with await runs.create(**IDS, stream=True, verbosity=2) as stream:
                assert "<< " not in capsys.readouterr().err
                for number in range(len(TOLD)):
                    await anext(stream)
                    assert capsys.readouterr().err == shown(number)

    with Hanging(*TOLD) as server:
        asyncio.run(run())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("level", [0, 1])
def test_below_level_2_no_event_is_shown(
    level: Literal[0, 1], capsys: pytest.CaptureFixture[str]
) -> None:
    with Hanging(*TOLD) as server, Client(base_url=server.url, api_key=KEY) as client:
        with client.threads.runs.stream(**IDS, verbosity=level) as stream:
            heads = capsys.readouterr().err
            assert (heads == "") == (level == 0)
            for _ in TOLD:
                next(stream)
        assert capsys.readouterr().err == ""


def test_an_error_closes_a_stream_that_is_only_iterated() -> None:
    closed = []

    class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
        """Gives an event, an error, and then nothing, for ever."""

        def __iter__(self) -> Iterator[bytes]:
            yield b'event: thread.run.queued\ndata: {"id": "run_1"}\n\n'
            yield b'event: error\ndata: {"message": "no more"}\n\n'
            raise AssertionError("it is read on")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in self:
                yield piece

        def close(self) -> None:
            closed.append("sync")

        async def aclose(self) -> None:
            closed.append("async")

    def answer(_: httpx.Request) -> httpx.Response:
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=Body())

    async def use() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            client = AsyncClient(base_url=NOWHERE, api_key=KEY, http_client=http)
            events = await client.threads.runs.create(
                "thread_1", assistant_id="asst_1", stream=True
            )
            with pytest.raises(APIError, match="no more"):
                [event async for event in events]
            assert closed[-1] == "async"

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = Client(base_url=NOWHERE, api_key=KEY, http_client=http)
        events = client.threads.runs.create(
            "thread_1", assistant_id="asst_1", stream=True
        )
        with pytest.raises(APIError, match="no more"):
            tuple(events)
        assert closed == ["sync"]
    asyncio.run(use())
