"""A server in this process, which a client starts for itself."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from ._errors import ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping


def start_server(
    engine: Callable[[Any], Any] | None,
    store: str | os.PathLike[str] | None,
    faults: Iterable[str],
    options: Mapping[str, Any] | None,
) -> tuple[Any, dict[str, Any]]:
    """Start a server, and return it with the settings of a client for it.

    Args:
        engine: what answers; None for the deterministic engine.
        store: the file of its state; None to forget it.
        faults: what goes wrong.
        options: other options of `assistants_server.LocalServer`.

    Raises:
        ConfigurationError: the server isn't installed, or an option can't be used.
    """
    try:
        # Part of an extra, and needed by nobody else.
        from assistants_server import LocalServer
    except ImportError as error:
        raise ConfigurationError(str(error)) from error
    # Nobody else on this machine is to use it.
    key = secrets.token_urlsafe()
    given: dict[str, Any] = {"key": key, **(options or {})}
    if engine is not None:
        given["engine"] = engine
    try:
        server = LocalServer(store=store, faults=faults, **given)
        server.start()
    except Exception as error:
        # Its own kinds of errors are no part of the client.
        raise ConfigurationError(f"the server can't start: {error}") from error
    return server, {"api_key": given["key"] or "none", "base_url": server.url}
