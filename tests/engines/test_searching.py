"""Searches in files for a model that has no stores of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.engines import (
    ChatEngine,
    Citation,
    FileSearch,
    FunctionOutput,
    PastTurn,
    ResponsesEngine,
)
from assistants_server.engines.turn_events import Fail, State, Usage
from assistants_server.upstream.marks import Marks
from tests.cases import each_case
from tests.engines.turns import function, message, outputs_of, run, told, turn
from tests.engines.upstreams import chat, chat_calls, chunk, refusal, stream, upstream

if TYPE_CHECKING:
    from assistants_server.engines.interface import Turn

JSON = dict[str, Any]
FOUND = [
    {"file_name": "a.txt", "content": [{"type": "text", "text": "It is 42."}]},
    {"file_name": "b.txt", "content": [{"type": "text", "text": "It is not."}]},
]
SEARCH = {"type": "file_search"}
ASKED = ("s1", "file_search", '{"query": "the answer"}')
CALLED = ("c1", "multiply", '{"a": 6}')


def searching(**changes: Any) -> Turn:
    return turn(tools=[SEARCH, function("multiply")], vector_stores=("vs",), **changes)


def response(*items: JSON) -> Any:
    data = {"object": "response", "status": "completed", "output": [*items]}
    return stream({"type": "response.completed", "response": data})


def test_the_model_reads_what_was_found_and_cites_it() -> None:
    cited = stream(
        chunk(content="42\u3010"), chunk(content="0:1\u2020b.txt\u3011."), chunk("stop")
    )
    with upstream(chat_calls(ASKED, text="Let me look."), cited) as server:
        engine = ChatEngine(server.url)
        found = told(outputs_of(engine, searching(), [FOUND]))
        assert found == [
            "Let me look.",
            FileSearch(query="the answer"),
            "42",
            Citation(1),
            ".",
        ]
        first, second = (request.json() for request in server.requests)
    names = [tool["function"]["name"] for tool in first["tools"]]
    assert names == ["multiply", "file_search"]
    said, output = second["messages"][-2:]
    assert said["content"] == "Let me look."
    assert output["tool_call_id"] == "s1"
    assert "\u30100:0\u2020a.txt\u3011\nIt is 42." in output["content"]
    assert "\u30100:1\u2020b.txt\u3011\nIt is not." in output["content"]


def test_the_same_in_responses_with_the_items_as_they_came() -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "encrypted_content": "x"}
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "s1",
        "name": "file_search",
        "arguments": '{"query": "the answer"}',
    }
    text = {"type": "output_text", "text": "42"}
    said = {"type": "message", "id": "m", "content": [text]}
    with upstream(response(reasoning, call), response(said)) as server:
        engine = ResponsesEngine(server.url)
        found = told(outputs_of(engine, searching(), [FOUND]))
        assert found == [FileSearch(query="the answer"), "42"]
        items = server.requests[1].json()["input"]
    assert items[1:3] == [reasoning, call]
    assert items[3]["type"] == "function_call_output"
    assert "It is 42." in items[3]["output"]


def test_several_searches_in_one_request_and_in_several() -> None:
    other = ("s2", "file_search", '{"query": "more"}')
    with upstream(chat_calls(ASKED, other), chat_calls(ASKED), chat()) as server:
        outputs = outputs_of(ChatEngine(server.url), searching(), [FOUND, [], FOUND])
        found = told(outputs)
        last = server.requests[2].json()["messages"]
    assert [each.query for each in found if isinstance(each, FileSearch)] == [
        "the answer",
        "more",
        "the answer",
    ]
    assert found[-2:] == ["42", Usage(7, 2)]
    outputs_ = [each["content"] for each in last if each["role"] == "tool"]
    assert "\u30100:0\u2020" in outputs_[0]
    assert outputs_[1] == "Nothing was found."
    assert "\u30102:0\u2020" in outputs_[2]


def test_a_model_that_only_searches_has_to_answer_at_last() -> None:
    with upstream(*[chat_calls(ASKED)] * 16, chat()) as server:
        found = told(outputs_of(ChatEngine(server.url), searching(), [FOUND] * 16))
        choices = [each.json().get("tool_choice") for each in server.requests]
    assert found[-2:] == ["42", Usage(7, 2)]
    assert choices == [*[None] * 16, "none"]


@pytest.mark.parametrize("text", ["", "I give up."])
def test_one_that_searches_all_the_same_is_not_asked_again(text: str) -> None:
    asked = chat_calls(ASKED, text=text)
    with upstream(asked) as server:
        outputs = outputs_of(ChatEngine(server.url), searching(), [FOUND] * 16)
        assert len(server.requests) == 17
    (last,) = told(outputs)[-1:]
    if text:
        assert last == text
    else:
        assert isinstance(last, Fail)
        assert "asked for tools 16 times and never answered" in last.message


def test_so_it_is_in_responses() -> None:
    call = {"type": "function_call", "id": "fc", "call_id": "s1", "name": "file_search"}
    asked = response({**call, "arguments": '{"query": "x"}'})
    with upstream(*[asked] * 16, response()) as server:
        outputs_of(ResponsesEngine(server.url), searching(), [FOUND] * 16)
        choices = [each.json().get("tool_choice") for each in server.requests]
    assert choices == [*[None] * 16, "none"]


def test_tokens_of_all_requests_are_added_up() -> None:
    asked = stream(
        chunk(tool_calls=[{"index": 0, "id": "s1", "function": {"name": ASKED[1]}}]),
        chunk("tool_calls"),
        {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 3}},
    )
    with upstream(asked, chat()) as server:
        found = told(outputs_of(ChatEngine(server.url), searching(), [FOUND]))
    assert [each for each in found if isinstance(each, Usage)][-1] == Usage(17, 5)


def test_searches_come_before_the_calls_of_the_same_answer() -> None:
    """Only then is there a step for them; the calls wait for the client."""
    with upstream(chat_calls(ASKED, CALLED), chat()) as server:
        engine = ChatEngine(server.url)
        found = told(outputs_of(engine, searching(), [FOUND]))
        search, call, state = found
        assert (search.query, call) == ("the answer", [*CALLED])
        assert isinstance(state, State)
        assert len(server.requests) == 1


def test_a_search_after_a_call_is_made_in_the_next_turn() -> None:
    """There is no step for it before; nothing that the model asked for is lost."""
    with upstream(chat_calls(CALLED, ASKED), chat()) as server:
        engine = ChatEngine(server.url)
        call, state = told(outputs_of(engine, searching()))
        assert call == [*CALLED]
        search, *rest = told(outputs_of(engine, after(CALLED, state), [FOUND]))
        assert search == FileSearch(query="the answer")
        assert rest == ["42", Usage(7, 2)]
        asked, *outputs = server.requests[1].json()["messages"][2:]
    assert [call["id"] for call in asked["tool_calls"]] == ["c1", "s1"]
    assert [each["tool_call_id"] for each in outputs] == ["c1", "s1"]
    assert "It is 42." in outputs[1]["content"]


def test_later_turns_know_of_late_searches_and_make_them_once() -> None:
    other = ("c2", "multiply", "{}")
    replies = chat_calls(CALLED, ASKED), chat_calls(other), chat()
    with upstream(*replies) as server:
        engine = ChatEngine(server.url)
        *_, state = outputs_of(engine, searching())
        *_, state = outputs_of(engine, after(CALLED, state), [FOUND])
        given = after(CALLED, state, number=2)
        outputs_of(engine, replace(given, past=(*past(CALLED), *past(other))))
        roles = [each["role"] for each in server.requests[2].json()["messages"]]
    assert roles[2:] == ["assistant", "tool", "tool", "assistant", "tool"]


@pytest.mark.parametrize("is_late", [False, True])
def test_in_responses_each_item_goes_back_once_with_all_outputs(is_late: bool) -> None:
    """OpenAI refuses an item that comes twice, and a call without an output."""
    items = [
        {
            "type": "function_call",
            "id": f"fc_{call}",
            "call_id": call,
            "name": name,
            "arguments": arguments,
        }
        for call, name, arguments in ((CALLED, ASKED) if is_late else (ASKED, CALLED))
    ]
    with upstream(response(*items), response()) as server:
        engine = ResponsesEngine(server.url)
        *_, state = outputs_of(engine, searching(), [FOUND])
        outputs_of(engine, after(CALLED, state), [FOUND])
        _, *sent = server.requests[1].json()["input"]
    assert sent[:2] == items
    assert [each["call_id"] for each in sent[2:]] == ["c1", "s1"]
    assert sent[2]["output"] == "42"
    assert "It is 42." in sent[3]["output"]


def test_the_next_turn_knows_the_searches_of_this_one() -> None:
    with upstream(chat_calls(ASKED), chat_calls(ASKED, CALLED), chat()) as server:
        engine = ChatEngine(server.url)
        *_, state = outputs_of(engine, searching(), [FOUND, FOUND])
        outputs_of(engine, after(CALLED, state))
        roles = [each["role"] for each in server.requests[2].json()["messages"]]
    assert roles[2:] == ["assistant", "tool", "assistant", "tool", "tool"]


def after(called: tuple[str, str, str], state: Any, number: int = 1) -> Turn:
    """Return the turn after one that ended with a call, which the store has kept."""
    assert isinstance(state, State)
    kept = json.loads(json.dumps(state.value))
    return searching(number=number, state=kept, past=past(called))


def past(called: tuple[str, str, str]) -> tuple[PastTurn, ...]:
    call, name, arguments = called
    return (PastTurn("", (FunctionOutput(name, arguments, "42", call),)),)


@pytest.mark.parametrize(
    "arguments",
    ['{"query": "x"}', '{"question": "x"}', '"x"', "x", '{"query": "x", "limit": 3}'],
)
def test_however_the_query_is_written(arguments: str) -> None:
    asked = ("s1", "file_search", arguments)
    with upstream(chat_calls(asked), chat()) as server:
        first, *_ = outputs_of(ChatEngine(server.url), searching(), [[]])
    assert first == FileSearch(query="x")


def test_a_function_of_the_same_name_is_the_clients() -> None:
    tools = [SEARCH, function("file_search")]
    asked = turn(tools=tools, vector_stores=("vs",))
    with upstream(chat_calls(("c1", "file_search", "{}"))) as server:
        found = told(outputs_of(ChatEngine(server.url), asked))
        names = [t["function"]["name"] for t in server.requests[0].json()["tools"]]
    assert found[0] == ["c1", "file_search", "{}"]
    assert names == ["file_search", "file_search_"]


def test_without_stores_there_is_nothing_to_search() -> None:
    with upstream(chat()) as server:
        outputs_of(ChatEngine(server.url), turn(tools=[SEARCH]))
        assert "tools" not in server.requests[0].json()


def test_code_is_refused_unless_the_upstream_runs_it_or_it_is_left_out() -> None:
    asked = run(tools=[{"type": "code_interpreter"}])
    url = "http://127.0.0.1:1"
    refused = ChatEngine(url).refusal(asked)
    assert refused is not None
    assert "--leave-out code_interpreter" in refused
    assert ResponsesEngine(url, built_in=["code_interpreter"]).refusal(asked) is None
    assert ChatEngine(url, leave_out=["code_interpreter"]).refusal(asked) is None
    assert ChatEngine(url).refusal(run(tools=[SEARCH, function("f")])) is None


@pytest.mark.parametrize(
    "said",
    [
        "registry.ollama.ai/library/gemma:2b does not support tools",
        "Function calling is not supported with this model",
        "No endpoints found that support tool use.",
    ],
)
def test_a_model_that_takes_no_tools_is_told_with_what_to_do(said: str) -> None:
    asked = turn(tools=[SEARCH], vector_stores=("vs",))
    for its, without in ((asked, True), (searching(), False)):
        with upstream(refusal(400, said)) as server:
            (failed,) = outputs_of(ChatEngine(server.url), its)
        assert isinstance(failed, Fail)
        assert said in failed.message
        assert "--model gpt-4o=NEW" in failed.message
        assert ("--leave-out file_search" in failed.message) == without


@pytest.mark.parametrize("engine", [ChatEngine, ResponsesEngine])
def test_a_search_that_is_left_out_is_not_told_of(engine: Any) -> None:
    asked = turn(tools=[SEARCH], vector_stores=("vs",))
    with upstream(refusal(400, "No.")) as server:
        outputs_of(engine(server.url, leave_out=["file_search"]), asked)
        assert "tools" not in server.requests[0].json()


MARK = "\u30100:1\u2020a.txt\u3011"


@each_case("size", [1, 2, 5, 100])
@each_case(
    ("text", "expected"),
    [
        (f"So{MARK}.", ["So", Citation(1, 1), "."]),
        (f"{MARK}{MARK}", [Citation(1, 1), Citation(1, 1)]),
        ("\u30100:1\u3011", [Citation(1, 1)]),
        (f"\u30100:1\u2020{'x' * 250}\u3011", [Citation(1, 1)]),
        ("\u30101:0\u2020found none\u3011", ["\u30101:0\u2020found none\u3011"]),
        ("\u30102:0\u2020other search\u3011", ["\u30102:0\u2020other search\u3011"]),
        (
            "\u30100:7\u2020no such result\u3011",
            ["\u30100:7\u2020no such result\u3011"],
        ),
        ("\u3010not a mark\u3011 at all", ["\u3010not a mark\u3011 at all"]),
        (f"\u3010{'x' * 300}", [f"\u3010{'x' * 300}"]),
        ("An open \u3010", ["An open \u3010"]),
        (f"\u3010{MARK}", [f"\u3010{MARK}"]),
    ],
)
def test_marks_in_pieces_of_any_size(size: int, text: str, expected: Any) -> None:
    marks = Marks([2, 0])
    made: list[Any] = []
    for start in range(0, len(text), size):
        made += marks.feed(text[start : start + size])
    assert told([*made, *marks.end()]) == expected


def test_messages_of_this_run_are_not_said_twice() -> None:
    own = {**message("I said it.", "assistant"), "run_id": "run_1"}
    with upstream(chat()) as server:
        outputs_of(ChatEngine(server.url), turn(message("So?"), own))
        texts = [each["content"] for each in server.requests[0].json()["messages"]]
    assert texts == ["Be brief.", "So?"]
