"""Whatever the client raises is an AssistantsError, and says what to do."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ArgumentError,
    AssistantEventHandler,
    AssistantsError,
    AsyncAssistantEventHandler,
    AsyncClient,
    Client,
    ConfigurationError,
    DecodeError,
    UsageError,
)
from assistants_client._errors import SentRequest
from assistants_client._flows import retry
from harness.either_client import entered, settled
from harness.scripted_server import Response, ScriptedServer
from tests.client.both import KEY, KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
URL = "http://127.0.0.1:1/v1"


def answering(kind: Any, body: Any) -> dict[str, Any]:
    http = mocked(kind, lambda _: httpx.Response(200, json=body))
    return {"base_url": URL, "http_client": http}


@both
def test_after_closing(kind: Any) -> None:
    async def act(client: Any) -> None:
        await settled(client.close())
        with pytest.raises(UsageError, match="the client has been closed") as caught:
            await settled(client.threads.create())
        assert isinstance(caught.value, AssistantsError)
        assert isinstance(caught.value, RuntimeError)
        with pytest.raises(UsageError):
            await settled(client.get("/x", cast_to=dict))

    use(kind, act, base_url=URL)


def test_without_an_event_loop() -> None:
    client = AsyncClient(base_url=URL, api_key=KEY)
    call = client.threads.create()
    with pytest.raises(UsageError, match="works in an event loop of asyncio"):
        call.send(None)


SURROUNDINGS = [
    ("HTTPS_PROXY", "foo://127.0.0.1:1", "HTTPS_PROXY"),
    ("http_proxy", "http://127.0.0.1:port", "HTTP_PROXY"),
    ("ALL_PROXY", "socks9://127.0.0.1:1", "ALL_PROXY"),
    ("HTTPS_PROXY", "http://", "HTTPS_PROXY can't be used"),
    ("HTTPS_PROXY", "http://user:secret@127.0.0.1:99999", "HTTPS_PROXY can't be used"),
    ("SSL_CERT_DIR", "{folder}/none", "SSL_CERT_DIR names no folder"),
    ("SSL_CERT_FILE", "{folder}/none.pem", "SSL_CERT_FILE"),
    ("SSL_CERT_FILE", "{folder}/broken.pem", "SSL_CERT_FILE"),
]


@both
@pytest.mark.parametrize(("name", "value", "said"), SURROUNDINGS)
def test_a_proxy_or_a_certificate_that_can_not_be_used(
    kind: Any,
    name: str,
    value: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "broken.pem").write_text("no certificate")
    monkeypatch.setenv(name, value.format(folder=tmp_path))
    with pytest.raises(ConfigurationError, match=said) as caught:
        kind(base_url="https://127.0.0.1:1/v1", api_key=KEY)
    assert caught.value.__cause__ is None
    assert "secret" not in str(caught.value)


@both
def test_a_socks_proxy_without_its_package(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://user:secret@127.0.0.1:1")
    with pytest.raises(
        ConfigurationError, match=r"pip install 'httpx\d?\[socks\]'"
    ) as e:
        kind(base_url=URL, api_key=KEY)
    assert "secret" not in str(e.value)


@both
def test_what_the_environment_says_is_for_our_own_http_client(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    kind(base_url=URL, api_key=KEY)
    given = mocked(kind, lambda _: httpx.Response(200, json={"id": "t"}))
    monkeypatch.setenv("HTTPS_PROXY", "foo://127.0.0.1:1")
    kind(base_url=URL, api_key=KEY, http_client=given)


@both
@pytest.mark.parametrize("failure", [LookupError("no key"), OSError(f"for {KEY}")])
def test_a_key_function_that_fails(kind: Any, failure: Exception) -> None:
    def key() -> str:
        raise failure

    async def act(client: Any) -> None:
        client._options.secrets.learn(KEY)
        await settled(client.threads.create())

    with pytest.raises(ConfigurationError, match="returns api_key failed") as caught:
        use(kind, act, **answering(kind, {}), api_key=key)
    assert caught.value.__cause__ is failure
    assert KEY not in str(caught.value)


def test_a_key_function_that_has_to_be_awaited() -> None:
    async def key() -> str:
        return KEY

    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    client = Client(base_url=URL, api_key=key, http_client=http)
    with pytest.raises(ConfigurationError, match="needs the asynchronous client"):
        client.threads.create()


@both
def test_handlers_are_for_one_stream(kind: Any) -> None:
    made = AsyncAssistantEventHandler if kind is AsyncClient else AssistantEventHandler
    handler: Any = made()

    async def act(client: Any) -> None:
        with pytest.raises(UsageError, match="the stream has not begun"):
            await settled(handler.until_done())
        for _ in range(2):
            manager = client.threads.runs.stream(
                thread_id="t", assistant_id="a", event_handler=handler
            )
            async with entered(manager) as stream:
                with pytest.raises(UsageError, match="had no event of a run"):
                    await settled(stream.get_final_run())

    http = mocked(
        kind,
        lambda _: httpx.Response(
            200,
            text="event: done\ndata: [DONE]\n\n",
            headers={"content-type": "text/event-stream"},
        ),
    )
    with pytest.raises(UsageError, match="a handler is for one stream"):
        use(kind, act, base_url=URL, http_client=http)


@both
def test_pages_and_bodies_that_are_used_up(kind: Any) -> None:
    async def act(client: Any) -> None:
        page = await settled(client.assistants.list())
        with pytest.raises(UsageError, match="there is no next page"):
            await settled(page.get_next_page())
        call = client.with_streaming_response.assistants.list()
        async with entered(call) as response:
            await settled(response.close())
            with pytest.raises(UsageError, match="the body is gone"):
                await settled(response.read())

    with ScriptedServer(lambda _: Response.of({"data": []})) as server:
        use(kind, act, base_url=server.url)


@both
def test_a_timeout_is_said_once(kind: Any) -> None:
    def late(_: Any) -> Any:
        yield server.stopping

    async def act(client: Any) -> None:
        await settled(client.threads.create())

    with ScriptedServer(late) as server, pytest.raises(APITimeoutError) as caught:
        use(kind, act, base_url=server.url, timeout=0.05)
    assert str(caught.value).count("timed out") == 1


@both
def test_a_body_that_is_no_json(kind: Any) -> None:
    async def act(client: Any) -> None:
        raw = await settled(client.with_raw_response.threads.create())
        with pytest.raises(DecodeError, match="the response is not JSON"):
            raw.json()
        async with entered(client.with_streaming_response.threads.create()) as response:
            with pytest.raises(UsageError, match="once it was read or closed"):
                _ = response.elapsed
            with pytest.raises(DecodeError) as caught:
                await settled(response.json())
        assert isinstance(caught.value, ValueError)

    with ScriptedServer(lambda _: Response(200, b"no")) as server:
        use(kind, act, base_url=server.url)


@pytest.mark.parametrize("trust", ["proxy", "environment"])
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (407, "407 .*; credentials go before the host"),
        (403, "403 Forbidden; it allows no connections there"),
        (502, "502 Bad Gateway"),
    ],
)
@both
def test_a_proxy_that_refuses_is_named(
    kind: Any,
    status: int,
    said: str,
    trust: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Response(status, b"")

    async def act(client: Any) -> None:
        with pytest.raises(APIConnectionError, match=said) as caught:
            await settled(client.threads.create())
        assert "the proxy refused the connection" in str(caught.value)

    with ScriptedServer(lambda _: answer) as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        settings: dict[str, Any] = {}
        if trust == "proxy":
            library = httpx.AsyncClient if kind is AsyncClient else httpx.Client
            settings["http_client"] = library(proxy=url)
        else:
            monkeypatch.setenv("HTTPS_PROXY", url)
        monkeypatch.setattr(retry, "_FIRST", 0.0)
        settings |= {"base_url": "https://assistants.invalid/v1", "max_retries": 1}
        use(kind, act, **settings)
        # What is refused once is refused again, and what fails may not.
        assert len(proxy.requests) == (2 if status == 502 else 1)


@both
def test_what_is_no_fault_of_a_proxy_is_not_said_to_be(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(client: Any) -> None:
        with pytest.raises(APIConnectionError) as caught:
            await settled(client.threads.create())
        assert "proxy" not in str(caught.value)

    use(kind, act, base_url=URL)
    # It opens the tunnel, but what it leads to doesn't understand TLS.
    with ScriptedServer(lambda _: Response(200, b"")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        use(kind, act, base_url="https://assistants.invalid/v1")


@both
def test_a_proxy_that_is_not_there_is_named(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    async def act(client: Any) -> None:
        with pytest.raises(APIConnectionError, match=r"127\.0\.0\.1:1 can't be"):
            await settled(client.threads.create())

    use(kind, act, base_url="https://assistants.invalid/v1")


@both
def test_a_server_whose_name_is_not_ascii_is_no_proxy(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def unknown(host: Any, *_: object, **__: object) -> Any:
        asked.append(host if isinstance(host, str) else host.decode())
        raise socket.gaierror("nobody knows it")

    async def act(client: Any) -> None:
        with pytest.raises(APIConnectionError) as caught:
            await settled(client.threads.create())
        assert "proxy" not in str(caught.value)

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    use(kind, act, base_url="http://tür.invalid/v1")
    assert asked == ["xn--tr-xka.invalid"]


@both
def test_a_407_is_named_as_what_it_is(kind: Any) -> None:
    async def act(client: Any) -> None:
        with pytest.raises(APIStatusError, match="the proxy refused the request: no"):
            await settled(client.threads.create())

    http = mocked(kind, lambda _: httpx.Response(407, text="no"))
    use(kind, act, base_url=URL, http_client=http)


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"api_kye": "x"}, "takes no api_kye: is api_key meant"),
    ({"colour": "x"}, "takes no colour"),
    ({"default_headers": ["a"]}, "default_headers must be a mapping"),
    ({"default_headers": {7: "a"}}, "default_headers must have names that are text"),
    ({"api_key": "key-of-mine "}, "^api_key begins or ends with white space: [^-]*$"),
    ({"default_query": "a=b"}, "default_query must be a mapping"),
    ({"redact_headers": "x-a"}, "redact_headers must be a tuple"),
    ({"timeout": (1, 2)}, "timeout must be seconds"),
    ({"timeout": {"connect": 1}}, "timeout must be seconds"),
]


@both
@pytest.mark.parametrize(("wrong", "said"), SETTINGS)
def test_settings_that_can_not_be_used(
    kind: Any, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        kind(**{"base_url": URL, "api_key": KEY, **wrong})
    client = kind(base_url=URL, api_key=KEY)
    with pytest.raises(ConfigurationError, match=said):
        client.with_options(**wrong)
    with pytest.raises(ArgumentError, match="takes settings by name"):
        kind("key")


@both
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"extra_headers": ["a"]}, "extra_headers must be a mapping"),
        ({"extra_query": "a"}, "extra_query must be a mapping"),
        ({"extra_body": [1]}, "extra_body must be a mapping"),
        ({"timeout": [1]}, "timeout must be seconds"),
        ({"free": object()}, "free can't be in a query"),
        ({"free": b"x"}, "free can't be in a query"),
    ],
)
def test_options_that_can_not_be_used(
    kind: Any, options: dict[str, Any], said: str
) -> None:
    async def act(client: Any) -> None:
        calls: list[Callable[[], Any]] = [
            lambda: client.threads.retrieve("t", **options),
            lambda: client.threads.runs.poll("r", "t", **options),
            lambda: client.threads.runs.list("t", **options),
            lambda: client.threads.bind("t").refresh(**options),
        ]
        for call in calls:
            with pytest.raises(ConfigurationError, match=said):
                await settled(call())

    use(kind, act, **answering(kind, {}))


def test_an_error_has_a_long_message_too() -> None:
    error = UsageError("it is closed")
    error.add_note("open it again")
    assert error.message_long == "it is closed\nopen it again"
    request = SentRequest("GET", URL)
    failed = APIConnectionError("refused", request=request, operation="a.b", attempts=3)
    assert failed.message == "refused"
    assert failed.message_long == f"a.b: refused (GET {URL}; 3 attempts)"
