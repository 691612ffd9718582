"""Managers of streams of either kind, and clients that a function answers."""

from __future__ import annotations

from typing import Any

from tests.client.both import mocked


def at(kind: Any, server: Any) -> dict[str, Any]:
    """Return the settings of a client that a function answers."""
    return {"base_url": "http://x/v1", "http_client": mocked(kind, server)}


class Entered:
    """Enter a manager of either kind."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def __aenter__(self) -> Any:
        if hasattr(self._manager, "__aenter__"):
            return await self._manager.__aenter__()
        return self._manager.__enter__()

    async def __aexit__(self, *error: object) -> None:
        if hasattr(self._manager, "__aexit__"):
            await self._manager.__aexit__(*error)
        else:
            self._manager.__exit__(*error)
