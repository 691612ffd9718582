"""Views of FastAPI return what the client's methods return, as `openai`'s objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api.models import RunCompletionUsage, RunObject
from assistants_client import (
    AsyncClient,
    AsyncPage,
    AsyncRun,
    Client,
    Message,
    Page,
    Run,
    json_default,
)

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

RUN: dict[str, Any] = {"id": "run_1", "usage": {"total_tokens": 5}}
DATA = [{"id": "msg_1"}]
MESSAGES: dict[str, Any] = {"object": "list", "data": DATA, "has_more": False}


def respond(request: httpx.Request) -> httpx.Response:
    is_list = request.url.path.endswith("/messages")
    return httpx.Response(200, json=MESSAGES if is_list else RUN)


@pytest.fixture(scope="module")
def client() -> Client:
    transport = httpx.MockTransport(respond)
    return Client(
        base_url="http://x/v1",
        api_key="k",
        http_client=httpx.Client(transport=transport),
    )


def asynchronous() -> AsyncClient:
    transport = httpx.MockTransport(respond)
    return AsyncClient(
        base_url="http://x/v1",
        api_key="k",
        http_client=httpx.AsyncClient(transport=transport),
    )


def returning(value: Any) -> Any:
    def view() -> Any:
        return value

    return view


@pytest.fixture(scope="module")
def views(client: Client) -> TestClient:
    # Imported by the one process that runs these tests, not by all that list them.
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    app = FastAPI()
    run = client.threads.runs.retrieve("run_1", thread_id="t")
    page = client.threads.messages.list("t")

    async def retrieved() -> Any:
        return await asynchronous().threads.runs.retrieve("run_1", thread_id="t")

    async def listed() -> Any:
        return await asynchronous().threads.messages.list("t")

    known: tuple[tuple[str, Any, Any], ...] = (
        ("/run", run, Run),
        ("/model", run, RunObject),
        ("/usage", run.usage, RunCompletionUsage),
        ("/page", page, Page[Message]),
        ("/messages", page.data, list[Message]),
        ("/held", {"run": run, "all": [run]}, dict[str, Any]),
    )
    for path, value, kind in known:
        app.get(path)(returning(value))
        app.get(f"{path}/typed", response_model=kind)(returning(value))
    asked: tuple[tuple[str, Any, Any], ...] = (
        ("/async-run", retrieved, AsyncRun),
        ("/async-page", listed, AsyncPage[Message]),
    )
    for path, view, kind in asked:
        app.get(path)(view)
        app.get(f"{path}/typed", response_model=kind)(view)
    # The object of the one client is as good as that of the other.
    app.get("/other", response_model=Run)(retrieved)
    chosen: dict[str, Any] = {"response_model_include": {"id", "temperature"}}
    app.get("/some", response_model=Run, **chosen)(returning(run))
    chosen["response_model_exclude_defaults"] = True
    app.get("/fewer", response_model=Run, **chosen)(returning(run))
    app.get("/set", response_model=Run, response_model_exclude_unset=True)(
        returning(run)
    )
    app.get("/no", response_model=Run, response_model_exclude_none=True)(returning(run))
    return TestClient(app)


@pytest.mark.parametrize("typed", ["", "/typed"])
def test_views_return_objects(views: TestClient, client: Client, typed: str) -> None:
    run = RunObject.from_dict(RUN).model_dump()
    message = client.threads.messages.list("t").data[0].model_dump()
    page = {**MESSAGES, "data": [message], "first_id": None, "last_id": None}
    for path, wanted in {
        "/run": run,
        "/model": run,
        "/usage": run["usage"],
        "/held": {"run": run, "all": [run]},
        "/messages": [message],
        "/page": page,
        "/async-run": run,
        "/async-page": page,
    }.items():
        found = views.get(path + typed)
        assert found.status_code == 200, path
        assert found.json() == wanted, path


def test_what_is_absent_or_null_can_be_left_out(views: TestClient) -> None:
    assert views.get("/other").status_code == 200
    assert views.get("/some").json() == {"id": "run_1", "temperature": None}
    assert views.get("/fewer").json() == {"id": "run_1"}
    assert views.get("/set").json() == views.get("/no").json() == RUN


def test_views_describe_themselves(views: TestClient) -> None:
    assert views.get("/openapi.json").status_code == 200


def test_pages_are_dicts_and_json(client: Client) -> None:
    page = client.threads.messages.list("t")
    assert page.to_dict() == MESSAGES
    assert dict(page)["data"] is page.data
    places: list[Any] = [0, -1, slice(1)]
    for place in places:
        with pytest.raises(TypeError, match=r"its items are in page\.data"):
            _ = page[place]
    assert page.model_dump(exclude_unset=True) == MESSAGES
    assert json.loads(page.model_dump_json(exclude_unset=True)) == MESSAGES
    assert json.loads(json.dumps([page], default=json_default)) == [MESSAGES]
    assert page.model_fields_set == MESSAGES.keys()
    copied = page.model_copy(update={"has_more": True})
    assert copied.has_more
    assert not page.has_more


def test_pages_hold_what_else_the_server_says() -> None:
    page: Any = Page(
        data=[], has_more=False, rest={"query": {"n": 1}}, fetch=returning(0)
    )
    assert page.query.n == 1
    assert page.to_dict() == {"data": [], "has_more": False, "query": {"n": 1}}
    # Of a list that has one page, nobody said that there are no more.
    single: Any = Page(data=[], has_more=False, single=True, fetch=returning(0))
    assert single.to_dict() == {"data": []}
