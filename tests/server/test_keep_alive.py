"""Streams of runs that say nothing for long: comments keep their connections."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import asyncio
from itertools import takewhile
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_client import Client
from assistants_server import LocalServer
from assistants_server.http.events import Listener
from tests.server.openai_clients import IGNORED, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE = {"X-Local-Script": '[["Well, ", {"wait": 0.2}, "yes."]]'}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(keep_alive=0.01) as server:
        yield server


def test_what_is_on_the_way_sees_comments(server: LocalServer) -> None:
    with httpx.Client(base_url=server.url, headers=SILENCE) as http:
        assistant = http.post("/assistants", json={"model": "m"}).json()["id"]
        body = {"assistant_id": assistant, "stream": True}
        response = http.post("/threads/runs", json=body)
    frames = response.text.split("\n\n")
    assert frames.count(": the run goes on") > 1
    # A proxy that is told so keeps nothing back.
    assert response.headers["x-accel-buffering"] == "no"
    events = [each for each in frames if not each.startswith(":")]
    assert events[-2:] == ["event: done\ndata: [DONE]", ""]
    assert sum("thread.message.delta" in each for each in events) == 2


def test_clients_see_none(server: LocalServer) -> None:
    with Client(base_url=server.url, api_key="any") as client:
        assistant = client.assistants.create(model="m")
        with client.threads.create_and_run_stream(
            assistant_id=assistant, extra_headers=SILENCE
        ) as stream:
            assert [*stream.text_deltas] == ["Well, ", "yes."]


@pytest.mark.filterwarnings(IGNORED)
def test_nor_do_clients_of_others(server: LocalServer) -> None:
    with client_of(server) as client:
        assistant = client.beta.assistants.create(model="m")
        with client.beta.threads.create_and_run_stream(
            assistant_id=assistant.id, extra_headers=SILENCE
        ) as stream:
            assert [*stream.text_deltas] == ["Well, ", "yes."]


def test_a_comment_takes_no_event_away() -> None:
    async def heard() -> list[bytes]:
        listener = Listener()
        frames = listener.frames(keep_alive=0.001)
        found = [await anext(frames), await anext(frames)]
        listener.send("thread.run.created", {})
        listener.end()
        return [*found, *[each async for each in frames]]

    *comments, events = asyncio.run(heard())
    assert [*takewhile(lambda each: each.startswith(b": "), comments)] == comments
    assert events.startswith(b"event: thread.run.created\n")
    assert events.endswith(b"event: done\ndata: [DONE]\n\n")
