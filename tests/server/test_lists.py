"""Lists: pages in both directions, against a model in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants_server.contract import objects
from tests.server.api import JSON, Api, path_of
from tests.server.shelf import upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANY = 11
KINDS = [
    *("assistants", "messages", "runs", "steps"),
    *("vector stores", "their files", "files of a batch"),
]
HI = {"role": "user", "content": "Hi"}
COUNTS = st.integers(0, MANY)
PLACES = st.none() | st.integers(0, MANY - 1)
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "limit": st.integers(1, MANY + 2),
        "order": st.sampled_from(["asc", "desc"]),
        "after": PLACES,
        "before": PLACES,
    },
)


@dataclass
class Made:
    """A list as it should be: all ids that were ever in it, oldest first."""

    path: str
    ids: list[str]
    deleted: set[str] = field(default_factory=set)

    def query(self, query: JSON) -> JSON:
        """Replace the positions of cursors by ids."""
        made = dict(query)
        for name in ("after", "before"):
            place = made.pop(name, None)
            if place is not None and self.ids:
                made[name] = self.ids[place % len(self.ids)]
        return made

    def page(
        self,
        *,
        limit: int = 20,
        order: str = "desc",
        after: str | None = None,
        before: str | None = None,
        only: Callable[[str], bool] = lambda each: True,
    ) -> JSON:
        """Return the page that a query should give, ids in the place of objects."""
        ids = self.ids if order == "asc" else self.ids[::-1]
        begin = ids.index(after) + 1 if after else 0
        end = ids.index(before) if before else len(ids)
        found = [i for i in ids[begin:end] if i not in self.deleted and only(i)]
        backwards = before and not after
        kept = found[-limit:] if backwards else found[:limit]
        first, last = (kept[0], kept[-1]) if kept else ("", "")
        return {
            "object": "list",
            "data": kept,
            "first_id": first,
            "last_id": last,
            "has_more": len(found) > limit,
        }


@pytest.fixture(scope="module")
def lists(api: Api) -> dict[str, Made]:
    """Provide a list of each kind, all of the same second, some with gaps."""
    with pytest.MonkeyPatch.context() as patch:
        # Nothing but the order of creation tells them apart.
        patch.setattr(objects, "now", lambda: 1790000000)
        assistants = [api.assistant() for _ in range(MANY)]
        thread = api.thread(*("Hi" for _ in range(MANY)))
        messages = [each["id"] for each in api.messages(thread)]
        elsewhere = api.thread()
        runs = [api.run(elsewhere, assistants[0], script=[[]]) for _ in range(MANY)]
        script = [[{"code": str(number)} for number in range(MANY)]]
        run = api.run(elsewhere, assistants[0], script=script)
        steps = [each["id"] for each in api.steps(run)]
    made = {
        "assistants": Made("/assistants", assistants),
        "messages": Made(f"/threads/{thread}/messages", messages),
        "runs": Made(
            f"/threads/{elsewhere}/runs", [*(each["id"] for each in runs), run["id"]]
        ),
        "steps": Made(f"{path_of(run)}/steps", steps),
        **library(api),
    }
    for kind in ("assistants", "messages", "vector stores", "their files"):
        each = made[kind]
        for place in (0, 3, 4, MANY - 1):
            api.delete(f"{each.path}/{each.ids[place]}")
            each.deleted.add(each.ids[place])
    return made


def library(api: Api) -> dict[str, Made]:
    """Return lists of vector stores and of files in two of them."""
    files = [upload(api)["id"] for _ in range(2 * MANY)]
    stores = [api.post("/vector_stores", {})["id"] for _ in range(MANY)]
    path = "/vector_stores"
    # Not among those that are deleted.
    single, batched = f"{path}/{stores[1]}", f"{path}/{stores[2]}"
    for each in files[:MANY]:
        api.post(f"{single}/files", {"file_id": each})
    batch = api.post(f"{batched}/file_batches", {"file_ids": files[MANY:]})["id"]
    return {
        "vector stores": Made(path, stores),
        "their files": Made(f"{single}/files", files[:MANY]),
        "files of a batch": Made(f"{batched}/file_batches/{batch}/files", files[MANY:]),
    }


def asked(api: Api, path: str, query: JSON) -> JSON:
    """Return the page that the server gives, ids in the place of objects."""
    page: JSON = api.get(path, **query)
    return {**page, "data": [each["id"] for each in page["data"]]}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(query=QUERIES)
def test_pages_are_those_of_the_model(
    api: Api, lists: dict[str, Made], kind: str, query: JSON
) -> None:
    made = lists[kind]
    query = made.query(query)
    assert asked(api, made.path, query) == made.page(**query)


@settings(max_examples=15)
@given(
    count=COUNTS,
    gone=st.sets(st.integers(0, MANY - 1)),
    queries=st.lists(QUERIES, min_size=1, max_size=5),
)
def test_pages_of_any_list_are_those_of_the_model(
    api: Api, count: int, gone: set[int], queries: list[JSON]
) -> None:
    thread = api.thread(*("Hi" for _ in range(count)))
    path = f"/threads/{thread}/messages"
    made = Made(path, [each["id"] for each in api.messages(thread)])
    assert len(made.ids) == count
    for place in gone & {*range(count)}:
        api.delete(f"{path}/{made.ids[place]}")
        made.deleted.add(made.ids[place])
    for query in map(made.query, queries):
        assert asked(api, path, query) == made.page(**query)


def walk(api: Api, path: str, cursor: str, **query: Any) -> Iterator[list[str]]:
    """Yield page after page, each from where the one before ended."""
    while True:
        page = asked(api, path, query)
        yield page["data"]
        if not page["has_more"]:
            return
        query[cursor] = page["last_id" if cursor == "after" else "first_id"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 5, MANY])
def test_paging_to_the_end_gives_each_once(
    api: Api, lists: dict[str, Made], kind: str, order: str, limit: int
) -> None:
    made = lists[kind]
    there = made.page(order=order, limit=100)["data"]
    query = {"order": order, "limit": limit}
    pages = [*walk(api, made.path, "after", **query)]
    assert [each for page in pages for each in page] == there
    assert all(len(page) == limit for page in pages[:-1])  # vacuous: or one page
    assert pages[-1]
    # And backwards, from behind the last one: that is the other end of the order.
    end = made.ids[-1] if order == "asc" else made.ids[0]
    back = [*walk(api, made.path, "before", before=end, **query)]
    found = [each for page in reversed(back) for each in page]
    assert found == [each for each in there if each != end]


STEPS = st.lists(st.sampled_from(["page", "add", "delete"]), max_size=12)


@settings(max_examples=15)
@given(
    count=COUNTS, steps=STEPS, order=st.sampled_from(["asc", "desc"]), data=st.data()
)
def test_changes_between_pages_lose_and_repeat_nothing(
    api: Api, count: int, steps: list[str], order: str, data: st.DataObject
) -> None:
    """Page through a list that grows and shrinks: what stays is given once."""
    thread = api.thread(*("Hi" for _ in range(count)))
    path = f"/threads/{thread}/messages"
    there = [each["id"] for each in api.messages(thread)]
    stays = {*there}
    pages = walk(api, path, "after", order=order, limit=2)
    seen: list[str] = []
    for step in steps:
        if step == "page":
            seen += next(pages, [])
        elif step == "add":
            there.append(api.post(path, HI)["id"])
        elif there:
            gone = data.draw(st.sampled_from(there))
            there.remove(gone)
            stays.discard(gone)
            api.delete(f"{path}/{gone}")
    seen += [each for page in pages for each in page]
    assert len(seen) == len({*seen})
    assert stays <= {*seen}


@pytest.fixture(scope="module")
def answered(api: Api) -> tuple[Made, dict[str, str | None]]:
    """Provide a thread's messages, and which run wrote each."""
    thread, assistant = api.thread("One"), api.assistant()
    code = {"code": "1"}
    for script in (["a", code, "b", code, "c"], [], ["d", code, "e"]):
        more = [{**HI, "content": "More"}]
        api.run(thread, assistant, script=[script], additional_messages=more)
    messages = api.messages(thread)
    ids = [each["id"] for each in messages]
    return (
        Made(f"/threads/{thread}/messages", ids),
        {each["id"]: each["run_id"] for each in messages},
    )


