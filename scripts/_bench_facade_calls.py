"""What is called side by side: our client, the openai package, and bare httpx."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import httpx

from scripts._bench_facade_server import is_page

Call: TypeAlias = Callable[[], Any]

_KEY = "sk-none"
_IN_PROCESS = "http://127.0.0.1/v1"
_BETA = {"openai-beta": "assistants=v2"}
_HEADERS = {
    "content-type": "application/json",
    "x-request-id": "req_2f9c",
    "openai-version": "2020-10-01",
}


@dataclass(frozen=True)
class Samples:
    """What is sent and what is answered.

    Attributes:
        page: a page of runs, as JSON.
        run: one run, as JSON.
        body: of a request to create one.
    """

    page: str
    run: str
    body: dict[str, Any]


@dataclass
class Canned:
    """Answers requests of either HTTP library within the process.

    Attributes:
        response: the type of its answers.
        page: what is answered to a list.
        run: what is answered to all else.
        last: the last request, when that is to be seen.
    """

    response: Callable[..., Any]
    page: bytes
    run: bytes
    last: Any = None

    def __call__(self, request: Any) -> Any:
        """Answer."""
        self.last = request
        wanted = self.page if is_page(request.method, request.url.path) else self.run
        return self.response(200, headers=_HEADERS, content=wanted)

    def seen(self) -> tuple[str, str, Any]:
        """Give of the last request what must be the same for all."""
        request = self.last
        content = json.loads(request.content) if request.content else None
        return request.method, str(request.url), content


@contextmanager
def contestants(
    samples: Samples, port: int | None
) -> Iterator[dict[str, dict[str, Call]]]:
    """Give for each row the calls of each contestant, by name.

    Args:
        samples: what they send and get.
        port: where the server is; none for transports within the process.
    """
    address = _IN_PROCESS if port is None else f"http://127.0.0.1:{port}/v1"
    with ExitStack() as stack:
        calls: dict[str, dict[str, Call]] = {}
        canned: dict[str, Canned] = {}
        for name, (library, make) in _MAKERS.items():
            module = import_module(library)
            given = None
            if port is None:
                page, run = samples.page.encode(), samples.run.encode()
                canned[name] = Canned(module.Response, page, run)
                transport = module.MockTransport(canned[name])
                given = stack.enter_context(module.Client(transport=transport))
            for row, call in make(address, given, samples, stack).items():
                calls.setdefault(row, {})[name] = call
        _see_that_all_do_the_same(calls, canned, samples)
        yield calls


def _ours(
    address: str, http: Any, samples: Samples, stack: ExitStack
) -> dict[str, Call]:
    from assistants_client import Client

    client = Client(base_url=address, api_key=_KEY, http_client=http)
    runs: Any = stack.enter_context(client).threads.runs
    return _by_runs(runs, samples)


def _openai(
    address: str, http: Any, samples: Samples, stack: ExitStack
) -> dict[str, Call]:
    # Imported by name, as all its methods here are marked as deprecated.
    openai: Any = import_module("openai")
    client = openai.OpenAI(base_url=address, api_key=_KEY, http_client=http)
    return _by_runs(stack.enter_context(client).beta.threads.runs, samples)


def _by_runs(runs: Any, samples: Samples) -> dict[str, Call]:
    thread, run = _names(samples)
    body = samples.body
    return {
        "page": lambda: [each.id for each in runs.list(thread, limit=100).data],
        "retrieve": lambda: runs.retrieve(run, thread_id=thread).id,
        "create": lambda: runs.create(thread, **body).id,
    }


def _bare(
    address: str, http: Any, samples: Samples, stack: ExitStack
) -> dict[str, Call]:
    client: httpx.Client = http or stack.enter_context(httpx.Client())
    client.headers.update({"authorization": f"Bearer {_KEY}", **_BETA})
    thread, run = _names(samples)
    url = f"{address}/threads/{thread}/runs"

    def page() -> Any:
        response = client.request("GET", url, params={"limit": 100})
        return [each["id"] for each in json.loads(response.content)["data"]]

    def retrieve() -> Any:
        return json.loads(client.request("GET", f"{url}/{run}").content)["id"]

    def create() -> Any:
        response = client.request("POST", url, json=samples.body)
        return json.loads(response.content)["id"]

    return {"page": page, "retrieve": retrieve, "create": create}


# By name: the HTTP library, and what makes the calls.
_MAKERS: dict[str, tuple[str, Callable[..., dict[str, Call]]]] = {
    "ours": ("httpx", _ours),
    "openai": ("httpx2", _openai),
    "bare": ("httpx", _bare),
}


def _names(samples: Samples) -> tuple[str, str]:
    run = json.loads(samples.run)
    return run["thread_id"], run["id"]


def _see_that_all_do_the_same(
    calls: dict[str, dict[str, Call]], canned: dict[str, Canned], samples: Samples
) -> None:
    ids = [each["id"] for each in json.loads(samples.page)["data"]]
    run = json.loads(samples.run)["id"]
    for row, by_name in calls.items():
        seen = []
        for name, call in by_name.items():
            if call() != (ids if row == "page" else run):
                raise RuntimeError(f"{row}: {name} gives something else")
            if canned:
                seen.append((name, canned[name].seen()))
        for name, request in seen:
            if request != seen[0][1]:
                raise RuntimeError(f"{row}: {name} sends something else")
