"""Tools of all kinds, from the definition to the output, over a real socket."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import BaseModel, Field

from assistants_client import tool
from assistants_server import LocalServer, ToolCall
from harness.either_client import entered, listed, settled
from tests.client.both import KINDS, NAMES, use

if TYPE_CHECKING:
    from collections.abc import Iterator


class Spot(BaseModel):
    """A place to moor."""

    name: str = Field(alias="spot-name")
    depth: Annotated[float, Field(gt=0)] = 1.0


class Harbour:
    def __init__(self) -> None:
        self.booked: list[str] = []

    @tool
    def book(self, spot: Spot, nights: int = 1) -> Spot:
        """Book a spot."""
        self.booked.append(f"{spot.name} for {nights}")
        return spot

    @tool
    async def leave(self, spots: list[Spot]) -> set[str]:
        return {each.name for each in spots}


def toll(harbour: str, boats: int) -> float:
    """Return the toll."""
    return len(harbour) * boats / 2


CALLS = (
    ToolCall("book", {"spot": {"spot-name": "A", "depth": None}, "nights": ""}),
    ToolCall("book", {"spot": {"spot-name": "B", "depth": -1}}),
    ToolCall("leave", {"spots": [{"spot-name": "A"}]}),
    ToolCall("toll", {"boats": 3}),
)


def engine(turn: Any) -> Iterator[Any]:
    if turn.number == 0:
        yield from CALLS
    else:
        yield json.dumps([each.output for each in turn.outputs])


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=2) as server:
        yield server


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
@pytest.mark.parametrize("streamed", [False, True], ids=["polled", "streamed"])
def test_tools_of_all_kinds(kind: Any, server: LocalServer, streamed: bool) -> None:
    harbour = Harbour()
    tools = {
        "book": harbour.book,
        "leave": harbour.leave,
        "toll": functools.partial(toll, "Hull"),
    }

    async def act(client: Any) -> Any:
        assistant = await settled(client.assistants.create(model="m", tools=tools))
        thread = await settled(client.threads.create())
        if not streamed:
            run = await settled(
                (await settled(thread.run(assistant))).wait(tools=tools)
            )
            return await listed(run.messages())
        async with entered(thread.stream(assistant, tools=tools)) as stream:
            return await settled(stream.get_final_messages())

    (message,) = use(kind, act, base_url=server.url)
    booked, refused, left, paid = json.loads(message.text)
    assert json.loads(booked) == {"spot-name": "A", "depth": 1.0}
    assert "Input should be greater than 0 - at `$.spot.depth`" in refused
    assert (left, paid) == ('["A"]', "6.0")
    assert harbour.booked == ["A for 1"]
