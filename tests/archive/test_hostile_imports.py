"""Imports of archives that are out to harm: what is no object is none here either."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assistants_archive import ArchiveError, Folder, content_path
from assistants_client import Client
from assistants_server.archive import import_into
from tests.archive.alterations import made, sealed
from tests.archive.shop import tree

if TYPE_CHECKING:
    from pathlib import Path

_TEXT = {"type": "text", "text": {"value": "Hello"}}


def _thread(*lines: Any, id: str = "thread_1") -> dict[tuple[str, str], Any]:
    whole = {"kind": "thread", "object": {"id": id, "object": "thread"}}
    return {("thread", id): [whole, *lines]}


def _message(**changes: Any) -> Any:
    value = {"id": "msg_1", "role": "user", "content": [_TEXT], **changes}
    return {"kind": "message", "thread": "thread_1", "object": value}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "../a"}, "$.id: expected an id"),
        ({"id": 7}, "$.id: expected an id, found 7"),
        ({"id": "a" * 1000}, "$.id: expected an id"),
        ({"thread_id": "thread_2"}, "$.thread_id: expected thread_1"),
        ({"role": "system"}, "$.role: expected one of user, assistant"),
        ({"content": 5}, "$.content: expected a list"),
        ({"content": [5]}, "$.content[0]: expected an object"),
        ({"content": [{}]}, "$.content[0]: expected type"),
        ({"content": [{"type": "text"}]}, "$.content[0]: expected text"),
        (
            {"content": [{"type": "text", "text": {"value": 1}}]},
            "$.content[0].text.value",
        ),
        (
            {"content": [{"type": "image_file", "image_file": {}}]},
            "$.content[0].image_",
        ),
        ({"content": [{"type": "x", "text": 1}]}, "$.content[0].text: expected an obj"),
        (
            {"attachments": [{"file_id": 1}]},
            "$.attachments[0].file_id: expected a text",
        ),
        ({"metadata": []}, "$.metadata: expected an object"),
        ({"created_at": -1}, "$.created_at: expected a time"),
        ({"created_at": True}, "$.created_at: expected a number"),
        ({"created_at": "soon"}, "$.created_at: expected a time"),
        ({"object": "thread"}, "$.object: expected thread.message"),
    ],
)
def test_a_message_that_is_none_is_refused(
    tmp_path: Path, changes: Any, reason: str
) -> None:
    good = _message(id="msg_2")
    archive = made(tmp_path / "a", _thread(_message(**changes), good))
    report = import_into(tmp_path / "store.db", archive)
    (note,) = report.notes
    assert note.verdict == "refused"
    assert note.reason.startswith(reason)
    assert report.counts["imported"] == {"thread": 1, "message": 1}


@pytest.mark.parametrize("kind", ["", " ", "message x", " message"])
def test_lines_of_unknown_kinds_are_left_alone(tmp_path: Path, kind: str) -> None:
    odd = {**_message(), "kind": kind}
    archive = made(tmp_path / "a", _thread(odd, _message(id="msg_2")))
    report = import_into(tmp_path / "store.db", archive)
    assert report.counts == {"imported": {"thread": 1, "message": 1}}


@pytest.mark.parametrize("ended", ["soon", "", "0001-01-01T00:00:00+00:00"])
def test_an_end_that_is_no_time_is_refused(tmp_path: Path, ended: str) -> None:
    archive = made(tmp_path / "a", _thread(_message()))
    path = archive / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "ended": ended}))
    with pytest.raises(ArchiveError, match=r"manifest.json: \$.ended: expected a time"):
        import_into(tmp_path / "store.db", archive)


def test_json_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    archive = made(tmp_path / "a", _thread(_message(x=deep)))
    report = import_into(tmp_path / "store.db", archive)
    assert "nested in more than" in report.notes[0].reason


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ("cut \ud83d", "cut \ufffd"),
        ({"\udfff": 1}, {"\ufffd": 1}),
        (float("nan"), None),
        (-float("inf"), None),
    ],
)
def test_what_json_has_no_word_for_is_put_right(
    tmp_path: Path, odd: Any, kept: Any
) -> None:
    archive = made(tmp_path / "a", _thread(_message(x={"y": odd})))
    report = import_into(tmp_path / "store.db", archive)
    assert report.left_out == 0
    with Client.embedded(store=tmp_path / "store.db") as client:
        (found,) = client.threads.messages.list("thread_1")
        assert found.to_dict()["x"] == {"y": kept}


def test_the_same_id_twice_is_one_object(tmp_path: Path) -> None:
    other = _message(content="Another text")
    archive = made(tmp_path / "a", _thread(_message(), _message(), other))
    report = import_into(tmp_path / "store.db", archive)
    assert report.counts["imported"]["message"] == 1
    assert report.counts["unchanged"]["message"] == 1
    assert report.counts["conflict"]["message"] == 1


def test_no_object_takes_the_id_of_another_kind_or_thread(tmp_path: Path) -> None:
    units = {
        **_thread(_message()),
        **_thread(_message(), _message(id="thread_1"), id="thread_2"),
    }
    report = import_into(tmp_path / "store.db", made(tmp_path / "a", units))
    assert report.counts["conflict"] == {"message": 2}
    reasons = {each.reason for each in report.notes}
    assert reasons == {
        "the id belongs to a message elsewhere",
        "the id belongs to a thread elsewhere",
    }


def test_files_with_hostile_ids_and_names(tmp_path: Path) -> None:
    file = {"id": "..", "filename": "../../evil.txt", "bytes": 10**12}
    units = {
        ("file", each): [{"kind": "file", "object": {**file, "id": each}}]
        for each in ("..", "a/b", "index.db", "file-1")
    }
    archive = made(tmp_path / "a", units)
    contents = []
    for line in (archive / "contents.ndjson").read_text().splitlines():
        entry = json.loads(line)
        path = content_path(entry["id"])
        (archive / path).write_text("evil")
        contents.append({**entry, "content": {"path": path, "bytes": 0, "sha256": ""}})
    text = "".join(json.dumps(each) + "\n" for each in contents)
    (archive / "contents.ndjson").write_text(text)
    store = tmp_path / "in" / "store.db"
    store.parent.mkdir()
    report = import_into(store, sealed(archive))
    assert report.counts["refused"] == {"file": 2}
    assert {each.name for each in store.parent.iterdir()} == {
        "store.db",
        "store.db.files",
    }
    with Client.embedded(store=store) as client:
        for file_id in ("index.db", "file-1"):
            found = client.files.retrieve(file_id)
            assert (found.filename, found.bytes) == ("evil.txt", 4)
            assert client.files.content(file_id).content == b"evil"


@pytest.mark.parametrize(
    "run",
    [
        {"status": "requires_action", "required_action": {"submit_tool_outputs": 5}},
        {"status": "in_progress", "tools": [{"type": "bing_grounding", "x": 1}]},
        {"status": "queued", "usage": {}},
        {"status": "paused"},
    ],
)
def test_no_imported_run_is_carried_on(tmp_path: Path, run: Any) -> None:
    value = {"id": "run_1", "assistant_id": "asst_1", **run}
    step = {"id": "step_1", "status": "in_progress", "type": "tool_calls"}
    lines = [
        {"kind": "run", "object": value},
        _message(status="in_progress", run_id="run_1", role="assistant"),
        {"kind": "step", "run": "run_1", "object": step},
    ]
    store = tmp_path / "store.db"
    import_into(store, made(tmp_path / "a", _thread(*lines)))
    with Client.embedded(store=store) as client:
        found = client.threads.runs.retrieve("run_1", thread_id="thread_1")
        assert found.status == "expired"
        assert found.last_error
        (kept,) = client.threads.runs.steps.list("run_1", thread_id="thread_1")
        assert kept.status == "expired"
        (message,) = client.threads.messages.list("thread_1")
        assert message.status == "incomplete"
        # The thread is not locked.
        client.threads.messages.create("thread_1", role="user", content="Go on")


def test_an_archive_stays_as_it_is_when_it_is_imported(
    archive: Path, tmp_path: Path
) -> None:
    before = tree(archive)
    import_into(tmp_path / "store.db", archive)
    assert tree(archive) == before
    assert Folder(archive).has("manifest.json")
