"""Many clients at once: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer
from tests.cases import some
from tests.server.api import (
    ENDED,
    TIMEOUT,
    Api,
    Gate,
    function,
    outputs_for,
    path_of,
)
from tests.server.conformance import DONE, events_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

JSON = dict[str, Any]
CLIENTS = 25
# More than wait at once for the threads that a loop has by itself.
MANY = 50
CALL: list[list[Any]] = [[{"call": "add", "arguments": {}}]]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """Provide a server of which each test uses a thread or an assistant of its own."""
    with LocalServer() as server:
        yield server


@pytest.fixture(scope="module")
def api(server: LocalServer) -> Iterator[Api]:
    with _client(server) as http:
        yield Api(http)


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=[function("add")])


def test_clients_in_threads_create_and_list(server: LocalServer, api: Api) -> None:
    made: dict[int, list[str]] = {}

    def work(number: int, http: httpx.Client) -> None:
        mine = made[number] = []
        for each in range(2):
            body = {"model": "m", "name": f"{number}.{each}"}
            answer = http.post("/assistants", json=body).raise_for_status().json()
            assert answer["name"] == body["name"]
            mine.append(answer["id"])
        listed = _all_ids(http, "/assistants")
        assert len(set(listed)) == len(listed)
        assert set(listed) >= set(mine)
        # What one client has made one after the other stands in that order.
        assert sorted(mine, key=listed.index) == mine

    before = {*_all_ids(api.http, "/assistants")}
    _in_threads(server, work)
    ids = [each for mine in made.values() for each in mine]
    assert len(set(ids)) == CLIENTS * 2
    listed = _all_ids(api.http, "/assistants")
    assert sorted({*listed} - before) == sorted(ids)
    assert listed == _all_ids(api.http, "/assistants", order="desc")[::-1]
    for number, mine in some([*made.items()][:5]):
        assert api.get(f"/assistants/{mine[0]}")["name"] == f"{number}.0"


def test_async_clients_create_and_list(server: LocalServer, api: Api) -> None:
    thread = api.thread()
    path = f"/threads/{thread}/messages"

    async def work(number: int, http: httpx.AsyncClient) -> list[str]:
        made = []
        for each in range(2):
            body = {"role": "user", "content": f"{number}.{each}"}
            answer = (await http.post(path, json=body)).raise_for_status()
            made.append(answer.json()["id"])
            # Each page is one moment of the list.
            page = (await http.get(path, params={"limit": 9})).json()
            ids = [message["id"] for message in page["data"]]
            assert len(set(ids)) == len(ids)
            if not page["has_more"]:
                assert set(ids) >= set(made)
        return made

    ids = [each for made in _in_tasks(server, work) for each in made]
    assert len(set(ids)) == CLIENTS * 2
    listed = _all_ids(api.http, path)
    assert sorted(listed) == sorted(ids)
    assert listed == _all_ids(api.http, path, order="desc")[::-1]


def test_pages_are_whole_while_others_create(server: LocalServer, api: Api) -> None:
    thread = api.thread(*map(str, range(20)))
    path = f"/threads/{thread}/messages"
    before = _all_ids(api.http, path)

    def work(number: int, http: httpx.Client) -> None:
        if number % 5:
            body = {"role": "user", "content": "another"}
            http.post(path, json=body).raise_for_status()
            return
        # Oldest first, what is new comes behind; newest first, it isn't seen at all.
        onward = _all_ids(http, path, limit=7)
        assert onward[: len(before)] == before
        assert len(set(onward)) == len(onward)
        back = _all_ids(http, path, limit=7, order="desc")
        assert back[-len(before) :] == before[::-1]
        assert len(set(back)) == len(back)

    _in_threads(server, work)
    assert len(_all_ids(api.http, path)) == 20 + CLIENTS - CLIENTS // 5


def test_clients_run_at_once(server: LocalServer, assistant: str) -> None:
    async def work(number: int, http: httpx.AsyncClient) -> tuple[str, str]:
        said = {"role": "user", "content": f"number {number}"}
        thread = {"messages": [said]}
        body = {"assistant_id": assistant, "thread": thread, "tool_choice": "none"}
        if number % 2:
            run = await _streamed(http, body)
        else:
            begun = (await http.post("/threads/runs", json=body)).raise_for_status()
            run = await _ended(http, begun.json())
        assert run["status"] == "completed"
        path = f"/threads/{run['thread_id']}"
        page = (await http.get(f"{path}/messages")).json()
        texts = [each["content"][0]["text"]["value"] for each in page["data"]]
        assert texts == [f"You said: number {number}", f"number {number}"]
        assert (await http.get(f"{path}/runs")).json()["data"] == [run]
        return run["thread_id"], run["id"]

    found = _in_tasks(server, work)
    assert len({thread for thread, _ in found}) == CLIENTS
    assert len({run for _, run in found}) == CLIENTS


def test_plain_engines_run_at_once() -> None:
    """None waits for another: all of them are in the middle of it together."""
    together = threading.Barrier(MANY)

    def meet(_: object) -> Iterator[str]:
        together.wait(TIMEOUT)
        yield "Here we are"

    async def work(number: int, http: httpx.AsyncClient) -> None:
        made = (await http.post("/assistants", json={"model": "m"})).json()
        run = await _streamed(http, {"assistant_id": made["id"]})
        assert run["status"] == "completed"

    with LocalServer(engine=meet) as server:
        _in_tasks(server, work, MANY)


def test_one_of_many_runs_wins_a_thread(
    server: LocalServer, api: Api, assistant: str
) -> None:
    gate, before = Gate("So far"), server.engine
    server.engine = gate
    thread = api.thread("Hello")

    async def work(number: int, http: httpx.AsyncClient) -> JSON | None:
        more = [{"role": "user", "content": f"from {number}"}]
        body = {"assistant_id": assistant, "additional_messages": more}
        answer = await http.post(f"/threads/{thread}/runs", json=body)
        return _unless_refused(answer)

    try:
        (run,) = filter(None, _in_tasks(server, work))
        (only,) = api.get(f"/threads/{thread}/runs")["data"]
        assert only["id"] == run["id"]
        # What came with the others isn't there either.
        assert len(api.messages(thread)) in (2, 3)
        message = {"role": "user", "content": "Me too"}
        api.post(f"/threads/{thread}/messages", message, status=400)
    finally:
        gate.open()
        server.engine = before
    api.wait(run, "completed")
    api.post(f"/threads/{thread}/messages", message)


def test_one_of_many_submissions_wins(
    server: LocalServer, api: Api, assistant: str
) -> None:
    run = api.run(api.thread("Hello"), assistant, script=CALL)

    async def work(number: int, http: httpx.AsyncClient) -> int | None:
        body = {
            "tool_outputs": outputs_for(run, f"output {number}"),
            "stream": number % 2 == 0,
        }
        answer = await http.post(f"{path_of(run)}/submit_tool_outputs", json=body)
        if answer.headers["content-type"].startswith("text/event-stream"):
            assert answer.text.endswith("event: done\ndata: [DONE]\n\n")
            return number
        return None if _unless_refused(answer) is None else number

    winners = [each for each in _in_tasks(server, work) if each is not None]
    (winner,) = winners
    api.wait(run, "completed")
    first, _ = api.steps(run)
    (call,) = first["step_details"]["tool_calls"]
    assert call["function"]["output"] == f"output {winner}"
    (answer,) = api.answers(run)
    assert answer.endswith(f"add: output {winner}")


def test_many_cancel_one_run(server: LocalServer, api: Api, assistant: str) -> None:
    run = api.run(api.thread("Hello"), assistant, script=CALL)

    async def work(_: int, http: httpx.AsyncClient) -> JSON | None:
        return _unless_refused(await http.post(f"{path_of(run)}/cancel"))

    answers = [each for each in _in_tasks(server, work) if each]
    assert {each["status"] for each in answers} == {"cancelling"}
    ended = api.wait(run, "cancelled")
    (step,) = api.steps(run)
    assert step["status"] == "cancelled"
    assert ended["required_action"] is None
    assert api.answers(run) == []


def test_runs_are_cancelled_and_submitted_at_once(
    server: LocalServer, api: Api, assistant: str
) -> None:
    """Whoever wins, a run ends, and its thread is free."""

    async def work(number: int, http: httpx.AsyncClient) -> None:
        if number % 4:
            return
        run = await _streamed(http, {"assistant_id": assistant})
        outputs = {"tool_outputs": outputs_for(run, "done")}
        cancel = http.post(f"{path_of(run)}/cancel")
        submit = http.post(f"{path_of(run)}/submit_tool_outputs", json=outputs)
        both = (cancel, submit) if number % 8 else (submit, cancel)
        answers = [_unless_refused(each) for each in await asyncio.gather(*both)]
        assert answers != [None, None]
        ended = await _ended(http, run)
        assert ended["status"] in ("completed", "cancelled")
        said = {"role": "user", "content": "And now?"}
        path = f"/threads/{run['thread_id']}/messages"
        (await http.post(path, json=said)).raise_for_status()

    _in_tasks(server, work)


def test_thread_is_deleted_once_while_others_use_it(
    server: LocalServer, api: Api, assistant: str
) -> None:
    thread = api.thread("Hello")

    async def work(number: int, http: httpx.AsyncClient) -> str:
        path = f"/threads/{thread}"
        if number % 3 == 0:
            answer = await http.delete(path)
            assert answer.status_code in (200, 404)
            return "deleted" if answer.status_code == 200 else ""
        if number % 3 == 1:
            body = {"role": "user", "content": "Me too"}
            answer = await http.post(f"{path}/messages", json=body)
        else:
            answer = await http.post(
                f"{path}/runs", json={"assistant_id": assistant, "stream": True}
            )
        assert answer.status_code in (200, 400, 404)
        return ""

    assert _in_tasks(server, work).count("deleted") == 1
    for path in ("", "/messages", "/runs"):
        api.get(f"/threads/{thread}{path}", status=404)


def test_exchanges_are_read_while_requests_come(server: LocalServer) -> None:
    def work(number: int, http: httpx.Client) -> None:
        for each in range(2):
            http.get(f"/nothing/{number}.{each}")
            paths = [exchange.path for exchange in server.exchanges]
            assert f"/v1/nothing/{number}.{each}" in paths

    _in_threads(server, work)


def _in_threads(server: LocalServer, work: Callable[[int, httpx.Client], None]) -> None:
    """Start many clients at once, each in a thread with its own connections.

    Args:
        server: whom they talk to.
        work: what each of them does, called with its number and its client.
    """
    together = threading.Barrier(CLIENTS)

    def begin(number: int) -> None:
        with _client(server) as http:
            together.wait(TIMEOUT)
            work(number, http)

    with ThreadPoolExecutor(CLIENTS) as pool:
        # Which raises what one of them raised.
        list(pool.map(begin, range(CLIENTS)))


def _in_tasks(
    server: LocalServer,
    work: Callable[[int, httpx.AsyncClient], Coroutine[Any, Any, Any]],
    clients: int = CLIENTS,
) -> list[Any]:
    """Do the same in tasks of one loop; return what each one gives."""

    async def begin(number: int) -> Any:
        async with httpx.AsyncClient(
            base_url=server.url, timeout=TIMEOUT, verify=False
        ) as http:
            return await work(number, http)

    async def begin_all() -> list[Any]:
        return await asyncio.gather(*map(begin, range(clients)))

    return asyncio.run(begin_all())


def _client(server: LocalServer) -> httpx.Client:
    # Without certificates, since to read them takes longer than a test.
    return httpx.Client(base_url=server.url, timeout=TIMEOUT, verify=False)


def _all_ids(
    http: httpx.Client, path: str, *, limit: int = 100, order: str = "asc"
) -> list[str]:
    """Page through a list to its end, and return the ids in it."""
    ids: list[str] = []
    query: dict[str, Any] = {"limit": limit, "order": order}
    for _ in range(100):
        page = http.get(path, params=query).raise_for_status().json()
        ids += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            return ids
        query["after"] = page["last_id"]
    raise AssertionError("the list has no end")


async def _streamed(http: httpx.AsyncClient, body: JSON) -> JSON:
    """Begin a run with a thread of its own; return it as its stream leaves it."""
    answer = await http.post("/threads/runs", json={**body, "stream": True})
    *_, (name, run), last = events_of(answer.raise_for_status().text)
    assert last == DONE
    assert name == f"thread.run.{run['status']}"
    return {**run}


async def _ended(http: httpx.AsyncClient, run: JSON) -> JSON:
    """Poll a run until it has ended, as often as the server asks for."""
    for _ in range(400):
        answer = (await http.get(path_of(run))).raise_for_status()
        now: JSON = answer.json()
        if now["status"] in ENDED:
            return now
        await asyncio.sleep(int(answer.headers["openai-poll-after-ms"]) / 1000)
    raise AssertionError(f"{run['id']} goes on and on")


def _unless_refused(answer: httpx.Response) -> JSON | None:
    """Return what an answer has in it; none if it is a 400."""
    body: JSON = answer.json()
    if answer.status_code == 400:
        assert body["error"]["type"] == "invalid_request_error"
        return None
    assert answer.status_code == 200, answer.text
    return body
