"""Connections that a server has closed: none is used, and nothing is made twice."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from httpcore import WriteError
from httpcore._backends.anyio import AnyIOStream
from httpcore._backends.sync import SyncStream

from assistants_client import APIConnectionError, APIStatusError
from harness.either_client import settled
from harness.scripted_server import CLOSE, Response, ScriptedServer
from tests.client.both import KINDS, NAMES, use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.scripted_server import Action, Request

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)


def closing(status: int, every: int) -> Callable[[Request], Any]:
    """Return a script that closes after each failure, a moment later."""
    numbers = itertools.count(1)

    def failing() -> Iterator[Action]:
        yield from Response.of({}, status).actions()
        yield 0.01
        yield CLOSE

    def script(_: Request) -> Any:
        if next(numbers) % every == 0:
            return failing()
        return Response.of({"id": "thread_1"})

    return script


@both
@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("status", [500, 503, 529, 408])
def test_a_connection_is_not_used_again_after_a_failure(
    kind: Any, status: int, raw: bool
) -> None:
    failures: list[int] = []

    async def calls(client: Any) -> None:
        threads = client.threads.with_raw_response if raw else client.threads
        for _ in range(12):
            try:
                await settled(threads.create())
            except APIStatusError as error:
                failures.append(error.status_code)

    with ScriptedServer(closing(status, every=3)) as server:
        use(kind, calls, base_url=server.url)
        # Each failure is told as it is, and whatever comes after one succeeds.
        assert failures == [status] * 4
        assert len(server.requests) == 12
        assert server.connections == 4


@both
def test_after_another_error_the_connection_stays(kind: Any) -> None:
    async def calls(client: Any) -> None:
        for _ in range(4):
            with pytest.raises(APIStatusError):
                await settled(client.threads.create())

    with ScriptedServer(lambda _: Response.of({}, 404)) as server:
        use(kind, calls, base_url=server.url)
        assert (len(server.requests), server.connections) == (4, 1)


class Breaking:
    """Has writing fail on the connections of the HTTP library, as one that is dead.

    Attributes:
        due: the numbers of the writes that fail.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *due: int) -> None:
        self.due = due
        self.count = 0
        write, write_async = SyncStream.write, AnyIOStream.write

        def broken(stream: Any, *args: Any, **more: Any) -> None:
            if self.is_due():
                stream.close()
                raise WriteError("broken pipe")
            write(stream, *args, **more)

        async def broken_async(stream: Any, *args: Any, **more: Any) -> None:
            if self.is_due():
                await stream.aclose()
                raise WriteError("broken pipe")
            await write_async(stream, *args, **more)

        monkeypatch.setattr(SyncStream, "write", broken)
        monkeypatch.setattr(AnyIOStream, "write", broken_async)

    def is_due(self) -> bool:
        self.count += 1
        return self.count in self.due


# A request is written in three parts: head, body, and an end that is empty here.
SECOND_HEAD, SECOND_BODY = 4, 5


async def create_twice(client: Any) -> list[int]:
    create = client.assistants.with_raw_response.create
    return [(await settled(create(model="m"))).attempts for _ in range(2)]


@both
def test_what_never_left_is_sent_on_a_new_connection(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Breaking(monkeypatch, SECOND_HEAD)
    with ScriptedServer(lambda _: Response.of({"id": "asst_1"})) as server:
        assert use(kind, create_twice, base_url=server.url) == [1, 2]
        assert len(server.requests) == 2
        # One more, as the connection was given up.
        assert server.connections == 2


@both
@pytest.mark.parametrize("part", ["the first connection", "the body"])
def test_what_may_have_left_is_not_sent_again(
    kind: Any, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang_up(request: Request) -> Any:
        return Response.of({"id": "asst_1"}) if len(server.requests) == 1 else [CLOSE]

    # A body that is broken off, and a new connection that fails at once: the first may
    # have been acted on, the second would fail again.
    due = SECOND_BODY if part == "the body" else 1
    Breaking(monkeypatch, due)
    with ScriptedServer(hang_up) as server, pytest.raises(APIConnectionError) as caught:
        use(kind, create_twice, base_url=server.url)
    assert caught.value.attempts == 1
