"""More passages than a model can read."""

from __future__ import annotations

from typing import Any

from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.engines.turn_events import Fail, FileSearch
from tests.cases import each_case
from tests.engines.asking import QUICK
from tests.engines.test_searching import ASKED, CALLED, after, response, searching
from tests.engines.turns import outputs_of, told
from tests.engines.upstreams import chat, chat_calls, refusal, upstream

JSON = dict[str, Any]
FOUND: list[JSON] = [
    {
        "file_id": f"file_{n}",
        "file_name": f"{n}.txt",
        "score": 1 - n / 10,
        "content": [{"type": "text", "text": f"Passage {n}.\n\n" + "x" * 100}],
    }
    for n in range(6)
]
TOO_LONG = refusal(400, "This model's maximum context length is 512 tokens.")
CALL: JSON = {"type": "function_call", "id": "f", "call_id": "s1"}
CALL |= {"name": "file_search", "arguments": '{"query": "x"}'}


def passages(body: JSON) -> list[int]:
    """Return the passages that a request has, by their numbers."""
    text = str(body)
    return [n for n in range(6) if f"Passage {n}." in text]


@each_case("strategy", ["auto", "last_messages"])
def test_the_worse_ones_are_left_out_until_it_fits(strategy: str) -> None:
    """Of twenty with 800 tokens each, few fit into what small models read."""
    asked = searching(truncation_strategy={"type": strategy, "last_messages": 5})
    replies = chat_calls(ASKED), TOO_LONG, TOO_LONG, chat_calls(ASKED), chat()
    with upstream(*replies) as server:
        engine = ChatEngine(server.url, **QUICK)
        made = told(outputs_of(engine, asked, [FOUND, []]))
        sent = [each.json() for each in server.requests]
    assert "42" in made
    assert [passages(each) for each in sent] == [
        [],
        [0, 1, 2, 3, 4, 5],
        [0, 1, 2],
        [0, 1],
        # What was too long once is not sent again.
        [0, 1],
    ]
    # They are left out for the model alone.
    (search, *_) = [each for each in made if isinstance(each, FileSearch)]
    assert search.query == "the answer"
    assert {len(each["messages"]) for each in sent[1:4]} == {4}


def test_so_they_are_in_responses() -> None:
    with upstream(response(CALL), TOO_LONG, response()) as server:
        outputs_of(ResponsesEngine(server.url, **QUICK), searching(), [FOUND])
        sent = [passages(each.json()) for each in server.requests]
    assert sent == [[], [0, 1, 2, 3, 4, 5], [0, 1, 2]]


def test_so_they_are_beside_calls() -> None:
    with upstream(chat_calls(ASKED, CALLED), TOO_LONG, chat()) as server:
        engine = ChatEngine(server.url, **QUICK)
        *_, state = outputs_of(engine, searching(), [FOUND])
        assert "42" in told(outputs_of(engine, after(CALLED, state)))
        sent = [passages(each.json()) for each in server.requests]
    assert sent == [[], [0, 1, 2, 3, 4, 5], [0, 1, 2]]


def test_one_passage_stays() -> None:
    with upstream(chat_calls(ASKED), TOO_LONG) as server:
        engine = ChatEngine(server.url, **QUICK)
        *_, last = outputs_of(engine, searching(), [FOUND])
        assert isinstance(last, Fail)
        assert last.code == "invalid_prompt"
        assert passages(server.requests[-1].json()) == [0]
