"""The page of metrics, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import Response

from .._api import in_thread
from ..http.errors import HTTPError
from ..telemetry.metrics import how_to_install

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ..telemetry.metrics import Metrics


class MetricsPage:
    """An application that answers with metrics, whatever it is asked."""

    def __init__(self, metrics: Metrics | None) -> None:
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if self._metrics is None:
            error = HTTPError(404, f"There are no metrics: {how_to_install()}.")
            await error.response()(scope, receive, send)
            return
        accept = Headers(scope=scope).get("accept", "")
        self._metrics.look()
        content, media_type = await in_thread(self._metrics.shown, accept)
        headers = {"cache-control": "no-store", "content-type": media_type}
        await Response(content, headers=headers)(scope, receive, send)


class ForAdmins:
    """A layer around an application for keys that may do everything.

    It stands behind whoever puts the key into the scope.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        key = scope["local_key"]
        if key.may("admin"):
            await self._app(scope, receive, send)
            return
        message = f"This key may {key.scope} only; metrics are for admins."
        error = HTTPError(403, message, code="insufficient_scope")
        await error.response()(scope, receive, send)
