"""The list of threads, which the document lacks: paged as the other lists are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.contract import objects
from tests.server.api import TIMEOUT, Api, refused
from tests.server.conformance import deviations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATH = "/threads"
ENVELOPE = ["object", "data", "first_id", "last_id", "has_more"]


@pytest.fixture(scope="module")
def made(server: LocalServer, api: Api) -> list[str]:
    """Provide the ids of five threads of one second, oldest first; two are deleted."""
    assert listed(api.http) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(objects, "now", lambda: 1790000000)
        ids = [api.thread(f"Question {number}") for number in range(7)]
    for number in (1, 6):
        api.delete(f"{PATH}/{ids[number]}")
    return [each for number, each in enumerate(ids) if number not in (1, 6)]


def page(http: httpx.Client, **query: Any) -> dict[str, Any]:
    """Return a page, found to be as lists and threads are."""
    response = http.get(PATH, params=query)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    assert [*body] == ENVELOPE
    assert body["object"] == "list"
    ids = [each["id"] for each in body["data"]]
    assert (body["first_id"], body["last_id"]) == (ids[0], ids[-1]) if ids else ("", "")
    found = [text for each in body["data"] for text in deviations(each, "ThreadObject")]
    assert found == []
    return body


def listed(http: httpx.Client, **query: Any) -> list[str]:
    """Return the ids of a page."""
    return [each["id"] for each in page(http, **query)["data"]]


def test_newest_come_first_unless_asked_otherwise(
    http: httpx.Client, made: list[str]
) -> None:
    assert listed(http) == made[::-1]
    assert listed(http, order="desc") == made[::-1]
    assert listed(http, order="asc") == made
    response = http.get(f"http://{http.base_url.netloc.decode()}{PATH}")
    assert [each["id"] for each in response.json()["data"]] == made[::-1]


def test_pages_lead_on_in_both_directions(http: httpx.Client, made: list[str]) -> None:
    first = page(http, order="asc", limit=2)
    assert [each["id"] for each in first["data"]] == made[:2]
    assert first["has_more"] is True
    second = page(http, order="asc", limit=10, after=first["last_id"])
    assert [each["id"] for each in second["data"]] == made[2:]
    assert second["has_more"] is False
    assert listed(http, order="asc", limit=1, before=made[3]) == [made[2]]
    assert listed(http, limit=2, before=made[0]) == made[2:0:-1]


def test_threads_are_listed_as_they_are_now(http: httpx.Client, api: Api) -> None:
    thread = api.thread()
    api.post(f"{PATH}/{thread}", {"metadata": {"topic": "tides"}})
    assert page(http, limit=1)["data"] == [api.get(f"{PATH}/{thread}")]
    assistant = api.assistant()
    run = api.post(f"{PATH}/runs", {"assistant_id": assistant})
    assert listed(http, limit=2) == [run["thread_id"], thread]
    for each in (run["thread_id"], thread):
        api.delete(f"{PATH}/{each}")
    assert not {run["thread_id"], thread} & {*listed(http)}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *(({"limit": 0}, 400), ({"limit": 101}, 400), ({"limit": "x"}, 400)),
        *(({"order": "up"}, 400), ({"after": "thread_0"}, 404)),
    ],
)
def test_wrong_queries_are_refused(
    http: httpx.Client, query: dict[str, Any], status: int
) -> None:
    error = refused(http.get(PATH, params=query), status)
    assert error["param"] == next(iter(query))


def test_a_cursor_is_of_this_list(http: httpx.Client, api: Api) -> None:
    assistant = api.assistant()
    refused(http.get(PATH, params={"after": assistant}), 404)


@pytest.fixture(scope="module")
def locked() -> Iterator[httpx.Client]:
    """Provide a client, without a key, of a server that wants one."""
    with (
        LocalServer(key="sk-of-the-tests") as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as client,
    ):
        yield client


def test_it_stands_behind_the_key(locked: httpx.Client) -> None:
    refused(locked.get(PATH), 401)
    headers = {"authorization": "Bearer sk-of-the-tests"}
    assert locked.get(PATH, headers=headers).status_code == 200


def test_it_is_logged_and_may_fail_as_others(
    server: LocalServer, http: httpx.Client
) -> None:
    http.get(PATH)
    assert server.exchanges[-1].operation == "listThreads"
    fault = {"x-local-fault": "503 on=listThreads"}
    assert http.get(PATH, headers=fault).status_code == 503
    assert http.post(PATH, headers=fault).status_code == 200


def test_it_has_what_was_there_before_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    ids = []
    for _ in range(2):
        with (
            LocalServer(store=store) as server,
            httpx.Client(base_url=server.url, timeout=TIMEOUT) as client,
        ):
            ids.append(client.post(PATH).json()["id"])
            assert listed(client, order="asc") == ids
