"""Settings for Azure AI Foundry."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ENDPOINT = "AZURE_AI_PROJECT_ENDPOINT"
_LIKE = "https://NAME.services.ai.azure.com/api/projects/PROJECT"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def azure_settings(
    endpoint: str | None,
    token_provider: Callable[[], Any] | None,
    api_version: str,
    others: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the settings of a client, as arguments of `Client`.

    Raises:
        ConfigurationError: something is missing or can't be used.
    """
    url = endpoint or os.environ.get(ENDPOINT)
    if not url:
        raise ConfigurationError(
            f"there is no project: pass its endpoint ({_LIKE}), or set {ENDPOINT}"
        )
    parts = urlsplit(str(url))
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ConfigurationError(f"endpoint must be like {_LIKE}: a token goes there")
    if token_provider is None or not callable(token_provider):
        raise ConfigurationError(
            "token_provider must be a function that returns a token, such as "
            "azure.identity's get_bearer_token_provider makes"
        )
    if not api_version:
        raise ConfigurationError("api_version is empty")
    query = {"api-version": api_version, **(others.get("default_query") or {})}
    return {
        **others,
        "api_key": token_provider,
        "base_url": str(url),
        "default_query": query,
        # Those of the environment are meant for another server.
        "organization": "",
        "project": "",
    }
