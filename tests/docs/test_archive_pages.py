"""The pages on archives: their examples run, and their tables are complete."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from assistants_cli.archive.items import LOSSES
from assistants_client import Client
from assistants_server import LocalServer
from assistants_server.commands.serve import _parser
from tests.archive.shop import engine, opened
from tests.cases import some
from tests.cli.invocation import Done, run
from tests.docs.pages import Page
from tests.docs.test_tables import rows

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BRING: Final = Page("docs/bring-your-threads.md")
LEAVE: Final = Page("docs/leave-foundry.md")


def _run_all(page: Page, env: dict[str, str]) -> dict[str, Done]:
    """Run the commands of a page; what starts a server is only read."""
    done: dict[str, Done] = {}
    for block in page.examples("sh"):
        for line in block.parsed.splitlines():
            match shlex.split(line):
                case ["assistants", *_]:
                    words, _, file = line.partition(" > ")
                    done[words] = run(*words.split()[1:], env=env)
                    assert done[words].code == 0, done[words]
                    if file:
                        # The tests have a folder of their own.
                        with open(file, "w", encoding="utf-8") as written:  # noqa: PTH123
                            written.write(done[words].out)
                case ["python", "-m", "assistants_server", *rest]:
                    assert _parser().parse_args(rest).store.name == "state.db"
                case other:
                    assert other[0] == "export"
    return done


def test_threads_are_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with LocalServer(engine=engine, poll_after=1) as server:
        shop = opened(server)
        shop.client.close()
        done = _run_all(BRING, {"OPENAI_BASE_URL": server.url})
    assert len(done) == 7
    for words in ("assistants export everything", "assistants verify mine"):
        assert "3 threads, 4 messages" in done[words].out
    with Client.embedded(store=tmp_path / "state.db") as client:
        assert client.threads.retrieve(shop.threads[0]).metadata == {"n": "0"}


def test_foundry_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token.txt").write_text("secret-token\n")
    with LocalServer(engine=engine, poll_after=1, key="secret-token") as server:
        shop = opened(server, key="secret-token")
        shop.client.close()
        project = server.url.replace("/v1", "/api/projects/mine")
        done = _run_all(LEAVE, {"AZURE_AI_PROJECT_ENDPOINT": project})
        paths = {each.path.rpartition("/")[0] for each in server.exchanges[-3:]}
    assert {each[:19] for each in paths} == {"/api/projects/mine/"}
    assert "3 threads, 4 messages" in done["assistants verify foundry"].out
    with Client.embedded(store=tmp_path / "state.db") as client:
        kept = client.assistants.retrieve(shop.assistant)
        assert kept.name == "Keeper"
    for path in some([*tmp_path.glob("foundry/**/*.*")]):
        assert b"secret-token" not in path.read_bytes()


def test_what_is_not_carried_is_listed() -> None:
    listed = " ".join(row[0] for row in rows(BRING, "Into Conversations"))
    # Those of odd servers are counted, and need no word here.
    for name in some([*LOSSES.keys() - {"empty", "parts", "roles", "unreadable"}]):
        word = {"thread_metadata": "metadata", "tool_resources": "vector_stores"}
        found = word.get(name, name).replace("_", " ")
        found = {"citations": "citations", "tool calls": "calls of tools"}.get(
            found, found
        )
        assert found in listed, name
