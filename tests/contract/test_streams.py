"""Streams over a real socket: every event arrives, typed and in order."""

from __future__ import annotations

import asyncio
import copy
import json
import threading
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api import AuthenticatedClient, errors
from assistants_api.types import UnknownObject
from harness.contract.calls import Call, plain_call
from harness.contract.document import STREAMING, Operation, model
from harness.contract.events import DONE, FRAMES, UNION, all_events, wire
from harness.contract.instances import same, samples
from harness.contract.reading import assert_read
from harness.scripted_server import TIMEOUT, Response, in_turn
from tests.cases import some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.scripted_server import ScriptedServer

each_streaming = pytest.mark.parametrize("operation", STREAMING, ids=str)
both_ways = pytest.mark.parametrize("way", ["stream", "stream_async"])


@each_streaming
@both_ways
def test_every_event_arrives_in_order(
    operation: Operation, way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    server.script = in_turn(_stream([wire([event]) for event in all_events()]))
    found = _collect(plain_call(operation), way, client)
    assert len(found) == len(all_events())
    for each, event in zip(found, all_events(), strict=True):
        assert_read(each, event, UNION)


@both_ways
@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_arrives(
    way: str, frame: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    server.script = in_turn(_stream([wire([event], frame) for event in all_events()]))
    found = _collect(plain_call(STREAMING[0]), way, client)
    assert [each.to_dict() for each in found] == all_events()


@each_streaming
@both_ways
def test_a_stream_may_end_without_done(
    operation: Operation, way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    sent = wire(all_events()[:-1])
    for body in (sent, sent.rstrip(b"\n"), sent.rstrip(b"\n") + b"\n"):
        server.script = in_turn(_stream([body]))
        found = _collect(plain_call(operation), way, client)
        assert [each.to_dict() for each in found] == all_events()[:-1]


@both_ways
def test_single_bytes_over_the_socket(
    way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    events = [all_events()[0], {"event": "x", "data": "\u2028"}, DONE]
    sent = wire(events)
    server.script = lambda _: _stream(sent[at : at + 1] for at in range(len(sent)))
    found = _collect(plain_call(STREAMING[0]), way, client)
    assert [each.to_dict() for each in found] == events


@both_ways
def test_unknown_events_do_not_end_a_stream(
    way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    unknown = {"event": "thread.run.x_new", "data": {"id": "x", "deep": [None]}}
    events = [all_events()[0], unknown, all_events()[1], DONE]
    server.script = lambda _: _stream([wire(events)])
    found = _collect(plain_call(STREAMING[0]), way, client)
    assert [each.to_dict() for each in found] == events
    assert type(found[1]) is UnknownObject


@each_streaming
@both_ways
def test_streams_ask_for_events(
    operation: Operation, way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    server.script = lambda _: _stream([wire([DONE])])
    call = plain_call(operation)
    for form in ("dict", "made", "read"):
        for asked in (False, None, "absent"):
            body = {**call.body, "stream": asked}
            if asked == "absent":
                del body["stream"]
            given = Call(operation, call.ids, call.query, body, has_body=True)
            keywords = given.keywords(form)
            before = copy.deepcopy(keywords)
            _collect(given, way, client, keywords)
            assert keywords == before
            seen = server.requests[-1]
            assert same(seen.json(), {**body, "stream": True})
            assert "text/event-stream" in seen.headers["accept"]
            assert seen.query == call.sent_query()
            assert seen.headers["authorization"].startswith("Bearer ")


@both_ways
def test_events_are_given_as_they_arrive(
    way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    """Let the server wait for us between the events."""
    server.script = lambda _: _stream(pieces())
    arrived = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield wire([all_events()[0]])
        assert arrived.wait(TIMEOUT)
        yield wire([all_events()[1]])

    found = []
    for event in _each(plain_call(STREAMING[0]), way, client):
        found.append(event.to_dict())
        arrived.set()
    assert found == all_events()[:2]


@each_streaming
@both_ways
def test_closing_early_closes_the_connection(
    operation: Operation, way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    def endless() -> Iterator[bytes]:
        while not server.stopping.is_set():
            yield wire(all_events()[:1])

    server.script = lambda _: _stream(endless())
    call = plain_call(operation)
    function = getattr(operation.module, way)

    async def begin() -> None:
        async with aclosing(
            function(*call.ids, client=client, **call.keywords())
        ) as events:
            assert (await anext(events)).to_dict() == all_events()[0]
        assert await asyncio.to_thread(server.hung_up.wait, TIMEOUT)
        await client.aclose()

    if way == "stream_async":
        asyncio.run(begin())
    else:
        with closing(function(*call.ids, client=client, **call.keywords())) as events:
            assert next(events).to_dict() == all_events()[0]
        assert server.hung_up.wait(TIMEOUT)

    server.script = lambda _: _stream([wire(all_events())])
    assert len(_collect(call, way, client)) == len(all_events())


@both_ways
def test_what_came_before_a_cut_is_given(
    way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    def pieces() -> Iterator[bytes]:
        yield wire(all_events()[:2])
        raise ConnectionAbortedError

    server.script = lambda _: _stream(pieces())
    found: list[Any] = []
    with pytest.raises((httpx.TransportError, errors.ApiError)):  # noqa: PT012
        for event in _each(plain_call(STREAMING[0]), way, client):
            found.append(event.to_dict())  # noqa: PERF401
    assert found == all_events()[:2]


@each_streaming
@both_ways
def test_an_error_status_is_a_typed_error(
    operation: Operation, way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    call = plain_call(operation)
    body = {"error": {"message": "No", "type": "x", "param": None, "code": None}}
    for status in (400, 404, 429, 500):
        server.script = in_turn(Response.of(body, status))
        with pytest.raises(errors.DocumentedError) as caught:
            _collect(call, way, client)
        assert caught.value.status_code == status
        assert caught.value.parsed == model("ErrorResponse").from_dict(body)

    server.script = in_turn(Response.of(body, 302))
    with pytest.raises(errors.UnexpectedStatus):
        _collect(call, way, client)

    server.script = in_turn(Response(502, b"<html>", "text/html"))
    with pytest.raises(errors.UndecodableBody):
        _collect(call, way, client)


@each_streaming
@both_ways
def test_an_answer_that_is_no_stream_does_not_vanish(
    operation: Operation, way: str, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    """Servers exist that answer `stream: true` with the plain object as JSON."""
    run = samples("RunObject")[0]
    server.script = in_turn(Response.of(run))
    with pytest.raises(errors.ApiError) as caught:
        _collect(plain_call(operation), way, client)
    assert json.loads(caught.value.content) == run


def test_streams_of_one_client_do_not_mix(
    server: ScriptedServer, client: AuthenticatedClient
) -> None:
    server.script = lambda seen: _stream(
        [wire([{"event": "x", "data": seen.path}, event]) for event in all_events()]
    )
    call = plain_call(STREAMING[0])
    one, other = (
        _each(call.with_ids([name]), "stream", client) for name in ("one", "other")
    )
    for left, right in some(zip(one, other, strict=True)):
        if isinstance(left, UnknownObject):
            assert "/one/" in left.data["data"]
            assert "/other/" in right.data["data"]


def _stream(pieces: Iterable[bytes]) -> Response:
    return Response(body=pieces, content_type="text/event-stream; charset=utf-8")


def _collect(
    call: Call,
    way: str,
    client: AuthenticatedClient,
    keywords: dict[str, Any] | None = None,
) -> list[Any]:
    return list(_each(call, way, client, keywords))


def _each(
    call: Call,
    way: str,
    client: AuthenticatedClient,
    keywords: dict[str, Any] | None = None,
) -> Iterator[Any]:
    """Iterate over a stream, over an asynchronous one in a loop of its own."""
    keywords = call.keywords() if keywords is None else keywords
    function = getattr(call.operation.module, way)
    events = function(*call.ids, client=client, **keywords)
    if way == "stream":
        yield from events
        return
    with asyncio.Runner() as runner:
        try:
            while True:
                try:
                    yield runner.run(anext(events))
                except StopAsyncIteration:
                    return
        finally:
            runner.run(events.aclose())
            runner.run(client.aclose())
