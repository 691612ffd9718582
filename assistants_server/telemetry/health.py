"""Whether the server lives and can be used, for whoever restarts it or sends requests.

`/healthz` says that the process answers, `/readyz` whether it can be used: the store
is there, and it doesn't stop. Both need no key and say nothing else, and are no part of
the API: no fault meets them, and they aren't in the log of requests.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, PlainTextResponse

from ..quiet_log import QuietLog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

LIVES: Final = "/healthz"
READY: Final = "/readyz"
METRICS: Final = "/metrics"
_NO_STORE: Final = {"cache-control": "no-store"}
# Seconds: that the store may take, and that what was found holds, so that whoever asks
# often doesn't keep the store at work.
_PATIENCE, _HOLDS = 2.0, 1.0


class Readiness:
    """Whether the server can be used."""

    def __init__(
        self,
        probe: Callable[[], Awaitable[object]],
        is_stopping: Callable[[], bool],
        *,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            probe: uses the store; raises where that can't be done.
            is_stopping: returns whether the server stops.
            patience: seconds that the store may take.
            clock: returns seconds that only go forward.
        """
        self._probe = probe
        self._is_stopping = is_stopping
        self._patience = patience
        self._clock = clock
        self._quiet = QuietLog()
        self._looking: asyncio.Task[str | None] | None = None
        self._probing: asyncio.Future[object] | None = None
        self._looked_at = -_HOLDS

    async def problems(self) -> list[str]:
        """Return why the server can't be used; nothing if it can."""
        found = ["the server is stopping"] if self._is_stopping() else []
        if problem := await self._store_problem():
            found.append(problem)
        return found

    async def _store_problem(self) -> str | None:
        """Look at the store, together with whoever asks at the same time."""
        now = self._clock()
        task = self._looking
        if task is None or (task.done() and now - self._looked_at >= _HOLDS):
            self._looked_at = now
            task = asyncio.get_running_loop().create_task(self._look())
            self._looking = task
        # Whoever asks may go away, and others wait for the same.
        return await asyncio.shield(task)

    async def _look(self) -> str | None:
        probing = self._probing
        if probing is None:
            probing = asyncio.ensure_future(self._probe())
            self._probing = probing
            probing.add_done_callback(self._probed)
        # Not cancelled when it takes too long: a store waits for what it has begun.
        await asyncio.wait([probing], timeout=self._patience)
        if not probing.done():
            return f"the store did not answer within {self._patience:g} s"
        if probing.cancelled() or probing.exception():
            return "the store can't be used; the server's log says why"
        return None

    def _probed(self, probing: asyncio.Future[object]) -> None:
        self._probing = None
        error = None if probing.cancelled() else probing.exception()
        if error:
            self._quiet.error("the store can't be used", error, traceback=False)


class Health:
    """A layer around all others that answers how the server is."""

    def __init__(
        self,
        app: ASGIApp,
        readiness: Readiness,
        metrics: ASGIApp,
        guarded: ASGIApp,
        port: int | None = None,
    ) -> None:
        """Put the layer around an application.

        Args:
            app: answers everything else.
            readiness: says whether the server can be used.
            metrics: answers with the metrics.
            guarded: the same, for those who may see them.
            port: where metrics are shown to everybody, and nothing else is served; then
                they are nowhere else.
        """
        self._app = app
        self._readiness = readiness
        self._metrics = metrics
        self._guarded = guarded
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self._app
        if scope["type"] == "http":
            apart = self._port is not None and scope["server"][1] == self._port
            app = await self._serving(scope, apart=apart)
        await app(scope, receive, send)

    async def _serving(self, scope: Scope, *, apart: bool) -> ASGIApp:
        """Return what answers a request."""
        if scope["method"] in ("GET", "HEAD"):
            match scope["path"]:
                case "/healthz":
                    return JSONResponse({"status": "ok"}, headers=_NO_STORE)
                case "/readyz":
                    return await self._ready()
                case "/metrics" if apart:
                    return self._metrics
                case "/metrics" if self._port is None:
                    return self._guarded
        if apart:
            text = f"Here are {METRICS}, {LIVES} and {READY}, and nothing else.\n"
            return PlainTextResponse(text, 404)
        return self._app

    async def _ready(self) -> Response:
        problems = await self._readiness.problems()
        if problems:
            body = {"status": "unavailable", "problems": problems}
            return JSONResponse(body, 503, headers=_NO_STORE)
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)
