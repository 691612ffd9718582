"""Lines of archives: journals that were cut, and objects in their order."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from assistants_archive import ArchiveError, Entry, Folder, UnitLines, line_of, verify
from assistants_archive.journal import Journal, entry_line
from tests.archive.alterations import made

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = [Entry("thread", "thread_1"), Entry("file", "file_1")]


def lines(*objects: tuple[str, dict[str, Any], dict[str, str]]) -> UnitLines:
    return UnitLines(
        io.BytesIO(
            b"".join(
                line_of(kind, json.dumps(value).encode(), **places)
                for kind, value, places in objects
            )
        )
    )


@pytest.mark.parametrize("piece", [1, 2, 3, 50, 65536])
@pytest.mark.parametrize("whole", [0, 1, 2])
def test_of_a_journal_only_what_is_cut_short_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int, whole: int
) -> None:
    monkeypatch.setattr("assistants_archive.journal._PIECE", piece)
    kept = b"".join(map(entry_line, ENTRIES[:whole]))
    for rest in (b"", b"{", entry_line(ENTRIES[0])[:-1]):
        path = tmp_path / "journal.ndjson"
        path.write_bytes(kept + rest)
        journal = Journal(Folder(tmp_path))
        assert path.read_bytes() == kept
        at = journal.add(ENTRIES[0])
        assert at == len(kept)
        assert [each for _, each in journal.entries()] == [
            *ENTRIES[:whole],
            ENTRIES[0],
        ]
        journal.close()


def test_a_journal_that_others_change_meanwhile_is_refused(tmp_path: Path) -> None:
    journal = Journal(Folder(tmp_path))
    journal.add(ENTRIES[0])
    (tmp_path / "journal.ndjson").write_bytes(b"something else, and longer than it\n")
    with pytest.raises(ArchiveError, match="the journal of the export was changed by"):
        list(journal.entries())
    journal.close()


def test_each_list_is_read_from_its_oldest_on() -> None:
    """Some servers send the newest first, whatever they are asked for."""
    found = lines(
        ("step", {"id": "b", "created_at": 2}, {"run": "run_1"}),
        ("step", {"id": "a", "created_at": 1}, {"run": "run_1"}),
        ("step", {"id": "c", "created_at": 3}, {"run": "run_2"}),
        ("step", {"id": "d", "created_at": 4}, {"run": "run_2"}),
        ("batch_file", {"id": "f", "created_at": 9}, {"batch": "batch_1"}),
        ("batch_file", {"id": "e", "created_at": 8}, {"batch": "batch_1"}),
        ("batch_file", {"id": "g", "created_at": 9}, {"batch": "batch_2"}),
        ("message", {"id": "i"}, {}),
        ("message", {"id": "h"}, {}),
    )
    assert found.kinds == ["step", "batch_file", "message"]
    ids = {kind: [value["id"] for _, value in found.of(kind)] for kind in found.kinds}
    assert {kind: "".join(each) for kind, each in ids.items()} == {
        "step": "abcd",
        "batch_file": "efg",
        "message": "ih",
    }


def test_what_is_verified_is_counted(tmp_path: Path) -> None:
    thread = {"kind": "thread", "object": {"id": "thread_1"}}
    other = {"kind": "thread", "object": {"id": "thread_2"}}
    message = {"kind": "message", "object": {"id": "msg_1"}}
    units = {("thread", "thread_1"): [thread, message], ("thread", "thread_2"): [other]}
    told: list[int] = []
    found = verify(made(tmp_path / "a", units), on_unit=told.append)
    assert found.sound
    assert (found.units, found.counts) == (2, {"thread": 2, "message": 1})
    assert told == [1, 2]
