"""Exports of servers that lack something, or fail: what is done about it."""

from __future__ import annotations

import errno
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from assistants_archive import Archive, ArchiveError, verify
from assistants_archive.folder import Draft
from assistants_cli.archive import Export, Outcome, Selection
from assistants_cli.archive.export import ServerDownError
from assistants_cli.archive.listing import NAME_THEM, address_of
from assistants_client import APIConnectionError, AuthenticationError, Client
from harness.scripted_server import CLOSE, Response, ScriptedServer
from tests.archive.shop import KEY, objects
from tests.cli.invocation import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.scripted_server import Request

NAMED = Selection(threads=("thread_1",))


def _export(
    script: Callable[[Request], Any], folder: Path, selection: Selection = NAMED
) -> Outcome:
    with (
        ScriptedServer(script) as server,
        Client(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as client,
    ):
        return Export(client, folder, selection, jobs=1).run()


def _usual(request: Request) -> Response:
    *_, last = request.path.split("/")
    if last.startswith(("thread_", "run_")):
        return Response.of({"id": last})
    if last == "runs":
        return Response.of({"data": [{"id": "run_1"}]})
    return Response.of({"data": [{"id": "step_1"}] if last == "steps" else []})


def _failing(status: int, path: str) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        if request.path == path:
            return Response.of({"error": {"message": "no"}}, status)
        return _usual(request)

    return answer


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 501])
def test_threads_that_nobody_can_list_are_named(tmp_path: Path, status: int) -> None:
    script = _failing(status, "/v1/threads")
    assert _export(script, tmp_path / "named").manifest.complete
    (problem,) = _export(script, tmp_path / "all", Selection()).problems
    assert (problem.message, problem.status) == (NAME_THEM, status)


def test_a_list_that_fails_is_a_problem_of_its_own(tmp_path: Path) -> None:
    (problem,) = _export(_failing(500, "/v1/threads"), tmp_path / "a").problems
    assert (problem.unit, problem.id, problem.status) == ("list", "threads", 500)
    (problem,) = _export(_failing(404, "/v1/files"), tmp_path / "b").problems
    assert (problem.unit, problem.id, problem.status) == ("list", "files", 404)


def test_a_list_that_ends_with_a_refusal_is_not_whole(tmp_path: Path) -> None:
    """It is none that nobody could list: the rest of it is missing."""

    def answer(request: Request) -> Response:
        if request.path != "/v1/threads":
            return _usual(request)
        if dict(request.query).get("after"):
            return Response.of({"error": {"message": "no"}}, 403)
        return Response.of({"data": [{"id": "thread_2"}], "has_more": True})

    (problem,) = _export(answer, tmp_path).problems
    assert (problem.id, problem.status) == ("threads", 403)


def test_a_key_that_is_wrong_ends_it(tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError):
        _export(_failing(401, "/v1/assistants"), tmp_path)


def test_results_of_searches_are_asked_for_where_they_are_known(
    tmp_path: Path,
) -> None:
    asked: list[Any] = []

    def answer(request: Request) -> Response:
        included = [value for name, value in request.query if name == "include[]"]
        if request.path.endswith("/steps"):
            asked.append(included)
            if included:
                return Response.of({"error": {"message": "unknown: include"}}, 400)
        return _usual(request)

    assert _export(answer, tmp_path).manifest.complete
    assert [len(each) for each in asked] == [1, 0]
    assert objects(tmp_path)["step"] == [{"id": "step_1"}]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_answers_nothing_but_errors_is_given_up(
    tmp_path: Path, status: int
) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response.of({"error": {"message": "overloaded"}}, status)

    many = tuple(f"thread_{number}" for number in range(50))
    selection = Selection(threads=many, everything=False)
    with pytest.raises(ServerDownError, match="overloaded"):
        _export(answer, tmp_path, selection)
    assert len(asked) < 10


def test_one_thread_that_always_fails_holds_up_no_other(tmp_path: Path) -> None:
    script = _failing(500, "/v1/threads/thread_2")
    many = tuple(f"thread_{number}" for number in range(8))
    outcome = _export(script, tmp_path, Selection(threads=many, everything=False))
    assert [each.id for each in outcome.problems] == ["thread_2"]
    assert outcome.manifest.counts["thread"] == 7


def test_failures_between_others_do_not_add_up(tmp_path: Path) -> None:
    many = tuple(f"thread_{number:02d}" for number in range(20))
    failing = {f"/v1/threads/{each}" for each in many[::2]}

    def answer(request: Request) -> Response:
        if request.path in failing:
            return Response.of({"error": {"message": "overloaded"}}, 500)
        return _usual(request)

    outcome = _export(answer, tmp_path, Selection(threads=many, everything=False))
    assert [each.id for each in outcome.problems] == [*many[::2]]


