"""Errors that tests of applications make, as they made those of `openai`."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock, Mock, patch

import httpx
import openai
import pytest

import assistants_client
from assistants_client import APIError, Client, RateLimitError
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = httpx.Request("POST", "http://127.0.0.1:9/v1/threads")
BODY = {"message": "m", "code": "c", "param": "p", "type": "t"}


def response(status: int) -> httpx.Response:
    return httpx.Response(status, request=REQUEST, headers={"x-request-id": "req_1"})


@each_case(
    ("name", "make"),
    [
        ("APIError", lambda kind: kind("said", REQUEST, body=None)),
        ("APIError", lambda kind: kind("said", request=REQUEST, body=BODY)),
        ("APIError", lambda kind: kind(message="said", request=REQUEST, body="text")),
        ("APIConnectionError", lambda kind: kind(request=REQUEST)),
        ("APIConnectionError", lambda kind: kind(message="said", request=REQUEST)),
        ("APIConnectionError", lambda kind: kind(request=MagicMock())),
        ("APITimeoutError", lambda kind: kind(REQUEST)),
        ("APITimeoutError", lambda kind: kind(request=REQUEST)),
        ("APITimeoutError", lambda kind: kind(request=Mock())),
        (
            "APIStatusError",
            lambda kind: kind("said", response=response(418), body=None),
        ),
        *(
            (name, lambda kind: kind("said", response=response(400), body=BODY))
            for name in (
                *("BadRequestError", "AuthenticationError", "PermissionDeniedError"),
                *("NotFoundError", "ConflictError", "UnprocessableEntityError"),
                *("RateLimitError", "InternalServerError"),
            )
        ),
        (
            "RateLimitError",
            lambda kind: kind(message="said", response=response(429), body=[1]),
        ),
    ],
)
def test_the_arguments_are_those_of_openai(
    name: str, make: Callable[[Any], Any]
) -> None:
    ours = make(getattr(assistants_client, name))
    theirs = make(getattr(openai, name))
    for each in ("message", "code", "param", "type", "body", "args"):
        assert getattr(ours, each) == getattr(theirs, each), each
    assert type(ours.request).__name__ == type(theirs.request).__name__
    for each in ("status_code", "request_id"):
        assert getattr(ours, each, None) == getattr(theirs, each, None), each
    assert ours.message in str(ours)


def test_a_response_may_be_a_mock() -> None:
    error = RateLimitError("said", response=MagicMock(status_code=429), body=None)
    assert str(error) == "said (status 429)"
    assert error.request_id is None


def test_such_an_error_is_pickled_and_raised_by_a_mock() -> None:
    error = RateLimitError("said", response=response(429), body=BODY)
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.status_code, str(again)) == ("said", 429, str(error))
    client: Any = Client(base_url="http://127.0.0.1:9/v1", api_key="none")
    with (
        patch.object(client.beta.threads, "create", side_effect=error),
        pytest.raises(APIError) as raised,
    ):
        client.beta.threads.create()
    assert raised.value is error
