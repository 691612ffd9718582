"""Events are the same in whatever pieces they come, and however they are written."""

from __future__ import annotations

from itertools import pairwise

from assistants_api.streaming import Event, EventDecoder, LineDecoder
from tests.cases import each_case

USUAL = "event: a\ndata: {}\n\nevent: b\ndata: \u2028[1]\n\n"
BOTH = [("a", "{}"), ("b", "\u2028[1]")]
STREAMS = {
    "usual": (USUAL, BOTH),
    "cut": (USUAL + "event: c\ndata: 3", [*BOTH, ("c", "3")]),
    "cut behind a line": (USUAL[:-1], BOTH),
    "comments": (
        f": hello\n\n{USUAL}:\n{USUAL}",
        BOTH * 2,
    ),
    "two lines": ("data: 1\ndata: 2\n\n" + USUAL[:18], [("", "1\n2"), ("a", "{}")]),
    "mixed": (
        f"data: 1\n\n{USUAL}data: 2\n\n{USUAL}",
        [("", "1"), *BOTH, ("", "2"), *BOTH],
    ),
    "no space": ("event:a\ndata:{}\n\n", [("a", "{}")]),
    "no data": ("event: a\n\nevent: b\ndata: 1\n\n", [("b", "1")]),
    "named anew": ("event: a\nevent: b\ndata: 1\n\n", [("b", "1")]),
    "CRLF": (USUAL.replace("\n", "\r\n"), BOTH),
    "CR": (USUAL.replace("\n", "\r"), BOTH),
    "within data": ("data: event: a\ndata: data: b\n\n", [("", "event: a\ndata: b")]),
}


@each_case("name", STREAMS)
def test_events_are_the_same_in_any_pieces(name: str) -> None:
    text, due = STREAMS[name]
    content = text.encode()
    for size in (1, 2, 3, 5, 7, 18, 19, 1000):
        places = [*range(0, len(content), size), len(content)]
        decoder = EventDecoder()
        found = [e for a, b in pairwise(places) for e in decoder.feed(content[a:b])]
        assert found + decoder.flush() == [Event(*each) for each in due], size


def test_an_event_comes_as_soon_as_it_is_whole() -> None:
    decoder = EventDecoder()
    assert decoder.feed(b"event: a\nda") == []
    assert decoder.feed(b"ta: 1\n\nevent: b\ndata: 2\n") == [Event("a", "1")]
    assert decoder.feed(b"\nevent: c\ndata: 3\n\n") == [
        Event("b", "2"),
        Event("c", "3"),
    ]
    assert decoder.feed(b"event: d\ndata: 4\n\n") == [Event("d", "4")]
    assert decoder.flush() == []


SEQUENCE = '\x1e{"a": 1}\n\x1e\x1e{\n"a":\n"\u2028"}\n\x1e12\n\x1e{"cut\n\x1e3'
VALUES = ['{"a": 1}', '{\n"a":\n"\u2028"}', "12", '{"cut', "3"]
LINES = '{"a": 1}\r\n\n"\u2028\x1e"\n12\n{"cut\n3'


OF_LINES = ['{"a": 1}', '"\u2028\x1e"', "12", '{"cut', "3"]


@each_case(
    ("kind", "text", "due"),
    [
        ("application/json-seq", SEQUENCE, VALUES),
        ("application/geo+json-seq", SEQUENCE, VALUES),
        ("application/x-ndjson", LINES, OF_LINES),
    ],
)
def test_values_are_the_same_in_any_pieces(
    kind: str, text: str, due: list[str]
) -> None:
    content = text.encode()
    for size in (1, 2, 3, 5, 7, 1000):
        places = [*range(0, len(content), size), len(content)]
        decoder = LineDecoder(kind)
        found = [e for a, b in pairwise(places) for e in decoder.feed(content[a:b])]
        assert found + decoder.flush() == [Event("", each) for each in due], size


def test_a_value_of_a_sequence_comes_as_soon_as_it_is_whole() -> None:
    decoder = LineDecoder("application/json-seq")
    assert decoder.feed(b'\x1e{"a":\n') == []
    assert decoder.feed(b"1}\n") == [Event("", '{"a":\n1}')]
    assert decoder.feed(b"\x1e2") == []
    assert decoder.feed(b"\x1e3\n") == [Event("", "2"), Event("", "3")]
    assert decoder.flush() == []
