"""Bodies that were packed on the way come out whole, or are refused."""

from __future__ import annotations

import gzip
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistants_client._effects import UnreadableResponse
from assistants_client._transport.body import Bound
from assistants_client._transport.library import Library
from tests.cases import each_case
from tests.client.packed import CODINGS, deflated, read, response

if TYPE_CHECKING:
    pass

THREAD = json.dumps({"id": "thread_1", "object": "thread"}).encode()


@given(
    content=st.binary(max_size=2000),
    coding=st.sampled_from(sorted(CODINGS)),
    size=st.integers(1, 300),
)
@example(content=b"", coding="deflate ", size=1)
def test_what_was_packed_comes_out_whatever_the_pieces(
    content: bytes, coding: str, size: int
) -> None:
    assert read(CODINGS[coding](content), coding, size=size) == content


def test_a_library_without_a_place_for_our_decoder_uses_its_own() -> None:
    later = Library("httpx")
    vars(later)["http"] = SimpleNamespace(
        Response=lambda _: None, DecodingError=httpx.DecodingError
    )
    found = response(gzip.compress(THREAD), "gzip")
    Bound(found, later, None).read()
    assert found.content == THREAD


@given(content=st.binary(max_size=300), coding=st.sampled_from(["gzip", "deflate"]))
def test_what_isn_t_packed_is_refused_or_read(content: bytes, coding: str) -> None:
    try:  # vacuous: either is right
        read(content, coding)
    except UnreadableResponse as error:
        why = f"not {coding}, as it says it is", f"as its {coding} has no end"
        assert any(each in str(error) for each in why)  # noqa: PT017


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip,deflate", "x"])
def test_other_codings_are_refused(coding: str) -> None:
    with pytest.raises(
        UnreadableResponse, match=f"encoded as '{coding}', which nobody asked"
    ):
        read(THREAD, coding)


@each_case("size", [1, 7, 1000])
@each_case("behind", [b"", bytes(20), b"\r\n", gzip.compress(b"")])
def test_all_members_of_gzip_are_read(size: int, behind: bytes) -> None:
    packed = gzip.compress(b"ab" * 300) + bytes(9) + gzip.compress(b"cd") + behind
    assert read(packed, "gzip", size=size) == b"ab" * 300 + b"cd"


@each_case("size", [1, 7, 1000])
@each_case("coding", ["gzip", "deflate", "deflate "])
def test_what_is_cut_short_is_no_whole_body(coding: str, size: int) -> None:
    packed = CODINGS[coding](bytes(range(256)))
    for end in (1, len(packed) // 2, len(packed) - 1):
        with pytest.raises(UnreadableResponse, match="cut short, as its"):
            read(packed[:end], coding, size=size)
    assert read(b"", coding) == b""


@each_case("coding", ["gzip", "deflate", "deflate "])
@each_case("kind", ["application/json", "Application/Problem+JSON ; charset=utf-8"])
def test_of_json_only_the_end_of_what_packs_it_may_lack(coding: str, kind: str) -> None:
    packed = CODINGS[coding](THREAD)
    ends = 8 if coding == "gzip" else 4 if coding == "deflate" else 0
    assert read(packed[: len(packed) - ends], coding, kind=kind) == THREAD
    # It can't be seen from here; who reads the JSON sees it.
    assert THREAD.startswith(read(packed[: len(packed) // 2], coding, kind=kind))


def test_deflate_that_only_seems_to_have_a_head_is_read() -> None:
    packed = {
        content: deflated(content, -15)
        for content in (f"content {number}".encode() for number in range(200))
    }
    seeming = [
        content for content, raw in packed.items() if int.from_bytes(raw[:2]) % 31 == 0
    ]
    assert seeming
    for content in seeming:
        assert read(packed[content], "deflate") == content


@each_case("behind", [bytes(20), b"\r\n", b"\x1f", b"x"])
@each_case("coding", ["deflate", "deflate "])
def test_what_is_behind_deflate_counts_for_nothing(coding: str, behind: bytes) -> None:
    assert read(CODINGS[coding](THREAD) + behind, coding) == THREAD


@each_case("coding", sorted(CODINGS))
def test_a_limit_is_one_of_what_comes_out(coding: str) -> None:
    packed = CODINGS[coding](bytes(1000))
    assert read(packed, coding, limit=1000) == bytes(1000)
    with pytest.raises(
        UnreadableResponse, match="longer than the 999 bytes that max_response_"
    ):
        read(packed, coding, limit=999)


# --- Through the client ------------------------------------------------------------
