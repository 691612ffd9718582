"""What an export writes: all that the server has, as it has it."""

from __future__ import annotations

import gc
import io
from typing import TYPE_CHECKING, Any

import pytest

from assistants_archive import Archive, ArchiveError, Folder, lines_of, verify
from assistants_cli.archive import Export, Selection, ids_in
from assistants_cli.archive.units import Unit
from assistants_client import Client
from harness.scripted_server import Response, ScriptedServer
from tests.archive.shop import KEY, TEXT, objects, problems, tree
from tests.cases import some

if TYPE_CHECKING:
    from pathlib import Path

    from assistants_cli.archive.export import Progress
    from harness.scripted_server import Request
    from tests.archive.shop import Shop


def test_everything_is_there(shop: Shop, archive: Path) -> None:
    found = objects(archive)
    counts = {kind: len(each) for kind, each in found.items()}
    assert counts == {
        "assistant": 1,
        "thread": 3,
        "message": 4,
        "run": 2,
        "step": 3,
        "vector_store": 1,
        "vector_store_file": 1,
        "file_batch": 1,
        "batch_file": 1,
        "file": 1,
    }
    verified = verify(archive)
    assert verified.sound
    assert verified.counts == {**counts, "content": 1}
    assert verified.manifest.complete
    assert problems(archive) == []


def test_objects_are_as_the_server_has_them(shop: Shop, archive: Path) -> None:
    client, thread = shop.client, shop.threads[0]
    found = objects(archive)
    for message in some([*client.threads.messages.list(thread)]):
        assert message.to_dict() in found["message"]
    for run in some([*client.threads.runs.list(thread)]):
        assert run.to_dict() in found["run"]
        steps = client.threads.runs.steps.list(run.id, thread_id=thread)
        for step in some([*steps]):
            assert step.to_dict() in found["step"]
    assert client.assistants.retrieve(shop.assistant).to_dict() in found["assistant"]
    assert found["vector_store_file"][0]["attributes"] == {"x": 1.5}


def test_the_content_of_files_is_there(archive: Path) -> None:
    (content,) = (
        each for path, each in tree(archive).items() if "content" in path[-8:]
    )
    assert content == TEXT


def test_no_secret_is_in_it(shop: Shop, archive: Path) -> None:
    for path in some([*archive.rglob("*.*")]):
        assert KEY.encode() not in path.read_bytes()


def test_nothing_in_it_can_be_read_by_others(archive: Path) -> None:
    for path in some([archive, *archive.rglob("*")]):
        assert path.stat().st_mode & 0o077 == 0, path


def test_what_threads_name_is_exported_with_them(shop: Shop, tmp_path: Path) -> None:
    named = Selection(threads=shop.threads[:1], everything=False)
    outcome = shop.export(tmp_path / "a", named)
    counts = outcome.manifest.counts
    assert counts["thread"] == counts["assistant"] == counts["vector_store"] == 1
    assert counts["file"] == counts["content"] == 1


def test_contents_can_be_left_out(shop: Shop, tmp_path: Path) -> None:
    selection = Selection(threads=shop.threads, contents=False)
    outcome = shop.export(tmp_path / "a", selection)
    assert outcome.manifest.complete
    assert "content" not in outcome.manifest.counts


def test_a_complete_export_is_left_alone(shop: Shop, archive: Path) -> None:
    before = tree(archive)
    assert shop.export(archive).was_complete
    assert tree(archive) == before


def test_several_at_once_give_the_same(
    shop: Shop, archive: Path, tmp_path: Path
) -> None:
    Export(shop.client, tmp_path / "a", shop.everything, jobs=4).run()
    assert tree(tmp_path / "a") == tree(archive)


def test_a_folder_of_others_is_refused(
    shop: Shop, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ArchiveError, match="has other files in it"):
        shop.export(tmp_path)
    with pytest.raises(ArchiveError, match="something else \\(threads"):
        shop.export(archive, Selection())
    with (
        Client(base_url="http://127.0.0.1:9/v1", api_key=KEY) as other,
        pytest.raises(ArchiveError, match="has an export of"),
    ):
        Export(other, archive, shop.everything).run()


