"""The ASGI application: from HTTP to operations and back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from ._api import in_thread
from .contract.operations import operations
from .http.base_paths import BasePaths, base_of
from .http.errors import HTTPError, json_response, quoted, request_id
from .http.idempotency import fingerprint, key_of, once
from .http.request_bodies import RequestBodies
from .http.responses import EarlyResponse, EventStream, file_response, list_response
from .http.results import Result
from .http.routes import Routes
from .http.store_errors import StoreErrors
from .http.validation import ValidRequest, read_query
from .operations.projects import Projects
from .store import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from .contract.operations import Operation
    from .execution.scheduler import Scheduler
    from .http.events import Listener
    from .keys import Key
    from .library.library import Library
    from .operations.projects import Project
    from .settings import Settings
    from .store import Store

PREFIX = "/v1"
"""What paths begin with, as clients of OpenAI have it; `base_paths` has the others."""


class App:
    """The application: it routes requests to operations."""

    def __init__(
        self, store: Store, scheduler: Scheduler, library: Library, settings: Settings
    ) -> None:
        self._store = store
        self._scheduler = scheduler
        self._settings = settings
        self._store_errors = StoreErrors()
        self._bodies = RequestBodies(library.contents, settings)
        self._projects = Projects(store, scheduler, library, settings.poll_after)
        by_path: dict[str, list[str]] = {}
        self._operations: dict[tuple[str, str], Operation] = {}
        for each in operations():
            by_path.setdefault(each.path, []).append(each.method)
            self._operations[each.method, each.path] = each
        # A path without parameters wins over one with: /threads/runs, /threads/{id}.
        self._routes = Routes(
            [
                Route(_pattern(path), self._endpoint(path), methods=methods, name=path)
                for path, methods in sorted(
                    by_path.items(), key=lambda item: "{" in item[0]
                )
            ]
        )

    def asgi(self) -> ASGIApp:
        """Return the application for a server."""
        app = Starlette(
            routes=[self._routes],
            exception_handlers={
                HTTPError: _error_response,
                StoreError: self._store_error_response,
                HTTPException: _router_error_response,
                Exception: _internal_error_response,
            },
        )
        # A redirect would turn a POST into a GET.
        app.router.redirect_slashes = False
        return BasePaths(app)

    async def _store_error_response(
        self, request: Request, error: Exception
    ) -> Response:
        assert isinstance(error, StoreError)
        return self._store_errors.response_to(error).response()

    def operation_of(self, method: str, path: str) -> str | None:
        """Return the operationId of a request; None if there is no such operation."""
        route = self._routes.find(method, path[len(base_of(path)) :])
        found = route and self._operations.get((method, route.name))
        return found.id if found else None

    def _endpoint(self, path: str) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            method = "GET" if request.method == "HEAD" else request.method
            operation = self._operations[method, path]
            key: Key = request.scope["local_key"]
            query = read_query(operation, request.query_params.multi_items())
            async with self._bodies.read(operation, request) as (body, upload):
                if operation.streams and body and _faults(request, "run-as-json"):
                    body = {**body, "stream": False}
                valid = ValidRequest(
                    operation=operation,
                    path=request.path_params,
                    query=query,
                    body=body,
                    headers=request.headers,
                    faults=frozenset(map(str, _faults(request, "pages"))),
                    stale=next(iter(_faults(request, "stale-action")), 0),
                    upload=upload,
                    spends=None if key.tokens is None else (key.id, key.tokens),
                )
                if key_of(operation, request.headers) is not None:
                    known = await in_thread(fingerprint, valid)
                    valid = replace(valid, fingerprint=known)
                project = self._projects.named(key.project)
                result = await self._store.perform(partial(_act, project, valid))
            if result.later:
                result = Result(await result.later())
            if result.file:
                file = await in_thread(result.file)
                if request.method != "HEAD":
                    return file_response(file, result.headers)
                file.close()
                return Response(headers={**result.headers, **request_id()})
            # Faults are about single events.
            together = not request.scope.get("local_faults")
            return await self._response(result, together=together)

        return serve

    async def _response(self, result: Result, *, together: bool) -> Response:
        if result.listener is None:
            if "data" in result.body:
                return await list_response(result.body, result.headers)
            return json_response(200, result.body, result.headers)
        headers = {
            **result.headers,
            "cache-control": "no-store",
            # nginx would keep the beginning back until it has some 4 KiB.
            "x-accel-buffering": "no",
            **request_id(),
        }
        return EventStream(
            self._frames(result.listener, together=together),
            headers,
            partial(self._leave, result.listener),
        )

    async def _frames(
        self, listener: Listener, *, together: bool
    ) -> AsyncIterator[bytes]:
        # Comments would count as events where faults are about single ones.
        keep_alive = self._settings.keep_alive if together else None
        try:
            async for frames in listener.frames(
                together=together, keep_alive=keep_alive
            ):
                yield frames
        finally:
            self._scheduler.detach(listener)

    def _leave(self, listener: Listener) -> None:
        """Send no more to a client that is gone, and end its stream."""
        self._scheduler.detach(listener)
        listener.abort()


def _faults(request: Request, name: str) -> list[Any]:
    """Return the values of the faults of a request that have a name."""
    faults = request.scope.get("local_faults", ())
    return [fault.value for fault in faults if fault.name == name]


def _act(project: Project, request: ValidRequest) -> Result:
    """Carry out a request within a change, or what is left of a repeated one."""
    if request.upload:
        project.store.after(request.upload.commit)
    act = partial(_act_alone, project)
    return once(project.store, request, act, project.runs.replay)


def _act_alone(project: Project, request: ValidRequest) -> Result:
    """Carry out a request; nobody else changes meanwhile what its path names."""
    if request.operation.method != "GET":
        project.store.lock(*request.path.values())
    return project.acts[request.operation.id](request)


def _pattern(path: str) -> str:
    """Return a path for the router; names of models have slashes in them."""
    return path.replace("{model}", "{model:path}")


async def _error_response(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPError)
    return EarlyResponse(error) if error.status == 413 else error.response()


async def _router_error_response(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = {key.lower(): value for key, value in (error.headers or {}).items()}
    target = f"{request.method} {quoted(request.url.path, 200)}"
    messages = {
        404: f"There is no {target} here.",
        405: f"{target} is not possible; allowed: {headers.get('allow', '')}.",
    }
    message = messages.get(error.status_code, error.detail)
    return HTTPError(error.status_code, message, headers=headers).response()


async def _internal_error_response(request: Request, error: Exception) -> Response:
    message = "Internal error of the server; its log has the details."
    return HTTPError(500, message).response()
