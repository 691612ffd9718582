"""Proxies and TLS as the HTTP library sets them up, by arguments and by variables."""

from __future__ import annotations

import asyncio
import base64
import logging
import pickle
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest

from assistants_client import APIConnectionError, APIStatusError, AsyncClient, Client
from assistants_client._flows import retry as retrying
from harness.scripted_server import LOOPBACK, Response, ScriptedServer
from tests.cases import some
from tests.client.recording import KEY, only

if TYPE_CHECKING:
    from assistants_client import AssistantsError

# Nobody has this name, so that only a proxy can take its requests.
ELSEWHERE = "http://assistants.invalid/v1"
SAFE_ELSEWHERE = "https://assistants.invalid/v1"
PASSWORD = "password-of-the-proxy"
BASIC = base64.b64encode(f"somebody:{PASSWORD}".encode()).decode()
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")

Use: TypeAlias = Callable[..., Any]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_FIRST", 0.0)


@pytest.fixture
def proxy() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def transcript(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Return a function that returns all that was shown so far."""
    with caplog.at_level(logging.DEBUG):
        yield lambda: "\n".join(each.getMessage() for each in caplog.records)


def through(port: int, user: str = f"somebody:{PASSWORD}@") -> dict[str, Any]:
    return {"proxy": f"http://{user}{LOOPBACK}:{port}"}


def create(client: Any) -> Any:
    return client.threads.create(metadata={"a": "b"}, extra_query={"c": "d"})


def assert_silent(*texts: str) -> None:
    """See that nothing tells who may use the proxy."""
    for text in some(texts):
        assert PASSWORD not in text
        assert BASIC not in text


def every_text_of(error: AssistantsError) -> list[str]:
    whole = "".join(traceback.format_exception(error))
    return [str(error), repr(error), whole, repr(vars(error)), str(pickle.dumps(error))]


def test_a_proxy_gets_the_request(
    use: Use, proxy: ScriptedServer, transcript: Callable[[], str]
) -> None:
    use(create, through(proxy.port), base_url=ELSEWHERE, verbosity=3)
    request = only(proxy)
    assert (request.method, request.target) == ("POST", f"{ELSEWHERE}/threads?c=d")
    assert request.json() == {"metadata": {"a": "b"}}
    assert request.headers["host"] == "assistants.invalid"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["proxy-authorization"] == f"Basic {BASIC}"
    shown = transcript()
    assert f"*  connecting to {LOOPBACK} port {proxy.port}" in shown
    assert "-> POST /v1/threads?c=d" in shown
    assert_silent(shown)
    assert KEY not in shown


def test_what_is_said_to_a_proxy_by_hand_is_not_shown(
    use: Use, proxy: ScriptedServer, transcript: Callable[[], str]
) -> None:
    headers = {"Proxy-Authorization": f"Basic {BASIC}"}
    use(
        lambda client: client.threads.create(extra_headers=headers),
        through(proxy.port, user=""),
        base_url=ELSEWHERE,
        verbosity=3,
    )
    assert only(proxy).headers["proxy-authorization"] == f"Basic {BASIC}"
    assert "-> proxy-authorization: <REDACTED>" in transcript()
    assert_silent(transcript())


def test_a_tunnel_is_asked_for_without_our_key(
    use: Use, proxy: ScriptedServer, transcript: Callable[[], str]
) -> None:
    proxy.script = lambda _: Response.of({}, 403)
    with pytest.raises(APIConnectionError) as caught:
        use(
            create,
            through(proxy.port),
            base_url=SAFE_ELSEWHERE,
            verbosity=3,
            max_retries=0,
        )
    request = only(proxy)
    assert (request.method, request.target) == ("CONNECT", "assistants.invalid:443")
    assert request.headers["proxy-authorization"] == f"Basic {BASIC}"
    assert request.headers.get_list("authorization") == []
    assert KEY not in str(request)
    assert_silent(transcript(), *every_text_of(caught.value))


def test_where_there_is_no_tunnel_nothing_was_created(
    use: Use, proxy: ScriptedServer
) -> None:
    # The server can't have seen it, so it may be asked for again.
    proxy.script = lambda _: Response.of({}, 503)
    with pytest.raises(APIConnectionError) as caught:
        use(create, through(proxy.port), base_url=SAFE_ELSEWHERE, max_retries=1)
    assert len(proxy.requests) == caught.value.attempts == 2


def test_a_proxy_that_wants_to_know_who_asks(use: Use, proxy: ScriptedServer) -> None:
    proxy.script = lambda _: Response.of({"detail": "who are you?"}, 407)
    with pytest.raises(APIStatusError, match="who are you") as caught:
        use(create, through(proxy.port), base_url=ELSEWHERE)
    assert caught.value.status_code == 407
    assert len(proxy.requests) == caught.value.attempts == 1
    assert_silent(*every_text_of(caught.value))


def test_a_proxy_that_is_not_there(use: Use, transcript: Callable[[], str]) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        given = through(taken.getsockname()[1])
        with pytest.raises(APIConnectionError) as caught:
            use(create, given, base_url=ELSEWHERE, verbosity=3, max_retries=0)
    assert caught.value.attempts == 1
    assert_silent(transcript(), *every_text_of(caught.value))


def test_no_text_of_a_client_tells_its_proxy(proxy: ScriptedServer) -> None:
    with httpx.Client(**through(proxy.port)) as http_client:
        client = Client(api_key=KEY, base_url=ELSEWHERE, http_client=http_client)
        copy = client.with_options(timeout=1)
        raw = client.with_raw_response
        for each in (client, copy, raw, client.threads, client._options):
            assert_silent(repr(each), str(each))
        assert_silent(repr(raw.threads.create()))


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_may_be_named_by_a_variable(
    use: Use,
    proxy: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    transcript: Callable[[], str],
    name: str,
) -> None:
    monkeypatch.setenv(name, through(proxy.port)["proxy"])
    use(create, base_url=ELSEWHERE, verbosity=3)
    request = only(proxy)
    assert request.target == f"{ELSEWHERE}/threads?c=d"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["proxy-authorization"] == f"Basic {BASIC}"
    assert_silent(transcript())


def test_a_variable_may_spare_a_host(
    use: Use, proxy: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer() as server:
        monkeypatch.setenv("HTTP_PROXY", through(proxy.port)["proxy"])
        use(create, base_url=f"{server.url}/v1")
        assert only(proxy).target == f"{server.url}/v1/threads?c=d"
        proxy.requests.clear()
        monkeypatch.setenv("NO_PROXY", LOOPBACK)
        use(create, base_url=f"{server.url}/v1")
        assert proxy.requests == []
        request = only(server)
    assert request.target == "/v1/threads?c=d"
    assert request.headers.get_list("proxy-authorization") == []


def test_a_client_of_httpx_may_pass_over_variables(
    use: Use, proxy: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid")
    use(create, {"trust_env": False}, base_url=f"{proxy.url}/v1")
    assert only(proxy).target == "/v1/threads?c=d"


def test_what_the_user_made_the_user_closes(proxy: ScriptedServer) -> None:
    with httpx.Client() as given, httpx.Client() as other:
        client = Client(api_key=KEY, base_url=proxy.url, http_client=given)
        copy = client.with_options(http_client=other)
        with client.with_options(max_retries=0):
            create(client)
        create(copy)
        copy.close()
        client.close()
        assert not given.is_closed
        assert not other.is_closed
        assert given.get(proxy.url).status_code == 200
        with pytest.raises(RuntimeError, match="has been closed"):
            create(client)


def test_what_the_user_made_the_user_closes_asynchronously(
    proxy: ScriptedServer,
) -> None:
    async def main() -> None:
        async with httpx.AsyncClient() as given:
            client = AsyncClient(api_key=KEY, base_url=proxy.url, http_client=given)
            async with client:
                await create(client)
            await client.close()
            assert not given.is_closed
            assert (await given.get(proxy.url)).status_code == 200
            with pytest.raises(RuntimeError, match="has been closed"):
                await create(client)

    asyncio.run(main())


class Context(ssl.SSLContext):
    """Settings of TLS that note for whom they are used, and end the matter there."""

    names: list[Any]

    def wrap_socket(self, *_: Any, server_hostname: Any = None, **others: Any) -> Any:
        self.names.append(server_hostname)
        raise ssl.SSLError("that will do")

    def wrap_bio(
        self,
        incoming: Any,
        outgoing: Any,
        server_side: bool = False,
        server_hostname: Any = None,
        session: Any = None,
    ) -> Any:
        return self.wrap_socket(server_hostname=server_hostname.decode())


def test_tls_is_set_up_by_httpx(use: Use, proxy: ScriptedServer) -> None:
    context = Context(ssl.PROTOCOL_TLS_CLIENT)
    context.names = []
    url = f"https://{LOOPBACK}:{proxy.port}/v1"
    with pytest.raises(APIConnectionError, match="that will do") as caught:
        use(create, {"verify": context}, base_url=url, max_retries=0)
    assert context.names == [LOOPBACK]
    assert caught.value.attempts == 1
    assert proxy.requests == []