def test_one_export_at_a_time(shop: Shop, tmp_path: Path) -> None:
    tried = []

    def again(progress: Progress) -> None:
        if progress.phase == "verifying":
            return
        tried.append(progress.phase)
        with pytest.raises(ArchiveError, match="another export is writing"):
            shop.export(tmp_path / "a")

    folder = tmp_path / "a"
    Export(shop.client, folder, shop.everything, jobs=1, on_progress=again).run()
    assert len(tried) > 3


PARSED = b'{"data": [{"text": "hello"}]}'
RAW = (
    b'{"id": "thread_1", "n": 1.0, "m": 10000000000000000000000001, "e": 1E2,\r\n'
    b' "x": "\\u00e9/"}'
)


def _answer(request: Request) -> Response:
    if request.path == "/v1/threads/thread_1":
        return Response(200, RAW)
    return Response(200, b'{"data": []}')


def test_numbers_and_texts_are_just_as_they_came(tmp_path: Path) -> None:
    with ScriptedServer(_answer) as server:
        client = Client(base_url=f"{server.url}/v1", api_key=KEY)
        selection = Selection(threads=("thread_1",), everything=False)
        Export(client, tmp_path, selection).run()
        client.close()
    archive = Archive(tmp_path)
    (entry,) = archive.entries()
    assert entry.lines
    with archive.open(entry.lines) as file:
        (line,) = lines_of(file)
    assert line.raw == RAW.replace(b"\r\n", b"  ")


def test_a_file_of_refused_content_keeps_its_text(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        bodies = {
            "/v1/files/f_1": b'{"id": "f_1", "object": "file", "filename": "a.pdf"}',
            "/v1/vector_stores/vs_1": b'{"id": "vs_1", "object": "vector_store"}',
            "/v1/vector_stores/vs_1/files": b'{"data": [{"id": "f_1"}]}',
            "/v1/vector_stores/vs_1/files/f_1/content": PARSED,
        }
        if request.path == "/v1/files/f_1/content":
            error = b'{"error": {"message": "Not allowed to download it"}}'
            return Response(400, error)
        return Response(200, bodies.get(request.path, b'{"data": []}'))

    with ScriptedServer(answer) as server:
        client = Client(base_url=f"{server.url}/v1", api_key=KEY)
        selection = Selection(batches=(("vs_1", "vsfb_1"),))
        outcome = Export(client, tmp_path, selection).run()
        client.close()
    assert objects(tmp_path)["parsed_content"] == [{"text": "hello"}]
    whats = [(each.unit, each.what) for each in outcome.problems]
    assert whats == [("file", "content"), ("vector_store", "file_batch")]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("thread_1\n\n# no\n thread_2 \n", ["thread_1", "thread_2"]),
        (
            '{"id": "run_1", "thread_id": "thread_1", "object": "thread.run"}',
            ["thread_1"],
        ),
        ('{"id": "thread_1", "object": "thread"}', ["thread_1"]),
        ('["thread_1", {"id": "thread_2"}]', ["thread_1", "thread_2"]),
    ],
)
def test_threads_are_named_in_a_file(text: str, ids: list[str]) -> None:
    assert [*ids_in(io.StringIO(text))] == ids


@pytest.mark.parametrize(
    "text", ["thread 1", '{"id": "run_1", "object": "thread.run"}', "{", '["a", 1]']
)
def test_what_names_no_thread_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1 names no thread"):
        list(ids_in(io.StringIO(text)))


def test_a_unit_of_which_nothing_came_leaves_the_next_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.make()
    source: Any = None
    with Unit(source, folder, "thread", "thread_1") as first:
        pass
    with Unit(source, folder, "thread", "thread_1") as second:
        second.add_raw("thread", b"{}")
        del first
        gc.collect()
    assert folder.has(second.entry.files[0].path)
