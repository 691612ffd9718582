"""The client, for sync and for async."""

from __future__ import annotations

import threading
import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from ._drive import drive, drive_async
from ._flows.calling import calling
from ._http import AsyncHttp, Http
from ._options import MAX_RETRIES, TIMEOUT, settings
from ._verbosity import resolved
from ._wire import Transcript
from .resources.assistants import Assistants, AsyncAssistants
from .resources.threads import AsyncThreads, Threads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from ._flows.calling import Call, Result
    from ._options import ApiKey
    from ._verbosity import Verbosity

T = TypeVar("T")
HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)


class _Pool:
    """The connections that a client and its copies share, made when first needed."""

    def __init__(self, given: Any) -> None:
        self.given = given
        self.made: Any = None
        self.closed = False
        self._lock = threading.Lock()

    def get(self, kind: type[HttpT]) -> HttpT:
        """Give the HTTP client.

        Raises:
            RuntimeError: it has been closed.
        """
        if self.closed:
            raise RuntimeError("the client has been closed")
        if self.given is not None:
            found: HttpT = self.given
            return found
        with self._lock:
            if self.made is None:
                self.made = kind(follow_redirects=True)
            made: HttpT = self.made
            return made

    def __del__(self) -> None:
        if self.made is not None and not self.closed:
            what = "a client of assistants_client was never closed; use `with`"
            warnings.warn(what, ResourceWarning, stacklevel=2)
            if isinstance(self.made, httpx.Client):
                # Else each of its sockets would warn as well.
                self.made.close()


class _Client:
    """What both clients are: settings, and the connections that copies share."""

    def __init__(
        self,
        *,
        api_key: ApiKey | None = None,
        base_url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, Any] | None = None,
        timeout: Any = TIMEOUT,
        max_retries: int = MAX_RETRIES,
        verbosity: Verbosity | None = None,
        redact_headers: tuple[str, ...] = (),
        http_client: Any = None,
    ) -> None:
        """Set a client up; nothing is sent yet.

        Args:
            api_key: the key, or a function that gives it and is asked again for every
                attempt; else OPENAI_API_KEY.
            base_url: where the server is, such as http://127.0.0.1:8000/v1; else
                OPENAI_BASE_URL.
            organization: sent as `OpenAI-Organization`; else OPENAI_ORG_ID.
            project: sent as `OpenAI-Project`; else OPENAI_PROJECT_ID.
            default_headers: sent with every request.
            default_query: sent with every request.
            timeout: seconds for each attempt, none for no limit, or a timeout of
                httpx; 600 seconds if not given, of which 5 to connect.
            max_retries: how often a request is sent again at most.
            verbosity: 0 to 3, how much of the wire is shown.
            redact_headers: headers that are not shown, besides the usual ones.
            http_client: a client of httpx to use, with proxies and the like; whoever
                made it closes it.

        Raises:
            ConfigurationError: something is missing or can't be used.
        """
        self._options = settings(
            api_key=api_key,
            base_url=base_url,
            organization=organization,
            project=project,
            default_headers=dict(default_headers or {}),
            default_query=dict(default_query or {}),
            timeout=timeout,
            max_retries=max_retries,
            verbosity=verbosity,
            redact_headers=redact_headers,
        )
        self._pool = _Pool(http_client)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._options!r})"

    @property
    def is_closed(self) -> bool:
        """Tell whether the client has been closed."""
        return self._pool.closed

    @property
    def beta(self) -> Self:
        """Give the client itself, where the `openai` package has these methods."""
        return self

    def with_options(self, **changes: Any) -> Self:
        """Give a client with some settings changed, which shares the connections.

        Args:
            changes: settings, by the names that they have when a client is made.

        Raises:
            ConfigurationError: one of them can't be used.
            TypeError: there is no such setting.
        """
        copy = object.__new__(type(self))
        copy._options = self._options.with_changes(**changes)
        copy._pool = self._pool
        return copy

    def _transcript(self, call: Call[Any]) -> Transcript | None:
        level = resolved(call.options.get("verbosity"), self._options.verbosity)
        if level == 0:
            return None
        key = self._options.api_key
        return Transcript(
            level,
            secret_headers=self._options.redact_headers,
            secrets=[key] if isinstance(key, str) else [],
        )


class Client(_Client):
    """A client of the Assistants API.

    Threads may share it. Close it, or use it in a `with` statement.
    """

    @cached_property
    def assistants(self) -> Assistants:
        """Give the methods of assistants."""
        return Assistants(self)

    @cached_property
    def threads(self) -> Threads:
        """Give the methods of threads, and what is in them."""
        return Threads(self)

    def perform(self, call: Call[T]) -> Result[T]:
        """Carry out a call, as the methods make them."""
        http = Http(self._pool.get(httpx.Client), self._transcript(call))
        return drive(calling(call, self._options), http.perform)

    def close(self) -> None:
        """Close the connections, also those of copies; a second time does nothing."""
        if self._pool.made is not None and not self._pool.closed:
            self._pool.made.close()
        self._pool.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(_Client):
    """A client of the Assistants API whose methods are awaited.

    Tasks of one event loop may share it. Close it, or use it in `async with`.
    """

    @cached_property
    def assistants(self) -> AsyncAssistants:
        """Give the methods of assistants."""
        return AsyncAssistants(self)

    @cached_property
    def threads(self) -> AsyncThreads:
        """Give the methods of threads, and what is in them."""
        return AsyncThreads(self)

    async def perform(self, call: Call[T]) -> Result[T]:
        """Carry out a call, as the methods make them."""
        http = AsyncHttp(self._pool.get(httpx.AsyncClient), self._transcript(call))
        return await drive_async(calling(call, self._options), http.perform)

    async def close(self) -> None:
        """Close the connections, also those of copies; a second time does nothing."""
        if self._pool.made is not None and not self._pool.closed:
            await self._pool.made.aclose()
        self._pool.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
