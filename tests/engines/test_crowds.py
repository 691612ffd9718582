"""Many runs at once over one upstream, no more of them than it shall get."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.engines.turn_events import Together
from harness.scripted_server import Response, ScriptedServer
from tests.engines.test_runs import begin, served
from tests.engines.turns import turn
from tests.engines.upstreams import EVENTS, chat, upstream
from tests.server.loop_watch import watched
from tests.server.openai_clients import IGNORED

if TYPE_CHECKING:
    from harness.scripted_server import Request

pytestmark = pytest.mark.filterwarnings(IGNORED)
MOST, RUNS = 2, 6
PART = {"type": "output_text", "text": "42", "annotations": []}
ITEM = {"type": "message", "id": "m", "role": "assistant", "content": [PART]}
RESPONSE = {"object": "response", "status": "completed", "output": [ITEM]}


@pytest.mark.parametrize("engine", [ChatEngine, ResponsesEngine])
def test_the_rest_waits_in_order(engine: Any) -> None:
    came, go_on = threading.Semaphore(0), threading.Semaphore(0)
    inside = peak = 0

    def respond(_: Request) -> Response:
        nonlocal inside, peak
        inside += 1
        peak = max(peak, inside)
        came.release()
        go_on.acquire(timeout=10)
        inside -= 1
        return chat() if engine is ChatEngine else Response.of(RESPONSE)

    def wait_for_one() -> None:
        assert came.acquire(timeout=10)

    with ScriptedServer(respond) as up, served(up, engine, max_turns=MOST) as client:
        api = client.beta.threads.runs
        runs = [
            api.create(**begin(client, f"Number {number}")) for number in range(RUNS)
        ]
        for _ in range(MOST):
            wait_for_one()
        shown = [api.retrieve(run.id, thread_id=run.thread_id) for run in runs]
        waiting = ["queued"] * (RUNS - MOST)
        assert [run.status for run in shown] == ["in_progress"] * MOST + waiting
        for _ in waiting:
            go_on.release()
            wait_for_one()
        for _ in range(MOST):
            go_on.release()
        for run in runs:
            assert api.poll(run.id, thread_id=run.thread_id).status == "completed"
        assert peak == MOST
        asked = [str(request.json()) for request in up.requests]
    numbers = [int(text.partition("Number ")[2][0]) for text in asked]
    # The first ones go on at once, so that they may overtake each other.
    assert sorted(numbers[:MOST]) == [*range(MOST)]
    assert numbers[MOST:] == [*range(MOST, RUNS)]


# As short as can be, so that many are in what is read at once.
WORD = b'data:{"choices":[{"delta":{"content":"w"}}]}\n\n'
END = b'data:{"choices":[{"finish_reason":"stop"}]}\n\n'


def flood(count: int) -> Response:
    return Response(200, WORD * count + END, EVENTS)


def test_a_flood_of_tokens_holds_up_nobody() -> None:
    with upstream(flood(4000)) as up, served(up) as client:
        given = begin(client)
        with watched() as steps:
            run = client.beta.threads.runs.create_and_poll(**given)
        steps.check()
        assert run.status == "completed"
        (message, *_) = client.beta.threads.messages.list(run.thread_id).data
        assert message.content[0].text.value == 4000 * "w"


def test_what_comes_at_once_is_taken_in_portions() -> None:
    async def sizes(url: str) -> list[int]:
        engine = ChatEngine(url)
        found = [
            len(output.outputs) if isinstance(output, Together) else 1
            async for output in engine(turn())
        ]
        await engine.aclose()
        return found

    with upstream(flood(1000)) as up:
        found = asyncio.run(sizes(f"{up.url}/v1"))
    assert sum(found) == 1000
    assert 30 < max(found) < 50
