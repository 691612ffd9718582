"""A client for a project of Azure AI Foundry."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from assistants_client import (
    APIStatusError,
    AsyncClient,
    Client,
    ConfigurationError,
)
from assistants_server import LocalServer

PROJECT = "https://name.services.ai.azure.com/api/projects/project"


class Token:
    """What azure.core gives as a token."""

    def __init__(self, token: str) -> None:
        self.token = token


def tokens(shape: Any = str) -> Any:
    numbers = itertools.count(1)
    return lambda: shape(f"token-{next(numbers)}")


@pytest.mark.parametrize("shape", [str, Token])
def test_each_attempt_has_a_fresh_token_and_the_version(shape: Any) -> None:
    with (
        LocalServer() as server,
        Client.for_azure(server.url, token_provider=tokens(shape)) as client,
    ):
        server.faults.add("429 retry-after=0 times=2")
        client.assistants.list(limit=1)
        seen = [exchange.query for exchange in server.exchanges]
        assert seen == ["limit=1&api-version=v1"] * 3


def test_an_async_provider_is_awaited() -> None:
    async def run() -> None:
        numbers = itertools.count(1)

        async def provider() -> Token:
            return Token(f"token-{next(numbers)}")

        with LocalServer(key="token-2") as server:
            async with AsyncClient.for_azure(
                server.url, token_provider=provider, api_version="2025-05-01"
            ) as client:
                with pytest.raises(APIStatusError, match="status 401"):
                    await client.threads.create()
                # Meanwhile the token has become the right one.
                await client.threads.create()
            assert server.exchanges[-1].query == "api-version=2025-05-01"
            assert [each.status for each in server.exchanges] == [401, 200]

    asyncio.run(run())


def test_the_endpoint_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZURE_AI_PROJECT_ENDPOINT", f"{PROJECT}/")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-somebody-else")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody-else")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-somebody-else")
    client = Client.for_azure(
        token_provider=tokens(), max_retries=5, default_query={"a": "b"}
    )
    assert client.base_url == PROJECT
    assert "somebody-else" not in repr(client)
    assert "token" not in repr(client)
    assert "max_retries=5" in repr(client)


@pytest.mark.parametrize(
    ("endpoint", "options", "said"),
    [
        (None, {}, "there is no project: pass its endpoint"),
        ("http://name.services.ai.azure.com", {}, "endpoint must be like https://"),
        (PROJECT, {"token_provider": None}, "token_provider must be a function"),
        (PROJECT, {"token_provider": "token"}, "token_provider must be a function"),
        (PROJECT, {"api_version": ""}, "api_version is empty"),
        (f"{PROJECT}?a=b", {}, "must have no query"),
        (PROJECT, {"timeout": -1}, "timeout must be seconds above 0"),
    ],
)
def test_what_is_wrong_is_told_at_once(
    endpoint: str | None,
    options: dict[str, Any],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AZURE_AI_PROJECT_ENDPOINT", raising=False)
    with pytest.raises(ConfigurationError, match=said):
        Client.for_azure(endpoint, **{"token_provider": tokens(), **options})


@pytest.mark.parametrize("given", [b"token", None, 7, "", "a\nb"])
def test_a_provider_that_gives_no_token_is_named(given: Any) -> None:
    with (
        Client.for_azure("http://127.0.0.1:1", token_provider=lambda: given) as client,
        pytest.raises(ConfigurationError, match="api_key"),
    ):
        client.threads.create()


def test_an_async_provider_needs_the_async_client() -> None:
    async def provider() -> str:
        return "token"

    with (
        Client.for_azure("http://127.0.0.1:1", token_provider=provider) as client,
        pytest.raises(TypeError, match="needs the asynchronous client"),
    ):
        client.threads.create()
