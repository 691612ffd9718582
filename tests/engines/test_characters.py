"""Characters whose halves come in different pieces: openclaw/openclaw#115536."""

from __future__ import annotations

from typing import Any

from assistants_server.engines import ResponsesEngine
from assistants_server.upstream.characters import Characters
from tests.cases import each_case
from tests.engines.asking import QUICK, answered
from tests.engines.turns import outputs_of, told, turn
from tests.engines.upstreams import chunk, stream, upstream

PIECES: dict[str, tuple[list[str], str]] = {
    "in two": (["a \ud83d", "\ude00 b"], "a \U0001f600 b"),
    "each half alone": (["\ud83d", "\ude00"], "\U0001f600"),
    "in one": (["\ud83d\ude00"], "\U0001f600"),
    "whole": (["a \U0001f600", " b"], "a \U0001f600 b"),
    "without its other half": (["a \ud83d", " b"], "a � b"),
    "at the end": (["a \ud83d"], "a �"),
    "the other half alone": (["a \ude00 b"], "a � b"),
    "two first halves": (["\ud83d", "\ud83d\ude00"], "�\U0001f600"),
}


@each_case(("pieces", "text"), PIECES.values(), ids=PIECES)
def test_halves_become_characters(pieces: list[str], text: str) -> None:
    characters = Characters()
    found = "".join([*map(characters.feed, pieces), characters.end()])
    assert (found, characters.end()) == (text, "")
    said, _ = answered(stream(*[chunk(content=each) for each in pieces], chunk("stop")))
    assert said == [text]


@each_case(("pieces", "text"), PIECES.values(), ids=PIECES)
def test_so_they_do_in_arguments(pieces: list[str], text: str) -> None:
    calls: list[dict[str, Any]] = [
        {"index": 0, "id": "a", "function": {"name": "say", "arguments": '{"x": "'}},
        *({"index": 0, "function": {"arguments": each}} for each in [*pieces, '"}']),
    ]
    events = [chunk(tool_calls=[each]) for each in calls]
    found, _ = answered(stream(*events, chunk("tool_calls")))
    assert found[0] == ["a", "say", f'{{"x": "{text}"}}']


@each_case(("pieces", "text"), PIECES.values(), ids=PIECES)
def test_so_they_do_in_responses(pieces: list[str], text: str) -> None:
    part = {"item_id": "m", "content_index": 0}
    kind = "response.output_text.delta"
    said = [{"type": kind, **part, "delta": each} for each in pieces]
    whole = {"object": "response", "status": "completed", "output": []}
    end = {"type": "response.completed", "response": whole}
    with upstream(stream(*said, end)) as server:
        found = outputs_of(ResponsesEngine(server.url, **QUICK), turn())
    assert told(found) == [text]
