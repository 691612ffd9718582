"""An export that is interrupted goes on when the same command is run again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistants_archive import Archive, ArchiveError, Folder, verify
from assistants_archive.journal import Journal
from assistants_cli.archive import Export, Selection
from assistants_cli.archive.export import ServerDownError
from assistants_client import APIConnectionError, AuthenticationError
from assistants_server.archive import import_into
from tests.archive.shop import problems, tree
from tests.cases import some

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistants_cli.archive.export import Progress
    from tests.archive.shop import Shop

pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded:DeprecationWarning"
)
_KILLED = 99
# What the server may do wrong in the middle; the embedded server knows more of these,
# which concern events, or say too much at once.
FAULTS = (
    *("400", "404", "409", "429 retry-after=0", "500", "503 retry-after=0", "520"),
    *("html", "text", "empty", "empty=404", "slow=0.002", "delay=0.002"),
    *("close=before-headers", "close=in-headers", "close=after-headers"),
    *("cut-body=1", "cut-body=40 how=reset", "close-after-5xx"),
    *("pages=duplicate", "pages=inclusive", "pages=ignore-cursor", "pages=endless"),
    *("pages=bare", "401", "403"),
)


def _killed_at(count: int, call: Callable[[], object]) -> int | None:
    """Perform a call in a child that is killed as it writes; None where it wasn't."""
    child = os.fork()
    if child == 0:
        left = [count]
        really = os.fsync

        def fsync(fd: Any) -> None:
            left[0] -= 1
            if not left[0]:
                os._exit(_KILLED)
            really(fd)

        os.fsync = fsync
        code = 1
        try:
            call()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_at_any_moment(shop: Shop, archive: Path, tmp_path: Path) -> None:
    expected = tree(archive)
    moments = 0
    for count in range(1, 100, 5):
        folder = tmp_path / str(count)
        code = _killed_at(count, lambda: shop.export(folder))  # noqa: B023
        if code != _KILLED:
            assert code == 0
            break
        moments += 1
        with pytest.raises((ArchiveError, FileNotFoundError)):
            Archive(folder)
        shop.export(folder)
        assert tree(folder) == expected, count
    assert moments > 5


def test_killed_again_and_again(shop: Shop, archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    for count in range(4, 40):
        if _killed_at(count, lambda: shop.export(folder)) == 0:
            break
    assert tree(folder) == tree(archive)


_PROGRAM = """
import sys
from assistants_cli.archive import Export, Selection
from assistants_client import Client
url, folder, *threads = sys.argv[1:]
def told(progress):
    print(progress.phase, flush=True)
    sys.stdin.readline()
with Client(base_url=url, api_key="any") as client:
    Export(client, folder, Selection(threads=tuple(threads)), on_progress=told).run()
"""


def test_kill_9(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    command: list[Any] = [sys.executable, "-c", _PROGRAM, shop.client.base_url, folder]
    with subprocess.Popen(
        [*command, *shop.threads], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == b"assistants\n"
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"threads\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    selection = Selection(threads=shop.threads)
    shop.export(folder, selection)
    shop.export(tmp_path / "b", selection)
    assert tree(folder) == tree(tmp_path / "b")
    assert verify(folder).sound


def test_a_line_that_was_cut_short_does_not_survive(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    _killed_at(12, lambda: shop.export(folder))
    journal = folder / "journal.ndjson"
    whole = journal.read_bytes()
    assert whole
    journal.write_bytes(whole + whole[:17])
    opened = Journal(Folder(folder))
    assert journal.read_bytes() == whole
    assert [entry.unit for _, entry in opened.entries()]
    opened.close()


def test_what_was_deleted_in_between_is_read_again(
    shop: Shop, archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "a"
    _killed_at(25, lambda: shop.export(folder))
    for path in some([*folder.glob("*/*.ndjson")]):
        path.unlink()
    shop.export(folder)
    assert tree(folder) == tree(archive)


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_the_server(
    shop: Shop, archive: Path, tmp_path: Path, fault: str
) -> None:
    folder = tmp_path / "a"
    client = shop.client.with_options(max_retries=0)
    shop.server.faults.add(f"{fault} skip=4")
    try:
        outcome = Export(client, folder, shop.everything, jobs=1).run()
        # What may lack something says so.
        assert outcome.manifest.complete == (tree(folder) == tree(archive))
        assert len(problems(folder)) == len(outcome.problems)
    except (APIConnectionError, AuthenticationError, ServerDownError):
        with pytest.raises(ArchiveError, match="has not ended"):
            Archive(folder)
    finally:
        shop.server.faults.clear()
    if fault in ("404", "empty", "empty=404"):
        # That is believed, reported again, and asked for in another folder only.
        before = problems(folder)
        assert {each["status"] for each in before} == {404}
        shop.export(folder)
        assert problems(folder) == before
        folder = tmp_path / "b"
    shop.export(folder)
    assert tree(folder) == tree(archive)


def test_a_rate_limit_is_waited_for(shop: Shop, archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    shop.server.faults.add("429 retry-after=0.001 skip=3 times=2")
    try:
        assert shop.export(folder).manifest.complete
    finally:
        shop.server.faults.clear()
    assert tree(folder) == tree(archive)


def test_a_thread_that_is_deleted_meanwhile_is_recorded(
    shop: Shop, tmp_path: Path
) -> None:
    gone, kept = (str(shop.client.threads.create().id) for _ in range(2))
    shop.client.threads.messages.create(gone, role="user", content="Bye")

    def delete(progress: Progress) -> None:
        if progress.phase == "threads" and progress.done == 1:
            shop.client.threads.delete(gone)

    selection = Selection(threads=(kept, gone), everything=False)
    export = Export(shop.client, tmp_path, selection, jobs=1, on_progress=delete)
    shop.server.faults.add("delay=0.05 on=getThread,listMessages")
    try:
        outcome = export.run()
    finally:
        shop.server.faults.clear()
        shop.client.threads.delete(kept)
    assert {(each.id, each.error) for each in outcome.problems} == {
        (gone, "NotFoundError")
    }
    assert verify(tmp_path).sound
    assert {each["id"] for each in problems(tmp_path)} == {gone}


def test_what_the_disk_spoiled_is_found_and_read_again(
    shop: Shop, archive: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "a"

    def spoil(progress: Progress) -> None:
        if progress.phase == "files":
            for path in folder.glob("threads/*"):
                path.write_bytes(b"\0" * path.stat().st_size)

    export = Export(shop.client, folder, shop.everything, jobs=1, on_progress=spoil)
    with pytest.raises(ArchiveError, match="is not as it was written"):
        export.run()
    with pytest.raises(ArchiveError, match="has not ended"):
        Archive(folder)
    for path in folder.glob("threads/*"):
        path.unlink()
    shop.export(folder)
    assert tree(folder) == tree(archive)


def _die_at(stop: int, done: int, _: int) -> None:
    if done == stop:
        os._exit(_KILLED)


def test_an_import_that_was_killed_goes_on(archive: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    for stop in range(1, 6):
        child = os.fork()
        if child == 0:
            try:
                import_into(store, archive, on_unit=partial(_die_at, stop))
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == _KILLED
    report = import_into(store, archive)
    whole = import_into(tmp_path / "other.db", archive)
    assert report.counts["unchanged"]["file"] == 1
    both = report.counts["unchanged"] + report.counts["imported"]
    assert both == whole.counts["imported"]
