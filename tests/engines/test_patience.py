"""Answers that have ended on connections that go on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.upstream.chat_chunks import ChatChunks
from assistants_server.upstream.response_events import ResponseEvents
from harness.scripted_server import HOLD, TIMEOUT, cut
from tests.engines.asking import QUICK
from tests.engines.turns import event, outputs_of, told, turn
from tests.engines.upstreams import chunk, stream, upstream

WHOLE: Any = {"object": "response", "status": "completed", "output": []}


@pytest.mark.parametrize(
    ("engine", "events"),
    [
        (ChatEngine, [chunk(content="42"), chunk("stop"), "[DONE]"]),
        (ResponsesEngine, [{"type": "response.completed", "response": WHOLE}]),
    ],
)
def test_a_connection_that_stays_open_after_the_end_is_not_waited_for(
    engine: Any, events: list[Any]
) -> None:
    """As proxies do: agentscope-ai/agentscope-java#2073, vastsa/PI-Desktop#217."""
    reply = [*cut(stream(*events, done=False), 1 << 20, HOLD)]
    held = [each for each in reply if each != b"0\r\n\r\n"]
    with upstream(held) as server:
        started = time.monotonic()
        found = told(outputs_of(engine(server.url, **QUICK), turn()))
        assert time.monotonic() - started < 10
        assert server.hung_up.wait(TIMEOUT)
    assert found in (["42"], [])


@pytest.mark.parametrize(
    ("reader", "steps"),
    [
        (ChatChunks, [(chunk(content="42"), False), ("[DONE]", True)]),
        (ChatChunks, [(chunk("stop"), True), ("[DONE]", True)]),
        (
            ResponseEvents,
            [
                ({"type": "response.in_progress"}, False),
                ({"type": "response.completed", "response": WHOLE}, True),
            ],
        ),
    ],
)
def test_patience_ends_with_the_answer(reader: Any, steps: list[Any]) -> None:
    """Some never say that it has ended: diegosouzapw/OmniRoute#6777."""
    made = reader("a.test")
    for data, is_short in steps:
        made.feed(event(data))
        assert (made.patience is not None) is is_short
