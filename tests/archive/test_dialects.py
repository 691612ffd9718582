"""Exports of servers that people run, and of worse ones, and their import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_cli.archive import Export, Outcome, Selection
from assistants_client import APIConnectionError, Client
from assistants_server.archive import Report, import_into
from assistants_server.store import SQLiteStore
from harness.faults.known_servers import DIALECTS
from harness.faults.samples import IDS, ITEMS
from harness.faults.wild_server import Wild
from tests.archive.shop import objects
from tests.cases import some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THREAD = Selection(threads=(IDS["thread_id"],), everything=False)
# What nobody can tell to be whole, and is said to be none.
DOUBTFUL = {
    "openai-responses": "the server said that there is more",
    "empty page that has more": "the server said that there is more",
    "always more": "the server said that there is more",
    "lists with data null": "the response is not a list",
    "items that are no objects": "an item has no id",
    "null for every field": "the response is not an object",
    "no ids": "the response is not an object",
    "numbers as ids": "the response is not an object",
}
# Their ids are not those that are asked for here.
OTHER_IDS = {"open-assistant-api", "ids of 24 hex digits", "bare uuids"}
CUT = {"cut bodies"}


@pytest.fixture(scope="module")
def wild() -> Iterator[Wild]:
    with Wild() as wild:
        yield wild


def _exported(wild: Wild, dialect: str, folder: Path) -> Outcome:
    options: dict[str, Any] = {"api_key": "any", "base_url": wild.url}
    # A name of its own for each, by which the server counts.
    options |= wild.options(dialect, folder.parent.name)
    with Client(**options) as client:
        return Export(client, folder, THREAD, jobs=1).run()


def _imported(folder: Path) -> Report:
    return import_into(folder / "store.db", folder / "archive")


@pytest.mark.parametrize("dialect", sorted({d.name for d in DIALECTS} - CUT))
def test_each_dialect(wild: Wild, tmp_path: Path, dialect: str) -> None:
    outcome = _exported(wild, dialect, tmp_path / "archive")
    report = _imported(tmp_path)
    if dialect in DOUBTFUL:
        assert not outcome.manifest.complete
        assert DOUBTFUL[dialect] in outcome.problems[0].message
        return
    expected = ["the response has another id"] if dialect in OTHER_IDS else []
    messages = [p.message for p in outcome.problems if p.unit == "thread"]
    assert [each.partition(":")[0] for each in messages] == expected
    found = objects(tmp_path / "archive")
    assert len(found["message"]) == len(found["run"]) == ITEMS
    assert len(found["step"]) == ITEMS * ITEMS
    imported = report.counts["imported"]
    # All runs there have the same steps, which can belong to one of them alone.
    assert (imported["message"], imported["run"]) == (ITEMS, ITEMS)
    assert imported["thread"] == 1
    assert imported["step"] >= (0 if dialect in OTHER_IDS else ITEMS)
    assert not _imported(tmp_path).counts["imported"]


def test_cut_bodies_end_it(wild: Wild, tmp_path: Path) -> None:
    with pytest.raises(APIConnectionError):
        _exported(wild, "cut bodies", tmp_path / "archive")


@pytest.mark.parametrize(
    ("dialect", "names"),
    [
        ("open-assistant-api", ("x_more", "metadata_")),
        ("fields nobody knows", ("x_more", "class", "")),
        ("metadata_ for metadata", ("metadata_",)),
    ],
)
def test_what_no_document_knows_is_there(
    wild: Wild, tmp_path: Path, dialect: str, names: tuple[str, ...]
) -> None:
    _exported(wild, dialect, tmp_path / "archive")
    for message in some(objects(tmp_path / "archive")["message"]):
        assert {*names} <= message.keys()


@pytest.mark.parametrize(
    "dialect", ["OpenGPTs", "created_at as a float", "created_at as text", "Azure"]
)
def test_times_are_seconds_once_imported(
    wild: Wild, tmp_path: Path, dialect: str
) -> None:
    _exported(wild, dialect, tmp_path / "archive")
    _imported(tmp_path)
    store = SQLiteStore(tmp_path / "store.db")
    messages = store.all("message", thread=IDS["thread_id"])
    store.close()
    assert len(messages) == ITEMS
    for message in messages:
        assert isinstance(message["created_at"], int)
        assert 10**9 < message["created_at"] < 10**10


def test_what_is_left_out_has_the_usual_value(wild: Wild, tmp_path: Path) -> None:
    _exported(wild, "few fields", tmp_path / "archive")
    found = objects(tmp_path / "archive")["message"][0]
    _imported(tmp_path)
    store = SQLiteStore(tmp_path / "store.db")
    kept = store.get("message", found["id"], thread=IDS["thread_id"])
    store.close()
    assert kept
    assert {**kept, **found} == kept
    assert kept["attachments"] == []


@pytest.mark.parametrize("dialect", ["OpenGPTs", "LumenLabs", "LiteLLM", "Azure"])
def test_what_was_imported_stays_the_same_from_then_on(
    wild: Wild, tmp_path: Path, dialect: str
) -> None:
    _exported(wild, dialect, tmp_path / "archive")
    _imported(tmp_path)
    with Client.embedded(store=tmp_path / "store.db") as client:
        Export(client, tmp_path / "second", THREAD, jobs=1).run()
    import_into(tmp_path / "second.db", tmp_path / "second")
    with Client.embedded(store=tmp_path / "second.db") as client:
        Export(client, tmp_path / "third", THREAD, jobs=1).run()
    found = objects(tmp_path / "second")
    assert found == objects(tmp_path / "third")
    assert len(found["message"]) == len(found["run"]) == ITEMS
