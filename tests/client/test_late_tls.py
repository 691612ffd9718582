"""TLS is set up when a connection needs it, and trusts no more than usual."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

from assistants_client import APIConnectionError, AsyncClient, Client
from assistants_client._transport.library import VARIABLE
from assistants_client._transport.pool import SURROUNDINGS
from assistants_server import LocalServer
from harness.faults.trickle import encrypted
from tests.client.recording import KEY

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2])


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture(scope="module")
def secure(
    server: LocalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, ssl.SSLContext]]:
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    with encrypted(port, tmp_path_factory.mktemp("tls")) as (url, context):
        yield f"{url}/v1", context


@pytest.fixture(autouse=True)
def _undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in SURROUNDINGS:
        monkeypatch.delenv(each, raising=False)


def call_both(library: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the ids of threads that both kinds of client make."""
    monkeypatch.setenv(VARIABLE, library.__name__)
    settings: Any = {"base_url": url, "api_key": KEY, "max_retries": 0}
    with Client(**settings) as client:
        ids = [client.threads.create().id for _ in range(2)]

    async def call() -> list[str]:
        async with AsyncClient(**settings) as client:
            return [(await client.threads.create()).id for _ in range(2)]

    return [*ids, *asyncio.run(call())]


@LIBRARIES
def test_http_needs_no_certificates(
    library: Any, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "create_ssl_context", lambda: pytest.fail("made"))
    assert len({*call_both(library, server.url, monkeypatch)}) == 4


@LIBRARIES
def test_https_takes_the_context_of_the_library(
    library: Any, secure: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, context = secure
    made = []

    def make() -> ssl.SSLContext:
        made.append(context)
        return context

    monkeypatch.setattr(library, "create_ssl_context", make)
    assert len({*call_both(library, url, monkeypatch)}) == 4
    # One for each client, however many connections it makes.
    assert len(made) == 2


@LIBRARIES
def test_who_is_not_trusted_is_refused(
    library: Any, secure: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(APIConnectionError, match=r"(?i)certificate"):
        call_both(library, secure[0], monkeypatch)
