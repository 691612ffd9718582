"""What both clients have: how they are set up, copied, and shown."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, TypeVar

from ._arguments import is_left_out
from ._errors import ConfigurationError
from ._option_checks import mapping
from ._options import (
    MAX_RESPONSE_BYTES,
    MAX_RETRIES,
    TIMEOUT,
    ClientChanges,
    connections_of,
    settings,
    timeout_of,
)
from ._setting_attributes import SettingAttributes, named
from ._text import public
from ._transport.pool import BasePool, library_for

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self, Unpack

    from opentelemetry.trace import TracerProvider

    from ._options import ApiKey, ClientOptions
    from ._transport.library import Library
    from ._verbosity import Verbosity

PoolT = TypeVar("PoolT", bound=BasePool)


class BaseClient(SettingAttributes, Generic[PoolT]):
    """What both clients have: settings, and the connections that copies share.

    Nothing that a client returns is kept in it: the two would hold each other, and the
    connections of a client that is forgotten would be found too late, in any order.
    """

    asynchronous: ClassVar[bool]
    _pool: PoolT
    # What somebody put in the place of methods of resources, by their classes.
    _replaced: dict[str, dict[str, Any]]

    @named
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
        max_response_bytes: int | None = MAX_RESPONSE_BYTES,
        max_connections: int | None = None,
        traces: bool | TracerProvider = False,
        http_client: Any = None,
    ) -> None:
        """Set a client up; nothing is sent yet.

        Args:
            api_key: the key, or a function that returns it and is called for every
                attempt; else OPENAI_API_KEY.
            base_url: where the server is, such as http://127.0.0.1:8000/v1; else
                OPENAI_BASE_URL.
            organization: sent as `OpenAI-Organization`; else OPENAI_ORG_ID.
            project: sent as `OpenAI-Project`; else OPENAI_PROJECT_ID.
            default_headers: sent with every request.
            default_query: sent with every request.
            timeout: seconds for each attempt, None for no limit, or a timeout of
                httpx or httpx2; if not given, that which `http_client` was made with,
                else 600 seconds, of which 5 to connect.
            max_retries: how many times a request is retried at most.
            verbosity: 0 to 3, how much of requests and responses is shown.
            redact_headers: headers that are not shown, besides the usual ones.
            max_response_bytes: how long a response may be once it is unpacked, a stream
                included; None for no limit. What `with_streaming_response` yields in
                pieces is not limited.
            max_connections: how many connections there are at most, and so how many
                requests at once; 1000 if not given. Others wait for one, as long as
                their timeout says. An `http_client` has limits of its own.
            traces: whether spans are made with OpenTelemetry's API; they go where the
                process has them go, or to this provider.
            http_client: a client of httpx or httpx2 to use, with proxies and the like;
                its owner closes it. Without one, the client makes its own: of
                the library that ASSISTANTS_HTTP names, else of httpx where that is
                installed, else of httpx2.

        Raises:
            ConfigurationError: something is missing or can't be used.
        """
        http_client = None if is_left_out(http_client) else http_client
        self._replaced = {}
        if timeout is TIMEOUT:
            timeout = timeout_of(http_client)
        self._options = settings(
            api_key=api_key,
            base_url=base_url,
            organization=organization,
            project=project,
            default_headers=mapping("default_headers", default_headers),
            default_query=mapping("default_query", default_query),
            timeout=timeout,
            max_retries=max_retries,
            verbosity=verbosity,
            redact_headers=redact_headers or (),
            max_response_bytes=max_response_bytes,
            max_connections=connections_of(max_connections, http_client),
            traces=traces,
        )
        self._use(http_client)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._options!r})"

    def __dir__(self) -> list[str]:
        return public(super().__dir__(), "asynchronous")

    @classmethod
    def for_azure(
        cls,
        endpoint: str | None = None,
        *,
        token_provider: Callable[[], Any] | None = None,
        api_version: str = "v1",
        **others: Unpack[ClientOptions],
    ) -> Self:
        """Set a client up for a project of Azure AI Foundry, with its classic agents.

        Args:
            endpoint: that of the project, such as
                https://NAME.services.ai.azure.com/api/projects/PROJECT; else
                AZURE_AI_PROJECT_ENDPOINT.
            token_provider: returns a bearer token of Entra ID, as text or as an object
                with `token`; called for every attempt, as tokens expire. What
                azure.identity's `get_bearer_token_provider` returns will do, for the
                scope https://ai.azure.com/.default.
            api_version: sent as `api-version` with every request.
            others: the other settings, as for any client.

        Raises:
            ConfigurationError: something is missing or can't be used.
        """
        from .azure import azure_settings

        return cls(**azure_settings(endpoint, token_provider, api_version, others))

    @classmethod
    def embedded(
        cls,
        engine: Callable[[Any], Any] | None = None,
        *,
        store: str | os.PathLike[str] | None = None,
        faults: Iterable[str] = (),
        server_options: Mapping[str, Any] | None = None,
        **others: Unpack[ClientOptions],
    ) -> Self:
        """Start a server in this process, and set a client up for it.

        The server listens on loopback, takes a key that only this client knows, and
        ends when the client is closed. It needs the extra `server`.

        Args:
            engine: what answers, such as `assistants_server.ChatEngine(url)`; the
                deterministic engine without one.
            store: a file that keeps the state of the server; without one, it is
                forgotten with the client.
            faults: what goes wrong, as `python -m assistants_server --help` lists it.
            server_options: other options of `assistants_server.LocalServer`.
            others: the other settings, as for any client.

        Raises:
            ConfigurationError: the server isn't installed, or something can't be used.
        """
        from ._embedded import start_server

        server, settings = start_server(engine, store, faults, server_options)
        try:
            client = cls(**{**settings, **others})
        except BaseException:
            server.stop()
            raise
        client._server = server
        # Also where nobody closes it.
        weakref.finalize(client._pool, server.stop)
        return client

    def is_closed(self) -> bool:
        """Return whether the client has been closed."""
        return self._pool.closed

    def with_options(self, **changes: Unpack[ClientChanges]) -> Self:
        """Return a client with some settings changed; this one stays as it is.

        The connections are shared, unless there is another `http_client`, or another
        limit by `max_connections`: then the copy has connections of its own, and has to
        be closed itself. Cookies go back to where they came from alone, so a copy with
        another `base_url` has others. Headers and query parameters are added to those
        there are; `set_default_headers` and `set_default_query` replace them.

        Args:
            changes: settings, by the names that they have when a client is made.

        Raises:
            ArgumentError: there is no such setting.
            ConfigurationError: one of them can't be used.
        """
        if not changes.keys() <= ClientChanges.__annotations__.keys():
            from ._unknown import check_settings

            known = ClientChanges.__annotations__
            check_settings("with_options()", changes, known)
        given: Any = {n: v for n, v in changes.items() if not is_left_out(v)}
        http = given.pop("http_client", None)
        if "max_connections" in given:
            mine = http or self._pool.given
            given["max_connections"] = connections_of(given["max_connections"], mine)
        copy = object.__new__(type(self))
        # Also what a subclass keeps in it.
        vars(copy).update(vars(self))
        # What is mocked stays mocked in the copy, and sends nothing there either.
        copy._replaced = {name: {**each} for name, each in self._replaced.items()}
        copy._options = self._options.with_changes(**given)
        if http is not None or "max_connections" in given:
            copy._use(http)
        return copy

    copy = with_options

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        # Connections can't be copied, so it shares them.
        return self.with_options()

    def __reduce__(self) -> NoReturn:
        raise ConfigurationError(
            "a client can't be pickled, as it has connections and a key: make one in "
            "each process; what it returned can be, and client.attach(...) makes that "
            "live again"
        )

    def _use(self, http_client: Any) -> None:
        """Use an HTTP client that somebody passed, or one to be made."""
        library = library_for(http_client, type(self))
        self._pool = self._new_pool(library, http_client, self._options.max_connections)
        self._pool.check()

    @staticmethod
    def _new_pool(library: Library, http_client: Any, most: int) -> PoolT:
        raise NotImplementedError
