"""The progress of an upload: told, shown on a terminal, and refused without a file."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import ConfigurationError
from harness.scripted_server import ScriptedServer
from tests.client.upload import CONTENT, STORED, pieces, upload

if TYPE_CHECKING:
    from pathlib import Path


def test_who_watches_may_end_it(send: Any) -> None:
    def watch(sent: int, _: int | None) -> None:
        if sent:
            raise ConnectionResetError("enough")

    with ScriptedServer(lambda _: STORED) as server:
        with pytest.raises(ConnectionResetError, match="enough"):
            send(server, CONTENT, progress=watch)
        assert server.requests == []


def test_progress_is_told(send: Any, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(600_000))
    told: list[tuple[int, int | None]] = []
    with ScriptedServer(lambda _: STORED) as server:
        send(server, path, progress=lambda *found: told.append(found))
        assert told[0] == (0, 600_000)
        assert told[-1] == (600_000, 600_000)
        assert [sent for sent, _ in told] == sorted({sent for sent, _ in told})
        told.clear()
        send(server, pieces(b"12", b"345"), progress=lambda *found: told.append(found))
        assert told == [(0, None), (2, None), (5, None)]


def test_progress_of_several_files_is_that_of_all(use: Any) -> None:
    told: list[tuple[int, int | None]] = []

    def act(client: Any) -> Any:
        files = [("file", b"12"), ("file", b"345")]
        tell = {"progress": lambda *found: told.append(found)}
        return client.post("/x", cast_to=dict, files=files, **tell)

    with ScriptedServer(lambda _: STORED) as server:
        use(act, base_url=server.url)
    assert told == [(0, 5), (2, 5), (2, 5), (5, 5)]


def test_progress_may_be_awaited_by_the_other_client(use: Any) -> None:
    told = []

    async def tell(sent: int, total: int | None) -> None:
        told.append((sent, total))

    with ScriptedServer(lambda _: STORED) as server:
        act = partial(use, upload(CONTENT, progress=tell), base_url=server.url)
        if use.__name__ == "awaited":
            act()
            assert told == [(0, len(CONTENT)), (len(CONTENT), len(CONTENT))]
        else:
            with pytest.raises(TypeError, match="needs the asynchronous client"):
                act()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only(
    send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(lambda _: STORED) as server:
        for stream in (Terminal(), io.StringIO()):
            monkeypatch.setattr("sys.stderr", stream)
            send(server, bytes(600_000), progress=True)
            shown = stream.getvalue()
            if isinstance(stream, Terminal):
                assert "0 bytes of 600.0 kB (0%)" in shown
                assert "600.0 kB of 600.0 kB (100%)" in shown
                assert shown.endswith("\r\x1b[K")
            else:
                assert shown == ""


def test_progress_of_what_sends_no_file_is_refused(use: Any) -> None:
    for progress, body in ((True, {}), ("yes", None)):
        files = {"files": {"file": b"x"}} if body is None else {"body": body}
        call = {"cast_to": dict, "progress": progress, **files}
        with pytest.raises(ConfigurationError, match="progress"):
            use(lambda client: client.post("/x", **call), base_url="http://x/v1")  # noqa: B023
