"""Faults that real servers were seen to have, at the whole server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import Client, ToolSet
from assistants_server import LocalServer
from tests.server.api import TIMEOUT, Api, function, outputs_for, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = dict[str, Any]
CALL: list[list[Any]] = [[{"call": "add", "arguments": {}}], ["done"]]


@pytest.fixture
def faulty(server: LocalServer) -> Iterator[LocalServer]:
    yield server
    server.faults.clear()


def submit(api: Api, run: JSON, **headers: str) -> httpx.Response:
    body = {"tool_outputs": outputs_for(run, "1")}
    path = f"{path_of(run)}/submit_tool_outputs"
    return api.http.post(path, json=body, headers=headers)


def test_a_stale_action_is_shown_so_many_times(api: Api) -> None:
    assistant = api.assistant(tools=[function("add")])
    run = api.run(api.thread("Hi"), assistant, script=CALL)
    fault = {"X-Local-Fault": "stale-action=3"}
    assert submit(api, run, **fault).json() == run
    assert api.again(run) == run
    assert api.again(run) == run
    assert api.again(run)["status"] != "requires_action"
    assert api.wait(run)["status"] == "completed"
    # Meanwhile the server knows better than what it shows.
    run = api.run(api.thread("Hi"), assistant, script=CALL)
    submit(api, run, **fault)
    assert submit(api, run).status_code == 400


def test_our_client_acts_once_on_a_stale_action(faulty: LocalServer, api: Api) -> None:
    called: list[int] = []

    def add() -> int:
        """Add."""
        called.append(1)
        return 1

    faulty.faults.add("stale-action=3")
    with Client(base_url=faulty.url, api_key="any") as client:
        tools = ToolSet([add])
        assistant = client.assistants.create(model="m", tools=tools)
        run = client.threads.create_and_run(assistant_id=assistant.id)
        run.wait(tools=tools, timeout=TIMEOUT)
    assert (run.status, len(called)) == ("completed", 1)


def test_a_run_comes_as_json_where_events_were_asked_for(api: Api) -> None:
    body = {"assistant_id": api.assistant(), "stream": True}
    fault = {"X-Local-Fault": "run-as-json"}
    for path in ("/threads/runs", f"/threads/{api.thread('Hi')}/runs"):
        response = api.http.post(path, json=body, headers=fault)
        assert response.headers["content-type"] == "application/json"
        assert response.json()["object"] == "thread.run"
        assert api.wait(response.json())["status"] == "completed"


@pytest.mark.parametrize(
    ("fault", "closed"),
    [
        ("500; close-after-5xx", True),
        ("html=503; close-after-5xx", True),
        ("close-after-5xx", False),
        ("404; close-after-5xx", False),
        ("500", False),
    ],
)
def test_a_connection_is_closed_after_a_failure_without_a_word(
    server: LocalServer, fault: str, *, closed: bool
) -> None:
    get = "GET /v1/assistants HTTP/1.1\r\nhost: localhost\r\n"
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as client:
        client.sendall(f"{get}x-local-fault: {fault}\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(65536)
        assert b"connection: close" not in head.lower()
        client.settimeout(0.2)
        rest = b""
        try:
            while piece := client.recv(65536):
                rest += piece
        except TimeoutError:
            assert not closed
        else:
            assert closed


def test_what_is_before_a_cursor_is_taken_from_the_start(api: Api) -> None:
    thread = api.thread(*map(str, range(6)))
    path = f"/threads/{thread}/messages"
    ids = [each["id"] for each in api.messages(thread)]
    query = {"order": "asc", "before": ids[5], "limit": "2"}
    fault = {"X-Local-Fault": "pages=first"}
    page = api.http.get(path, params=query, headers=fault).json()
    assert [each["id"] for each in page["data"]] == ids[:2]
    assert page["has_more"]
    right = api.get(path, order="asc", before=ids[5], limit=2)
    assert [each["id"] for each in right["data"]] == ids[3:5]
    # Forwards it makes no difference.
    query = {"order": "asc", "after": ids[1], "limit": "2"}
    page = api.http.get(path, params=query, headers=fault).json()
    assert [each["id"] for each in page["data"]] == ids[2:4]
