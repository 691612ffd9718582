"""Streams that are recorded once and replayed, cut wherever one likes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field, frozen

from assistants_client import (
    AsyncClient,
    Client,
    tool,
)
from assistants_server import CodeCall, FileSearch, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

KEY = "sk-of-the-test"
ENDED = ("completed", "requires_action")


@tool
def add(a: int) -> int:
    """Add one.

    Args:
        a: to what.
    """
    return a + 1


def engine(turn: Turn) -> Iterator[Any]:
    """Use what there is to use, and speak before and after."""
    if turn.question == "call" and not turn.outputs:
        yield ToolCall("add", {"a": 1})
        yield ToolCall("add", {"a": 2})
        return
    yield CodeCall("print(1)", logs="1\n", images=("file_1",))
    yield FileSearch(())
    yield from ("It is ", "d\u2028ne", ".")


@frozen
class Stage:
    """A stream as the server sent it, and what it then had to say of the run.

    Attributes:
        content: the bytes.
        found: JSON by the end of the path; lists in the order of creation.
    """

    content: bytes
    found: dict[str, Any]

    def frames(self) -> list[bytes]:
        """Return the events as bytes, each with its empty line."""
        return [each + b"\n\n" for each in self.content.split(b"\n\n")[:-1]]

    def cuts(self) -> list[int]:
        """Return where to cut: before and within each event, but not after the last."""
        found, at = [], 0
        for each in self.frames():
            found += [at, at + len(each) // 2]
            at += len(each)
        return found


class CutBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, content: bytes, error: Exception | None) -> None:
        self._content = content
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        if self._content:
            yield self._content
        if self._error is not None:
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for each in self:
            yield each


@define
class Replayed:
    """A server that answers as a recorded one did, with a stream that is cut.

    Attributes:
        stages: what it sends, one stream after the other.
        at: which of them are cut, and after how many bytes.
        error: with what the connection breaks; None if it is closed.
        posted: the paths of what was sent.
    """

    stages: list[Stage]
    at: Mapping[int, int] = field(factory=dict)
    error: Exception | None = None
    posted: list[str] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.posted.append(request.url.path)
            number = len(self.posted) - 1
            content, error = self.stages[number].content, None
            if number in self.at:
                content, error = content[: self.at[number]], self.error
            headers = {"content-type": "text/event-stream", "x-request-id": "req_1"}
            return httpx.Response(200, headers=headers, stream=CutBody(content, error))
        found = self.stages[len(self.posted) - 1].found
        name = request.url.path.rpartition("/")[2]
        if name not in found:
            return httpx.Response(200, json=found["run"])
        items = found[name]
        if request.url.params.get("order", "desc") == "desc":
            items = items[::-1]
        return httpx.Response(
            200, json={"object": "list", "data": items, "has_more": False}
        )


@frozen
class Outcome:
    """What came of a stream: its end, and all texts on the way."""

    run: Any
    messages: list[Any]
    steps: list[Any]
    text: str


Method = Any
"""Begins a stream with a client, and options."""


def use_sync(replayed: Replayed, method: Method, options: dict[str, Any]) -> Outcome:
    with (
        httpx.Client(transport=httpx.MockTransport(replayed)) as transport,
        Client(base_url="http://x/v1", api_key=KEY, http_client=transport) as client,
        method(client, **options) as stream,
    ):
        text = "".join(stream.text_deltas)
        run = stream.get_final_run()
        some = stream.event_data["messages"]
        messages = stream.get_final_messages() if some else []
        return outcome(run, messages, stream.get_final_run_steps(), text)


def use_async(replayed: Replayed, method: Method, options: dict[str, Any]) -> Outcome:
    async def use() -> Outcome:
        async with (
            httpx.AsyncClient(transport=httpx.MockTransport(replayed)) as transport,
            AsyncClient(
                base_url="http://x/v1", api_key=KEY, http_client=transport
            ) as client,
            method(client, **options) as stream,
        ):
            text = "".join([each async for each in stream.text_deltas])
            run = await stream.get_final_run()
            some = stream.event_data["messages"]
            messages = await stream.get_final_messages() if some else []
            steps = await stream.get_final_run_steps()
            return outcome(run, messages, steps, text)

    return asyncio.run(use())


def outcome(run: Any, messages: list[Any], steps: list[Any], text: str) -> Outcome:
    return Outcome(
        run.to_dict(),
        [each.to_dict() for each in messages],
        [each.to_dict() for each in steps],
        text,
    )


class Recorded(httpx.HTTPTransport):
    """Goes to the server, and keeps the bodies of streams."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if response.headers["content-type"].startswith("text/event-stream"):
            content = response.read()
            response.close()
            self.streams.append(content)
            return httpx.Response(200, headers=response.headers, content=content)
        return response


def without_thread(stage: Stage) -> Stage:
    """Return what the server sends where the thread was there before."""
    frames = [each for each in stage.frames() if b"event: thread.created" not in each]
    return Stage(b"".join(frames), stage.found)


@frozen
class Case:
    """A method, and what the server sends when it is called.

    Attributes:
        run_id: the run that the call itself names; None if it creates one.
    """

    begin: Method
    stages: list[Stage]
    run_id: str | None = None


def create_and_run_stream(client: Any, **options: Any) -> Any:
    return client.threads.create_and_run_stream(assistant_id="a", **options)


def cut_anywhere(case: Case, use: Any) -> Iterator[tuple[int, int, Replayed]]:
    """Return a server for each cut; some break the connection, and some close it.

    What follows a cut is the same code for both kinds of client, and what drives it
    knows no places; so that every third is enough for one of them.
    """
    for number, stage in enumerate(case.stages):
        for order, cut in enumerate(stage.cuts()):
            if use is use_async and order % 3:
                continue
            error = (httpx.ReadError("the cable was cut"), None)[order // 2 % 2]
            yield number, cut, Replayed(case.stages, {number: cut}, error)


def sent_before(stages: list[Stage], number: int, cut: int) -> Any:
    """Read what came before a cut, as simply as can be."""
    run, texts, messages, steps = None, "", [], []
    content = b"".join(each.content for each in stages[:number])
    content += stages[number].content[:cut]
    for block in content.split(b"\n\n")[:-1]:
        name, data = (line.partition(b": ")[2].decode() for line in block.split(b"\n"))
        if name == "done":
            continue
        value = json.loads(data)
        if value["object"] == "thread.run":
            run = value
        elif name == "thread.message.created":
            messages.append(value["id"])
        elif value["object"] == "thread.run.step" and value["id"] not in steps:
            steps.append(value["id"])
        elif name == "thread.message.delta":
            texts += value["delta"]["content"][0]["text"]["value"]
    return run, texts, messages, steps