@settings(max_examples=20)
@given(query=QUERIES, number=st.integers(0, 2))
def test_messages_of_one_run(
    api: Api,
    answered: tuple[Made, dict[str, str | None]],
    query: JSON,
    number: int,
) -> None:
    made, writers = answered
    thread = made.path.removesuffix("/messages")
    runs = [run["id"] for run in api.get(f"{thread}/runs", order="asc")["data"]]
    run, query = runs[number], made.query(query)
    page = made.page(**query, only=lambda each: writers[each] == run)
    assert asked(api, made.path, {**query, "run_id": run}) == page
    assert [*writers.values()].count(run) == [3, 0, 2][number]


def test_messages_of_a_run_that_is_not_there(
    api: Api, lists: dict[str, Made], answered: tuple[Made, dict[str, str | None]]
) -> None:
    made, writers = answered
    assert api.get(made.path, run_id="run_of_nobody")["data"] == []
    # It is somewhere, but not here.
    (run, *_) = [each for each in writers.values() if each]
    assert api.get(lists["messages"].path, run_id=run)["data"] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_must_be_of_the_list(
    api: Api, lists: dict[str, Made], kind: str, name: str
) -> None:
    made = lists[kind]
    others = [each.ids[1] for other, each in lists.items() if other != kind]
    # One of this kind is none either, if it is of another thread or run.
    elsewhere = api.run(api.thread("Hi"), lists["assistants"].ids[1])
    if kind == "messages":
        others += [each["id"] for each in api.messages(elsewhere["thread_id"])]
    elif kind == "runs":
        others.append(elsewhere["id"])
    elif kind == "steps":
        others += [each["id"] for each in api.steps(elsewhere)]
    for cursor in (f"{kind}_of_nobody", "'", "\x00", "😀", *others):
        error = api.get(made.path, status=404, **{name: cursor})["error"]
        assert error["param"] == name
        assert len(error["message"]) < 200


def test_default_page_has_the_twenty_newest(api: Api) -> None:
    thread = api.thread(*("Hi" for _ in range(101)))
    path = f"/threads/{thread}/messages"
    oldest = [*walk(api, path, "after", order="asc", limit=100)]
    assert [len(page) for page in oldest] == [100, 1]
    newest = [each for page in oldest for each in page][::-1]
    page = asked(api, path, {})
    assert (page["data"], page["has_more"]) == (newest[:20], True)
    # An empty cursor is none, as some clients send it on the first page.
    assert asked(api, path, {"after": "", "before": ""}) == page


def test_deleted_threads_leave_no_list(api: Api) -> None:
    thread = api.thread("Hi")
    (message,) = api.messages(thread)
    api.delete(f"/threads/{thread}")
    for cursor in ({}, {"after": message["id"]}):
        api.get(f"/threads/{thread}/messages", status=404, **cursor)
        api.get(f"/threads/{thread}/runs", status=404)
