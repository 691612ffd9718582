"""When things were used, and what is of no use any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.contract.file_objects import vector_store_file
from assistants_server.store.uses import GRANULARITY, KINDS
from tests.cases import some
from tests.store.stores import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_server.store.sql import SQLStore

LONG_AGO, NOW = 1000, 2000
JSON = dict[str, Any]


@pytest.fixture
def store() -> Iterator[SQLStore]:
    with opened() as store:
        yield store


def age(store: SQLStore, *ids: str, to: int = LONG_AGO) -> None:
    """Have some objects used at another time."""
    with store.changes():
        for each in ids:
            store._database.execute(
                "update objects set used_at = ? where id = ?", (to, each)
            )


def unused(store: SQLStore, kind: str) -> set[str]:
    ids = [each.id for each in store.uses.some(kind, None, limit=100)]
    return store.uses.unused(kind, NOW, ids)


def test_what_is_added_or_changed_is_used(store: SQLStore) -> None:
    for kind in some(KINDS):
        store.add(kind, {"id": f"{kind}_1"})
        assert unused(store, kind) == set()
        age(store, f"{kind}_1")
        assert unused(store, kind) == {f"{kind}_1"}
        store.put({"id": f"{kind}_1", "changed": True})
        assert unused(store, kind) == set()


@pytest.mark.parametrize("kind", ["message", "run"])
def test_a_thread_is_used_by_what_is_in_it(store: SQLStore, kind: str) -> None:
    store.add("thread", {"id": "thread_1"})
    store.add("thread", {"id": "thread_2"})
    for number in range(3):
        store.add(kind, {"id": f"{kind}_{number}"}, thread="thread_1")
    age(store, "thread_1", "thread_2", f"{kind}_0", f"{kind}_1")
    assert unused(store, "thread") == {"thread_2"}
    age(store, f"{kind}_2")
    assert unused(store, "thread") == {"thread_1", "thread_2"}


def test_a_thread_with_an_active_run_is_in_use(store: SQLStore) -> None:
    store.add("thread", {"id": "thread_1"})
    store.add("run", {"id": "run_1"}, thread="thread_1", active=True)
    age(store, "thread_1", "run_1")
    assert unused(store, "thread") == set()
    store.put({"id": "run_1"}, active=False)
    age(store, "run_1")
    assert unused(store, "thread") == {"thread_1"}


def test_a_file_is_of_use_in_a_vector_store(store: SQLStore) -> None:
    store.add("file", {"id": "file-1"})
    store.add("file", {"id": "file-2"})
    entry = vector_store_file("vs_1", {"file_id": "file-1"})
    store.vector_store_files.add([entry])
    age(store, "file-1", "file-2")
    assert unused(store, "file") == {"file-2"}
    store.vector_store_files.delete("vs_1", "file-1")
    assert unused(store, "file") == {"file-1", "file-2"}


def test_a_file_is_of_use_to_an_assistant_of_its_project(store: SQLStore) -> None:
    mine, theirs = store.of("mine"), store.of("theirs")
    mine.add("file", {"id": "file-1"})
    age(store, "file-1")
    resources = {"code_interpreter": {"file_ids": ["file-1"]}}
    # Who only knows its name keeps nothing of others.
    theirs.add("assistant", {"id": "asst_1", "tool_resources": resources})
    assert unused(store, "file") == {"file-1"}
    mine.add("assistant", {"id": "asst_2", "tool_resources": resources})
    assert unused(store, "file") == set()
    mine.delete("asst_2")
    assert unused(store, "file") == {"file-1"}


def test_a_use_is_noted_once_in_a_while(store: SQLStore) -> None:
    store.of("mine").add("file", {"id": "file-1"})
    (made,) = store.uses.some("file", None, limit=9)
    a_moment_ago, before = made.used_at - GRANULARITY // 2, made.used_at - 10**4
    for at, noted in ((a_moment_ago, False), (before, True)):
        age(store, "file-1", to=at)
        store.of("theirs").uses.note(["file-1"])
        (use,) = store.uses.some("file", None, limit=9)
        assert use.used_at == at
        store.of("mine").uses.note(["file-1", "file-of-nobody"])
        (use,) = store.uses.some("file", None, limit=9)
        assert (use.used_at > at) is noted
    store.uses.note([])


def test_all_are_found_a_few_at_a_time(store: SQLStore) -> None:
    for project in ("b", "a", "c"):
        for number in range(3):
            store.of(project).add("thread", {"id": f"thread_{project}{number}"})
    found, last = [], None
    while page := store.uses.some("thread", last, limit=2):
        found += [(each.project, each.id) for each in page]
        last = page[-1]
    assert found == [(p, f"thread_{p}{n}") for p in "abc" for n in range(3)]
    own = store.of("b").uses.some("thread", None, limit=9)
    assert {each.project for each in own} == {"b"}


def test_what_was_deleted_is_forgotten_when_nothing_of_it_is_left(
    store: SQLStore,
) -> None:
    for each in ("thread_1", "thread_2", "thread_3"):
        store.add("thread", {"id": each})
    store.add("vector_store", {"id": "vs_1"})
    store.vector_store_files.add([vector_store_file("vs_1", {"file_id": "file-1"})])
    store.add("message", {"id": "msg_1"}, thread="thread_2")
    for each in ("thread_1", "thread_2", "vs_1"):
        store.delete(each)
    age(store, "thread_1", "thread_2", "thread_3", "vs_1", to=LONG_AGO)
    assert not store.uses.forget(LONG_AGO, limit=5)
    assert store.position("thread", "thread_1") is not None
    assert store.uses.forget(NOW, limit=1)
    assert not store.uses.forget(NOW, limit=1)
    assert store.position("thread", "thread_1") is None
    # Something of them is still to be deleted, or they were not.
    for kind, each in (
        *(("thread", "thread_2"), ("thread", "thread_3")),
        ("vector_store", "vs_1"),
    ):
        assert store.position(kind, each) is not None
    store.delete_rest("thread_2")
    store.vector_store_files.delete_all("vs_1")
    age(store, "msg_1")
    assert not store.uses.forget(NOW, limit=5)
    assert store.position("thread", "thread_2") is None
    assert store.position("vector_store", "vs_1") is None
    # When it was deleted counts, not when it was used before that.
    store.delete("thread_3")
    assert not store.uses.forget(NOW, limit=5)
    assert store.position("thread", "thread_3") is not None


def test_a_project_forgets_its_own(store: SQLStore) -> None:
    for project in ("mine", "theirs"):
        store.of(project).add("assistant", {"id": f"asst_{project}"})
        store.of(project).delete(f"asst_{project}")
        age(store, f"asst_{project}")
    assert not store.of("mine").uses.forget(NOW, limit=5)
    assert store.position("assistant", "asst_mine") is None
    assert store.position("assistant", "asst_theirs") is not None
