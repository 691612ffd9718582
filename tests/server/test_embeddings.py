"""A server that is given embeddings searches by meaning, and says when it can't."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import EmbeddingServer, LocalServer
from assistants_server.__main__ import main
from assistants_server.commands.serve import _embeddings as embeddings_of
from assistants_server.commands.serve import configured
from assistants_server.search.embeddings import KEY_VARIABLE, MODEL
from harness.embedding_server import Answer, EmbeddingPeer
from tests.server.openai_clients import IGNORED, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings(IGNORED)
KEY = "sk-secret-of-the-tests"
TEXT = b"The automobile is repaired in the yard."
QUESTION = "Where is my car?"


@pytest.fixture
def peer() -> Iterator[EmbeddingPeer]:
    with EmbeddingPeer(KEY) as peer:
        yield peer


def embeddings(peer: EmbeddingPeer, model: str = "tiny") -> EmbeddingServer:
    return EmbeddingServer(peer.url, model, KEY, first_pause=0.001)


def test_search_and_runs_find_by_meaning(peer: EmbeddingPeer) -> None:
    with running(embeddings(peer)) as client:
        store = store_of(client)
        (found,) = client.vector_stores.search(store, query=QUESTION)
        assert found.filename == "a.txt"
        nothing = client.vector_stores.search(
            store, query=QUESTION, ranking_options={"ranker": "none"}
        )
        assert nothing.data == []
        run = run_of(client, store)
        assert run.status == "completed"
        message = client.beta.threads.messages.list(run.thread_id).data[0]
        (part,) = message.content
        assert part.type == "text"
        assert len(part.text.annotations) == 1


def test_failures_end_the_file_the_search_and_the_run(
    peer: EmbeddingPeer, caplog: pytest.LogCaptureFixture
) -> None:
    with running(embeddings(peer)) as client:
        store = store_of(client)
        refused = Answer(400, {"error": {"message": f"no credit for {KEY}"}})
        peer.answers.append(refused)
        file = client.files.create(file=("b.txt", b"Bread."), purpose="assistants")
        added = client.vector_stores.files.create_and_poll(
            file.id, vector_store_id=store
        )
        assert added.status == "failed"
        assert added.last_error is not None
        says = f"{peer.url} answered 400: no credit for [key]."
        assert added.last_error.code == "server_error"
        assert added.last_error.message.endswith(says)
        peer.answers.append(refused)
        run = run_of(client, store)
        assert run.status == "failed"
        assert run.last_error.message.endswith(says)
        peer.answers.append(refused)
        with pytest.raises(Exception, match="no credit for"):
            client.vector_stores.search(store, query=QUESTION)
    assert KEY not in caplog.text


def test_files_are_indexed_anew_for_another_model(
    peer: EmbeddingPeer, tmp_path: Path
) -> None:
    path = tmp_path / "state.db"
    store = ""
    for model in (None, "tiny", "tiny", "other"):
        made = embeddings(peer, model) if model else None
        with running(made, path) as client:
            store = store or store_of(client)
            wait_for(client, store)
            found = client.vector_stores.search(store, query=QUESTION).data
            assert len(found) == (1 if model else 0)
    asked = [(each["model"], len(each["input"])) for each in peer.requests]
    assert asked == [("tiny", 1)] * 3 + [("other", 1)] * 2


def test_options_say_what_makes_the_embeddings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "from-the-environment")
    file = tmp_path / "key"
    file.write_text("from-a-file")
    url = "http://localhost/v1"
    for options, made in [
        ([], None),
        (["--embeddings", url], EmbeddingServer(url, MODEL, "from-the-environment")),
        (
            ["--embeddings", url, "--embeddings-model", "m"],
            EmbeddingServer(url, "m", "from-the-environment"),
        ),
        (
            ["--embeddings", url, "--embeddings-key", str(file)],
            EmbeddingServer(url, MODEL, "from-a-file"),
        ),
    ]:
        assert embeddings_of(configured(options).options) == made


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--embeddings", "localhost:80"], "must begin with http"),
        (["--embeddings", "http://a:b@localhost"], "give the key apart"),
        (["--embeddings-key", "x"], "--embeddings-key needs --embeddings"),
        (
            ["--embeddings", "http://localhost", "--embeddings-key", "/none/at/all"],
            "--embeddings-key /none/at/all: No such file",
        ),
    ],
)
def test_options_that_cannot_work_are_refused(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options) == 2
    assert says in capsys.readouterr().err


@contextmanager
def running(made: EmbeddingServer | None, store: Path | None = None) -> Iterator[Any]:
    """Run a server, and yield a client of it."""
    with (
        LocalServer(store=store, embeddings=made) as server,
        client_of(server) as client,
    ):
        yield client


def store_of(client: Any) -> str:
    """Make a vector store with a file that is ready, and return its id."""
    file = client.files.create(file=("a.txt", TEXT), purpose="assistants")
    store: str = client.vector_stores.create(file_ids=[file.id]).id
    wait_for(client, store)
    return store


def wait_for(client: Any, store: str) -> None:
    for file in client.vector_stores.files.list(store):
        ready = client.vector_stores.files.poll(file.id, vector_store_id=store)
        assert ready.status == "completed", ready.last_error


def run_of(client: Any, store: str) -> Any:
    assistant = client.beta.assistants.create(
        model="gpt-4o-mini",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store]}},
    )
    return client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": QUESTION}]},
        poll_interval_ms=10,
    )
