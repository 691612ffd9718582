"""Whole answers, answers read piece by piece, and endpoints that nobody listed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import httpx
import pydantic
import pytest

from assistants_api.models import AssistantObject
from assistants_client import (
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    AsyncPage,
    BadRequestError,
    Client,
    ConfigurationError,
    DecodeError,
    NotFoundError,
    Page,
)
from assistants_server import LocalServer
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-of-the-test"
PATHS = ["assistants", "threads", "threads.messages", "threads.runs"]
PATHS += ["threads.runs.steps"]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
def client(server: LocalServer) -> Iterator[Client]:
    with Client(base_url=server.url, api_key=KEY) as client:
        yield client


def at(client: Any, path: str) -> Any:
    for part in path.split("."):
        client = getattr(client, part)
    return client


@each_case("kind", [Client, AsyncClient])
@each_case("way", ["with_raw_response", "with_streaming_response"])
@each_case("path", PATHS)
def test_every_method_is_there_each_way(kind: Any, way: str, path: str) -> None:
    client = kind(base_url="http://127.0.0.1:1", api_key=KEY)
    resource = at(client, path)
    # Following a run takes many answers.
    others = {"poll", "create_and_poll", "submit_tool_outputs_and_poll", "stream"}
    others |= {"create_and_run_poll", "create_and_run_stream"}
    others |= {"submit_tool_outputs_stream", "create_and_stream"}
    # So does what is made of several objects.
    others |= {"conversation", "timeline"}
    # Nothing is sent by it.
    others |= {"bind"}
    others |= {"with_raw_response", "with_streaming_response"}
    names = {name for name in dir(resource) if not name.startswith("_")} - others
    for wrapped in (
        getattr(resource, way),
        at(getattr(client, way), path),
        at(getattr(client.beta, way).beta, path),
    ):
        assert {name for name in vars(wrapped) if not name.startswith("_")} == names


def test_a_raw_answer_tells_all(client: Client) -> None:
    answer = client.assistants.with_raw_response.create(model="m", name="Zoë")
    assert isinstance(answer.parse(), AssistantObject)
    assert answer.parse().name == answer.json()["name"] == "Zoë"
    assert answer.parse(to=dict)["name"] == "Zoë"
    assert '"name":"Zoë"' in answer.text
    assert answer.content == answer.text.encode()
    assert (answer.status_code, answer.retries_taken, answer.attempts) == (200, 0, 1)
    assert answer.request_id == answer.headers["X-Request-Id"]
    assert answer.elapsed.total_seconds() > 0
    assert (answer.method, str(answer.url)) == ("POST", f"{client.base_url}/assistants")
    assert answer.http_version == "HTTP/1.1"
    assert answer.is_closed
    assert answer.http_request is answer.http_response.request
    assert repr(answer) == "<RawResponse 200, assistants.create>"


def test_retries_are_counted(server: LocalServer, client: Client) -> None:
    server.faults.add("429 retry-after=0 times=2")
    answer = client.threads.with_raw_response.create()
    assert (answer.retries_taken, answer.attempts) == (2, 3)
    server.faults.add("429 retry-after=0 times=1")
    with client.threads.with_streaming_response.create() as streamed:
        assert (streamed.retries_taken, streamed.attempts) == (1, 2)


def test_errors_are_raised_all_the_same(client: Client) -> None:
    with pytest.raises(NotFoundError, match=r"threads\.retrieve: "):
        client.threads.with_raw_response.retrieve("thread_of_nobody")
    with (
        pytest.raises(NotFoundError, match=r"threads\.retrieve: No thread found"),
        client.threads.with_streaming_response.retrieve("thread_of_nobody"),
    ):
        pass
    with pytest.raises(ConfigurationError, match="thread_id must be an id"):
        client.threads.with_raw_response.retrieve("")


def test_a_raw_page_goes_on(client: Client) -> None:
    thread = client.threads.create(
        messages=[{"role": "user", "content": str(number)} for number in range(5)]
    )
    answer = client.threads.messages.with_raw_response.list(thread, limit=2)
    page = answer.parse()
    assert isinstance(page, Page)
    assert len(page.data) == 2
    assert len([*page]) == 5


def test_a_body_is_read_only_when_asked_for(client: Client) -> None:
    made = client.assistants.create(model="m", name="Zoë")
    streaming = client.assistants.with_streaming_response
    with streaming.retrieve(made) as answer:
        assert repr(answer) == "<StreamedResponse 200, assistants.retrieve>"
        before = answer.is_closed
        assert answer.parse() == made
        assert (before, answer.is_closed) == (False, True)
        assert answer.json() == made.to_dict()
        assert answer.text() == answer.read().decode()
    with streaming.retrieve(made) as answer:
        whole = b"".join(answer.iter_bytes(7))
        with pytest.raises(RuntimeError, match="the body is gone: it was read in"):
            answer.parse()
    with streaming.retrieve(made) as answer:
        assert answer.parse(to=AssistantObject).to_dict() == made.to_dict()
    with streaming.retrieve(made) as answer:
        assert "".join(answer.iter_text()).encode() == whole
    with streaming.retrieve(made) as answer:
        assert [*answer.iter_lines()] == [whole.decode()]
    with streaming.retrieve(made) as answer:
        pass
    assert answer.is_closed
    with pytest.raises(RuntimeError, match="the body is gone"):
        list(answer.iter_lines())


def test_the_same_is_so_where_it_is_awaited(server: LocalServer) -> None:
    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            raw = await client.assistants.with_raw_response.create(model="m")
            made = raw.parse()
            assert (raw.status_code, raw.json()) == (200, made.to_dict())
            page = (await client.assistants.with_raw_response.list(limit=1)).parse()
            assert isinstance(page, AsyncPage)
            streaming = client.assistants.with_streaming_response
            async with streaming.retrieve(made) as answer:
                assert not answer.is_closed
                assert await answer.parse() == made
                assert await answer.json() == made.to_dict()
                assert await answer.text() == (await answer.read()).decode()
            async with streaming.retrieve(made) as answer:
                whole = b"".join([piece async for piece in answer.iter_bytes(7)])
            async with streaming.retrieve(made) as answer:
                texts = [piece async for piece in answer.iter_text()]
                assert "".join(texts).encode() == whole
            async with streaming.retrieve(made) as answer:
                assert [each async for each in answer.iter_lines()] == [whole.decode()]
            async with streaming.list(limit=1) as listed:
                assert isinstance(await listed.parse(), AsyncPage)
            assert listed.is_closed
            async with streaming.retrieve(made) as unread:
                pass
            assert unread.is_closed
            assert await client.get(f"/assistants/{made.id}", cast_to=bytes) == whole
            with pytest.raises(NotFoundError):
                async with client.threads.with_streaming_response.delete("thread_x"):
                    pass

    asyncio.run(run())


def cut(request: httpx.Request) -> httpx.Response:
    def body() -> Iterator[bytes]:
        yield b'{"id": '
        raise httpx.ReadError("the peer is gone", request=request)

    return httpx.Response(200, content=body(), headers={"x-request-id": "req_1"})


def test_a_body_that_breaks_off_is_told_as_such() -> None:
    http = httpx.Client(transport=httpx.MockTransport(cut))
    client = Client(base_url="http://127.0.0.1:1", api_key=KEY, http_client=http)
    streaming = client.threads.with_streaming_response
    said = (
        r"threads\.create: the response broke off: the peer is gone \(POST .* id req_1"
    )
    with streaming.create() as answer, pytest.raises(APIConnectionError, match=said):
        answer.parse()
    got: list[bytes] = []
    with streaming.create() as answer, pytest.raises(APIConnectionError, match=said):
        got.extend(answer.iter_bytes())
    assert got == [b'{"id": ']
    assert answer.is_closed
    http.close()


@pytest.mark.parametrize(
    ("why", "said"),
    [("", ""), ("the read operation timed out", ""), ("too slow", r" \(too slow\)")],
)
def test_a_body_that_takes_too_long_is_told_as_such(why: str, said: str) -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        def body() -> Iterator[bytes]:
            yield b"{"
            raise httpx.ReadTimeout(why, request=request)

        return httpx.Response(200, content=body())

    http = httpx.Client(transport=httpx.MockTransport(slow))
    client = Client(base_url="http://127.0.0.1:1", api_key=KEY, http_client=http)
    said = f"the response broke off: .*timed out{said}"
    with (
        client.threads.with_streaming_response.create() as answer,
        pytest.raises(APITimeoutError, match=said),
    ):
        answer.read()
    http.close()


class Kept(TypedDict):
    id: str
    model: str


@dataclass
class Data:
    id: str
    model: str


class Theirs(pydantic.BaseModel):
    id: str
    model: str


@pytest.mark.parametrize("kind", [Data, Theirs])
def test_an_answer_is_read_as_a_class(client: Client, kind: Any) -> None:
    made = client.assistants.create(model="m")
    found = client.get(f"/assistants/{made.id}", cast_to=kind)
    assert isinstance(found, kind)
    assert (found.id, found.model) == (made.id, "m")
    said = f"the response is not what {kind.__name__} is"
    with pytest.raises(DecodeError, match=said):
        client.get("/assistants", cast_to=kind)


def test_an_answer_is_read_as_data(client: Client) -> None:
    made = client.assistants.create(model="m")
    path = f"/assistants/{made.id}"
    assert client.get(path, cast_to=AssistantObject).to_dict() == made.to_dict()
    assert client.get(path, cast_to=dict) == made.to_dict()
    assert client.get(path, cast_to=object) == made.to_dict()
    assert client.get(path, cast_to=Kept) == {"id": made.id, "model": "m"}
    assert client.get(path, cast_to=str).encode() == client.get(path, cast_to=bytes)
    assert client.get(path, cast_to=type(None)) is None
    assert client.get(path, cast_to=httpx.Response).status_code == 200


def test_requests_by_hand_are_like_all_others(
    server: LocalServer, client: Client
) -> None:
    url = f"{client.base_url}/assistants?limit=1"
    theirs = {"params": {"order": "asc"}, "headers": {"x-one": "1"}, "max_retries": 0}
    client.get(url, cast_to=dict, options=theirs, extra_headers={"x-one": "2"})
    sent = server.exchanges[-1]
    assert sent.query == "limit=1&order=asc"
    assert sent.headers["x-one"] == "2"
    assert sent.headers["openai-beta"] == "assistants=v2"
    made = client.post("assistants", cast_to=AssistantObject, body={"model": "m"})
    changed = client.post(
        f"/assistants/{made.id}",
        cast_to=AssistantObject,
        body={"name": "a"},
        options={"extra_json": {"description": "b"}},
    )
    assert (changed.name, changed.description) == ("a", "b")
    gone = client.delete(f"/assistants/{made.id}", cast_to=dict)
    assert gone["deleted"] is True
    with pytest.raises(NotFoundError, match=r"^GET /nothing: "):
        client.get("/nothing", cast_to=dict)
    for method in (client.put, client.patch):
        with pytest.raises(Exception, match="status 405"):
            method("/assistants", cast_to=dict, body={})
    with pytest.raises(BadRequestError, match=r"^POST /assistants: "):
        client.post("/assistants", cast_to=dict, body={})


@each_case(
    "path",
    [
        *("http://example.com/v1/x", "//example.com/x", "https://127.0.0.1:1/v1/x"),
        *("/a/../../b", "/./a", "/a#b", "/a\nb", "/a\x00"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    client = Client(base_url="http://127.0.0.1:1/v1", api_key=KEY)
    with pytest.raises(ConfigurationError, match="such as '/models'"):
        client.get(path, cast_to=dict)


@each_case("path", [None, 7, b"/models"])
def test_a_path_that_is_no_text_is_refused(path: Any) -> None:
    client = Client(base_url="http://127.0.0.1:1/v1", api_key=KEY)
    with pytest.raises(ConfigurationError, match="text such as '/models', not"):
        client.get(path, cast_to=dict)


def test_a_key_in_a_path_is_not_shown(client: Client) -> None:
    with pytest.raises(NotFoundError, match=r"^GET /of/<REDACTED>/nothing: ") as caught:
        client.get(f"/of/{KEY}/nothing", cast_to=dict)
    assert KEY not in repr(vars(caught.value))


@dataclass
class Unknown:
    id: Nowhere  # type: ignore[name-defined]  # noqa: F821 - it is to be unknown


@pytest.mark.parametrize("kind", ["dict", 7, Unknown, set[Unknown]])
def test_what_nothing_can_be_read_as_is_refused_before_it_is_asked_for(
    kind: Any,
) -> None:
    client = Client(base_url="http://127.0.0.1:1/v1", api_key=KEY)
    with pytest.raises(ConfigurationError, match="cast_to can't be"):
        client.post("/threads", cast_to=kind)


def test_an_unknown_option_is_refused() -> None:
    client: Any = Client(base_url="http://127.0.0.1:1/v1", api_key=KEY)
    with pytest.raises(ConfigurationError, match="GET /a takes no colour, files"):
        client.get("/a", cast_to=dict, options={"files": 1}, colour=1)
