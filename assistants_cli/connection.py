"""The client that the common options ask for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from assistants_client import Client

from .failures import WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .settings import Settings

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_LEVELS: Final = {"0": 0, "1": 1, "2": 2, "3": 3, "debug": None}


def client_of(settings: Settings) -> Client:
    """Make the client that the options and the environment ask for.

    Raises:
        ConfigurationError: a setting is missing or can't be used.
        WrongUse: likewise, for those of this command alone.
    """
    options = _options(settings)
    if settings.embedded:
        if settings.base_url or settings.azure_endpoint:
            raise WrongUse("--embedded is a server of its own: leave the others out")
        return Client.embedded(**options)
    if endpoint := _azure(settings):
        token = _token_provider(settings)
        return Client.for_azure(endpoint, token_provider=token, **options)
    url = settings.base_url or os.environ.get("OPENAI_BASE_URL")
    if not url:
        raise WrongUse(
            "there is no server: pass --base-url URL, or set OPENAI_BASE_URL; "
            "`python -m assistants_server` starts one, --embedded takes one for now"
        )
    return Client(base_url=url, api_key=_key(settings, url), **options)


def _options(settings: Settings) -> dict[str, Any]:
    given = {"timeout": settings.timeout, "max_retries": settings.max_retries}
    options: dict[str, Any] = {n: v for n, v in given.items() if v is not None}
    if settings.verbosity is not None:
        if settings.verbosity not in _LEVELS:
            levels = ", ".join(_LEVELS)
            raise WrongUse(
                f"--verbosity must be one of {levels}, not {settings.verbosity!r}"
            )
        options["verbosity"] = _LEVELS[settings.verbosity]
    return options


def _azure(settings: Settings) -> str | None:
    """Return the project of Azure to use, unless another server is named."""
    if settings.azure_endpoint and settings.base_url:
        raise WrongUse("use either --base-url or --azure-endpoint")
    if settings.base_url or os.environ.get("OPENAI_BASE_URL"):
        return settings.azure_endpoint
    return settings.azure_endpoint or os.environ.get("AZURE_AI_PROJECT_ENDPOINT")


def _token_provider(settings: Settings) -> Callable[[], str]:
    """Return what provides tokens: a file that is read anew, or azure.identity."""
    file = settings.api_key_file
    if file is not None:
        return lambda: _read_key(file)
    try:
        # Not everybody needs it, so it is no dependency.
        from azure.identity import (  # type: ignore[import-not-found, unused-ignore]
            DefaultAzureCredential,
            get_bearer_token_provider,
        )
    except ImportError as error:
        raise WrongUse(
            "Azure wants a token: install azure-identity, which gets one if you are "
            "logged in, or pass --api-key-file with a file that has it, such as "
            "`az account get-access-token --resource https://ai.azure.com` prints"
        ) from error
    scope = "https://ai.azure.com/.default"
    provider = get_bearer_token_provider(DefaultAzureCredential(), scope)
    return cast("Callable[[], str]", provider)


def _key(settings: Settings, url: str) -> str | None:
    """Return the key, which servers on this machine hardly need; None as usual."""
    if settings.api_key_file is not None:
        return _read_key(settings.api_key_file)
    if "OPENAI_API_KEY" not in os.environ:
        if _host_in(url) in _LOOPBACK:
            return "none"
        raise WrongUse(
            "there is no key: set OPENAI_API_KEY, or pass --api-key-file FILE; any "
            "value does for a server that needs none"
        )
    return None


def _host_in(url: str) -> str | None:
    """Return the host of a URL, or this machine for what the client will refuse."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return _LOOPBACK[0]
    is_usable = host and parts.scheme.lower() in ("http", "https")
    return host if is_usable else _LOOPBACK[0]


def _read_key(file: Path) -> str:
    """Return the key in a file; no error shows it."""
    try:
        return file.read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise WrongUse(f"--api-key-file {file}: {reason}") from None
