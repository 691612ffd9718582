"""Files are searched by meaning, with whatever server makes the embeddings."""

from __future__ import annotations

import logging
import threading
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistants_server.address import key_from
from assistants_server.search import (
    Chunk,
    EmbeddingError,
    EmbeddingServer,
    Index,
    SearchError,
    chunks,
)
from assistants_server.search.embeddings import KEY_VARIABLE
from assistants_server.search.interface import SearchIndex
from assistants_server.search.ranking import fused
from harness.embedding_server import Answer, EmbeddingPeer
from tests.cases import each_case
from tests.search.indexes import new_index

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-secret-of-the-tests"
TEXTS = {
    "garage": "The automobile is repaired in the yard behind the house.",
    "ward": "A physician comes twice a week.",
    "shop": "Whoever brings the goods back is reimbursed within thirty days.",
    "tide": "High water at Hull is at noon.",
}


@pytest.fixture
def peer() -> Iterator[EmbeddingPeer]:
    with EmbeddingPeer() as peer:
        yield peer


@pytest.fixture
def embeddings(peer: EmbeddingPeer) -> Iterator[EmbeddingServer]:
    made = EmbeddingServer(peer.url, "tiny", first_pause=0.001)
    yield made
    made.close()


@pytest.fixture
def index(embeddings: EmbeddingServer) -> Iterator[SearchIndex]:
    index = new_index(embeddings)
    for name, text in TEXTS.items():
        index.add("vs", name, chunks(text))
    yield index
    index.close()


def test_meaning_finds_what_words_do_not(
    index: SearchIndex, peer: EmbeddingPeer
) -> None:
    for query, file in [("Where is my car?", "garage"), ("Is there a doctor?", "ward")]:
        assert index.search(["vs"], query, 1, ranker="none") == []
        (hit,) = index.search(["vs"], query, 1)
        assert hit.file_id == file
    assert [request["model"] for request in peer.requests] == ["tiny"] * 6


def test_what_both_find_comes_first(index: SearchIndex) -> None:
    index.add("vs", "both", chunks("The doctor has a car."))
    hits = index.search(["vs"], "doctor with a car", 5)
    assert hits[0].file_id == "both"
    assert hits[0].score == 1
    assert [hit.score for hit in hits] == sorted((h.score for h in hits), reverse=True)
    assert all(0 < hit.score <= 1 for hit in hits)


def test_ranks_are_fused() -> None:
    scores = fused([[1, 2], [1, 3]])
    assert scores[1] == 1
    assert scores[2] == scores[3] < 0.5
    assert fused([[1], []]) == {1: 0.5}


def test_words_alone_decide_with_the_ranker_none(
    index: SearchIndex, peer: EmbeddingPeer
) -> None:
    before = len(peer.requests)
    (hit,) = index.search(["vs"], "tide at hull", ranker="none")
    assert hit.file_id == "tide"
    assert len(peer.requests) == before


def test_allowed_files_bound_what_meaning_finds(index: SearchIndex) -> None:
    found = index.search(["vs"], "car", 5, file_ids=["ward", "tide"])
    assert {hit.file_id for hit in found} == {"ward", "tide"}
    assert index.search(["vs"], "car", 5, file_ids=[]) == []


def test_what_is_added_after_a_search_is_found(index: SearchIndex) -> None:
    assert len(index.search(["vs"], "car", 1)) == 1
    index.add("vs", "late", chunks("car automobile"))
    assert index.search(["vs"], "vehicle", 1)[0].file_id == "late"


def test_much_may_be_added_between_searches(index: SearchIndex) -> None:
    for number in range(130):
        index.add("vs", f"f{number}", chunks(f"The number{number} vehicle."))
        (hit,) = index.search(["vs"], f"number{number} car", 1)
        assert hit.file_id == f"f{number}"
    found = index.search(["vs"], "car", 50, file_ids=["f7", "garage"])
    assert {hit.file_id for hit in found} == {"f7", "garage"}
    index.remove("vs", "f7")
    found = index.search(["vs"], "car", 50, file_ids=["f7", "garage"])
    assert [hit.file_id for hit in found] == ["garage"]


def test_lengths_that_change_in_the_middle_are_refused() -> None:
    index = new_index()
    pieces = [Chunk("one", 0), Chunk("two", 4)]
    with pytest.raises(EmbeddingError, match="numbers, the server gives"):
        index.add("vs", "a", pieces, [array("f", [1, 0]), array("f", [1])])
    assert index.files() == set()
    index.close()


