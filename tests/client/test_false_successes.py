"""A success by its status whose body is an error is an error."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api.models import RunObject
from assistants_client import APIError, DecodeError, FalseSuccessError
from assistants_client._error_messages import is_error, is_error_list
from harness.either_client import entered, listed, settled
from tests.cases import each_case
from tests.client.both import KEY, KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)

# Bodies, and the message and the code in each.
ERRORS: list[tuple[Any, str, str | None]] = [
    ({"error": {"message": "wrong key", "code": "bad"}}, "wrong key", "bad"),
    ({"error": "wrong key"}, "wrong key", None),
    ({"error": {"message": "gone"}, "id": None}, "gone", None),
    ({"code": 401, "msg": "wrong key"}, "wrong key", "401"),
    ({"code": 500, "message": "down", "data": None}, "down", "500"),
    ({"detail": "Not Found"}, "Not Found", None),
    ({"object": "error", "message": "no model", "id": ""}, "no model", None),
    ({"msg": "busy"}, "busy", None),
]
CALLS: dict[str, Callable[[Any], Any]] = {
    "create": lambda c: c.threads.create(),
    "retrieve": lambda c: c.threads.runs.retrieve("run_1", thread_id="thread_1"),
    "poll": lambda c: c.threads.runs.poll("run_1", thread_id="thread_1"),
    "delete": lambda c: c.assistants.delete("asst_1"),
    "list": lambda c: c.threads.messages.list("thread_1"),
    "steps": lambda c: c.threads.runs.steps.list("run_1", thread_id="thread_1"),
    "cast": lambda c: c.get("/threads/t/runs/r", cast_to=RunObject),
}


def answering(kind: Any, body: Any, status: int = 200) -> dict[str, Any]:
    """Return the settings of a client that gets one body, whatever it asks for."""

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=body, headers={"x-request-id": "req_1"})

    return {"base_url": "http://x/v1", "http_client": mocked(kind, answer)}


@both
@each_case("name", CALLS)
@each_case(("body", "said", "code"), ERRORS)
def test_it_is_raised(kind: Any, name: str, body: Any, said: str, code: Any) -> None:
    async def call(client: Any) -> Any:
        return await settled(CALLS[name](client))

    with pytest.raises(FalseSuccessError) as caught:
        use(kind, call, **answering(kind, body, 201))
    error = caught.value
    assert (error.status_code, error.message, error.code) == (201, said, code)
    assert str(error).endswith(
        f": {said} (status 201, but the body is an error; request id req_1)"
    )
    assert error.response.json() == body
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@both
@each_case(
    ("name", "content", "why"),
    [
        ("create", b"[1]", "no thread"),
        ("retrieve", b"[1]", "no run"),
        ("delete", b"[1]", "no object"),
        # That of a deletion may be empty: the status says it all.
        ("create", b" ", "not JSON"),
        ("delete", b"?", "not JSON"),
    ],
)
def test_what_is_no_object_is_said(
    kind: Any, name: str, content: bytes, why: str
) -> None:
    async def call(client: Any) -> Any:
        return await settled(CALLS[name](client))

    http = mocked(kind, lambda _: httpx.Response(200, content=content))
    with pytest.raises(DecodeError, match=f": the response is {why}; it begins"):
        use(kind, call, base_url="http://x/v1", http_client=http)


@both
def test_a_deletion_may_be_confirmed_by_its_status_alone(kind: Any) -> None:
    async def call(client: Any) -> Any:
        return await settled(client.assistants.delete("asst_1"))

    http = mocked(kind, lambda _: httpx.Response(200, content=b" "))
    made = use(kind, call, base_url="http://x/v1", http_client=http)
    assert made.to_dict() == {}


@both
@each_case("name", ["create", "list", "delete"])
def test_raw_responses_raise_it_when_they_are_parsed(kind: Any, name: str) -> None:
    body = {"code": 401, "msg": f"the key {KEY} is wrong"}

    async def call(client: Any) -> None:
        raw = await settled(CALLS[name](client.with_raw_response))
        assert raw.json() == body
        with pytest.raises(FalseSuccessError) as caught:
            raw.parse()
        assert KEY not in str(caught.value) + repr(caught.value.body)
        async with entered(CALLS[name](client.with_streaming_response)) as streamed:
            with pytest.raises(FalseSuccessError):
                await settled(streamed.parse())

    use(kind, call, **answering(kind, body))


async def streamed(client: Any) -> Any:
    params = {"thread_id": "thread_1", "assistant_id": "asst_1"}
    events = await settled(client.threads.runs.create(stream=True, **params))
    async with entered(events) as stream:
        return await listed(stream)


async def followed(client: Any) -> Any:
    params = {"thread_id": "thread_1", "assistant_id": "asst_1", "resume": True}
    async with entered(client.threads.runs.stream(**params)) as stream:
        return await settled(stream.until_done())


@both
@each_case("form", [streamed, followed])
@each_case(("body", "said", "code"), ERRORS)
def test_it_is_raised_in_place_of_a_stream(
    kind: Any, form: Any, body: Any, said: str, code: Any
) -> None:
    with pytest.raises(FalseSuccessError) as caught:
        use(kind, form, **answering(kind, body))
    error = caught.value
    assert (error.status_code, error.message, error.code) == (200, said, code)
    assert error.response.json() == body


@both
@each_case("body", [{}, {"object": "list"}, {"data": {}}, {"data": "x"}])
def test_a_list_without_items_is_none(kind: Any, body: Any) -> None:
    async def call(client: Any) -> Any:
        return await listed(client.assistants.list())

    with pytest.raises(DecodeError, match="the response is no list"):
        use(kind, call, **answering(kind, body))


@both
@each_case(
    ("name", "body"),
    [
        ("retrieve", {"id": "run_1", "code": 401, "msg": "legal", "error": "legal"}),
        ("retrieve", {"status": "completed"}),
        ("create", {}),
        ("delete", {"deleted": True, "message": "gone"}),
        ("delete", {"code": 0, "msg": "ok"}),
        ("delete", {"code": "200", "message": "ok"}),
        ("list", {"data": [{"id": "m", "code": 401}], "code": 401, "msg": "legal"}),
        ("list", {"data": []}),
        ("list", {"data": None}),
        ("list", {"data": [], "message": "nothing there"}),
        ("list", {"data": None, "code": 0, "msg": "ok"}),
        ("list", []),
        ("cast", {"id": "run_1", "error": {"message": "legal"}}),
    ],
)
def test_what_is_legal_is_read(kind: Any, name: str, body: Any) -> None:
    async def call(client: Any) -> Any:
        return await settled(CALLS[name](client))

    found = use(kind, call, **answering(kind, body))
    if isinstance(body, dict) and "id" in body:
        assert found.to_dict() == body


@both
def test_other_casts_take_what_comes(kind: Any) -> None:
    body = {"code": 401, "msg": "yours to read"}

    async def call(client: Any) -> Any:
        return await settled(client.get("/x", cast_to=dict))

    assert use(kind, call, **answering(kind, body)) == body


def test_models_without_an_id() -> None:
    properties = {"object": True, "data": True, "code": False}
    assert is_error({"msg": "no"}, properties)
    assert is_error({"error": "no", "data": []}, properties)
    assert not is_error({"code": 7}, properties)
    assert not is_error({"msg": "no", "data": []}, properties)
    assert not is_error({"error": "legal"}, {"error": False})
    assert is_error_list({"data": [], "code": 500})
    assert issubclass(FalseSuccessError, APIError)
    assert json.dumps(ERRORS)
