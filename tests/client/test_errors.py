"""Errors: the best message of every body, the right class, and no secrets."""

from __future__ import annotations

import json
import pickle
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistants_client import _errors as errors
from assistants_client import _file_errors, _run_errors
from assistants_client._errors import ReceivedResponse, SentRequest, status_error
from tests.cases import each_case, some

KNOWN = {**vars(_file_errors), **vars(_run_errors), **vars(errors)}

REQUEST = SentRequest("POST", "http://127.0.0.1:8000/v1/threads")


def response(
    content: bytes, status: int = 400, headers: dict[str, str] | None = None
) -> ReceivedResponse:
    return ReceivedResponse(status, headers or {}, content, REQUEST)


@each_case(
    ("content", "message"),
    [
        (b'{"error": {"message": "No such run.", "type": "x"}}', "No such run."),
        (b'{"error": {"message": null, "type": null}}', "400 Bad Request"),
        (b'{"error": {}}', "400 Bad Request"),
        (
            b'{"error": "Not Found", "message": "no thread t1", "statusCode": 404}',
            "no thread t1",
        ),
        (b'{"error": "Not Found"}', "Not Found"),
        (b'{"detail": "Thread is locked"}', "Thread is locked"),
        (
            b'{"detail": [{"loc": ["body", "model"], "msg": "is due"}, {"msg": "no"}]}',
            "body.model: is due; no",
        ),
        # What is said in an unusual place is shown as it is.
        (b'{"Message": "Denied."}', '{"Message": "Denied."}'),
        (b'{"fault": {"string": "Busy"}}', '{"fault": {"string": "Busy"}}'),
        (b'{"errors": {"name": ["short"]}}', '{"errors": {"name": ["short"]}}'),
        (b'{"error": {"code": "no", "why": "y"}}', '{"error": {"code": "no", "why"'),
        (b'{"error": {"code": "no_quota"}}', "400 Bad Request, without a message"),
        (b'{"ok": false, "why": " "}', "400 Bad Request, without a message"),
        (b"Internal Server\n Error", "Internal Server Error"),
        (b"", "400 Bad Request, without a message"),
        (b"[]", "400 Bad Request, without a message"),
        (b"null", "400 Bad Request, without a message"),
        (b"17", "400 Bad Request, without a message"),
        (
            b"<html><head><title>502 Bad\n Gateway</title></head></html>",
            "an HTML page: 502 Bad Gateway",
        ),
        (b"<!DOCTYPE html><h1>Down &amp; <b>out</b></h1>", "an HTML page: Down & out"),
        (b"<html></html>", "an HTML page without a title"),
        (b"\xff\xfe", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"),
        (b'{"error": {"message": "%b"}}' % (b"x" * 900), "x" * 500 + "..."),
    ],
)
def test_each_body_gives_its_best_message(content: bytes, message: str) -> None:
    assert status_error(response(content)).message.startswith(message)


@each_case("depth", [900, 9_000, 90_000])
def test_a_body_that_is_nested_too_deep_still_gives_an_error(depth: int) -> None:
    content = b'{"a":' * depth + b'"b"' + b"}" * depth
    # How deep is too deep, and for which of the steps, is Python's affair.
    said = ('{"a":', "400 Bad Request, without a message")
    assert status_error(response(content)).message.startswith(said)


@each_case(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (405, "APIStatusError"),
        (409, "ConflictError"),
        (418, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (503, "InternalServerError"),
        (520, "InternalServerError"),
        (302, "APIStatusError"),
    ],
)
def test_the_status_gives_the_class(status: int, name: str) -> None:
    error = status_error(response(b"", status))
    assert type(error).__name__ == name
    assert isinstance(error, errors.APIStatusError)
    assert error.status_code == error.response.status_code == status


def test_an_error_has_what_the_server_said() -> None:
    content = (
        b'{"error": {"message": "m", "type": "invalid_request_error",'
        b' "param": "model", "code": 17}}'
    )
    error = status_error(
        response(content, headers={"x-request-id": "req_1"}),
        operation="threads.create",
        attempts=3,
    )
    assert (error.type, error.param, error.code) == (
        "invalid_request_error",
        "model",
        "17",
    )
    assert error.body == {
        "message": "m",
        "type": "invalid_request_error",
        "param": "model",
        "code": 17,
    }
    assert error.response.json()["error"]["message"] == "m"
    assert str(error) == "threads.create: m (status 400; request id req_1; 3 attempts)"


def test_a_call_without_a_name_is_named_by_its_path() -> None:
    error = errors.APITimeoutError("took more than 5 s", request=REQUEST)
    assert str(error) == "POST http://127.0.0.1:8000/v1/threads: took more than 5 s"
    assert error.body is None
    assert isinstance(error, errors.APIConnectionError)


def test_a_body_that_is_no_json_is_quoted_with_its_start() -> None:
    error = errors.DecodeError(response(b" <html>" + b"x" * 500, 200))
    assert "the response is not JSON; it begins with '<html>xxx" in str(error)
    assert len(str(error)) < 200


def every_error() -> list[errors.APIError]:
    headers = {"x-request-id": "req_1"}
    bodies = [b'{"error": {"message": "m", "code": "c"}}', b"", b"x"]
    answers = [response(body, s, headers) for body in bodies for s in (400, 429, 599)]
    return [
        *(status_error(each, operation="o", attempts=2) for each in answers),
        *(errors.DecodeError(each) for each in answers),
        errors.APIConnectionError("m", request=REQUEST, operation="o"),
        errors.APITimeoutError("m", request=REQUEST, attempts=4),
        errors.APIError("m", request=REQUEST, body={"error": {"code": "c"}}),
    ]


def test_errors_survive_pickling() -> None:
    for error in some(every_error()):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert again.__dict__ == error.__dict__
        assert str(again) == str(error)
        assert again.args == error.args


def test_the_drawn_tree_is_the_real_one() -> None:
    assert errors.__doc__
    drawn: list[tuple[int, str]] = []
    for line in errors.__doc__.splitlines():
        name = next(
            (word for word in line.split() if isinstance(KNOWN.get(word), type)),
            "",
        )
        if name and ("──" in line or line.strip() == "AssistantsError"):
            drawn.append((line.index(name), name))
    assert len(drawn) == 33
    parents: dict[int, str] = {}
    for depth, name in drawn:
        parents = {d: n for d, n in parents.items() if d < depth}
        if parents:
            parent = KNOWN[parents[max(parents)]]
            assert parent in KNOWN[name].__bases__
        parents[depth] = name
    classes = {
        name
        for name, value in KNOWN.items()
        if isinstance(value, type) and issubclass(value, errors.AssistantsError)
    }
    assert classes == {name for _, name in drawn}


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "loc", "msg", "code"]),
            inner,
            max_size=4,
        )
    ),
)


@given(json_values, st.integers(300, 999))
def test_no_body_is_too_odd(body: Any, status: int) -> None:
    error = status_error(response(json.dumps(body).encode(), status))
    assert error.message
    assert len(error.message) < 600
    assert str(error)


@given(st.binary(max_size=80))
def test_no_bytes_are_too_odd(content: bytes) -> None:
    assert status_error(response(content)).message
    assert str(errors.DecodeError(response(content)))
