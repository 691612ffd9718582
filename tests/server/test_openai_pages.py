"""The `openai` package pages through lists of the server, in both directions."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from tests.server.openai_clients import IGNORED, client_of, data_of, script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openai import OpenAI

pytestmark = pytest.mark.filterwarnings(IGNORED)
# More than a page holds where nothing is said of its size.
MANY = 23
SCHEMAS = {
    "assistants": "ListAssistantsResponse",
    "messages": "ListMessagesResponse",
    "runs": "ListRunsResponse",
    "steps": "ListRunStepsResponse",
}
each_kind = pytest.mark.parametrize("kind", SCHEMAS)
each_order = pytest.mark.parametrize("order", ["asc", "desc"])


class Lists:
    """How to list each kind of object, and their ids, the oldest first."""

    def __init__(self, client: OpenAI) -> None:
        threads, assistants = client.beta.threads, client.beta.assistants
        thread, working = threads.create().id, threads.create().id
        self.ids: dict[str, list[str]] = {"runs": [], "steps": []}
        self.ids["assistants"] = [assistants.create(model="m").id for _ in range(MANY)]
        self.ids["messages"] = [
            threads.messages.create(thread, role="user", content=str(number)).id
            for number in range(MANY)
        ]
        # The last of the runs is the one that takes many steps.
        turns: list[list[Any]] = [[]] * (MANY - 1)
        for turn in [*turns, [{"code": "1"}] * MANY]:
            with threads.runs.stream(
                thread_id=working,
                assistant_id=self.ids["assistants"][0],
                extra_headers=script(turn),
            ) as stream:
                self.ids["runs"].append(stream.get_final_run().id)
            if turn:
                self.ids["steps"] = [step.id for step in stream.get_final_run_steps()]
        self._calls: dict[str, Callable[..., Any]] = {
            "assistants": assistants.list,
            "messages": lambda **query: threads.messages.list(thread, **query),
            "runs": lambda **query: threads.runs.list(working, **query),
            "steps": lambda **query: threads.runs.steps.list(
                self.ids["runs"][-1], thread_id=working, **query
            ),
        }

    def page(self, kind: str, **query: Any) -> Any:
        """Ask for a page, which must be as the document says."""
        page = self._calls[kind](**query)
        data_of(page, SCHEMAS[kind])
        return page

    def in_order(self, kind: str, order: str) -> list[str]:
        ids = self.ids[kind]
        assert len(ids) == MANY
        return ids if order == "asc" else ids[::-1]


@pytest.fixture(scope="module")
def lists() -> Iterator[Lists]:
    with LocalServer() as server, client_of(server) as client:
        yield Lists(client)


@each_kind
def test_many_share_a_second(lists: Lists, kind: str) -> None:
    times = [each.created_at for each in lists.page(kind)]
    assert len(set(times)) < len(times)


@each_kind
def test_the_first_page_has_the_twenty_newest(lists: Lists, kind: str) -> None:
    page = lists.page(kind)
    expected = lists.in_order(kind, "desc")[:20]
    assert [each.id for each in page.data] == expected
    assert (page.first_id, page.last_id) == (expected[0], expected[-1])
    assert page.has_more


@each_kind
@each_order
@pytest.mark.parametrize("limit", [1, 5, 22, 23, 24, 100])
def test_iterating_gives_each_item_once(
    lists: Lists, kind: str, order: str, limit: int
) -> None:
    ids = [each.id for each in lists.page(kind, limit=limit, order=order)]
    assert ids == lists.in_order(kind, order)


@each_kind
@each_order
@pytest.mark.parametrize(
    ("limit", "sizes"), [(10, [10, 10, 3]), (22, [22, 1]), (MANY, [MANY])]
)
def test_pages_say_whether_there_are_more(
    lists: Lists, kind: str, order: str, limit: int, sizes: list[int]
) -> None:
    pages = list(lists.page(kind, limit=limit, order=order).iter_pages())
    assert [len(page.data) for page in pages] == sizes
    assert [page.has_more for page in pages] == [True] * (len(sizes) - 1) + [False]
    assert not pages[-1].has_next_page()


@each_kind
@each_order
def test_paging_backwards_gives_each_item_once(
    lists: Lists, kind: str, order: str
) -> None:
    """Begin at the last item, and go on in front of the first of each page."""
    ids = lists.in_order(kind, order)
    found, more = [ids[-1]], True
    while more:
        assert len(found) < MANY
        page = lists.page(kind, limit=4, order=order, before=found[0])
        found = [each.id for each in page.data] + found
        more = page.has_more
    assert found == ids


@each_kind
@each_order
def test_cursors_give_what_is_behind_before_and_between(
    lists: Lists, kind: str, order: str
) -> None:
    ids = lists.in_order(kind, order)
    cases: list[tuple[dict[str, Any], list[str], bool]] = [
        ({"after": ids[4], "limit": 3}, ids[5:8], True),
        ({"after": ids[4], "limit": 100}, ids[5:], False),
        ({"after": ids[-1]}, [], False),
        ({"before": ids[9], "limit": 3}, ids[6:9], True),
        ({"before": ids[9], "limit": 100}, ids[:9], False),
        ({"before": ids[0]}, [], False),
        ({"after": ids[4], "before": ids[9]}, ids[5:9], False),
        ({"after": ids[4], "before": ids[9], "limit": 2}, ids[5:7], True),
    ]
    for query, expected, more in cases:
        page = lists.page(kind, order=order, **query)
        assert ([each.id for each in page.data], page.has_more) == (expected, more)


def test_what_was_added_meanwhile_doesn_t_shift_the_pages() -> None:
    with LocalServer() as server, client_of(server) as client:
        assistants = client.beta.assistants
        ids = [assistants.create(model="m").id for _ in range(5)]
        page = assistants.list(limit=2)
        assistants.create(model="m")
        assistants.delete(page.data[-1].id)
        found = [each.id for each in page]
    assert found == ids[::-1]