@pytest.mark.parametrize("breaks", [2, 3])
def test_a_download_that_breaks_off_is_begun_three_times(
    tmp_path: Path, breaks: int
) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Any:
        if request.path == "/v1/files":
            return Response.of({"data": [{"id": "file-1"}], "has_more": False})
        if request.path == "/v1/files/file-1":
            return Response.of({"id": "file-1", "bytes": 5})
        if request.path.endswith("/content"):
            asked.append(request.path)
            if len(asked) <= breaks:
                return [Response().head("Content-Length: 5") + b"He", CLOSE]
            return Response(200, b"Hello")
        return Response.of({"data": []})

    if breaks == 3:
        with pytest.raises(APIConnectionError):
            _export(answer, tmp_path, Selection())
    else:
        assert _export(answer, tmp_path, Selection()).manifest.complete
        (content,) = tmp_path.glob("files/*.content")
        assert content.read_bytes() == b"Hello"
    assert len(asked) == 3


def test_an_export_that_goes_on_has_not_ended(tmp_path: Path) -> None:
    fails = _failing(500, "/v1/threads")
    is_down: list[bool] = []

    def answer(request: Request) -> Any:
        return [CLOSE] if is_down else fails(request)

    with (
        ScriptedServer(answer) as server,
        Client(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as client,
    ):
        Export(client, tmp_path, NAMED, jobs=1).run()
        assert Archive(tmp_path).manifest.ended
        is_down.append(True)
        with pytest.raises(APIConnectionError):
            Export(client, tmp_path, NAMED, jobs=1).run()
    with pytest.raises(ArchiveError, match="has not ended"):
        Archive(tmp_path)


def test_what_does_not_exist_is_reported_each_time_and_asked_for_once(
    tmp_path: Path,
) -> None:
    """A vector store lists a file that was deleted, and the rest is named so."""
    asked: Counter[str] = Counter()
    fail = ["/v1/threads/thread_3/messages"]
    listed = {"data": [{"id": "file-1"}], "has_more": False}
    pages: dict[str, Any] = {"/v1/vector_stores/vs_1": {"id": "vs_1"}}
    pages["/v1/vector_stores/vs_1/files"] = listed
    gone = {
        *("/v1/threads/thread_1", "/v1/threads/thread_2/runs", "/v1/files/file-1"),
        "/v1/vector_stores/vs_1/file_batches/vsfb_1",
    }

    def answer(request: Request) -> Response:
        path = request.path.partition("?")[0]
        asked[path] += 1
        if path in gone:
            return Response.of({"error": {"message": "No such thing"}}, 404)
        if path in fail:
            return Response.of({"error": {"message": "overloaded"}}, 500)
        return Response.of(pages[path]) if path in pages else _usual(request)

    words = [f"--thread=thread_{number}" for number in (1, 2, 3)]
    words += ["--batch", "vs_1:vsfb_1", "--only-named", "--max-retries=0"]
    with ScriptedServer(answer) as server:
        url, folder = server.url + "/v1", str(tmp_path / "a")
        first = run("export", folder, *words, url=url)
        assert first.code == 6
        for path in gone:
            assert f"GET {path.removeprefix('/v1')}: No such thing (status 404" in (
                first.err
            )
        assert "try them again, but for what the server doesn't have." in first.err
        fail.clear()
        for _ in range(2):
            again = run("export", folder, *words, url=url)
            assert again.code == 6
            assert again.err.count("No such thing") == len(gone)
            assert "overloaded" not in again.err
            assert "The server has none of it, so it is not tried again." in again.err
        assert {path: asked[path] for path in gone} == dict.fromkeys(gone, 1)
        assert asked["/v1/threads/thread_3/messages"] == 2
        assert verify(tmp_path / "a").manifest.counts["thread"] == 2


def test_the_address_has_no_secret() -> None:
    url = "https://user:password@example.com/v1?key=secret"
    with Client(base_url="https://example.com/v1", api_key=KEY) as client:
        assert address_of(client) == "https://example.com/v1"

    class Other:
        base_url = url

    other: Any = Other()
    assert address_of(other) == "https://example.com/v1"


def test_a_disk_that_is_full_ends_it_and_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Draft.write
    left = [4]

    def write(draft: Draft, data: bytes) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written(draft, data)

    monkeypatch.setattr(Draft, "write", write)
    with ScriptedServer(_usual) as server:
        url, folder = server.url + "/v1", str(tmp_path / "a")
        words = ("export", folder, "--thread", "thread_1", "--only-named")
        done = run(*words, url=url)
        assert done.code == 1
        assert f"{folder}: No space left on device" in done.err
        assert "run the same command again to go on" in done.err
        assert run(*words, url=url).code == 0
    assert verify(tmp_path / "a").sound
    assert [*tmp_path.rglob("*.part")] == []
