"""JSON as it is stored and sent: quickly where that can be, without loss elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistants_server.compact_json import (
    all_from_json,
    from_json,
    to_ascii_json,
    to_json,
)
from tests.cases import each_case

_VALUES = [
    {"a": [1, -0.5, True, None], "b": "\x00\x1f\x7f"},
    *("grüß\u2028\u2029\u0085", "\U0001f600", "half \ud800"),
    *(2**63, 2**64, -(2**80), 1e22, 5e-324, 0.1),
]


@each_case("value", _VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    text, sent = to_json(value), to_ascii_json(value)
    assert from_json(text) == value
    assert all_from_json([text, text]) == [value, value]
    assert json.loads(sent) == value
    # No client may take a part of it for the end of a line.
    assert sent.isascii()
    assert sent.decode().splitlines() == [sent.decode()]


@pytest.mark.parametrize("text", ['"\\ud800"', "1e999", "[-1e999]", "NaN"])
def test_what_one_library_refuses_is_read_by_the_other(text: str) -> None:
    assert repr(from_json(text)) == repr(json.loads(text))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        from_json("{")
