"""How often a call is sent: kinds of failures, and a bench that counts."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from assistants_client import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AsyncClient,
    BadRequestError,
    Client,
    ConflictError,
    InternalServerError,
    RateLimitError,
)
from assistants_server import LocalServer
from tests.client.recording import KEY

if TYPE_CHECKING:
    from assistants_server.layers.request_log import Exchange

Use: TypeAlias = Callable[[Any], Any]

PATIENCE = 20.0
METHODS = ("GET", "DELETE", "POST", "POST with a key")


@dataclass(frozen=True)
class Kind:
    """A way in which things go wrong, and what is due.

    Attributes:
        fault: as the embedded server understands it.
        error: what is raised in the end.
        safe: whether what can be repeated is sent again: GET, DELETE, POST with a key.
        post: whether a POST without a key is, too.
        waits: the seconds between, where the server says them.
        always: whether the server carries the request out whatever it answers.
    """

    fault: str
    error: type[APIError]
    safe: bool = True
    post: bool = False
    waits: float | None = None
    always: bool = False

    def repeats(self, method: str) -> bool:
        return self.post if method == "POST" else self.safe

    def text(self, method: str) -> str:
        """Return the fault; a POST that must not be repeated is carried out as well."""
        acts = method == "POST" and not self.post and not self.always
        return f"{self.fault} handled=yes" if acts else self.fault

    def __str__(self) -> str:
        return self.fault


LAST = 50
"""How many of the server's latest exchanges those of one call are among."""
KINDS = [
    Kind("408", APIStatusError),
    Kind("409", ConflictError, post=True),
    Kind("409 should-retry=true", ConflictError, post=True),
    Kind("409 should-retry=false", ConflictError, safe=False),
    Kind("429 retry-after=none", RateLimitError, post=True),
    Kind("429 retry-after=7", RateLimitError, post=True, waits=7),
    Kind("429 retry-after=0.25", RateLimitError, post=True, waits=0.25),
    Kind("429 retry-after=date:-5", RateLimitError, post=True, waits=0),
    Kind("429 retry-after=121", RateLimitError, post=True),
    Kind("429 should-retry=false", RateLimitError, safe=False),
    Kind("500", InternalServerError),
    Kind("500 should-retry=true", InternalServerError),
    Kind("500 should-retry=false", InternalServerError, safe=False),
    Kind("502 retry-after=3", InternalServerError, waits=3),
    Kind("html=502", InternalServerError),
    Kind("503", InternalServerError),
    Kind("503 retry-after=2", InternalServerError, post=True, waits=2),
    Kind("503 retry-after=0.5", InternalServerError, post=True, waits=0.5),
    Kind("empty=520", InternalServerError),
    Kind("400", BadRequestError, safe=False),
    Kind("400 should-retry=true", BadRequestError),
    Kind("close=before-headers", APIConnectionError),
    Kind("close=before-headers how=reset", APIConnectionError),
    Kind("close=in-headers", APIConnectionError),
    Kind("close=after-headers", APIConnectionError, always=True),
    Kind("cut-body=5", APIConnectionError, always=True),
]


@dataclass(frozen=True)
class Outcome:
    """What came of a call.

    Attributes:
        attempts: their number, as the answer or the error says it.
        case: the name of the call, and of what it makes or deletes.
    """

    attempts: int
    error: APIError | None
    case: str
    server: LocalServer
    http: httpx.Client

    @property
    def sent(self) -> list[Exchange]:
        """Return what the server saw of it so far."""
        # Those of a call are among the last: the server keeps a thousand.
        exchanges = self.server.exchanges[-LAST:]
        return [each for each in exchanges if each.headers.get("x-case") == self.case]

    @property
    def made(self) -> int:
        """Return how many objects there are by that name."""
        newest = self.http.get("/assistants", params={"limit": 5}).json()["data"]
        return [each["name"] for each in newest].count(self.case)


class Bench:
    """Make calls by clients of one kind."""

    def __init__(self, server: LocalServer, *, asynchronous: bool) -> None:
        self.server = server
        self.asynchronous = asynchronous
        self._http = httpx.Client(base_url=server.url, timeout=PATIENCE)
        self._known = self._make("the one that is read")
        self._runner = asyncio.Runner()
        self._numbers = itertools.count()
        kind = httpx.AsyncClient if asynchronous else httpx.Client
        # Each request gets a connection of its own, or all the same one.
        self._fresh: Any = kind(limits=httpx.Limits(max_keepalive_connections=0))
        self._kept: Any = kind()

    def call(
        self, method: str, fault: str, *, kept: bool = False, **options: Any
    ) -> Outcome:
        """Make one call.

        Args:
            method: one of `METHODS`.
            fault: what goes wrong.
            kept: whether its connection has served another call before.
            options: settings of the client.
        """
        case = f"{'async' if self.asynchronous else 'sync'}-{next(self._numbers)}"
        headers = {"X-Case": case, "X-Local-Fault": f"{fault} key={case}"}
        given: dict[str, Any] = {"extra_headers": headers}
        if method == "POST with a key":
            given["idempotency_key"] = case
        if method.startswith("POST"):
            name, given = "create", given | {"model": "m", "name": case}
        elif method == "DELETE":
            name, given["assistant_id"] = "delete", self._make(case)
        else:
            name, given["assistant_id"] = "retrieve", self._known
        answer = self._answer(name, given, kept=kept, options=options)
        error = answer if isinstance(answer, APIError) else None
        return Outcome(answer.attempts, error, case, self.server, self._http)

    def _answer(
        self, name: str, given: dict[str, Any], *, kept: bool, options: dict[str, Any]
    ) -> Any:
        def call(client: Any) -> Any:
            return getattr(client.assistants.with_raw_response, name)(**given)

        first = (lambda client: client.assistants.list(limit=1)) if kept else None
        settings = {"base_url": self.server.url} | options
        try:
            return self.use(call, first=first, **settings)
        except APIError as error:
            return error

    def use(self, call: Use, *, first: Use | None = None, **settings: Any) -> Any:
        """Make a client and call something of it, maybe after something else."""
        http_client = self._fresh if first is None else self._kept
        kind = AsyncClient if self.asynchronous else Client
        client = kind(**{"api_key": KEY, "http_client": http_client} | settings)

        async def asynchronously() -> Any:
            if first:
                await first(client)
            return await call(client)

        if self.asynchronous:
            return self._runner.run(asynchronously())
        if first:
            first(client)
        return call(client)

    def _make(self, name: str) -> str:
        made = self._http.post("/assistants", json={"model": "m", "name": name})
        return str(made.json()["id"])

    def close(self) -> None:
        for each in (self._http, self._fresh, self._kept):
            if isinstance(each, httpx.AsyncClient):
                self._runner.run(each.aclose())
            else:
                each.close()
        self._runner.close()