def test_removed_files_are_found_no_more(index: SearchIndex) -> None:
    assert index.search(["vs"], "car", 1)[0].file_id == "garage"
    index.remove("vs", "garage")
    assert "garage" not in {hit.file_id for hit in index.search(["vs"], "car", 9)}
    index.remove("vs")
    assert index.search(["vs"], "car") == []


def test_stores_have_vectors_of_their_own(index: SearchIndex) -> None:
    index.add("other", "far", chunks("A vehicle far away."))
    assert [hit.file_id for hit in index.search(["other"], "car")] == ["far"]
    both = index.search(["vs", "other"], "car", 2)
    assert {hit.file_id for hit in both} == {"garage", "far"}


@pytest.mark.sqlite("an index in a file; a database has it in tables")
def test_vectors_survive_a_restart(
    embeddings: EmbeddingServer, peer: EmbeddingPeer, tmp_path: Path
) -> None:
    path = tmp_path / "index.db"
    index = Index(path, embedder=embeddings)
    index.add("vs", "garage", chunks(TEXTS["garage"]))
    index.close()
    peer.requests.clear()
    index = Index(path, embedder=embeddings)
    assert len(index.search(["vs"], "car")) == 1
    assert len(peer.requests) == 1
    index.close()
    without = Index(path)
    assert without.search(["vs"], "car") == []
    assert len(without.search(["vs"], "automobile")) == 1
    without.close()


@pytest.mark.sqlite("an index in a file; a database has it in tables")
@pytest.mark.parametrize("before", ["tiny", None])
def test_embeddings_of_two_models_do_not_mix(
    peer: EmbeddingPeer, tmp_path: Path, before: str | None
) -> None:
    path = tmp_path / "index.db"
    first = EmbeddingServer(peer.url, before) if before else None
    index = Index(path, embedder=first)
    index.add("vs", "a", chunks("A car."))
    index.close()
    other = EmbeddingServer(peer.url, "other")
    says = f"embeddings of {before}" if before else "no embeddings"
    with pytest.raises(SearchError, match=rf"{says}, not of other; delete it"):
        Index(path, embedder=other)
    for each in filter(None, (first, other)):
        each.close()


def test_texts_are_sent_in_batches(
    embeddings: EmbeddingServer, peer: EmbeddingPeer
) -> None:
    texts = [f"text number{place}" for place in range(150)]
    vectors = embeddings.embed(texts)
    assert [v.tolist() for v in vectors] == [peer.vector(text) for text in texts]
    assert [len(request["input"]) for request in peer.requests] == [64, 64, 22]
    peer.requests.clear()
    assert len(embeddings.embed(["x " * 150_000] * 3)) == 3
    assert [len(request["input"]) for request in peer.requests] == [1, 1, 1]
    assert embeddings.embed([]) == []


def test_own_embeddings_may_be_given() -> None:
    index = new_index()
    pieces = [Chunk("one", 0), Chunk("two", 4)]
    added = index.add("vs", "a", pieces, [array("f", [1, 0]), array("f", [0, 1])])
    assert (added.chunks, added.bytes) == (2, 3 + 3 + 2 * 2 * 4)
    index.close()


def test_passing_failures_are_tried_again(
    embeddings: EmbeddingServer, peer: EmbeddingPeer
) -> None:
    peer.answers += [Answer(429, headers={"retry-after": "0.01"}), Answer(503)]
    assert len(embeddings.embed(["car"])) == 1
    assert len(peer.requests) == 3


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([Answer(500)] * 3, r"answered 500\.$"),
        (
            [Answer(400, {"error": {"message": "too long."}})],
            r"answered 400: too long\.$",
        ),
        ([Answer(200, {"data": [{"index": 0}]})], "something else than embeddings"),
        ([Answer(200, ["x"])], "something else than embeddings"),
        ([Answer(200, {"data": []})], "0 vectors for 1 texts"),
        ([Answer(200, {"data": [{"index": 0, "embedding": []}]})], "1 vectors for 1"),
        ([Answer(200, {"data": [{"index": 0, "embedding": ["x"]}]})], "something else"),
        ([Answer(307, headers={"location": "/elsewhere"})], "answered 307"),
    ],
)
def test_failures_say_what_happened(
    embeddings: EmbeddingServer, peer: EmbeddingPeer, answers: list[Answer], says: str
) -> None:
    peer.answers += answers
    with pytest.raises(EmbeddingError, match=says) as raised:
        embeddings.embed(["car"])
    assert peer.url in str(raised.value)
    assert len(peer.requests) == len(answers)


