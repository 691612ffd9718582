"""What is put right as it is imported, so that it works here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import Client
from assistants_server import Turn
from assistants_server.archive import import_into
from tests.archive.alterations import made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG_AGO, FAR = 1_700_000_000, 4_000_000_000
DAYS = {"anchor": "last_active_at", "days": 7}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def _unit(kind: str, id: str, *lines: Any, **value: Any) -> dict[Any, list[Any]]:
    whole = {"kind": kind, "object": {"id": id, **value}}
    return {(kind, id): [whole, *lines]}


def test_a_list_that_came_newest_first_is_turned_around(
    store: Path, tmp_path: Path
) -> None:
    messages = [
        {
            "kind": "message",
            "object": {"id": f"msg_{n}", "role": "user", "created_at": LONG_AGO + n},
        }
        for n in reversed(range(5))
    ]
    import_into(store, made(tmp_path / "a", _unit("thread", "thread_1", *messages)))
    with Client.embedded(store=store) as client:
        found = client.threads.messages.list("thread_1", order="asc")
        assert [each.id for each in found] == [f"msg_{n}" for n in range(5)]


def test_threads_and_assistants_keep_their_order(store: Path, tmp_path: Path) -> None:
    units: dict[Any, list[Any]] = {}
    for place, name in enumerate(("asst_c", "asst_a", "asst_b")):
        units |= _unit("assistant", name, created_at=LONG_AGO + place)
    import_into(store, made(tmp_path / "a", units))
    with Client.embedded(store=store) as client:
        found = client.assistants.list(order="asc")
        assert [each.id for each in found] == ["asst_c", "asst_a", "asst_b"]
        assert found.data[0].created_at == LONG_AGO


def _texts(*texts: str) -> list[Any]:
    return [
        {"kind": "parsed_content", "object": {"type": "text", "text": text}}
        for text in texts
    ]


def test_a_file_of_which_there_is_only_the_text_is_searched(
    store: Path, tmp_path: Path
) -> None:
    texts = _texts("A lighthouse", "by the sea")
    in_store = {"kind": "vector_store_file", "object": {"id": "file-1"}}
    units = {
        **_unit("file", "file-1", *texts, filename="guide.pdf", bytes=10**6),
        **_unit("vector_store", "vs_1", in_store),
    }
    report = import_into(store, made(tmp_path / "a", units))
    assert [each.reason for each in report.notes] == ["only its text is in the archive"]
    with Client.embedded(store=store) as client:
        client.vector_stores.files.poll("file-1", vector_store_id="vs_1")
        (found,) = client.vector_stores.search("vs_1", query="lighthouse").data
        assert found.filename == "guide.pdf"
        assert client.files.content("file-1").text == "A lighthouse\nby the sea"
        assert client.files.retrieve("file-1").bytes == len("A lighthouse\nby the sea")


def test_a_file_without_its_content_says_so(store: Path, tmp_path: Path) -> None:
    in_store = {"kind": "vector_store_file", "object": {"id": "file-1"}}
    units = {**_unit("file", "file-1"), **_unit("vector_store", "vs_1", in_store)}
    import_into(store, made(tmp_path / "a", units))
    with Client.embedded(store=store) as client:
        file = client.files.retrieve("file-1")
        assert (file.status, file.bytes) == ("error", 0)
        found = client.vector_stores.files.retrieve("file-1", vector_store_id="vs_1")
        assert found.status == "failed"
        assert found.last_error
        assert "not in the archive" in found.last_error.message


def test_a_file_that_has_expired_is_not_brought_back(
    store: Path, tmp_path: Path
) -> None:
    units = {
        **_unit("file", "file-1", expires_at=LONG_AGO),
        **_unit("file", "file-2", expires_at=FAR),
    }
    report = import_into(store, made(tmp_path / "a", units))
    assert report.counts["refused"] == report.counts["imported"] == {"file": 1}
    assert report.notes[0].reason == "it has expired since it was exported"


@pytest.mark.parametrize(
    ("changes", "status", "is_used"),
    [
        ({"expires_at": LONG_AGO, "expires_after": DAYS}, "completed", True),
        ({"expires_at": FAR, "expires_after": DAYS}, "completed", False),
        ({"expires_at": LONG_AGO}, "completed", False),
        ({"expires_at": LONG_AGO, "status": "expired"}, "expired", False),
        ({"status": "in_progress"}, "completed", False),
    ],
)
def test_a_vector_store_does_not_expire_by_being_imported(
    store: Path, tmp_path: Path, changes: Any, status: str, *, is_used: bool
) -> None:
    whole = {"last_active_at": LONG_AGO, **changes}
    import_into(store, made(tmp_path / "a", _unit("vector_store", "vs_1", **whole)))
    with Client.embedded(store=store) as client:
        found = client.vector_stores.retrieve("vs_1")
    assert found.status == status
    assert (found.last_active_at != LONG_AGO) == is_used
    if is_used:
        assert found.expires_at
        assert found.expires_at > time.time()


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        (1_700_000_000.75, LONG_AGO),
        (1_700_000_000_123, LONG_AGO),
        ("2023-11-14T22:13:20Z", LONG_AGO),
        ("2023-11-14T23:13:20+01:00", LONG_AGO),
        ("2023-11-14T22:13:20", LONG_AGO),
        (None, 1_793_491_200),
    ],
)
def test_times(store: Path, tmp_path: Path, came: Any, kept: int) -> None:
    import_into(store, made(tmp_path / "a", _unit("thread", "t-1", created_at=came)))
    with Client.embedded(store=store) as client:
        assert client.threads.retrieve("t-1").created_at == kept


def test_tools_that_only_others_have_stay_and_do_no_harm(
    store: Path, tmp_path: Path
) -> None:
    tool = {"type": "bing_grounding", "bing_grounding": {"search_configurations": []}}
    index = {"azure_ai_search": {"indexes": [{"index_name": "x"}]}}
    units = {
        **_unit("assistant", "asst_1", model="m", tools=[tool], tool_resources=index),
        **_unit("thread", "thread_1"),
    }
    import_into(store, made(tmp_path / "a", units))
    with Client.embedded(store=store) as client:
        found = client.assistants.retrieve("asst_1").to_dict()
        assert found["tools"] == [tool]
        assert found["tool_resources"] == index
        client.threads.messages.create("thread_1", role="user", content="Hello")
        run = client.threads.runs.create_and_poll(
            thread_id="thread_1", assistant_id="asst_1"
        )
        assert run.status == "completed"


def test_attachments_without_a_file_or_its_content_fail_no_run(
    store: Path, tmp_path: Path
) -> None:
    code = [{"type": "code_interpreter"}]
    attachments = [
        {"data_source": {"type": "uri_asset"}, "tools": code},
        {"file_id": "file-1", "tools": code},
    ]
    said = {"id": "msg_1", "role": "user", "attachments": attachments}
    picture = {"type": "image_file", "image_file": {"file_id": "file-1"}}
    message = {"kind": "message", "object": {**said, "content": [picture]}}
    units = {
        **_unit("file", "file-1", filename="a.png"),
        **_unit("assistant", "asst_1", model="m", tools=code),
        **_unit("thread", "thread_1", message),
    }
    seen: list[Turn] = []

    def engine(turn: Turn) -> Iterator[str]:
        seen.append(turn)
        yield "Well."

    import_into(store, made(tmp_path / "a", units))
    with Client.embedded(engine, store=store) as client:
        run = client.threads.runs.create_and_poll(
            thread_id="thread_1", assistant_id="asst_1"
        )
        assert run.status == "completed"
    assert [turn.files for turn in seen] == [{}]
