"""A store as a project sees it: nothing is there of another one, by any method."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from assistants_server.contract.file_objects import vector_store_file
from assistants_server.store import Store, StoredResponse, stored_responses
from assistants_server.store.project import ProjectStore
from assistants_server.store.uses import Uses
from assistants_server.store.vector_store_files import VectorStoreFiles
from assistants_server.store.whose import Whose
from tests.cases import some
from tests.store.stores import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server.store.sql import SQLStore

JSON = dict[str, Any]
RESPONSE = StoredResponse("f", {"id": "thread_1"}, {}, streamed=False)


@pytest.fixture
def whole() -> Iterator[SQLStore]:
    with opened() as store:
        fill(store.of("theirs"))
        yield store


def fill(store: Store) -> None:
    """Add one of everything."""
    store.add("thread", {"id": "thread_1"})
    store.add("assistant", {"id": "asst_1"})
    body = {"id": "run_1"}
    notes = {"thread": "thread_1"}
    store.add("run", body, thread="thread_1", active=True, notes=notes)
    store.add("message", {"id": "msg_1", "run_id": "run_1"}, thread="thread_1")
    store.add("step", {"id": "step_1"}, thread="thread_1", run="run_1")
    store.add("file", {"id": "file-1", "purpose": "assistants"}, expires=5)
    store.add("vector_store", {"id": "vs_1", "status": "completed"})
    store.add("file_batch", {"id": "vsfb_1"}, thread="vs_1")
    entry = vector_store_file("vs_1", {"file_id": "file-1"})
    store.vector_store_files.add([entry], batch="vsfb_1")
    store.deltas.add("msg_1", {"type": "text"})
    store.responses.add("key", RESPONSE)


def contents(store: SQLStore) -> list[Any]:
    """Return all that is in the tables."""
    tables = ("objects", "vector_store_files", "batch_files", "deltas", "answers")
    sql = store._database
    with store.changes():
        return [
            sql.execute(f"select * from {table} order by 1").fetchall()
            for table in tables
        ]


# What each method returns to who has nothing.
READS: dict[str, tuple[Callable[[Store], Any], Any]] = {
    "get": (lambda s: s.get("thread", "thread_1"), None),
    "get in a thread": (lambda s: s.get("run", "run_1", thread="thread_1"), None),
    "stored": (lambda s: s.stored("thread_1"), None),
    "existing": (lambda s: s.existing("file", ["file-1"]), set()),
    "expired": (lambda s: s.expired("file", 10), []),
    "all": (lambda s: s.all("assistant"), []),
    "all in a run": (lambda s: s.all("step", thread="thread_1", run="run_1"), []),
    "active_run": (lambda s: s.active_run("thread_1"), None),
    "active_runs": (lambda s: s.active_runs(), []),
    "leftovers": (lambda s: s.leftovers(), []),
    "position": (lambda s: s.position("assistant", "asst_1"), None),
    "page": (lambda s: s.page("assistant", limit=5).objects, []),
    "page of a thread": (
        lambda s: s.page("message", thread="thread_1", limit=5).objects,
        [],
    ),
    "page with a label": (
        lambda s: s.page("file", label="assistants", limit=5).objects,
        [],
    ),
    "responses.get": (lambda s: s.responses.get("key"), None),
    "uses.some": (lambda s: s.uses.some("thread", None, limit=5), []),
    "uses.unused": (
        lambda s: s.uses.unused("vector_store", 10**11, ["vs_1"]),
        set(),
    ),
    "files.get": (lambda s: s.vector_store_files.get("vs_1", "file-1"), None),
    "files.leftovers": (lambda s: s.vector_store_files.leftovers(), []),
    "files.stores_of": (lambda s: s.vector_store_files.stores_of("file-1"), []),
    "files.batches_of": (
        lambda s: s.vector_store_files.batches_of("vs_1", ["file-1"]),
        [],
    ),
    "files.statuses": (lambda s: s.vector_store_files.statuses(), {}),
    "files.attributes": (
        lambda s: s.vector_store_files.attributes("vs_1", above=-1, limit=9),
        [],
    ),
    "files.counts": (lambda s: s.vector_store_files.counts("vs_1"), ({}, 0)),
    "files.counts of a batch": (
        lambda s: s.vector_store_files.counts("vs_1", batch="vsfb_1"),
        ({}, 0),
    ),
    "files.position": (
        lambda s: s.vector_store_files.position("vs_1", "file-1"),
        None,
    ),
    "files.page": (
        lambda s: s.vector_store_files.page("vs_1", limit=5).objects,
        [],
    ),
}
# What would change something of who has it.
WRITES: dict[str, Callable[[Store], object]] = {
    "put": lambda s: s.put({"id": "thread_1", "mine": True}),
    "put_notes": lambda s: s.put_notes("run_1", {"mine": True}),
    "expire_at": lambda s: s.expire_at("file-1", 99),
    "delete": lambda s: s.delete("msg_1"),
    "delete what has a response": lambda s: s.delete("thread_1"),
    "delete_thread": lambda s: s.delete_thread("thread_1"),
    "delete_rest": lambda s: s.delete_rest("thread_1"),
    "responses.forget": lambda s: s.responses.forget("thread_1"),
    "files.put": lambda s: s.vector_store_files.put(
        vector_store_file("vs_1", {"file_id": "file-1", "attributes": {"a": "b"}})
    ),
    "files.delete": lambda s: s.vector_store_files.delete("vs_1", "file-1"),
    "files.delete_all": lambda s: s.vector_store_files.delete_all("vs_1"),
    "files.cancel": lambda s: s.vector_store_files.cancel("vs_1", batch="vsfb_1"),
}
# What is of no project: which connection, which change; and what the store's own work
# names by positions, or a message that it had before.
OTHER = {
    *("of", "project_of", "close", "perform", "changes", "after", "errors_explained"),
    *("lock", "lock_key", "hold", "notes", "add", "rates", "deltas", "responses"),
    *("keys", "processes", "uses", "uses.now", "uses.note", "uses.forget"),
    *("vector_store_files", "files.add", "files.join", "files.begin", "files.spare"),
    *("files.next", "files.holds", "responses.add", "check"),
}


@pytest.mark.parametrize("what", READS)
def test_nothing_is_found(whole: SQLStore, what: str) -> None:
    read, nothing = READS[what]
    if what == "files.attributes":
        entry = vector_store_file("vs_1", {"file_id": "file-1"})
        done = {**entry, "status": "completed"}
        whole.of("theirs").vector_store_files.put(done)
    if "leftovers" in what:
        leave(whole.of("theirs"))
    assert read(whole.of("mine")) == nothing
    # There is something, to who has it, and to the server.
    assert read(whole.of("theirs")) != nothing
    if what != "responses.get":
        assert read(whole) == read(whole.of("theirs"))


def leave(store: Store) -> None:
    """Leave what a server that ends in the middle of deleting leaves."""
    store.put({"id": "vs_1", "status": "expired"})
    for each in ("thread_1", "vs_2"):
        store.add("thread", {"id": f"{each}_gone"})
        store.add("message", {"id": f"{each}_left"}, thread=f"{each}_gone")
        store.delete(f"{each}_gone")


@pytest.mark.parametrize("what", WRITES)
def test_nothing_is_changed(whole: SQLStore, what: str) -> None:
    before = contents(whole)
    WRITES[what](whole.of("mine"))
    assert contents(whole) == before
    WRITES[what](whole.of("theirs"))
    assert contents(whole) != before


def test_what_is_unknown_has_no_notes_and_no_project(whole: SQLStore) -> None:
    assert whole.project_of("run_1") == "theirs"
    assert whole.of("theirs").notes("run_1") == {"thread": "thread_1"}
    mine = whole.of("mine")
    with pytest.raises(LookupError):
        mine.project_of("run_1")
    with pytest.raises(TypeError):
        mine.notes("run_1")


def test_what_is_added_is_the_projects_own(whole: SQLStore) -> None:
    mine = whole.of("mine")
    mine.add("thread", {"id": "thread_mine"})
    assert mine.all("thread") == [{"id": "thread_mine"}]
    assert whole.of("theirs").all("thread") == [{"id": "thread_1"}]
    assert mine.page("thread", limit=5).objects == [{"id": "thread_mine"}]
    # The same key, for another request.
    mine.responses.add("key", StoredResponse("g", {}, {}, streamed=False))
    for store, fingerprint in ((mine, "g"), (whole.of("theirs"), "f")):
        known = store.responses.get("key")
        assert known
        assert known.fingerprint == fingerprint
    # What was there before there were projects, or is added without one.
    whole.add("thread", {"id": "thread_old"})
    assert whole.of("default").all("thread") == [{"id": "thread_old"}]
    assert mine.of("default").all("thread") == [{"id": "thread_old"}]


def test_no_project_makes_keys_of_another_one_forgotten(
    whole: SQLStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_responses, "MOST", 3)
    monkeypatch.setattr(stored_responses, "PORTION", 1)
    mine, theirs = whole.of("mine"), whole.of("theirs")
    theirs.responses.add("key too", RESPONSE)
    for number in range(5):
        mine.responses.add(f"key {number}", RESPONSE)
    theirs.responses.add("key three", RESPONSE)
    for key in ("key", "key too", "key three"):
        assert theirs.responses.get(key)
    known = [number for number in range(5) if mine.responses.get(f"key {number}")]
    assert known == [2, 3, 4]


def test_projects_do_not_wait_for_each_other() -> None:
    """Nor does it show in the time of an answer what another one has."""
    asked: list[Any] = []
    whole = SimpleNamespace(
        lock=lambda *ids, whose: asked.append((ids, str(whose), whose.values)),
        lock_key=asked.append,
    )
    nothing: Any = None
    for project in ("mine", "theirs"):
        store = ProjectStore(
            cast("Any", whole), project, database=nothing, clock=nothing, purge=nothing
        )
        store.lock("thread_1", "run_1")
        store.lock_key("key")
    ids, condition = ("thread_1", "run_1"), "project = ? and "
    assert asked[::2] == [
        (ids, condition, ("mine",)),
        (ids, condition, ("theirs",)),
    ]
    mine, theirs = asked[1::2]
    assert mine != theirs
    assert "key" in mine
    assert "key" in theirs


def test_every_method_of_a_store_was_tried() -> None:
    tried = {name.partition(" ")[0] for name in (*READS, *WRITES)} | OTHER
    methods = {name for name in vars(Store) if not name.startswith("_")}
    files = {n for n in vars(VectorStoreFiles) if not n.startswith("_")}
    uses = {f"uses.{n}" for n in vars(Uses) if not n.startswith("_")}
    assert methods | uses | {f"files.{name}" for name in files} <= tried


class Recorder:
    """A database that notes the statements that it is asked for."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.statements: list[str] = []

    def execute(self, sql: str, values: Any = (), /) -> Any:
        self.statements.append(sql)
        return self._database.execute(sql, values)

    def executemany(self, sql: str, values: Any, /) -> object:
        self.statements.append(sql)
        return self._database.executemany(sql, values)


