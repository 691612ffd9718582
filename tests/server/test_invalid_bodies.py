"""Bodies that are refused: how it is said, and that none breaks the server."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.api import JSON_TYPE, refused, send

if TYPE_CHECKING:
    import httpx

    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
FUNCTION = {"type": "function", "function": {"name": "f"}}
RUN = "/threads/thread_1/runs"


# The path, the body, and what has to be said: where, what of, and the code.
INVALID: list[tuple[str, Any, str, str, str]] = [
    ("/assistants", {}, "model", "required", "missing_required_parameter"),
    ("/assistants", {"model": 7}, "model", "string", "invalid_value"),
    ("/assistants", {"model": None}, "model", "string", "invalid_value"),
    ("/assistants", [], "", "object", "invalid_value"),
    ("/assistants", "m", "", "object", "invalid_value"),
    ("/assistants", None, "", "object", "invalid_value"),
    ("/assistants", {"model": "m", "mode": 1}, "mode", "known", "unknown_parameter"),
    ("/assistants", {"model": "m", "name": "n" * 257}, "name", "256", "invalid_value"),
    (
        *("/assistants", {"model": "m", "temperature": 2.1}),
        *("temperature", "2", "invalid_value"),
    ),
    ("/assistants", {"model": "m", "top_p": -1}, "top_p", "0", "invalid_value"),
    ("/assistants", {"model": "m", "top_p": True}, "top_p", "number", "invalid_value"),
    ("/assistants", {"model": "m", "tools": {}}, "tools", "array", "invalid_value"),
    (
        *("/assistants", {"model": "m", "tools": [FUNCTION, {"type": "saw"}]}),
        *("tools[1].type", "function", "invalid_value"),
    ),
    (
        *("/assistants", {"model": "m", "tools": [{"type": "function"}]}),
        *("tools[0].function", "required", "missing_required_parameter"),
    ),
    (
        *("/assistants", {"model": "m", "tools": [FUNCTION] * 129}),
        *("tools", "128", "invalid_value"),
    ),
    (
        *("/assistants", {"model": "m", "metadata": {"a": 1}}),
        *("metadata.a", "string", "invalid_value"),
    ),
    (
        *("/assistants", {"model": "m", "metadata": {str(n): "" for n in range(17)}}),
        *("metadata", "16", "invalid_value"),
    ),
    (
        *("/assistants", {"model": "m", "metadata": {"k" * 65: ""}}),
        *("metadata", "64", "invalid_value"),
    ),
    (
        *("/assistants", {"model": "m", "metadata": {"a": "v" * 513}}),
        *("metadata", "512", "invalid_value"),
    ),
    (
        "/assistants",
        {"model": "m", "tools": [{"type": "function", "function": {"name": "f g"}}]},
        *("tools[0].function.name", "letters", "invalid_value"),
    ),
    (
        "/assistants",
        {
            "model": "m",
            "tools": [
                {
                    "type": "function",
                    "function": {"name": "f", "parameters": {"type": "objekt"}},
                }
            ],
        },
        *("tools[0].function.parameters", "JSON schema", "invalid_value"),
    ),
    (
        *("/assistants", {"model": "m", "response_format": {"type": "yaml"}}),
        *("response_format", "json_schema", "invalid_value"),
    ),
    (
        *("/threads", {"messages": [{"role": "user"}]}),
        *("messages[0].content", "required", "missing_required_parameter"),
    ),
    (
        *("/threads", {"messages": [{"role": "system", "content": "Hi"}]}),
        *("messages[0].role", "assistant", "invalid_value"),
    ),
    (
        *("/threads", {"messages": [{"role": "user", "content": []}]}),
        *("messages[0].content", "1", "invalid_value"),
    ),
    (
        *("/threads", {"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
        *("messages[0].content[0].text", "required", "missing_required_parameter"),
    ),
    ("/threads", {"assistant_id": "a"}, "assistant_id", "known", "unknown_parameter"),
    (RUN, {}, "assistant_id", "required", "missing_required_parameter"),
    (RUN, {"assistant_id": 7}, "assistant_id", "string", "invalid_value"),
    (
        *(RUN, {"assistant_id": "a", "stream": "true"}),
        *("stream", "boolean", "invalid_value"),
    ),
    (
        *(RUN, {"assistant_id": "a", "parallel_tool_calls": None}),
        *("parallel_tool_calls", "boolean", "invalid_value"),
    ),
    (
        *(f"{RUN}/run_1/submit_tool_outputs", {"tool_outputs": "8849"}),
        *("tool_outputs", "array", "invalid_value"),
    ),
    ("/threads/thread_1", {"messages": []}, "messages", "known", "unknown_parameter"),
]


@pytest.mark.parametrize(
    ("path", "body", "param", "expected", "code"),
    INVALID,
    ids=[f"{n} {p}: {w or '$'}" for n, (p, _, w, _, _) in enumerate(INVALID)],
)
def test_a_wrong_body_is_refused_by_its_path(
    http: httpx.Client, path: str, body: Any, param: str, expected: str, code: str
) -> None:
    error = refused(send(http, path, json.dumps(body)), 400)
    assert error["type"] == "invalid_request_error"
    assert (error["param"] or "").startswith(param)
    assert error["code"] == code
    place = f"$.{param}" if param else "$ "
    assert place in error["message"]
    assert expected in error["message"]


def test_nothing_is_made_of_a_wrong_body(api: Api, http: httpx.Client) -> None:
    before = api.get("/assistants")["data"]
    body = {"model": "m", "temperature": "hot"}
    refused(http.post("/assistants", json=body), 400)
    assert api.get("/assistants")["data"] == before


def test_all_that_is_wrong_is_said_at_once(http: httpx.Client) -> None:
    body = {"name": 7, "tools": [{"type": "saw"}, 7], "mode": 1}
    error = refused(http.post("/assistants", json=body), 400)
    for place in ("$.model ", "$.name ", "$.tools[0].type ", "$.tools[1] ", "$.mode "):
        assert place in error["message"]
    # But no more than one can read.
    many = {"model": "m", "tools": [7] * 100}
    error = refused(http.post("/assistants", json=many), 400)
    assert "and 95 more" in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b'{"model": "m"', b"{'model': 'm'}", b"model=m", b"\x00", b" "),
        *(
            b'{"model": "m"}{}',
            b'{"model": "m",}',
            b"{model: 1}",
            "{}".encode("utf-16"),
        ),
        *(b'\xef\xbb\xbf{"model": "m"}', b'{"model": "\xff"}', b'{"model": "a\nb"}'),
        *(b'{"model": "m", "top_p": NaN}', b'{"model": "m", "top_p": -Infinity}'),
        *(b'{"model": "m", "top_p": 1e999}', b'{"model": "m", "top_p": 01}'),
        b'{"model": "m", "top_p": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 500 + b"]" * 500,
    ],
    ids=range(21),
)
def test_what_is_no_json_is_refused(http: httpx.Client, body: bytes) -> None:
    error = refused(send(http, "/assistants", body), 400)
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "-1e999"])
def test_what_is_no_number_is_refused_anywhere(http: httpx.Client, number: str) -> None:
    function = f'{{"name": "f", "parameters": {{"default": {number}}}}}'
    tools = f'[{{"type": "function", "function": {function}}}]'
    refused(send(http, "/assistants", f'{{"model": "m", "tools": {tools}}}'), 400)


@pytest.mark.parametrize(
    "text",
    [
        *('"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800"', '{"\\ud800": "a"}'),
        '["\\ud83d", "\\ude00"]',
    ],
)
def test_half_a_surrogate_pair_is_refused(http: httpx.Client, text: str) -> None:
    for body in (f'{{"model": {text}}}', f'{{"model": "m", "metadata": {text}}}'):
        error = refused(send(http, "/assistants", body), 400)
        assert "surrogate" in error["message"] or "expected" in error["message"]
    whole = send(http, "/assistants", '{"model": "\\ud83d\\ude00"}')
    assert whole.json()["model"] == "😀"


def test_a_body_may_be_a_hundred_levels_deep(http: httpx.Client) -> None:
    def nested(levels: int) -> str:
        default = "[" * levels + "]" * levels
        function = f'{{"name": "f", "parameters": {{"default": {default}}}}}'
        tool = f'{{"type": "function", "function": {function}}}'
        return f'{{"model": "m", "tools": [{tool}]}}'

    error = refused(send(http, "/assistants", nested(96)), 400)
    assert "100 levels" in error["message"]
    # These five are around it, and the body itself.
    assert send(http, "/assistants", nested(95)).status_code == 200


@pytest.mark.parametrize("number", ["1e308", "-1e308", "9" * 4000, "1e-400", "-0.0"])
def test_any_number_can_come(http: httpx.Client, number: str) -> None:
    wanted = 200 if float(number[:300]) == 0 else 400
    body = f'{{"model": "m", "temperature": {number}}}'
    response = send(http, "/assistants", body)
    assert response.status_code == wanted
    if wanted == 400:
        refused(response, 400)


def test_an_integer_can_be_as_large_as_it_likes(api: Api, http: httpx.Client) -> None:
    body = {"assistant_id": api.assistant(), "max_prompt_tokens": 10**300}
    response = http.post(f"/threads/{api.thread()}/runs", json=body)
    assert response.json()["max_prompt_tokens"] == 10**300


@pytest.mark.parametrize(
    "path",
    [
        "/assistants/{assistant_id}",
        "/threads/thread_1/messages",
        "/threads/thread_1/runs",
        *("/assistants", "/threads/runs", "/threads/thread_1"),
        "/threads/thread_1/runs/run_1/submit_tool_outputs",
    ],
)
def test_an_empty_body_is_refused_where_one_is_needed(
    http: httpx.Client, path: str
) -> None:
    for headers in ({}, JSON_TYPE):
        error = refused(http.post(path, headers=headers), 400)
        assert error["code"] == "missing_required_parameter"
        assert "$ is required" in error["message"]


def test_empty_body_is_accepted_where_none_is_needed(http: httpx.Client) -> None:
    for headers in ({}, JSON_TYPE, {"content-type": "text/plain"}):
        assert http.post("/threads", headers=headers).status_code == 200
    refused(http.post(f"{RUN}/run_1/cancel"), 404)
    # What nobody reads harms nobody.
    assert http.request("GET", "/assistants", content=b"{").status_code == 200
    refused(http.request("DELETE", "/threads/thread_1", content=b"{"), 404)
    refused(send(http, f"{RUN}/run_1/cancel", b"{}"), 404)


@pytest.mark.parametrize("path", ["/assistants", "/threads", "/files"])
def test_compressed_bodies_are_refused_as_such(http: httpx.Client, path: str) -> None:
    body = gzip.compress(b'{"model": "m"}')
    error = refused(send(http, path, body, content_encoding="gzip"), 415)
    assert "encoding, found 'gzip'" in error["message"]


def test_a_body_as_it_is_may_say_so(http: httpx.Client) -> None:
    response = send(http, "/assistants", b'{"model": "m"}', content_encoding="identity")
    assert response.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"),
        *("", "json", "application/jsonp", "text/json; application/json"),
    ],
)
def test_bodies_are_json(http: httpx.Client, content_type: str) -> None:
    response = send(http, "/assistants", b'{"model": "m"}', content_type=content_type)
    error = refused(response, 415)
    assert "application/json" in error["message"]


@pytest.mark.parametrize(
    "content_type",
    [
        *(
            "application/json; charset=utf-8",
            "Application/JSON",
            "application/json ;a=b",
        ),
        "application/vnd.api+json",
    ],
)
def test_json_content_types_are_accepted(http: httpx.Client, content_type: str) -> None:
    response = send(http, "/assistants", b'{"model": "m"}', content_type=content_type)
    assert response.status_code == 200
