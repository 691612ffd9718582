"""Requests that come again with their key are done once, and answered again."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import APIConnectionError, AsyncClient, Client
from assistants_server import LocalServer
from assistants_server.store import StoredResponse, stored_responses
from tests.server.api import Api, Gate, function, outputs_for, path_of
from tests.server.conformance import deviations
from tests.server.openai_clients import IGNORED, async_client_of, client_of
from tests.server.streams import BEGINNING, END, WRITTEN, names, same_as_kept
from tests.store.stores import opened

if TYPE_CHECKING:
    from pathlib import Path

JSON = dict[str, Any]
CALL = [[{"call": "add", "arguments": {}}]]
HELD: list[list[Any]] = [[{"wait": 60}]]
LOST = (
    "500 handled=yes retry-after=0.001",
    "503 handled=yes retry-after=0.001",
    "html=502 handled=yes retry-after=0.001",
    "empty=504 handled=yes retry-after=0.001",
    "close=before-headers handled=yes",
    "close=in-headers handled=yes how=reset",
    "close=after-headers",
    "cut-body",
)
"""Ways in which a request is carried out and its answer doesn't arrive."""


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make clients retry without a pause."""
    monkeypatch.setattr("assistants_client._flows.retry._FIRST", 0.001)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.001)


def test_every_post_is_done_once(api: Api) -> None:
    assistant, thread = api.assistant(tools=[function("add")]), api.thread("Hello")
    message = api.messages(thread)[0]["id"]
    waiting = api.run(thread, assistant, script=CALL)
    held = api.start(api.thread(), assistant, script=HELD)
    begun = {"assistant_id": assistant}
    said = {"role": "user", "content": "Hello"}
    changed: JSON = {"metadata": {"a": "b"}}
    outputs = {"tool_outputs": outputs_for(waiting, "3")}
    posts = [
        ("/assistants", {"model": "m"}),
        (f"/assistants/{assistant}", changed),
        ("/threads", {"messages": [said]}),
        (f"/threads/{thread}", changed),
        (f"/threads/{api.thread()}/messages", said),
        (f"/threads/{thread}/messages/{message}", changed),
        (f"/threads/{api.thread()}/runs", begun),
        ("/threads/runs", begun),
        (path_of(held), changed),
        (f"{path_of(held)}/cancel", None),
        (f"{path_of(waiting)}/submit_tool_outputs", outputs),
    ]
    wrong = []
    for number, (path, body) in enumerate(posts):
        first, second, new = (
            _post(api, path, body, key)
            for key in (f"every.{number}", f"every.{number}", None)
        )
        if first.status_code != 200 or "idempotent-replayed" in first.headers:
            wrong.append(f"{path}: {first.status_code} {first.text}")
        if second.content != first.content or second.status_code != 200:
            wrong.append(f"{path}: {second.status_code} {second.text} again")
        if second.headers.get("idempotent-replayed") != "true":
            wrong.append(f"{path}: nothing says that it is given again")
        poll = "openai-poll-after-ms"
        if second.headers.get(poll) != first.headers.get(poll):
            wrong.append(f"{path}: {second.headers}, first {first.headers}")
        if "idempotent-replayed" in new.headers:
            wrong.append(f"{path}: answered again without a key")
    assert wrong == []


def test_a_key_is_of_one_request(api: Api) -> None:
    thread = api.thread()
    path, said = f"/threads/{thread}/messages", {"role": "user", "content": "Hello"}
    first = _post(api, path, said, "one")
    others = [
        (path, {**said, "content": "Bye"}),
        (f"/threads/{api.thread()}/messages", said),
        ("/threads", {}),
        ("/threads", None),
    ]
    for other, body in others:
        answer = _post(api, other, body, "one")
        assert answer.status_code == 422, answer.text
        error = answer.json()
        assert deviations(error, "ErrorResponse") == []
        assert "'one' was used for another request before" in error["error"]["message"]
        assert error["error"]["code"] == "idempotency_key_reused"
        assert error["error"]["param"] == "Idempotency-Key"
    # The order of its properties doesn't make a body another one.
    assert _post(api, path, dict(reversed(said.items())), "one").json() == first.json()
    # Other methods are what they are without a key.
    api.post(f"{path}/{first.json()['id']}", {"metadata": {"a": "b"}})
    read = api.http.get(f"{path}/{first.json()['id']}", headers=_key("one"))
    assert read.json()["metadata"] == {"a": "b"}
    assert len(api.messages(thread)) == 1
    # What was deleted is not repeated, and not made again.
    deleted = api.http.delete(f"{path}/{first.json()['id']}", headers=_key("one"))
    assert deleted.json()["deleted"] is True
    again = _post(api, path, said, "one")
    assert again.status_code == 409
    assert again.headers["x-should-retry"] == "false"
    assert again.json()["error"]["code"] == "idempotent_object_deleted"
    assert api.messages(thread) == []


def test_refusals_are_not_kept(api: Api) -> None:
    thread, assistant = api.thread(), api.assistant()
    held = api.start(thread, assistant, script=HELD)
    path, said = f"/threads/{thread}/messages", {"role": "user", "content": "Hello"}
    refused = _post(api, path, said, "later")
    assert refused.status_code == 400
    assert "Can't add messages" in refused.text
    api.cancel(held)
    api.wait(held)
    assert _post(api, path, said, "later").status_code == 200
    # A body that doesn't fit is no request with that key either.
    assert _post(api, "/assistants", {"model": 7}, "mended").status_code == 400
    assert _post(api, "/assistants", {"model": "m"}, "mended").status_code == 200
    # A fault that keeps a request from being carried out keeps it from being known.
    fault = {"X-Local-Fault": "500 times=1 key=refused", **_key("struck")}
    assert api.http.post("/threads", headers=fault).status_code == 500
    assert "idempotent-replayed" not in _post(api, "/threads", None, "struck").headers
    for bad in ("", "k" * 256):
        answer = _post(api, "/threads", None, bad)
        assert answer.status_code == 400
        assert "Idempotency-Key: expected 1 to 255 characters" in answer.text
    assert _post(api, "/threads", None, "k" * 255).status_code == 200


def test_at_the_same_time_one_thing_is_made(server: LocalServer, api: Api) -> None:
    body = {"model": "m", "name": "of many"}

    def create(_: int) -> bytes:
        with httpx.Client(base_url=server.url, timeout=20) as http:
            answer = http.post("/assistants", json=body, headers=_key("at once"))
            return answer.raise_for_status().content

    with ThreadPoolExecutor(8) as pool:
        answers = {*pool.map(create, range(24))}
    assert len(answers) == 1
    listed = api.get("/assistants", limit=100)["data"]
    assert [each["name"] for each in listed].count("of many") == 1


def test_a_stream_is_begun_once_and_told_again(server: LocalServer, api: Api) -> None:
    assistant = api.assistant()
    for number, fault in enumerate(("close=before-headers handled=yes", "", "")):
        thread = api.thread("Hello")
        headers = {"X-Local-Fault": f"{fault} times=1"} if fault else {}
        given: Any = {
            "thread_id": thread,
            "assistant_id": assistant,
            "idempotency_key": f"stream.{number}",
            "extra_headers": headers,
        }
        with Client(base_url=server.url, api_key="k") as client:
            runs = client.threads.runs
            if not fault:
                with runs.create(**given, stream=True) as events:
                    # Read to the end, or left in the middle.
                    for _ in events if number == 1 else [next(events)]:
                        pass
            with runs.stream(**given) as stream:
                text = "".join(stream.text_deltas)
                ended = stream.get_final_run()
        (run,) = api.get(f"/threads/{thread}/runs")["data"]
        assert ended.to_dict() == run
        assert run["status"] == "completed"
        assert api.answers(run) == [text]


def test_a_stream_is_told_while_it_goes_on(use_engine: Any, api: Api) -> None:
    gate = Gate("It is ", after=("so",))
    use_engine(gate)
    path, body = f"/threads/{api.thread('Hi')}/runs", {"assistant_id": api.assistant()}
    with api.stream(path, body, key="goes on") as left:
        left.until_text("It is ")
    with api.stream(path, body, key="goes on") as stream:
        stream.until_text("It is ")
        gate.open()
        events = stream.rest()
    assert names(events) == [*BEGINNING, *WRITTEN, *END]
    same_as_kept(api, events)


def test_our_client_makes_one_thing(server: LocalServer, api: Api) -> None:
    assistant = api.assistant()
    wrong = []
    with Client(base_url=server.url, api_key="k", max_retries=2) as client:
        for number, fault in enumerate(LOST):
            key = f"ours.{number}"
            given: JSON = {
                "extra_headers": {"X-Local-Fault": f"{fault} times=2 key={key}"},
                "idempotency_key": key,
            }
            thread = api.thread()
            answer = client.with_raw_response.threads.messages.create(
                thread, role="user", content="Hello", **given
            )
            made = [each["id"] for each in api.messages(thread)]
            if made != [answer.parse().id] or answer.retries_taken != 2:
                wrong.append(f"{fault}: {made}, {answer.retries_taken} retries")
            given["idempotency_key"] = key = f"{key}.run"
            given["extra_headers"] = {"X-Local-Fault": f"{fault} times=1 key={key}"}
            run = client.threads.runs.create(thread, assistant_id=assistant, **given)
            runs = [each["id"] for each in api.get(f"/threads/{thread}/runs")["data"]]
            if runs != [run.id]:
                wrong.append(f"{fault}: the runs are {runs}, not {run.id}")
            api.wait(run.to_dict())
        # Without a key it is sent once, and nobody knows what became of it.
        with pytest.raises(APIConnectionError):
            client.threads.create(extra_headers={"X-Local-Fault": "cut-body"})
    assert wrong == []


async def _created(server: LocalServer, fault: str, key: str) -> str:
    async with AsyncClient(base_url=server.url, api_key="k") as client:
        made = await client.assistants.create(
            model="m",
            name=key,
            idempotency_key=key,
            extra_headers={"X-Local-Fault": f"{fault} times=2 key={key}"},
        )
        return made.id


async def _created_by_theirs(server: LocalServer, fault: str, key: str) -> str:
    async with async_client_of(server, max_retries=2) as client:
        made = await client.beta.assistants.create(
            model="m",
            name=key,
            extra_headers={
                "X-Local-Fault": f"{fault} times=2 key={key}",
                "Idempotency-Key": key,
            },
        )
        return made.id


@pytest.mark.filterwarnings(IGNORED)
def test_asynchronous_clients_make_one_thing(server: LocalServer, api: Api) -> None:
    async def all_of_them() -> dict[str, str]:
        made = {}
        for number, fault in enumerate(LOST):
            for create in (_created, _created_by_theirs):
                key = f"{create.__name__}.{number}"
                made[key] = await create(server, fault, key)
        return made

    made = asyncio.run(all_of_them())
    listed = api.get("/assistants", limit=100)["data"]
    found = [(each["name"], each["id"]) for each in listed if each["name"] in made]
    assert sorted(found) == sorted(made.items())


@pytest.mark.filterwarnings(IGNORED)
def test_the_openai_package_makes_one_thing(server: LocalServer, api: Api) -> None:
    assistant = api.assistant()
    with client_of(server, max_retries=2) as client:
        threads = client.beta.threads
        for number, fault in enumerate(LOST):
            thread = api.thread()
            key = f"theirs.{number}"
            headers = {"X-Local-Fault": f"{fault} times=2 key={key}", **_key(key)}
            run = threads.runs.create(
                thread, assistant_id=assistant, extra_headers=headers
            )
            runs = [each["id"] for each in api.get(f"/threads/{thread}/runs")["data"]]
            assert runs == [run.id], fault
        thread = api.thread()
        fault = "close=before-headers handled=yes times=1 key=theirs"
        headers = {"X-Local-Fault": fault, **_key("theirs")}
        with threads.runs.create(
            thread, assistant_id=assistant, extra_headers=headers, stream=True
        ) as events:
            assert [each.event for each in events][-1] == END[0]
        assert len(api.get(f"/threads/{thread}/runs")["data"]) == 1


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    said = {"role": "user", "content": "Hello"}
    with LocalServer(store=path) as server, _api(server) as http:
        api = Api(http)
        thread, assistant = api.thread(), api.assistant()
        messages, runs = f"/threads/{thread}/messages", f"/threads/{thread}/runs"
        first = _post(api, messages, said, "message")
        begun = {"assistant_id": assistant, "stream": True}
        assert "thread.run.completed" in _post(api, runs, begun, "stream").text
    with opened(path) as store, store.changes():
        rows = store._database.execute("select count(*) from answers")
        assert rows.fetchone() == (2,)
    with LocalServer(store=path) as server, _api(server) as http:
        api = Api(http)
        again = _post(api, messages, said, "message")
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
        again = _post(api, runs, begun, "stream")
        assert "thread.run.completed" in again.text
        assert again.headers["idempotent-replayed"] == "true"
        assert len(api.get(runs)["data"]) == 1


@pytest.mark.sqlite("a file of an earlier version; test_postgres upgrades databases")
def test_files_of_earlier_versions_lack_the_table(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with LocalServer(store=path) as server, _api(server) as http:
        messages = f"/threads/{Api(http).thread()}/messages"
    with closing(sqlite3.connect(path)) as sql:
        sql.execute("drop table answers")
    said = {"role": "user", "content": "Hello"}
    with LocalServer(store=path) as server, _api(server) as http:
        api = Api(http)
        assert "idempotent-replayed" not in _post(api, messages, said, "m").headers
        assert "idempotent-replayed" in _post(api, messages, said, "m").headers


def test_keys_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_responses, "MOST", 3)
    monkeypatch.setattr(stored_responses, "PORTION", 1)
    now = 1_000_000.0
    response = StoredResponse("request", {"id": "asst_1"}, {"a": "b"}, streamed=False)
    with opened(clock=lambda: now) as store:
        for key in "abcd":
            now += 1
            store.responses.add(key, response)

        def known() -> str:
            return "".join(key for key in "abcde" if store.responses.get(key))

        assert known() == "bcd"
        assert store.responses.get("b") == response
        now += stored_responses.LIFETIME - 2
        assert known() == "cd"
        # One that is forgotten may be used for something else.
        store.responses.add("b", response)
        assert known() == "bcd"
        now += 2
        store.responses.add("e", response)
        assert known() == "be"


def _post(api: Api, path: str, body: Any, key: str | None) -> httpx.Response:
    headers = {} if key is None else _key(key)
    if body is None:
        return api.http.post(path, headers=headers)
    return api.http.post(path, json=body, headers=headers)


def _key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def _api(server: LocalServer) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=20)
