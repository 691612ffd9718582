"""Redirects: followed within one origin, and never further with what is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from assistants_client import APIStatusError
from assistants_client._effects import BufferedResponse, PreparedRequest, Send
from assistants_client._flows.redirects import MOST, follow_redirects, refusal
from harness.flow_driver import FlowDriver
from harness.scripted_server import Request, Response, ScriptedServer
from tests.cases import each_case
from tests.client.recording import KEY

if TYPE_CHECKING:
    from assistants_client._effects import Flow, HttpResponse

HERE = "http://api.example/v1/threads"
OK = BufferedResponse(200, {}, b"{}")


def answered(
    request: PreparedRequest, *answers: BufferedResponse
) -> tuple[Any, list[tuple[str, str]], list[str]]:
    """Run the flow; return its result, what was sent, and what was noted."""
    driver = FlowDriver(answers)
    result = driver.run(_sent(request))
    for sent in driver.sent:
        assert (sent.headers, sent.content) == (request.headers, request.content)
    return result, [(sent.method, sent.url) for sent in driver.sent], driver.notes


def _sent(request: PreparedRequest) -> Flow[HttpResponse]:
    response: HttpResponse = yield Send(request)
    return (yield from follow_redirects(request, response))


def to(location: str, status: int = 307) -> BufferedResponse:
    return BufferedResponse(status, {"location": location}, b"")


def asking(url: str = HERE, method: str = "GET") -> PreparedRequest:
    headers = {"authorization": f"Bearer {KEY}"}
    return PreparedRequest(method=method, url=url, headers=headers, content=b"{}")


@each_case(
    ("url", "location", "target"),
    [
        (HERE, f"{HERE}/", f"{HERE}/"),
        (HERE, "/v1/threads/", f"{HERE}/"),
        (HERE, "threads/?a=1", f"{HERE}/?a=1"),
        (HERE, "//api.example/v2", "http://api.example/v2"),
        (HERE, "HTTP://API.EXAMPLE/v2", "http://API.EXAMPLE/v2"),
        (HERE, "http://api.example:80/v2", "http://api.example:80/v2"),
        (HERE, "https://api.example/v2", "https://api.example/v2"),
        (HERE, "https://api.example:443/v2", "https://api.example:443/v2"),
        ("http://api.example:80/v1", "https://api.example/", "https://api.example/"),
        (HERE, "/v2#part", "http://api.example/v2"),
        (HERE, "/v2/ä b", "http://api.example/v2/%C3%A4%20b"),
        (f"{HERE}?limit=2", "/v2?limit=2", "http://api.example/v2?limit=2"),
        ("http://u:p@h:8000/v1", "/v2", "http://u:p@h:8000/v2"),
        ("http://u:p@h:8000/v1", "http://h:8000/v2", "http://u:p@h:8000/v2"),
        ("http://u:p@h/v1", "https://x:y@h/v2", "https://u:p@h/v2"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v2", "http://[::1]:8000/v2"),
    ],
)
@each_case("status", [301, 302, 303, 307, 308])
def test_within_an_origin_it_is_followed(
    url: str, location: str, target: str, status: int
) -> None:
    reply, sent, notes = answered(asking(url), to(location, status), OK)
    assert reply is OK
    assert sent == [("GET", url), ("GET", target)]
    assert len(notes) == 1
    assert refusal("GET", url, OK) is None


@each_case(
    "location",
    [
        "http://other.example/v1/threads",
        "//other.example/v1",
        "http://api.example:8080/v1",
        "https://api.example:8080/v1",
        "http://api.example.other.example/",
        "http://api.example@other.example/",
        "http://other.example#@api.example/",
        "ftp://api.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:api.example",
    ],
)
@each_case("method", ["GET", "POST", "DELETE"])
def test_elsewhere_nothing_is_sent(location: str, method: str) -> None:
    first = to(location)
    reply, sent, _ = answered(asking(method=method), first)
    assert reply is first
    assert sent == [(method, HERE)]
    why = refusal(method, HERE, first)
    assert why is not None
    assert "another origin, to which no key is sent" in why


@pytest.mark.parametrize(
    "location", ["http://api.example:99999999/", "http://[::1/", "/\x00", "/" * 9000]
)
def test_what_is_no_url_is_told(location: str) -> None:
    first = to(location)
    reply, _, _ = answered(asking(), first)
    assert reply is first
    assert refusal("GET", HERE, first) == "it is redirected to something that is no URL"


@pytest.mark.parametrize("location", ["http://other.example\\@api.example/", "http://"])
def test_what_is_read_in_two_ways_leads_nowhere_else(location: str) -> None:
    _, sent, _ = answered(asking(), to(location), OK)
    assert {urlsplit(url).netloc for _, url in sent} == {"api.example"}


def test_encryption_is_never_given_up() -> None:
    first = to("http://api.example/v2")
    own = "https://api.example/v1"
    assert answered(asking(own), first)[0] is first
    assert "to http://api.example, another origin" in (refusal("GET", own, first) or "")


@each_case("status", [301, 302, 303])
@each_case("method", ["POST", "DELETE"])
def test_nothing_becomes_a_get(method: str, status: int) -> None:
    first = to(f"{HERE}/", status)
    assert answered(asking(method=method), first)[:2] == (first, [(method, HERE)])
    assert f"a GET of a {method}" in (refusal(method, HERE, first) or "")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_keeps_its_method_is_sent_on_as_it_is(method: str) -> None:
    reply, sent, _ = answered(asking(method=method), to(f"{HERE}/", 308), OK)
    assert (reply, sent) == (OK, [(method, HERE), (method, f"{HERE}/")])


def test_a_circle_ends() -> None:
    again = to(HERE)
    reply, sent, _ = answered(asking(), *[again] * (MOST + 1))
    assert reply is again
    assert len(sent) == MOST + 1
    assert refusal("GET", HERE, again) == f"it was sent on more than {MOST} times"


@pytest.mark.parametrize("status", [300, 304, 305])
def test_what_is_no_redirect_is_an_answer(status: int) -> None:
    first = to(f"{HERE}/", status)
    assert answered(asking(), first)[0] is first
    assert refusal("GET", HERE, first) is None
    assert answered(asking(), BufferedResponse(307, {}, b""))[1] == [("GET", HERE)]


# --- Over sockets ------------------------------------------------------------------


def test_no_other_server_gets_a_secret(use: Any) -> None:
    with ScriptedServer() as other:

        def elsewhere(request: Request) -> Response:
            return Response.of({}, 307, {"location": f"{other.url}{request.target}"})

        def make(client: Any) -> Any:
            return client.threads.create(extra_headers={"api-key": KEY})

        with ScriptedServer(elsewhere) as server:
            for act in (make, lambda client: client.threads.retrieve("thread_1")):
                with pytest.raises(APIStatusError, match="base_url=") as caught:
                    use(act, base_url=f"{server.url}/v1")
                assert caught.value.status_code == 307
                assert KEY not in repr(vars(caught.value))
            assert len(server.requests) == 2
        assert other.requests == []


def test_a_slash_more_or_less_does_no_harm(use: Any) -> None:
    def slashed(request: Request) -> Response:
        if request.path.endswith("/"):
            return Response.of({"id": "thread_1", "object": "thread"})
        return Response.of({}, 307, {"location": f"{request.target}/"})

    def create(client: Any) -> Any:
        return client.threads.create(metadata={"a": "b"})

    with ScriptedServer(slashed) as server:
        thread = use(create, base_url=f"{server.url}/v1")
        first, second = server.requests
    assert thread.id == "thread_1"
    assert (first.path, second.path) == ("/v1/threads", "/v1/threads/")
    assert first.body == second.body
    assert second.headers["authorization"] == f"Bearer {KEY}"
