"""What a model thinks aloud in its text is shown to nobody.

That text begins with thoughts, and how, is from reports on servers without a parser:

- `<think>` first: ggml-org/llama.cpp#13867, RooCodeInc/Roo-Code#1087 (Ollama),
  lmstudio-ai/lmstudio-bug-tracker#1569; MiniMax's own tag: vllm-project/vllm#45687.
- `</think>` alone, as the template has written the first: vllm-project/vllm#13125,
  ggml-org/llama.cpp#23320, lmstudio-ai/lmstudio-bug-tracker#1495. Qwen's documents
  say so of their models that think (vllm-project/vllm#31045).
- empty thoughts: ollama/ollama#8837; thoughts alone: lmstudio-bug-tracker#1602.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest

from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.engines.turn_events import Incomplete, Text
from assistants_server.upstream.chat_chunks import ChatChunks
from assistants_server.upstream.response_events import ResponseEvents
from assistants_server.upstream.thoughts import AnswerThoughts, Thoughts
from tests.cases import each_case
from tests.engines.turns import event, outputs_of, read_all, told, turn
from tests.engines.upstreams import chat_calls, chunk, stream, upstream

HOST = "127.0.0.1:8000"


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def shown(thoughts: AnswerThoughts, text: str, size: int, **end: Any) -> str:
    return "".join(map(thoughts.feed, pieces(text, size))) + thoughts.end(**end)


TEXTS = {
    "thoughts first": ("<think>\nSix sevens...\n</think>\n\n42", "42"),
    "no thoughts": ("<think>\n\n</think>\n\n42 <b>", "42 <b>"),
    "in one line": ("<think>Hm.</think>42", "42"),
    "after an empty line": ("\n <think>Hm.</think> 42", "42"),
    "of MiniMax": ("<mm:think>So </think> it is.</mm:think>42", "42"),
    "of Seed": ("<seed:think>Hm.</seed:think>42", "42"),
    "of Magistral": ("[THINK]Hm.[/THINK]42", "42"),
    "of Command": ("<|START_THINKING|>Hm.<|END_THINKING|>42", "42"),
    "of Kimi": ("\u25c1think\u25b7Hm.\u25c1/think\u25b742", "42"),
    "with a longer tag": ("<thinking>Hm.</thinking>42", "42"),
    "that never end": ("<think>Six sevens are", ""),
    "alone": ("<think>Hm.</think>", ""),
    "with angles": ("<think>a < b </thin</think>42", "42"),
    "nothing but text": ("  42 </thin <think", "  42 </thin <think"),
    "half a tag": ("<thi", "<thi"),
    "another tag": ("<b>42</b>", "<b>42</b>"),
    "told of in the middle": (
        "Use <think>so</think>.\n</think>",
        "Use <think>so</think>.\n</think>",
    ),
    "twice": ("<think>a</think>b<think>c</think>", "b<think>c</think>"),
}


@each_case("size", [1, 3, 8, 100])
@each_case("name", TEXTS)
def test_thoughts_are_taken_out_however_the_text_is_cut(name: str, size: int) -> None:
    text, expected = TEXTS[name]
    assert shown(AnswerThoughts(), text, size) == expected
    assert shown(Thoughts("show").of("m"), text, size) == text


@pytest.mark.parametrize("size", [1, 7, 100])
def test_thoughts_that_no_tag_opens_are_held_back_on_wish(size: int) -> None:
    def said(text: str, **end: Any) -> str:
        return shown(Thoughts("unopened").of("m"), text, size, **end)

    assert said("Six sevens...\n</think>\n\n42") == "42"
    assert said("<think>Hm.</think>42") == "42"
    # It may have been an answer without thoughts; cut off, it was none.
    assert said("It is 42.") == "It is 42."
    assert said("Six sevens", is_cut=True) == ""
    assert said("<think>Six sevens") == ""


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("deepseek-r1:70b", "42"),
        ("/models/DeepSeek-R1-Distill-Qwen-7B", "42"),
        ("Qwen/Qwen3-235B-A22B-Thinking-2507-FP8", "42"),
        ("qwq", "42"),
        ("llama3.2", "Hm.\n</think>\n42"),
    ],
)
def test_models_that_are_known_for_it_are_held_back_at_once(
    model: str, expected: str
) -> None:
    assert shown(Thoughts().of(model), "Hm.\n</think>\n42", 4) == expected


def test_where_thoughts_come_apart_nothing_is_held_back() -> None:
    thoughts = Thoughts("unopened").of("deepseek-r1")
    thoughts.come_apart()
    assert thoughts.feed("It ") + thoughts.feed("is") == "It is"


def test_without_the_wish_they_are_from_the_second_answer_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    thoughts = Thoughts()
    text = "Six sevens...\n</think>\n\n42"
    assert shown(thoughts.of("r1"), text, 4) == text
    assert shown(thoughts.of("r1"), text, 4) == "42"
    assert shown(thoughts.of("other"), "I said.", 4) == "I said."
    assert "r1 thinks aloud" in caplog.text
    assert "--thoughts unopened" in caplog.text
    assert "Six" not in caplog.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The end is `</think>`.", "The end is `</think>`."),
        ("So:\n<think>\nHm.\n</think>\n", "So:\n<think>\nHm.\n</think>\n"),
        ("<think>Hm.</think>So:\n</think>", "So:\n</think>"),
    ],
)
def test_text_about_tags_teaches_nothing(
    text: str, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    thoughts = Thoughts()
    assert shown(thoughts.of("m"), text, 1) == expected
    assert shown(thoughts.of("m"), text, 3) == expected
    assert not caplog.records


def test_a_text_in_one_piece_is_known_to_its_end() -> None:
    def said(text: str) -> str:
        return AnswerThoughts().feed(text, is_whole=True)

    assert said("Six sevens...\n</think>\n\n42") == "42"
    assert said("</think>42") == "42"
    assert said("So:\n<think>\nHm.\n</think>") == "So:\n<think>\nHm.\n</think>"


# --- In both protocols --------------------------------------------------------------


def choice(finish: str | None = None, **rest: Any) -> Any:
    return event({"choices": [{"index": 0, "finish_reason": finish, **rest}]})


def test_thoughts_in_chat_completions() -> None:
    texts = "<think>", "Hm.", "</think>", "\n\n", "4", "2"
    chunks = [choice(delta={"content": each}) for each in texts]
    assert read_all(ChatChunks(HOST), [*chunks, choice("stop")]) == ["42"]
    whole = choice("stop", message={"content": "Hm.\n</think>\n42"})
    assert read_all(ChatChunks(HOST), [whole]) == ["42"]
    cut = choice(delta={"content": "<think>Hm."}), choice("length")
    assert read_all(ChatChunks(HOST), cut) == [Incomplete("max_completion_tokens")]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_text_after_thoughts_that_came_apart_is_passed_on_at_once(name: str) -> None:
    reader = ChatChunks(HOST, (), lambda: Thoughts("unopened").of("m"))
    reader.feed(choice(delta={name: "Hm."}))
    assert reader.feed(choice(delta={"content": "4"})) == ["4"]


def test_a_place_for_thoughts_that_stays_empty_says_nothing() -> None:
    """As vLLM sends it without a parser: vllm-project/vllm#34625."""
    reader = ChatChunks(HOST, (), lambda: Thoughts("unopened").of("m"))
    texts = "Hm.", "\n</think>", "42"
    deltas = [{"content": each, "reasoning_content": None} for each in texts]
    chunks = [choice(delta=each) for each in deltas]
    assert read_all(reader, [*chunks, choice("stop")]) == ["42"]


