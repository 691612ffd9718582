"""The store is a list that forgets nothing."""

from __future__ import annotations

import contextlib
import copy
import shutil
import string
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assistants_server.contract.objects import PREFIXES, new_id
from assistants_server.store import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistants_server.store.sql import SQLStore

from tests.store.stores import KINDS, OWNERS, RUNS, TEXTS, BrokenError, _Entry, opened

BOUNDS = st.none() | st.integers(0, 9)


class _Twins(RuleBasedStateMachine):
    """A store in a file, and a list that has to stay the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.opening = opened(Path(self.folder) / "state.db")
        self.store = self.opening.__enter__()
        self.list: list[_Entry] = []

    def teardown(self) -> None:
        self.opening.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    @initialize(count=st.integers(0, 9))
    def fill(self, count: int) -> None:
        for number in range(count):
            self.add("message", "thread_a", None, str(number), active=False)

    @rule(kind=KINDS, thread=OWNERS, run=RUNS, text=TEXTS, active=st.booleans())
    def add(
        self, kind: str, thread: str | None, run: str | None, text: str, *, active: bool
    ) -> None:
        body = {"id": new_id(kind), "name": text, "run_id": run}
        notes = {"note": text}
        active = active and self.may_be_active(thread)
        self.store.add(kind, body, thread=thread, run=run, active=active, notes=notes)
        self.list.append(
            _Entry(kind, thread, run, active, {**body}, notes, body["id"] or "")
        )

    @precondition(lambda self: self.list)
    @rule(data=st.data(), text=TEXTS, active=st.booleans())
    def put(self, data: st.DataObject, text: str, *, active: bool) -> None:
        entry = data.draw(st.sampled_from(self.list))
        active = active and (entry.active or self.may_be_active(entry.thread))
        self.store.put({"id": entry.id, "name": text}, active=active)
        if entry.body is not None:
            entry.body, entry.active = {"id": entry.id, "name": text}, active

    def may_be_active(self, thread: str | None) -> bool:
        """Return whether a thread has no active run, of which it may have one."""
        return not any(e.active and e.thread == thread for e in self.list if thread)

    @precondition(lambda self: self.list)
    @rule(data=st.data(), text=TEXTS)
    def put_notes(self, data: st.DataObject, text: str) -> None:
        entry = data.draw(st.sampled_from(self.list))
        self.store.put_notes(entry.id, {"other": text})
        if entry.body is not None:
            entry.notes = {"other": text}

    @precondition(lambda self: self.list)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(self.list))
        self.store.delete(entry.id)
        entry.body, entry.active, entry.notes = None, False, {}

    @rule(thread=st.sampled_from(["thread_a", "thread_b", "thread_c"]))
    def delete_thread(self, thread: str) -> None:
        self.store.delete_thread(thread)
        for entry in self.list:
            if entry.thread == thread:
                entry.body, entry.active, entry.notes = None, False, {}

    @rule(depth=st.integers(1, 3), text=TEXTS)
    def change_together(self, depth: int, text: str) -> None:
        with contextlib.ExitStack() as stack:
            for _ in range(depth):
                stack.enter_context(self.store.changes())
            self.add("message", "thread_a", None, text, active=False)
            self.delete_thread("thread_b")

    @rule(depth=st.integers(1, 3))
    def break_in_the_middle(self, depth: int) -> None:
        before = copy.deepcopy(self.list)
        with contextlib.suppress(BrokenError), contextlib.ExitStack() as stack:
            for _ in range(depth):
                stack.enter_context(self.store.changes())
            self.delete_thread("thread_a")
            self.add("message", "thread_a", None, "gone", active=True)
            for entry in self.list[:2]:
                self.store.put_notes(entry.id, {"other": "gone"})
            raise BrokenError
        self.list = before

    @rule()
    def reopen(self) -> None:
        self.opening.__exit__(None, None, None)
        self.opening = opened(Path(self.folder) / "state.db")
        self.store = self.opening.__enter__()

    @invariant()
    def is_the_same(self) -> None:
        with self.store.changes():
            self.compare()

    def compare(self) -> None:
        for index, entry in enumerate(self.list):
            found = self.store.get(
                entry.kind, entry.id, thread=entry.thread, run=entry.run
            )
            assert found == entry.body
            assert self.store.notes(entry.id) == entry.notes
            assert self._place(index) is not None
        places = [self._place(index) or 0 for index in range(len(self.list))]
        assert places == sorted(set(places))
        active = [entry.body for entry in self.list if entry.active]
        assert self.store.active_runs() == active
        for thread in ("thread_a", "thread_b"):
            ids: list[str | None] = [
                e.id for e in self.list if e.active and e.thread == thread
            ]
            assert [self.store.active_run(thread)] == (ids or [None])
        # vacuous: there may be none
        for kind, owner, run in {(e.kind, e.thread, e.run) for e in self.list}:
            bodies = [e.body for e in self.list if e.is_in(kind, owner, run)]
            kept = [body for body in bodies if body is not None]
            assert self.store.all(kind, thread=owner, run=run) == kept

    def _place(self, index: int) -> int | None:
        entry = self.list[index]
        return self.store.position(
            entry.kind, entry.id, thread=entry.thread, run=entry.run
        )


def test_store_is_a_list() -> None:
    run_state_machine_as_test(
        _Twins, settings=settings(max_examples=25, stateful_step_count=25)
    )


@given(
    kept=st.lists(st.booleans(), max_size=9),
    bounds=st.tuples(BOUNDS, BOUNDS),
    newest_first=st.booleans(),
    from_the_end=st.booleans(),
    limit=st.integers(1, 5),
    run=st.sampled_from([None, "run_0", "run_1"]),
)
def test_page_is_a_stretch_of_the_list(
    kept: list[bool],
    bounds: tuple[int | None, int | None],
    limit: int,
    run: str | None,
    *,
    newest_first: bool,
    from_the_end: bool,
) -> None:
    bodies = [{"id": f"msg_{n}", "run_id": f"run_{n % 2}"} for n, _ in enumerate(kept)]
    with opened() as store:
        for body, stays in zip(bodies, kept, strict=True):
            store.add("message", body, thread="thread_a")
            store.add("message", {"id": f"{body['id']}_b"}, thread="thread_b")
            if not stays:
                store.delete(body["id"])
        # The bounds are objects of the list, as a client's cursors are.
        above, below = (
            store.position("message", f"msg_{each}") if each is not None else None
            for each in bounds
        )
        page = store.page(
            "message",
            thread="thread_a",
            above=-1 if above is None else above,
            below=below,
            newest_first=newest_first,
            from_the_end=from_the_end,
            limit=limit,
            label=run,
        )
    low = -1 if above is None or bounds[0] is None else bounds[0]
    high = len(kept) if below is None or bounds[1] is None else bounds[1]
    found = [
        body
        for index, body in enumerate(bodies)
        if low < index < high and kept[index] and run in (None, body["run_id"])
    ]
    if newest_first:
        found.reverse()
    assert page.objects == (found[-limit:] if from_the_end else found[:limit])
    assert page.has_more is (len(found) > limit)


def test_objects_are_found_where_they_belong_only() -> None:
    with opened() as store:
        body = {"id": "step_1"}
        store.add("step", body, thread="thread_1", run="run_1")
        assert store.get("step", "step_1", thread="thread_1", run="run_1") == body
        for thread, run in [(None, None), ("thread_1", None), ("thread_2", "run_1")]:
            assert store.get("step", "step_1", thread=thread, run=run) is None
        assert store.get("message", "step_1", thread="thread_1", run="run_1") is None
        assert store.position("message", "step_1") is None


def test_deleted_object_keeps_its_place_and_nothing_else() -> None:
    with opened() as store:
        for number in range(3):
            store.add("assistant", {"id": f"asst_{number}"}, notes={"a": 1})
        place = store.position("assistant", "asst_1")
        store.delete("asst_1")
        store.put({"id": "asst_1", "name": "back again"})
        assert store.position("assistant", "asst_1") == place
        assert store.get("assistant", "asst_1") is None
        assert store.notes("asst_1") == {}
        page = store.page("assistant", above=place or 0, limit=1)
        assert (page.objects, page.has_more) == ([{"id": "asst_2"}], False)
        assert [each["id"] for each in store.all("assistant")] == ["asst_0", "asst_2"]


def test_place_of_the_last_one_is_not_given_again() -> None:
    """Else a cursor that names what was deleted would go on at something new."""
    with opened() as store:
        store.add("assistant", {"id": "asst_0"})
        store.delete("asst_0")
        store.add("assistant", {"id": "asst_1"})
        first, second = (store.position("assistant", f"asst_{n}") for n in range(2))
        assert first is not None
        assert second is not None
        assert first < second


def test_id_is_given_once() -> None:
    with opened() as store:
        store.add("assistant", {"id": "asst_0"})
        with pytest.raises(ConflictError), store.errors_explained():
            store.add("thread", {"id": "asst_0"})
        assert store.get("thread", "asst_0") is None


@pytest.mark.parametrize("kind", PREFIXES)
def test_ids_have_the_prefix_of_their_kind(kind: str) -> None:
    ids = {new_id(kind) for _ in range(1000)}
    assert len(ids) == 1000
    for each in ids:
        prefix, _, rest = each.rpartition("_")
        assert prefix == PREFIXES[kind]
        assert len(rest) == 24
        assert set(rest) <= {*string.ascii_letters, *string.digits}


LOOKS: dict[str, Callable[[SQLStore], Any]] = {
    "existing": lambda store: store.existing("file", ["file_1", "file_x"]),
    "expired": lambda store: store.expired("file", 7),
    "active": lambda store: store.active_runs(),
}


@pytest.mark.sqlite("it counts steps of SQLite; bench/plans looks at databases")
@pytest.mark.parametrize("look", LOOKS)
def test_large_store_is_not_looked_through(look: str) -> None:
    def steps(others: int) -> int:
        taken: list[None] = []
        with opened() as store:
            for number in range(others):
                store.add("file", {"id": f"file_{number}"})
            count = partial(taken.append, None)
            sql: Any = vars(store)["_store"]._sql
            sql.set_progress_handler(count, 1)
            LOOKS[look](store)
        return len(taken)

    assert 0 < steps(300) < steps(3) + 10
