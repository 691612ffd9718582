"""Keys that are stored: how they are recognised, what they open, how they end."""

from __future__ import annotations

import asyncio
import hmac
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer, SettingsError, StoreError
from assistants_server.keys import InvalidKeyError, Key, KeyRing
from assistants_server.keys.file import KeyFile
from assistants_server.keys.opened import check_keys, watch_keys
from assistants_server.keys.ring import RefusedKeyError
from assistants_server.store.key import digest_of, id_of, new_token
from harness.contract.document import DOCUMENT
from tests.cases import each_case
from tests.server.api import refused, until
from tests.server.keyed import client, make_key, revoke, unstored
from tests.store.stores import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistants_server.store import Store

OPERATIONS = [
    (each["operationId"], method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method, each in item.items()
]
SEARCHES = "searchVectorStore"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "state.db"


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[LocalServer]:
    """Provide a server with a store, which has a key."""
    make_key(store, name="the first one")
    with LocalServer(store=store) as server:
        yield server


def found(
    key: Key, token: str, *, own: str | None = None, now: float = 0
) -> Key | str | None:
    """Return the key that a ring finds, or why it refuses."""
    keys = KeyRing(own, Memory(key), clock=lambda: now)
    try:
        return asyncio.run(keys.find(token))
    except RefusedKeyError as error:
        return str(error)


class Memory:
    """Keys that are stored nowhere."""

    where = "memory"

    def __init__(self, *keys: Key) -> None:
        self.keys = {key.id: key for key in keys}

    def add(self, key: Key) -> None:
        self.keys[key.id] = key

    def revoke(self, id: str, now: int) -> bool:
        raise NotImplementedError

    def all(self) -> list[Key]:
        return [*self.keys.values()]

    async def current(self, *, fresh: bool = False) -> dict[str, Key]:
        return self.keys

    def close(self) -> None:
        """Do nothing."""


def test_a_key_is_found_by_what_its_owner_sends() -> None:
    token, key = unstored(project="p")
    assert found(key, token) == key
    assert len(token) >= 60
    assert id_of(token) == key.id
    other = new_token()[1]
    for wrong in (token[:-1], f"{token}x", token.upper(), token.swapcase(), other, "x"):
        assert found(key, wrong) == "is wrong"
    assert found(key, "") == "is missing"
    # What the store has of it opens nothing.
    assert found(key, key.digest) == "is wrong"
    assert found(key, key.id) == "is wrong"


def test_a_key_of_the_settings_is_an_admin_of_the_default_project() -> None:
    token, key = unstored(project="p")
    own = found(key, "sesame", own="sesame")
    assert isinstance(own, Key)
    assert (own.project, own.scope) == ("default", "admin")
    assert found(key, token, own="sesame") == key


def test_an_unknown_key_is_looked_at_like_one_that_is_half_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token, key = unstored()
    unknown = new_token()[1]
    half = token[:-4] + unknown[-4:]
    compared: list[tuple[int, int]] = []
    really = hmac.compare_digest

    def compare_digest(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return really(one, other)

    # Which takes as long wherever they differ.
    monkeypatch.setattr(hmac, "compare_digest", compare_digest)
    answers = [found(key, half), found(key, unknown)]
    assert answers[0] == answers[1] == "is wrong"
    half_way = len(compared) // 2
    assert compared[:half_way] == compared[half_way:] != []


def test_a_key_ends_by_being_revoked_or_by_itself() -> None:
    token, key = unstored(expires_at=100)
    assert found(key, token, now=99.9) == key
    assert found(key, token, now=100) == "has expired"
    token, key = unstored(revoked_at=50)
    assert found(key, token, now=10) == "was revoked"
    # Who has another one isn't told.
    assert found(key, new_token()[1]) == "is wrong"


@each_case(
    ("settings", "said"),
    [
        ({"project": ""}, "no name of a project"),
        ({"project": "a b"}, "no name of a project"),
        ({"project": ".a"}, "no name of a project"),
        ({"project": "a" * 65}, "no name of a project"),
        ({"project": "a\n"}, "no name of a project"),
        ({"scope": "root"}, "no scope; known are read, write, admin"),
        ({"name": "a\x1b[2J"}, "printable"),
        ({"name": "a" * 101}, "at most 100"),
        ({"requests": 0}, "requests per minute must be 1 to"),
        ({"tokens": -5}, "tokens per minute must be 1 to"),
    ],
)
def test_what_can_be_no_key_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidKeyError, match=said):
        unstored(**settings)


def test_nothing_has_the_key_but_its_owner(tmp_path: Path) -> None:
    token, key = unstored()
    keys = KeyFile(tmp_path / "state.db")
    keys.add(key)
    assert keys.all() == [key]
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0
        content = file.read_bytes()
        assert token.encode() not in content
        assert token.split("-", 3)[3].encode() not in content
    assert key.digest not in repr(key)
    assert digest_of(token) == key.digest


def test_keys_come_and_go_while_the_server_runs(
    server: LocalServer, store: Path
) -> None:
    token = make_key(store, project="short-lived")
    with client(server, token) as http:
        assert http.get("/assistants").status_code == 200
        assert revoke(store, token)
        assert not revoke(store, token)
        # Of a store that several servers have, it is known in a second.
        until(lambda: http.get("/assistants").status_code == 401, "the key to end")
        error = refused(http.get("/assistants"), 401)
        assert error["code"] == "invalid_api_key"
        assert "was revoked" in error["message"]
        assert token not in str(error)


def test_the_first_key_locks_the_server_for_good(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    with (
        LocalServer(store=store) as server,
        httpx.Client(base_url=server.url) as http,
    ):
        fault = {"x-local-fault": "418"}
        assert http.get("/assistants").status_code == 200
        assert http.get("/assistants", headers=fault).status_code == 418
        token = make_key(store)
        until(lambda: http.get("/assistants").status_code == 401, "the server to lock")
        refused(http.get("/assistants"), 401)
        with client(server, token) as keyed:
            # Who has a key may be anybody, whom faults of others are no matter of.
            assert keyed.get("/assistants", headers=fault).status_code == 200
            # Nor is it asked for by which name.
            named = {"host": "assistants.example.org"}
            assert keyed.get("/assistants", headers=named).status_code == 200
            assert revoke(store, token)
            what = "the key to end"
            until(lambda: keyed.get("/assistants").status_code == 401, what)
        refused(http.get("/assistants"), 401)


def test_an_address_for_others_needs_a_key_in_the_store(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    with pytest.raises(SettingsError, match=r"a key is needed; .*keys create"):
        LocalServer(store=store, host="0.0.0.0").start()
    token = make_key(store)
    with LocalServer(store=store, host="0.0.0.0") as server:
        url = f"http://127.0.0.1:{server.port}/v1/assistants"
        assert httpx.get(url).status_code == 401
        key = {"authorization": f"Bearer {token}"}
        assert httpx.get(url, headers=key).status_code == 200


@pytest.mark.sqlite("a file of keys beside the store; a database has them in a table")
def test_a_store_whose_keys_were_lost_is_not_served(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    token = make_key(store)
    with LocalServer(store=store) as server, client(server, token) as http:
        assert http.get("/assistants").status_code == 200
    KeyFile(store).path.rename(tmp_path / "away")
    with pytest.raises(StoreError, match=r"needed keys before.* put .* back"):
        LocalServer(store=store).start()
    # Who has a key of their own lets nobody in without it.
    with LocalServer(store=store, key="sesame") as server:
        refused(httpx.get(f"{server.url}/assistants"), 401)
    token = make_key(store)
    with LocalServer(store=store) as server, client(server, token) as http:
        assert http.get("/assistants").status_code == 200


def test_the_first_key_is_remembered_while_the_server_runs() -> None:
    keys = Memory()

    async def scenario(store: Store) -> None:
        ring = KeyRing(None, keys)
        watching = asyncio.create_task(watch_keys(store, ring, pause=0))
        await asyncio.sleep(0)
        await check_keys(store, ring)
        keys.add(unstored()[1])
        await watching
        keys.keys.clear()
        with pytest.raises(StoreError, match="needed keys before"):
            await check_keys(store, ring)

    with opened() as store:
        asyncio.run(scenario(store))


def test_a_key_of_the_settings_is_not_remembered(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    for key in ("sesame", None):
        with LocalServer(store=store, key=key) as server:
            status = httpx.get(f"{server.url}/assistants").status_code
            assert status == (401 if key else 200)


@pytest.mark.sqlite("a file of keys beside the store; a database has them in a table")
@pytest.mark.parametrize("content", [b"no database at all", b"", "sqlite"])
def test_a_file_of_something_else_is_not_taken_for_keys(
    tmp_path: Path, content: bytes | str
) -> None:
    keys = KeyFile(tmp_path / "state.db")
    if isinstance(content, bytes):
        keys.path.write_bytes(content)
    else:
        with closing(sqlite3.connect(keys.path)) as other:
            other.execute("create table things (id)")
    if content == b"":
        # As a crash may leave it.
        assert keys.all() == []
        return
    before = keys.path.read_bytes()
    with pytest.raises(StoreError, match=r"state\.db\.keys"):
        keys.add(unstored()[1])
    assert keys.path.read_bytes() == before
    # A server that can't say who may come doesn't let anybody in.
    with pytest.raises(StoreError, match=r"state\.db\.keys"):
        LocalServer(store=tmp_path / "state.db").start()


@pytest.mark.sqlite("a file of keys beside the store; a database has them in a table")
def test_keys_stay_as_they_were_where_the_file_is_broken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = tmp_path / "state.db"
    token = make_key(store)
    with LocalServer(store=store) as server, client(server, token) as http:
        assert http.get("/assistants").status_code == 200
        KeyFile(store).path.write_bytes(b"x" * 100)
        assert http.get("/assistants").status_code == 200
        refused(httpx.get(f"{server.url}/assistants"), 401)
        KeyFile(store).path.unlink()
        refused(httpx.get(f"{server.url}/assistants"), 401)
    assert "the keys can't be read" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize(
    ("operation", "method", "path"), OPERATIONS, ids=[each[0] for each in OPERATIONS]
)
def test_each_operation_takes_its_scope(
    reader: httpx.Client, operation: str, method: str, path: str
) -> None:
    reads = method == "GET" or operation == SEARCHES
    response = reader.request(method, path.replace("{", "").replace("}", ""))
    if reads:
        # There is nothing with such an id; but it was looked for.
        assert response.status_code in (200, 400, 404)
    else:
        error = refused(response, 403)
        assert error["code"] == "insufficient_scope"
        assert "may read only" in error["message"]


@pytest.fixture(scope="module")
def reader(server: LocalServer, store: Path) -> Iterator[httpx.Client]:
    """Provide a client whose key may only read."""
    with client(server, make_key(store, scope="read")) as http:
        yield http


@pytest.mark.parametrize("scope", ["write", "admin"])
def test_who_may_more_may_also_less(
    server: LocalServer, store: Path, scope: str
) -> None:
    with client(server, make_key(store, scope=scope)) as http:
        assert http.post("/threads", json={}).status_code == 200
        assert http.get("/assistants").status_code == 200
        assert http.head("/assistants").status_code in (200, 405)


def test_read_and_write_are_told_apart_in_the_document() -> None:
    assert len([each for each in OPERATIONS if each[1] == "GET"]) > 15
    assert SEARCHES in [each[0] for each in OPERATIONS]