@pytest.mark.parametrize("kind", ["added", "done"])
def test_so_it_is_after_an_item_of_reasoning(kind: str) -> None:
    reader = ResponseEvents(HOST, None, (), lambda: Thoughts("unopened").of("m"))
    item = {"type": "reasoning", "id": "rs_1", "summary": []}
    reader.feed(event({"type": f"response.output_item.{kind}", "item": item}))
    delta = {"type": "response.output_text.delta", "item_id": "m", "delta": "4"}
    assert reader.feed(event(delta)) == [Text("4")]


def test_what_was_held_back_comes_before_calls() -> None:
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    events = choice(delta={"content": "<"}), choice(delta={"tool_calls": [call]})
    found = read_all(ChatChunks(HOST), [*events, choice("stop")])
    assert found == ["<", ["a", "f", "{}"]]


def test_calls_after_thoughts_are_a_turn_without_a_text() -> None:
    calls = chat_calls(("a", "f", "{}"), text="<think>I shall ask.</think>\n")
    with upstream(calls) as server:
        (found, *_) = told(outputs_of(ChatEngine(server.url), turn()))
    assert found == ["a", "f", "{}"]


def test_thoughts_in_responses() -> None:
    citation = {"type": "file_citation", "file_id": "file_1", "filename": "a"}
    text = "<think>Hm.</think>\n42"
    part = {"type": "output_text", "text": text, "annotations": [citation]}
    item = {"type": "message", "id": "m", "content": [part]}
    delta = {"type": "response.output_text.delta", "item_id": "m"}
    done = {"type": "response.completed", "response": {"output": [item]}}
    streamed = [event({**delta, "delta": each}) for each in pieces(text, 5)]
    for events in ([event(done)], [*streamed, event(done)]):
        reader = ResponseEvents(HOST)
        said, cited = read_all(reader, events)
        assert said == "42"
        assert isinstance(cited, Text)
        # Places are counted in what is shown.
        assert cited.annotations[0]["start_index"] == 2
        # What the model said goes back to it as it came.
        assert reader.items == [item]


def test_an_answer_without_its_items_is_shown_to_its_last_character() -> None:
    delta = {"type": "response.output_text.delta", "item_id": "m", "delta": "<"}
    done = {"type": "response.completed", "response": {"output": []}}
    assert read_all(ResponseEvents(HOST), [event(delta), event(done)]) == ["<"]


@pytest.mark.parametrize("showing", ["hide", "show"])
@pytest.mark.parametrize("engine", [ChatEngine, ResponsesEngine])
def test_engines_leave_thoughts_in_on_wish(engine: Any, showing: Any) -> None:
    said = "<think>Hm.</think>42"
    part = {"type": "output_text", "text": said, "annotations": []}
    output = [{"type": "message", "id": "m", "content": [part]}]
    response = {"type": "response.completed", "response": {"output": output}}
    answer = stream(chunk(content=said), chunk("stop"))
    reply = answer if engine is ChatEngine else stream(response)
    with upstream(reply) as server:
        found = told(outputs_of(engine(server.url, thoughts=showing), turn()))
    assert found == [said if showing == "show" else "42"]
