"""Streams without empty lines between their events, and lines of JSON alone."""

from __future__ import annotations

import json

import pytest

from assistants_server._model_api import EventDecoder
from assistants_server.upstream.odd_streams import JSONLines, Separator
from harness.scripted_server import Response
from tests.engines.asking import ANSWER, answered
from tests.engines.upstreams import EVENTS, chunk

COUNTS = {"prompt_tokens": 7, "completion_tokens": 2}
CHUNKS = (
    *(chunk(content="4"), chunk(content="2"), chunk("stop")),
    {"object": "chat.completion.chunk", "choices": [], "usage": COUNTS},
)
LINES = [json.dumps(each) for each in CHUNKS]
DATA = [*(f"data: {line}" for line in LINES), "data: [DONE]"]
BODIES = {
    "no empty lines": "\n".join([*DATA, ""]),
    "no empty lines, no end": "\n".join(DATA),
    "no space": "\n".join(DATA).replace("data: ", "data:"),
    "CRLF": "\r\n".join([*DATA, ""]),
    "names": "\n".join(f"event: chunk\n{line}" for line in DATA),
    "the last ones alone": "\n\n".join(DATA[:2]) + "\n\n" + "\n".join(DATA[2:]),
    "lines of JSON": "\n".join([*LINES, ""]),
    "lines of JSON, no end": "\n".join(LINES),
    "lines of JSON, CRLF and a mark of the end": "\r\n".join([*LINES, "[DONE]", ""]),
    "lines of JSON with empty ones": "\n\n" + "\n\n".join(LINES),
}


@pytest.mark.parametrize("kind", [EVENTS, "application/x-ndjson"])
@pytest.mark.parametrize("body", BODIES.values(), ids=[*BODIES])
def test_both_are_read(body: str, kind: str) -> None:
    found, _ = answered(Response(200, [body.encode()], kind))
    assert found == ANSWER


@pytest.mark.parametrize("body", BODIES.values(), ids=[*BODIES])
def test_it_is_the_same_in_pieces(body: str) -> None:
    pieces = [body.encode()[start : start + 7] for start in range(0, len(body), 7)]
    found, _ = answered(Response(200, pieces, EVENTS))
    assert found == ANSWER


def separated(*pieces: bytes) -> list[str]:
    separator, decoder = Separator(), EventDecoder()
    events = [e for each in pieces for e in decoder.feed(separator.feed(each))]
    events += [*decoder.feed(separator.end()), *decoder.flush()]
    return [each.data for each in events]


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'data: {"a":\ndata: {"b": 1}\ndata: }\n\n', ['{"a":\n{"b": 1}\n}']),
        (b'data: {"a": 1}\nevent: x\n\n', ['{"a": 1}']),
        (b'data: {"a": 1}\ndata: more\n\ndata: x\n\n', ['{"a": 1}\nmore', "x"]),
        (b"data: {a}\ndata: {b}\n\n", ["{a}\n{b}"]),
        (b": hello\n\ndata: 1\r\rdata: 2\r\n\r\n", ["1", "2"]),
    ],
)
def test_what_is_one_event_stays_one(body: bytes, data: list[str]) -> None:
    assert separated(body) == data
    assert separated(*(body[i : i + 1] for i in range(len(body)))) == data


@pytest.mark.parametrize("size", [1, 5, 7, 50, 999])
@pytest.mark.parametrize("name", [name for name in BODIES if "JSON" not in name])
def test_however_it_is_cut_its_events_are_the_same(name: str, size: int) -> None:
    body = BODIES[name].encode()
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    assert separated(*pieces) == [*LINES, "[DONE]"]


def test_events_come_as_soon_as_the_next_one_begins() -> None:
    separator, decoder = Separator(), EventDecoder()
    assert decoder.feed(separator.feed(b'data: {"a": 1}\n')) == []
    (event,) = decoder.feed(separator.feed(b'data: {"b": 2}\n'))
    assert event.data == '{"a": 1}'
    lines = JSONLines()
    (event,) = lines.feed(b'{"a": 1}\n{"b"', 99)
    assert event.data == '{"a": 1}'
    assert lines.rest == b'{"b"'


def test_an_object_of_several_lines_is_one() -> None:
    lines = JSONLines()
    whole = json.dumps(CHUNKS[0], indent=1).encode()
    assert lines.feed(whole[:50], 9999) + lines.feed(whole[50:], 9999) == []
    assert lines.rest == whole
