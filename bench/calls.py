"""Calls of the client: a page of 100 runs, one run retrieved, and one created."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx

from bench.canned import canned, is_page
from bench.contestants import ADDRESS, KEY, LIBRARIES, http_client, runs_of
from bench.rows import BenchError, Goal, Row
from bench.samples import body_of, page_of_runs
from bench.turns import Call, fresh, profile, take_turns

_ROWS = {"page": "100 runs", "retrieve": "retrieve", "create": "create"}
_GOALS = {
    ("page", "openai"): Goal(0.071),
    ("page", "bare"): Goal(1.2),
    ("retrieve", "openai"): Goal(0.25),
    ("retrieve", "bare"): Goal(1.2),
    ("create", "openai"): Goal(0.2),
    ("create", "bare"): Goal(1.25),
}
# Where both use this one, and openai, which always does, isn't asked again.
_HTTPX2 = {"ours": "httpx2", "bare": "httpx2"}
# What a socket costs nobody here could change.
_BY_TCP = {("retrieve", "bare"): Goal(1.0)}
BETA = {"openai-beta": "assistants=v2"}
HEADERS = {
    "content-type": "application/json",
    "x-request-id": "req_2f9c",
    "openai-version": "2020-10-01",
}


def measure(rounds: int, *, by_tcp: bool = True) -> list[Row]:
    """Measure calls within the process, and by TCP if that is asked for."""
    page = page_of_runs()
    ways = {
        "": fresh(_series, page, None, rounds, LIBRARIES),
        ", httpx2": fresh(_series, page, None, rounds, _HTTPX2),
    }
    # What takes so long is to read it, whichever library it came by.
    del ways[", httpx2"]["page"]
    if by_tcp:
        with canned(*contents(page)) as port:
            ways[", TCP"] = fresh(_series, page, port, rounds, LIBRARIES)
    return [
        Row(
            f"{_ROWS[row]}{way}",
            each["ours"],
            each[name],
            name,
            (_BY_TCP if way == ", TCP" else _GOALS).get((row, name)),
            profile=partial(_profile, page, row),
        )
        for way, series in ways.items()
        for row, each in series.items()
        for name in ("openai", "bare")
        if name in each
    ]


def contents(page: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return what a server sends: a page, and the first run of it."""
    return json.dumps(page).encode(), json.dumps(page["data"][0]).encode()


def _series(
    page: dict[str, Any], port: int | None, rounds: int, libraries: Mapping[str, str]
) -> dict[str, dict[str, list[float]]]:
    with _calls(page, port, libraries) as calls:
        return {row: take_turns(each, rounds) for row, each in calls.items()}


def _profile(page: dict[str, Any], row: str) -> list[str]:
    with _calls(page, None, LIBRARIES) as calls:
        return profile(calls[row]["ours"])


@contextmanager
def _calls(
    page: dict[str, Any], port: int | None, libraries: Mapping[str, str]
) -> Iterator[dict[str, dict[str, Call]]]:
    """Yield for each row the calls of each contestant, by name.

    Args:
        page: the page of runs; the first of them is what else is sent.
        port: where the server is; None for transports within the process.
        libraries: the HTTP library of each contestant.
    """
    address = ADDRESS if port is None else f"http://127.0.0.1:{port}/v1"
    last: list[Any] = []
    contents = {True: json.dumps(page).encode(), False: json.dumps(page["data"][0])}

    def respond(response: Callable[..., Any], request: Any) -> Any:
        last[:] = [request]
        content = contents[is_page(request.method, request.url.path)]
        return response(200, headers=HEADERS, content=content)

    with ExitStack() as stack:
        calls: dict[str, dict[str, Call]] = {row: {} for row in _ROWS}
        for name, library in libraries.items():
            http = http_client(library, respond, stack) if port is None else None
            if name == "bare":
                client = http or stack.enter_context(httpx.Client())
                found = _bare(client, address, page["data"][0])
            else:
                found = _by_runs(runs_of(name, address, http, stack), page["data"][0])
            for row, call in found.items():
                calls[row][name] = call
        _check(calls, page, last)
        yield calls


def _by_runs(runs: Any, run: dict[str, Any]) -> dict[str, Call]:
    thread, body = run["thread_id"], body_of(run)
    return {
        "page": lambda: [each.id for each in runs.list(thread, limit=100).data],
        "retrieve": lambda: runs.retrieve(run["id"], thread_id=thread).id,
        "create": lambda: runs.create(thread, **body).id,
    }


def _bare(client: httpx.Client, address: str, run: dict[str, Any]) -> dict[str, Call]:
    client.headers.update({"authorization": f"Bearer {KEY}", **BETA})
    url, body = f"{address}/threads/{run['thread_id']}/runs", body_of(run)

    def page() -> Any:
        response = client.request("GET", url, params={"limit": 100})
        return [each["id"] for each in json.loads(response.content)["data"]]

    def retrieve() -> Any:
        return json.loads(client.request("GET", f"{url}/{run['id']}").content)["id"]

    def create() -> Any:
        response = client.request("POST", url, json=body)
        return json.loads(response.content)["id"]

    return {"page": page, "retrieve": retrieve, "create": create}


def _check(
    calls: dict[str, dict[str, Call]], page: dict[str, Any], last: list[Any]
) -> None:
    """Make sure that all send and return the same.

    Raises:
        BenchError: they don't.
    """
    ids = [each["id"] for each in page["data"]]
    for row, by_name in calls.items():
        sent = []
        for name, call in by_name.items():
            if call() != (ids if row == "page" else ids[0]):
                raise BenchError(f"{row}: {name} returns something else")
            for each in last:
                content = json.loads(each.content) if each.content else None
                sent.append((each.method, str(each.url), content))
        if any(each != sent[0] for each in sent):
            raise BenchError(f"{row}: what is sent differs")
