"""What paths begin with: the base paths of the services that clients were made for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_BASE = re.compile(
    r"""/v1(?=/)                    # OpenAI
    |   /openai(?:/v1)?(?=/)        # Azure OpenAI
    |   /api/projects/[^/]+(?=/)    # a project of Azure AI Foundry (classic)
    """,
    re.VERBOSE,
)


def base_of(path: str) -> str:
    """Return what stands before the path of an operation; "" for nothing."""
    found = _BASE.match(path)
    return found[0] if found else ""


class BasePaths:
    """A layer by which an application is reached at all base paths."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            scope = {**scope, "root_path": base_of(scope["path"])}
        await self._app(scope, receive, send)
