"""Whatever bytes and questions come, they end as a text, hits, or an error of ours."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistants_server.search import ExtractionError, Index, chunks
from assistants_server.search.html import text_of_html
from assistants_server.search.json_text import text_of_json
from assistants_server.search.office import paragraphs_of_docx
from assistants_server.search.plain_text import cleaned, decoded
from tests.search import specimens

if TYPE_CHECKING:
    from collections.abc import Iterator

# SQLite and Python don't agree on what Unicode doesn't know yet.
ASSIGNED = st.characters(exclude_categories=("Cn", "Co", "Cs"))
MARKUP = st.text(st.sampled_from("<>/!-[]&;#=\"' apre\n\0\ud800"), max_size=60)
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def index() -> Iterator[Index]:
    index = Index()
    index.add("vs", "a", chunks("The tide in Hull, 1.2 m. 潮汐。"))
    yield index
    index.close()


@given(query=st.text() | st.text(st.sampled_from('"*^:-+(){}ANDORNOT tide.,1潮汐')))
@SHARED
def test_every_question_can_be_asked(index: Index, query: str) -> None:
    for hit in index.search(["vs"], query):  # vacuous: most find none
        assert 0 < hit.score <= 1


@given(text=st.text(ASSIGNED, max_size=200))
@SHARED
def test_every_text_can_be_indexed_and_is_found_by_itself(
    index: Index, text: str
) -> None:
    clean = cleaned(text)
    index.add("own", "b", chunks(clean))
    assert "".join(c.text for c in index.content("own", "b")) == clean.strip()
    if any(letter.isascii() and letter.isalnum() for letter in clean):
        assert [hit.file_id for hit in index.search(["own"], clean)] == ["b"]


@given(data=st.binary(max_size=200))
def test_all_bytes_are_text_or_an_error(data: bytes) -> None:
    try:
        text = cleaned(decoded(data))
    except ExtractionError:
        return
    assert "\0" not in text
    text.encode()


@given(markup=MARKUP)
def test_all_markup_is_read(markup: str) -> None:
    data = markup.encode("utf-8", "replace").replace(b"\0", b"")
    for text in (
        text_of_html(data),
        text_of_html(b"<body>" + data),
        text_of_json(data),
    ):
        assert "\0" not in cleaned(text)


@given(place=st.integers(0, 400), piece=st.binary(min_size=1, max_size=4))
def test_broken_documents_are_read_or_an_error(place: int, piece: bytes) -> None:
    whole = specimens.docx("High", "tide")
    place %= len(whole)
    broken = whole[:place] + piece + whole[place + len(piece) :]
    with suppress(ExtractionError):
        "\n".join(paragraphs_of_docx(broken))
