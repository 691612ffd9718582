"""The auditor of the proof: it finds each thing that must not happen."""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING, Any

import httpx

from harness.proof.anywhere import Anywhere
from harness.proof.audit import Stored, audit
from harness.proof.engine import text_of
from harness.proof.ledger import Ledger
from harness.proof.trouble import Trouble
from harness.scripted_server import Response, ScriptedServer
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE, MOST = 4.0, 10.0
NOW = 1_000_000.0


class World:
    """What clients know and what is stored of one run with one round of calls."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.turns: list[dict[str, Any]] = []
        self.trouble = Trouble((), None, random.Random(0))  # type: ignore[arg-type]
        self.ledger.add("red", "thread", "thread_1")
        asked = self.asked = self.ledger.ask("red", rounds=1, pieces=3)
        asked.id, asked.thread, asked.status = "run_1", "thread_1", "completed"
        asked.began, asked.ended = NOW, NOW + 1
        asked.calls.update([0])
        asked.seen.update({0: NOW + 0.3, 1: NOW + 1})
        for turn, at in ((0, NOW + 0.1), (1, NOW + 0.5)):
            self.turn(turn, at)
        self.run = {
            "id": "run_1",
            "thread_id": "thread_1",
            "status": "completed",
            "completed_at": 1,
            "expires_at": 2,
            "required_action": None,
            "last_error": None,
            "usage": {},
            "metadata": asked.metadata,
        }
        self.call = {"number": asked.number, "round": 0}
        step_of = {"run_id": "run_1", "status": "completed", "id": "step_1"}
        self.calls = [self.call]
        self.step = {**step_of, "step_details": {}}
        text = {"value": text_of(asked.question, asked.pieces)}
        self.text = text
        self.message = {
            "id": "msg_1",
            "run_id": "run_1",
            "status": "completed",
            "content": [{"type": "text", "text": text}],
        }
        self.rows: list[tuple[str, str, dict[str, Any]]] = [
            ("red", "thread", {"id": "thread_1"}),
            ("red", "run", self.run),
            ("red", "step", self.step),
            ("red", "message", self.message),
        ]

    def turn(self, number: int, at: float) -> None:
        """Note that a turn began."""
        turn = {"run": "run_1", "round": number, "what": "begin", "process": 7}
        self.turns.append({**turn, "at": at})

    def execute(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows, as a connection does."""
        if "deltas" in query:
            return []
        active = ("queued", "in_progress", "requires_action", "cancelling")
        calls = [{"function": {"arguments": json.dumps(each)}} for each in self.calls]
        self.step["step_details"] = {"tool_calls": calls}
        return [
            (project, kind, body.get("status") in active, json.dumps(body))
            for project, kind, body in self.rows
        ]

    def wrong(self) -> list[str]:
        stored = Stored(self)  # type: ignore[arg-type]
        how = {"lease": LEASE, "margin": MOST - LEASE}
        return audit(self.ledger, stored, self.turns, self.trouble, **how)


def test_nothing_is_wrong_where_all_is_well() -> None:
    assert World().wrong() == []


def lose_thread(world: World) -> None:
    del world.rows[0]


def lose_run(world: World) -> None:
    world.rows = world.rows[:1]


def give_away(world: World) -> None:
    world.rows[0] = ("blue", *world.rows[0][1:])


def answer_another(world: World) -> None:
    world.rows[1] = ("blue", *world.rows[1][1:])


def make_twice(world: World) -> None:
    world.rows.append(("red", "run", {**world.run, "id": "run_2"}))


def leave(world: World) -> None:
    world.run["status"] = "in_progress"
    world.asked.status = ""


def see_another_end(world: World) -> None:
    world.asked.status = "cancelled"


def take_long(world: World) -> None:
    world.asked.ended = NOW + MOST + 1


def take_long_in_trouble(world: World) -> None:
    world.asked.ended = NOW + 2 * MOST + 1
    world.trouble.kills.append(NOW + 1)


def call_twice(world: World) -> None:
    world.calls.append(world.call)


def call_for_another(world: World) -> None:
    world.call["number"] = 99


def forget_the_calls(world: World) -> None:
    world.calls.clear()


def ask_the_client_twice(world: World) -> None:
    world.asked.calls.update([0])


def say_twice(world: World) -> None:
    world.rows.append(("red", "message", {**world.message, "id": "msg_2"}))


def lose_a_piece(world: World) -> None:
    world.text["value"] = "red.1: 0 2"


def say_what_was_for_another(world: World) -> None:
    world.text["value"] = text_of("blue.7", 3)


def ask_again(world: World) -> None:
    world.turn(0, NOW + 0.4)


def complain(world: World) -> None:
    world.ledger.complain("a client saw it")


@each_case(
    ("spoil", "said"),
    [
        (lose_thread, "thread_1 was acknowledged, and is lost"),
        (lose_run, "run_1 was acknowledged, and is lost"),
        (give_away, "thread_1 of red belongs to blue"),
        (answer_another, "run_1 of red belongs to blue"),
        (make_twice, "run 1 exists several times"),
        (leave, "run_1 is left in_progress"),
        (see_another_end, "run_1 was seen cancelled, and is completed"),
        (take_long, "run_1 took 11.0 s, and 10 s are the most"),
        (take_long_in_trouble, "run_1 took 21.0 s, and 20 s are the most"),
        (call_twice, "run_1 has called the same twice"),
        (call_for_another, "run_1 has calls of another run"),
        (forget_the_calls, "run_1 has 0 calls, and not 1"),
        (ask_the_client_twice, "asked for the calls of round 0 2 times"),
        (say_twice, "run_1 of red.1 has said"),
        (lose_a_piece, "run_1 of red.1 has said"),
        (say_what_was_for_another, "run_1 of red.1 has said"),
        (ask_again, "turn 0 of run_1 was asked for again"),
        (complain, "a client saw it"),
    ],
)
def test_what_is_wrong_is_found(spoil: Callable[[World], None], said: str) -> None:
    world = World()
    spoil(world)
    assert said in "\n".join(world.wrong())


def test_trouble_takes_time() -> None:
    world = World()
    world.asked.ended = NOW + 2 * MOST - 1
    world.trouble.outage = NOW + 1, NOW + 2
    assert world.wrong() == []


def test_a_machine_may_be_slow() -> None:
    world = World()
    take_long(world)
    assert len(world.wrong()) == 1
    for _ in range(40):
        other = world.ledger.ask("red", rounds=0, pieces=1)
        other.began, other.ended = NOW, NOW + 6
    assert world.wrong() == []


def test_a_request_finds_who_listens() -> None:
    async def posted(seed: int) -> Any:
        transport = Anywhere(ports, random.Random(seed))
        async with httpx.AsyncClient(transport=transport) as http:
            response = await http.post("http://127.0.0.1:1/v1/x", json={"a": 1})
        return response.json()

    with ScriptedServer(lambda _: Response.of({"here": True})) as server:
        # Nobody can listen at port 0.
        ports = [0, 0, server.port, 0]
        for seed in range(5):
            assert asyncio.run(posted(seed)) == {"here": True}
        assert [each.json() for each in server.requests] == [{"a": 1}] * 5
