"""JSON is read the same by the standard library, at first, and by msgspec."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from assistants_client import Client, _call, _json
from assistants_client._json import Codec, decode
from assistants_client.objects import _live
from assistants_client.resources import _readers

TEXTS: list[bytes] = [
    *(b"0", b"-0", b"-0.0", b"1.0", b"1e5", b"1E400", b"5e-324", b"01", b"1.", b"+1"),
    *(b"18446744073709551616", b"-9223372036854775809", b"9" * 4000, b"9" * 5000),
    *(b"0.1", b"1.7976931348623157e308", b"123456789.123456789123456789"),
    *(b'"\\u0000"', b'"\\ud83d\\ude00"', b'"\\ud800"', b'"\\/"', b'"\\x"', b'"\x01"'),
    *(b'"\xc3\xa9"', b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\x7f"'),
    *(b'{"a": 1, "a": 2}', b'{"": {"b": [1, {}]}}', b"[1,]", b"{'a': 1}", b'{"a" 1}'),
    *(b"", b" ", b" \t\r\n{} ", b"{} x", b"\xef\xbb\xbf{}", b"\x0c{}", b"\x00"),
    *(b"null", b"true", b"NaN", b"-Infinity", b"nul"),
    *(b"[" * 500 + b"]" * 500, b"[" * 100_000 + b"]" * 100_000),
]


def quick_codec() -> Codec:
    codec = Codec()
    codec.use_msgspec()
    return codec


def read(decoder: Any, content: bytes) -> str:
    """Return what is read as Python shows it; why it can't be is nobody's concern."""
    try:
        return repr(decoder(content))
    except (ValueError, RecursionError):
        return "no JSON"


@pytest.mark.parametrize(
    "content", TEXTS, ids=lambda each: f"{each[:20]!r}, {len(each)}"
)
def test_what_msgspec_reads_is_what_the_standard_library_reads(content: bytes) -> None:
    codec = quick_codec()
    try:
        found = codec.decode(content)
    except codec.problems:
        # The standard library decides.
        assert read(decode, content) == read(json.loads, content)
    else:
        assert repr(found) == repr(json.loads(content))


def run(metadata: Any) -> httpx.Response:
    found = {"id": "run_1", "object": "thread.run", "metadata": metadata}
    return httpx.Response(200, json=found)


@pytest.fixture
def codec(monkeypatch: pytest.MonkeyPatch) -> Codec:
    codec = Codec()
    for module in (_call, _json, _readers, _live):
        monkeypatch.setattr(module, "CODEC", codec)
    return codec


def test_msgspec_reads_once_there_is_more(codec: Codec) -> None:
    texts = ["a" * 100, "b" * 40_000, "c" * 40_000, "d"]
    bodies = iter([run({"a": each}) for each in texts])
    with (
        httpx.Client(transport=httpx.MockTransport(lambda _: next(bodies))) as http,
        Client(
            base_url="http://127.0.0.1:1/v1", api_key="none-12", http_client=http
        ) as client,
    ):
        used = []
        for text in texts:
            found = client.threads.runs.retrieve("run_1", thread_id="thread_1")
            used.append(codec.encode is None)
            assert found.metadata == {"a": text}
    assert used == [True, True, False, False]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    "metadata", [{"a": "b"}, None, {"a": "\ud800"}, {"a": float("nan"), "b": 10**30}]
)
def test_updates_send_what_was_changed(
    codec: Codec, metadata: Any, is_first: bool
) -> None:
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(
            200, text=json.dumps({"id": "run_1", "metadata": metadata})
        )

    if not is_first:
        codec.use_msgspec()
    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        Client(
            base_url="http://127.0.0.1:1/v1", api_key="none-12", http_client=http
        ) as client,
    ):
        found = client.threads.runs.retrieve("run_1", thread_id="thread_1")
        assert found.to_dict() == {"id": "run_1", "metadata": metadata} or "nan" in str(
            metadata
        )
        found.update()
        found.metadata = {"c": "d"}
        found.update()
    assert [json.loads(each) if each else None for each in sent] == [
        None,
        {},
        {"metadata": {"c": "d"}},
    ]
