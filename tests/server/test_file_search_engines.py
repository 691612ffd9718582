"""Engines and scripts search files by themselves, and cite what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import Citation, FileSearch, scripted
from tests.server.openai_clients import IGNORED, script
from tests.server.search_runs import (
    BOTH,
    assistant_of,
    files_of,
    run_of,
    store_of,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

    from assistants_server import Engine, LocalServer, Turn

pytestmark = pytest.mark.filterwarnings(IGNORED)


@pytest.fixture(params=BOTH)
def client(request: pytest.FixtureRequest, server: LocalServer) -> Iterator[Any]:
    """Provide the clients one after the other; both have the same methods."""
    with request.param(server) as client:
        yield client


@pytest.fixture
def store(client: Any) -> str:
    """Provide the id of a vector store with both files."""
    return store_of(client, files_of(client))


def test_engine_is_given_what_was_found(
    client: Any, store: str, use_engine: Callable[[Engine], None]
) -> None:
    async def asynchronous(turn: Turn) -> AsyncGenerator[Any, Any]:
        found = yield FileSearch(query="hot oven")
        yield f"{turn.vector_stores} {len(found)}: {found[0]['content'][0]['text'][:5]}"
        yield Citation()

    def plain(turn: Turn) -> Generator[Any, Any]:
        found = yield FileSearch(query="hot oven")
        yield f"{turn.vector_stores} {len(found)}: {found[0]['content'][0]['text'][:5]}"
        yield Citation(0)

    def lists(turn: Turn) -> list[Any]:
        search = FileSearch(query="hot oven")
        return [search, f"{turn.vector_stores} 1: Bread", Citation()]

    assistant = assistant_of(client, store)
    engines: list[Engine] = [asynchronous, plain, lists]
    for engine in engines:
        use_engine(engine)
        (text,) = texts_of(client, run_of(client, assistant))
        mark = "\u30100:0\u2020bread.txt\u3011"
        assert text.value == f"('{store}',) 1: Bread{mark}"
        (cited,) = text.annotations
        assert (cited.text, cited.end_index) == (mark, len(text.value))


def test_a_citation_of_nothing_fails_the_run(
    client: Any, store: str, use_engine: Callable[[Engine], None]
) -> None:
    assistant = assistant_of(client, store)
    wrong: list[tuple[list[Any], str]] = [
        ([Citation()], "cites result 0 of a search that found 0"),
        ([FileSearch(query="hull"), Citation(1)], "cites result 1 .* found 1"),
        ([Citation(-1)], "not 0 or more"),
    ]
    for outputs, says in wrong:
        use_engine(saying(outputs))
        run = run_of(client, assistant)
        assert run.status == "failed"
        with pytest.raises(AssertionError, match=says):
            raise AssertionError(run.last_error.message)


def saying(outputs: list[Any]) -> Engine:
    return lambda _: outputs


def test_script_that_is_over_leaves_the_search_to_the_usual_engine(
    client: Any, store: str, use_engine: Callable[[Engine], None]
) -> None:
    use_engine(scripted())
    (text,) = texts_of(client, run_of(client, assistant_of(client, store)))
    assert len(text.annotations) == 1


def test_script_searches_and_cites(client: Any, store: str) -> None:
    turns = [
        [{"search": "oven"}, "Bake it", {"cite": 0}, {"search": [], "cite": 0}],
        [{"search": "oven"}, "Bake it", {"cite": 0}, " hot."],
    ]
    with pytest.raises(Exception, match="'cite' is unknown here"):
        run_of(client, assistant_of(client, store), extra_headers=script(turns[0]))
    run = run_of(client, assistant_of(client, store), extra_headers=script(turns[1]))
    (text,) = texts_of(client, run)
    assert text.value == "Bake it\u30100:0\u2020bread.txt\u3011 hot."
    assert text.annotations[0].start_index == len("Bake it")
