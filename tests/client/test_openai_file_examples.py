"""Code for files that was written for the `openai` package, the import changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

import assistants_client
from assistants_server import LocalServer
from tests.client import file_examples
from tests.client.test_openai_examples import said

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each with some of what it says, as both could be silent for the same reason.
EXAMPLES: dict[str, list[str]] = {
    "uploads": [
        *("tides.md 43 user_data processed", "upload 43 user_data processed"),
        *("t.bin 43 user_data processed", "expires after 3600", "processed True"),
        "True file",
    ],
    "downloads": [
        *("HttpxBinaryResponseContent True", "200 bytes", "True True"),
        "file_id: True",
    ],
    "stores": [
        *("vector_store Tides {'of': 'us'} 0", "Sea Sea", "completed 200", "gone 404"),
        *("vector_store.file completed {'year': '2026'} True", "['sea', 'year'] 3"),
    ],
    "batches": [
        *("created vector_store.files_batch completed 1 of 1", "completed"),
        "polled vector_store.files_batch completed 4 of 4",
        "uploaded nothing vector_store.files_batch completed 1 of 1",
        "['0.md', '1.md', '2.md', 'tides.md']",
    ],
    "async_files": ["uploaded vector_store.files_batch completed 7 of 7"],
    "models": [],
}


# Many servers leave out what is null.
@pytest.fixture(scope="module", params=[(), ("omit-nulls",)], ids=str)
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(poll_after=1, faults=request.param) as server:
        yield server


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_the_same_with_both_packages(
    server: LocalServer, name: str
) -> None:
    example: Any = getattr(file_examples, name)
    theirs = said(openai, (openai.OpenAI, openai.AsyncOpenAI), example, server.url)
    kinds = (assistants_client.Client, assistants_client.AsyncClient)
    ours = said(assistants_client, kinds, example, server.url)
    assert ours == theirs
    # vacuous: that of models has none
    assert [line for line in EXAMPLES[name] if line not in ours] == []


def test_every_example_is_tested() -> None:
    found = {
        name
        for name, each in vars(file_examples).items()
        if callable(each) and "api" in getattr(each, "__annotations__", {})
    }
    assert found == {*EXAMPLES}
