"""Calls: what is sent for which arguments and settings, and what an answer becomes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from assistants_api.api.assistants import create_assistant, list_assistants
from assistants_api.api.runs import cancel_run, create_run
from assistants_api.models import AssistantObject, ListAssistantsResponse, RunObject
from assistants_client import _errors as errors
from assistants_client._call import Call, CallResult
from assistants_client._effects import NoResponse, PreparedRequest, Send
from assistants_client._flows.call import perform_call
from assistants_client._json import decode
from assistants_client._options import Options, Policy, settings
from harness.flow_driver import FlowDriver
from tests.cases import each_case

if TYPE_CHECKING:
    pass

URL = "http://127.0.0.1:8000/v1"
KEY = "sk-of-the-test"
OK = httpx.Response(200, json={"id": "asst_1", "object": "assistant"})


def given(**options: Any) -> Options:
    return settings(**{"api_key": KEY, "base_url": URL, **options})


def creating(body: Any = None, **options: Any) -> Call[Any]:
    given: Any = body or {"model": "m"}
    own: Any = options
    return Call(
        operation="assistants.create",
        request=create_assistant.build_request(body=given),
        read=lambda result: AssistantObject.from_json(result.json()),
        options=own,
    )


def listing(**options: Any) -> Call[Any]:
    own: Any = options
    return Call(
        operation="assistants.list",
        request=list_assistants.build_request(limit=2, order="asc"),
        read=lambda result: ListAssistantsResponse.from_json(result.json()),
        options=own,
    )


def run(
    call: Call[Any],
    options: Options | None = None,
    *answers: httpx.Response | NoResponse,
) -> tuple[CallResult[Any], list[PreparedRequest]]:
    driver = FlowDriver(answers or [OK])
    return driver.run(perform_call(call, options or given())), driver.sent


def test_a_call_is_sent_as_it_should_be() -> None:
    result, (sent,) = run(creating({"model": "m", "name": "Zoë", "description": None}))
    assert (sent.method, sent.url) == ("POST", f"{URL}/assistants")
    assert sent.content == '{"model":"m","name":"Zoë","description":null}'.encode()
    assert sent.headers == {
        "authorization": f"Bearer {KEY}",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "openai-beta": "assistants=v2",
        "content-type": "application/json",
    }
    assert sent.timeout == 600
    assert isinstance(result.read(), AssistantObject)
    assert (result.read().id, result.attempts, result.response) == ("asst_1", 1, OK)


def test_a_call_without_a_body_has_no_content_type() -> None:
    _, (sent,) = run(listing(), None, httpx.Response(200, json={"data": []}))
    assert sent.content is None
    assert "content-type" not in sent.headers
    assert sent.url == f"{URL}/assistants?limit=2&order=asc"


def test_settings_are_sent() -> None:
    options = given(
        organization="org",
        project="proj",
        default_headers={"X-One": "1", "Accept": "text/plain"},
        default_query={"api-version": "v1", "flag": True},
        base_url=f"{URL}/",
        timeout=3,
    )
    _, (sent,) = run(creating(), options)
    assert sent.url == f"{URL}/assistants?api-version=v1&flag=true"
    assert sent.headers["openai-organization"] == "org"
    assert sent.headers["openai-project"] == "proj"
    assert (sent.headers["x-one"], sent.headers["accept"]) == ("1", "text/plain")
    assert sent.timeout == 3


def test_a_call_s_own_options_win() -> None:
    options = given(default_headers={"X-One": "1"}, default_query={"a": "1", "b": "2"})
    call = creating(
        extra_headers={"x-one": "2", "OpenAI-Beta": None, "AUTHORIZATION": "mine"},
        extra_query={"a": [1, 2], "b": None, "c": {"d": "e f"}},
        extra_body={"model": "other", "unknown": {"x": [1]}},
        timeout=None,
        idempotency_key="once",
    )
    _, (sent,) = run(call, options)
    assert sent.headers["x-one"] == "2"
    assert "openai-beta" not in sent.headers
    assert sent.headers["authorization"] == "mine"
    assert sent.headers["idempotency-key"] == "once"
    query = parse_qsl(urlsplit(sent.url).query)
    assert query == [("a[]", "1"), ("a[]", "2"), ("c[d]", "e f")]
    assert isinstance(sent.content, bytes)
    assert json.loads(sent.content) == {"model": "other", "unknown": {"x": [1]}}
    assert sent.timeout is None


def test_extra_query_takes_the_place_of_an_argument() -> None:
    call = listing(extra_query={"limit": 50})
    _, (sent,) = run(call, None, httpx.Response(200, json={}))
    assert parse_qsl(urlsplit(sent.url).query) == [("order", "asc"), ("limit", "50")]


def test_extra_body_makes_a_body_where_there_is_none() -> None:
    # What JSON makes text of may be a name here.
    extra: Any = {"a": 1, 7: 2}
    call: Call[Any] = Call(
        operation="threads.runs.cancel",
        request=cancel_run.build_request("t", "r"),
        read=lambda result: RunObject.from_json(result.json()),
        options={"extra_body": extra},
    )
    _, (sent,) = run(call, None, httpx.Response(200, json={}))
    assert sent.content == b'{"a":1,"7":2}'
    assert sent.headers["content-type"] == "application/json"


def test_a_get_takes_no_body() -> None:
    with pytest.raises(errors.ConfigurationError, match="list is a GET"):
        run(listing(extra_body={"a": 1}))


@each_case("value", ["ä", "a\nb", "a\r\nx: y", "", 7, b"x", " a", "a ", "\ta", " "])
def test_what_no_header_can_hold_is_told_before_anything_is_sent(value: Any) -> None:
    if value == "":
        run(creating(extra_headers={"x-a": value}))
        return
    with pytest.raises(errors.ConfigurationError, match="the header x-a must be"):
        run(creating(extra_headers={"X-A": value}))


@each_case("name", ["Content-Length", "transfer-encoding"])
def test_how_long_a_request_is_nobody_else_says(name: str) -> None:
    for call in (
        creating(extra_headers={name: "3"}),
        listing(extra_headers={name: ""}),
    ):
        with pytest.raises(errors.ConfigurationError, match=f"{name.lower()} says how"):
            run(call)
    _, (sent,) = run(creating(extra_headers={name: None}))
    assert name.lower() not in sent.headers


@each_case("name", [7, b"x-a", None])
def test_names_of_headers_and_parameters_are_text(name: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match="_headers must have names"):
        run(creating(extra_headers={name: "a"}))
    with pytest.raises(errors.ConfigurationError, match="extra_query must have names"):
        run(listing(extra_query={name: "a"}))


def test_what_can_be_iterated_is_a_list() -> None:
    body: Any = {"tools": ({"type": "code_interpreter"} for _ in range(2)), "x": {7}}
    _, (sent,) = run(creating(body))
    tool = b'{"type":"code_interpreter"}'
    assert sent.content == b'{"tools":[%b,%b],"x":[7]}' % (tool, tool)
    for wrong in (object(), b"bytes"):
        with pytest.raises(errors.ConfigurationError, match="can't be written as JSON"):
            run(creating({"model": wrong}))


def test_the_key_is_asked_for_on_every_attempt() -> None:
    keys = iter(["first-key", "second-key"])
    limited = httpx.Response(429)
    result, sent = run(creating(), given(api_key=lambda: next(keys)), limited, OK)
    assert [each.headers["authorization"] for each in sent] == [
        "Bearer first-key",
        "Bearer second-key",
    ]
    assert result.attempts == 2


@each_case("key", ["", " ", "a\nb", "sk-7 ", " sk-7", "sk-7\n", "schlüssel", None, 17])
def test_a_key_that_can_t_be_sent_is_never_told(key: Any) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        run(creating(), given(api_key=lambda: key))
    if isinstance(key, str) and key.strip():
        assert key not in str(caught.value)


@each_case(
    ("options", "message"),
    [
        ({"timeout": -1}, "timeout must be seconds above 0"),
        ({"timeout": 0}, "timeout must be"),
        ({"timeout": float("nan")}, "timeout must be"),
        ({"timeout": "5"}, "timeout must be"),
        ({"max_retries": -1}, "max_retries must be 0 or more, not -1"),
        ({"max_retries": 1.5}, "max_retries must be"),
        ({"extra_body": {"x": float("inf")}}, "can't be written as JSON"),
        ({"extra_body": {"x": object()}}, "can't be written as JSON"),
        ({"extra_body": {"x": "\ud800"}}, "can't be written as JSON"),
    ],
)
def test_wrong_arguments_are_told_before_anything_is_sent(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.ConfigurationError, match=message):
        run(creating(**options), None, NoResponse("nothing may be sent", stage="sent"))


def test_an_error_answer_is_raised_with_all_that_is_known() -> None:
    body = {"error": {"message": "no such model", "param": "model", "code": "c"}}
    headers = {"x-request-id": "req_1", "set-cookie": "secret=1"}
    answer = httpx.Response(400, json=body, headers=headers)
    with pytest.raises(errors.BadRequestError) as caught:
        run(creating(), None, answer)
    error = caught.value
    assert str(error) == (
        "assistants.create: no such model (status 400; request id req_1)"
    )
    assert (error.param, error.code) == ("model", "c")
    assert error.request == errors.SentRequest("POST", f"{URL}/assistants")
    assert "set-cookie" not in error.response.headers


def test_attempts_are_in_the_error() -> None:
    with pytest.raises(errors.RateLimitError) as caught:
        run(creating(max_retries=1), None, *[httpx.Response(429)] * 2)
    assert caught.value.attempts == 2


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (NoResponse("refused", stage="connect"), errors.APIConnectionError),
        (NoResponse("late", stage="sent", timed_out=True), errors.APITimeoutError),
    ],
    ids=["refused", "late"],
)
def test_no_answer_is_an_error(broken: NoResponse, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=f"assistants.create: {broken}"):
        run(creating(max_retries=0), None, broken)


def test_no_secret_is_in_any_error() -> None:
    options = given(default_query={"sig": "secret-query"})
    answers: list[httpx.Response | NoResponse] = [
        httpx.Response(401, json={"error": {"message": "wrong"}}),
        httpx.Response(200, text="<html>"),
        NoResponse("broke", stage="sent"),
    ]
    for answer in answers:
        with pytest.raises(errors.APIError) as caught:
            run(creating(max_retries=0), options, answer)[0].read()
        shown = f"{caught.value} {caught.value!r} {caught.value.__dict__}"
        assert KEY not in shown
        assert "secret-query" not in shown
    assert KEY not in repr(options)
    assert "secret-query" not in repr(options)


@pytest.mark.parametrize("content", [b"<html>", b"", b"{"])
def test_a_success_that_is_no_json_is_an_error(content: bytes) -> None:
    with pytest.raises(errors.DecodeError, match="the response is not JSON"):
        run(creating(), None, httpx.Response(200, content=content))[0].read()


@pytest.mark.parametrize("status", [200, 201, 202, 206])
def test_any_2xx_is_a_success(status: int) -> None:
    result, _ = run(creating(), None, httpx.Response(status, json={"id": "x"}))
    assert result.read().id == "x"


@pytest.mark.parametrize("status", [302, 418, 520])
def test_any_other_status_is_an_error(status: int) -> None:
    with pytest.raises(errors.APIStatusError) as caught:
        run(creating(), None, httpx.Response(status))
    assert caught.value.status_code == status


def test_a_stream_is_asked_for_and_left_to_the_caller() -> None:
    call: Call[Any] = Call(
        operation="threads.runs.create",
        request=create_run.build_request("t", body={"assistant_id": "a"}),
        read=lambda result: result,
        stream=True,
    )
    result, (sent,) = run(call)
    assert sent.stream
    assert sent.headers["accept"] == "text/event-stream"
    assert result.response is OK


def test_a_policy_of_one_s_own_counts() -> None:
    flow = perform_call(creating(), given(), Policy(max_retries=0))
    assert isinstance(next(flow), Send)
    with pytest.raises(errors.RateLimitError):
        flow.send(httpx.Response(429))


@each_case(
    ("content", "value"),
    [
        (b'{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        (
            b'{"a": 123456789012345678901234567890}',
            {"a": 123456789012345678901234567890},
        ),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        (b'"\\ud800"', "\ud800"),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"\xef\xbb\xbf[]", []),
    ],
)
def test_decoding_is_that_of_the_standard_library(content: bytes, value: Any) -> None:
    assert decode(content) == value


def test_decoding_takes_numbers_that_json_doesn_t_know() -> None:
    assert str(decode(b"[NaN, Infinity]")) == "[nan, inf]"