# What names rows that a statement with the condition has found just before.
AFTERWARDS = re.compile(
    r"update objects set .* where place = \?"
    r"|update vector_store_files set .* where place = \?"
    r"|delete from answers where kept_at <= \?"
)


def test_every_statement_is_about_the_project(whole: SQLStore) -> None:
    recorder = Recorder(whole._database)
    mine = ProjectStore(
        whole, "mine", database=recorder, clock=lambda: 0.0, purge=lambda: None
    )
    with whole.changes():
        fill_as(mine)
        for read, _ in READS.values():
            read(mine)
        for write in WRITES.values():
            write(mine)
    tables = re.compile(r"\b(objects|vector_store_files|answers)\b")
    found = [each for each in recorder.statements if tables.search(each)]
    assert len(found) > 40
    for each in some(found):
        assert AFTERWARDS.fullmatch(each) or re.search(
            r"where project = \? and|\(project, ", each
        ), each


def fill_as(store: Store) -> None:
    """Add one of everything under other ids."""
    ids = {"thread_1": "thread_2", "asst_1": "asst_2", "run_1": "run_2"}
    for kind, old in (("thread", "thread_1"), ("assistant", "asst_1")):
        store.add(kind, {"id": ids[old]})
    store.vector_store_files.add([vector_store_file("vs_2", {"file_id": "file-2"})])
    store.responses.add("key", RESPONSE)


def test_all_projects_are_no_condition() -> None:
    assert (str(Whose()), Whose().values, Whose().owner) == ("", (), "default")
    assert (str(Whose("p")), Whose("p").values) == ("project = ? and ", ("p",))