@pytest.mark.parametrize("numbers", [[0.0, 0.0], [float("nan"), 1.0]])
def test_vectors_without_a_direction_are_refused(
    embeddings: EmbeddingServer, peer: EmbeddingPeer, numbers: list[float]
) -> None:
    index = new_index(embeddings)
    body = {"data": [{"index": 0, "embedding": numbers}]}
    peer.answers += [Answer(200, body)]
    with pytest.raises(EmbeddingError, match="no numbers"):
        index.add("vs", "a", chunks("A car."))
    assert index.files() == set()
    index.close()


def test_vectors_of_another_length_are_refused(
    index: SearchIndex, peer: EmbeddingPeer
) -> None:
    peer.length = 7
    with pytest.raises(EmbeddingError, match="256 numbers, the server gives 7"):
        index.add("vs", "late", chunks("A car."))
    with pytest.raises(EmbeddingError, match="256 numbers, the server gives 7"):
        index.search(["vs"], "car")
    assert index.files() == {("vs", name) for name in TEXTS}


def test_server_that_is_gone_is_named() -> None:
    with EmbeddingPeer() as gone:
        url = gone.url
    embeddings = EmbeddingServer(url, first_pause=0.001)
    with pytest.raises(EmbeddingError, match=rf"{url} can.t be reached \(Conn"):
        embeddings.embed(["car"])
    embeddings.close()


def test_closing_ends_what_waits(peer: EmbeddingPeer) -> None:
    embeddings = EmbeddingServer(peer.url, first_pause=20)
    peer.answers += [Answer(503)] * 3
    threading.Timer(0.1, embeddings.close).start()
    begun = time.monotonic()
    with pytest.raises(EmbeddingError, match="503"):
        embeddings.embed(["car"])
    assert time.monotonic() - begun < 5
    # It opens again when it is needed again.
    peer.answers.clear()
    assert len(embeddings.embed(["car"])) == 1
    embeddings.close()


def test_key_is_sent_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with EmbeddingPeer(KEY) as peer:
        right = EmbeddingServer(peer.url, key=KEY)
        assert len(right.embed(["car"])) == 1
        assert peer.headers[0]["authorization"] == f"Bearer {KEY}"
        wrong = EmbeddingServer(peer.url, key=KEY[:-1])
        with pytest.raises(EmbeddingError, match=r"401: .*\[key\]") as raised:
            wrong.embed(["car"])
        nobody = EmbeddingServer(peer.url)
        with pytest.raises(EmbeddingError, match="401"):
            nobody.embed(["car"])
        assert "authorization" not in peer.headers[-1]
        for each in (right, wrong, nobody):
            each.close()
    for shown in (repr(right), str(raised.value), repr(raised.value), caplog.text):
        assert KEY[:-1] not in shown


def test_key_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert key_from(None, KEY_VARIABLE) is None
    monkeypatch.setenv(KEY_VARIABLE, "from-the-environment")
    assert key_from(None, KEY_VARIABLE) == "from-the-environment"
    file = tmp_path / "key"
    file.write_text("from-a-file\n")
    assert key_from(file, KEY_VARIABLE) == "from-a-file"
    file.write_text("\n")
    with pytest.raises(ValueError, match="is empty"):
        key_from(file, KEY_VARIABLE)


@each_case(
    ("url", "key", "says"),
    [
        ("localhost:8080", None, "must begin with http"),
        ("file:///etc/passwd", None, "must begin with http"),
        ("http://", None, "must begin with http"),
        (f"http://me:{KEY}@localhost", None, "give the key apart"),
        (f"http://localhost/v1?key={KEY}", None, "give the key apart"),
        ("http://localhost/v1", "a\nb", "printable"),
        ("http://localhost/v1", "", "not empty"),
        ("http://api.example.com/v1", KEY, "unencrypted"),
        ("http://localhost/v1", "\u00e9", "printable"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    url: str, key: str | None, says: str
) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        EmbeddingServer(url, key=key)
    assert KEY not in str(raised.value)
