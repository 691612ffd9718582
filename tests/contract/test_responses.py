"""What comes back is read into the documented type, or is an error of the package."""

from __future__ import annotations

import asyncio
import itertools
import json
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api import AuthenticatedClient, Client, errors
from assistants_api.types import to_json
from harness.contract.calls import Call, plain_call
from harness.contract.document import OPERATIONS, PREFIX, Operation, model
from harness.contract.drawn import drawn
from harness.contract.each import for_each
from harness.contract.instances import instances, same, samples
from harness.contract.reading import assert_read
from harness.scripted_server import Response, in_turn
from tests.cases import some
from tests.contract.conftest import TOKEN

if TYPE_CHECKING:
    from harness.scripted_server import ScriptedServer

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
UNDOCUMENTED = [100, 101, 199, 300, 301, 304, 399, 600, 999]
ERROR = {
    "error": {
        "message": "No",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
}
# The shapes that servers in the wild are known to answer errors with.
ERROR_BODIES = [
    json.dumps(body).encode()
    for body in [
        ERROR,
        {"error": {"message": None, "type": None, "param": None, "code": None}},
        {"error": {}},
        {"error": None},
        {"error": {"message": {"text": "No"}, "code": 404}},
        {"error": "Not Found", "message": "No such thing", "statusCode": 404},
        {"error": ["No"]},
        {"detail": "Not Found"},
        {"detail": [{"loc": ["body", "model"], "msg": "missing", "type": "missing"}]},
        {},
        [],
        ["No"],
        "No",
        None,
        404,
        1.5,
        True,
    ]
]
NOT_JSON = [
    b"",
    b" ",
    b"Internal Server Error",
    b"<html><body><h1>502 Bad Gateway</h1></body></html>",
    b'{"error": {"message": "cut',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"1" * 5_000,
]


@for_each(OPERATIONS)
def test_documented_answers_are_read(operation: Operation) -> None:
    for pattern, name in some(operation.responses.items()):
        for status in some(_statuses(pattern)):
            for value in some(samples(name)):
                found = operation.module.parse_response(_response(status, value))
                assert type(found) is model(name)
                assert_read(found, value, {"$ref": f"{PREFIX}{name}"})


@for_each(OPERATIONS)
def test_any_success_is_the_documented_one(operation: Operation) -> None:
    value = samples(operation.success)[0]
    for status in (200, 201, 202, 203, 206, 299):
        found = operation.module.parse_response(_response(status, value))
        assert found == model(operation.success).from_dict(value)


@for_each(OPERATIONS)
def test_generated_answers_come_back(operation: Operation) -> None:
    for value in some(drawn(instances, operation.success, number=5)):
        found = operation.module.parse_response(_response(200, value))
        assert same(found.to_dict(), value)


@for_each(OPERATIONS)
def test_undocumented_status_is_an_error(operation: Operation) -> None:
    contents = [b"{}", b"", b"<html>", json.dumps(ERROR).encode()]
    for status, content in some(itertools.product(UNDOCUMENTED, contents)):
        with pytest.raises(errors.UnexpectedStatus) as caught:
            operation.module.parse_response(httpx.Response(status, content=content))
        _assert_complete(caught.value, status, content)


@for_each(OPERATIONS)
def test_what_is_not_json_is_an_error(operation: Operation) -> None:
    statuses = [200, 201]
    statuses += [s for s in (400, 429, 500) if _documented(operation, s)]
    for status, content in some(itertools.product(statuses, NOT_JSON)):
        with pytest.raises(errors.UndecodableBody) as caught:
            operation.module.parse_response(httpx.Response(status, content=content))
        _assert_complete(caught.value, status, content)


@for_each(OPERATIONS)
def test_a_success_that_is_no_object_never_breaks(operation: Operation) -> None:
    """Return what came, or an error of ours."""
    values: list[Any] = [[], None, "text", 1, True, [{}]]
    for value in values:
        try:
            found = operation.module.parse_response(_response(200, value))
        except errors.ApiError as error:
            _assert_complete(error, 200, json.dumps(value).encode())
        else:
            assert same(found, value)


@each_operation
def test_errors_are_values_in_detail_and_raised_otherwise(
    operation: Operation, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    call = plain_call(operation)
    for status in (400, 404, 429, 499, 500, 520, 599):
        server.script = in_turn(Response.of(ERROR, status))
        response = _call(call, "sync_detailed", client)
        assert response.status_code == status
        assert response.parsed == model("ErrorResponse").from_dict(ERROR)
        assert json.loads(response.content) == ERROR
        assert response.headers["content-type"] == "application/json"
        with pytest.raises(errors.DocumentedError) as caught:
            _call(call, "sync", client)
        assert caught.value.parsed == response.parsed
        _assert_complete(caught.value, status, response.content)


@each_operation
def test_errors_of_the_async_calls_are_the_same(
    operation: Operation, server: ScriptedServer
) -> None:
    async def check() -> None:
        async with _async_client(server) as client:
            response = await _call(call, "asyncio_detailed", client)
            assert response.parsed == model("ErrorResponse").from_dict(ERROR)
            assert response.status_code == 404
            with pytest.raises(errors.DocumentedError) as caught:
                await _call(call, "asyncio", client)
            assert caught.value.parsed == response.parsed

            server.script = in_turn(Response.of({}, 302))
            for name in ("asyncio", "asyncio_detailed"):
                with pytest.raises(errors.UnexpectedStatus):
                    await _call(call, name, client)

    call = plain_call(operation)
    server.script = in_turn(Response.of(ERROR, 404))
    asyncio.run(check())


@pytest.mark.parametrize("body", ERROR_BODIES, ids=lambda body: body[:40].decode())
def test_error_bodies_of_the_wild_are_errors_of_ours(
    body: bytes, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    for status in (400, 404, 500):
        server.script = in_turn(Response(status, body))
        for operation in some(OPERATIONS[:: len(OPERATIONS) // 3]):
            call = plain_call(operation)
            response = _call(call, "sync_detailed", client)
            assert response.content == body
            assert same(to_json(response.parsed), json.loads(body))
            with pytest.raises(errors.DocumentedError) as caught:
                _call(call, "sync", client)
            _assert_complete(caught.value, status, body)


@pytest.mark.parametrize("body", NOT_JSON, ids=lambda body: repr(body[:12]))
@pytest.mark.parametrize("content_type", [None, "text/html", "application/json"])
def test_error_bodies_that_are_not_json_are_errors_of_ours(
    body: bytes,
    content_type: str | None,
    server: ScriptedServer,
    client: AuthenticatedClient,
) -> None:
    server.script = in_turn(Response(502, body, content_type))
    for name in ("sync", "sync_detailed"):
        with pytest.raises(errors.UndecodableBody) as caught:
            _call(plain_call(OPERATIONS[0]), name, client)
        _assert_complete(caught.value, 502, body)


@each_operation
def test_calls_arrive_and_are_answered(
    operation: Operation, server: ScriptedServer, client: AuthenticatedClient
) -> None:
    call = plain_call(operation)
    value = samples(operation.success)[0]
    wanted = model(operation.success).from_dict(value)
    server.script = in_turn(Response.of(value, 201))

    assert _call(call, "sync", client) == wanted
    response = _call(call, "sync_detailed", client)
    assert (response.status_code, response.parsed) == (201, wanted)

    async def check() -> None:
        async with _async_client(server) as asynchronous:
            assert await _call(call, "asyncio", asynchronous) == wanted
            response = await _call(call, "asyncio_detailed", asynchronous)
            assert (response.status_code, response.parsed) == (201, wanted)

    asyncio.run(check())

    assert len(server.requests) == 4
    request = operation.module.build_request(*call.ids, **call.keywords())
    for seen in server.requests:
        assert seen.method == operation.method
        assert seen.path == request.path
        assert seen.query == call.sent_query()
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        if call.has_body:
            assert same(seen.json(), call.body)
            assert seen.headers["content-type"] == "application/json"
        else:
            # LumenLabs refuses a DELETE that has a JSON content type and no body.
            assert seen.body == b""
            assert "content-type" not in seen.headers


def test_base_url_may_have_a_path_and_a_slash(server: ScriptedServer) -> None:
    for base, prefix in [
        ("", ""),
        ("/", ""),
        ("/v1", "/v1"),
        ("/api/p%20q/", "/api/p%20q"),
    ]:
        for operation in some(OPERATIONS[::7]):
            server.requests.clear()
            call = plain_call(operation)
            with Client(anonymous=True, base_url=server.url + base) as client:
                _call(call, "sync_detailed", client)
            (seen,) = server.requests
            request = operation.module.build_request(*call.ids, **call.keywords())
            assert seen.path == prefix + request.path


def test_a_plain_client_sends_no_authorization(server: ScriptedServer) -> None:
    with Client(anonymous=True, base_url=server.url) as client:
        _call(plain_call(OPERATIONS[0]), "sync", client)
    assert "authorization" not in server.requests[0].headers


def test_all_errors_have_one_base() -> None:
    for class_ in (
        errors.DocumentedError,
        errors.UnexpectedStatus,
        errors.UndecodableBody,
    ):
        assert issubclass(class_, errors.ApiError)
        assert not issubclass(class_, ValueError)
    assert issubclass(errors.ApiError, Exception)


def _assert_complete(error: Any, status: int, content: bytes) -> None:
    """See that an error says what happened, at a readable length, and can travel."""
    assert isinstance(error, errors.ApiError)
    assert error.status_code == status
    assert error.content == content
    assert str(status) in str(error)
    assert len(str(error)) < 1000
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.status_code) == (str(error), status)


def _response(status: int, value: Any) -> httpx.Response:
    return httpx.Response(status, content=json.dumps(value).encode())


def _statuses(pattern: str) -> list[int]:
    """Return the statuses that a pattern such as 4XX stands for, from end to end."""
    if "X" not in pattern:
        return [int(pattern)]
    first = int(pattern[0]) * 100
    return [first, first + 4, first + 99]


def _documented(operation: Operation, status: int) -> bool:
    return any(status in _range(pattern) for pattern in operation.responses)


def _range(pattern: str) -> range:
    first = int(pattern.replace("X", "0"))
    return range(first, first + (100 if "X" in pattern else 1))


def _call(call: Call, name: str, client: Client) -> Any:
    function = getattr(call.operation.module, name)
    return function(*call.ids, client=client, **call.keywords())


def _async_client(server: ScriptedServer) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=server.url, token=TOKEN)
