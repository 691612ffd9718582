"""The settings of a client."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    NoReturn,
    TypeAlias,
    TypedDict,
    TypeVar,
)

from ._arguments import given, is_left_out
from ._errors import ConfigurationError
from ._option_checks import (
    check_connections,
    check_limit,
    check_names,
    check_url,
    checked_key,
    checked_retries,
    checked_timeout,
    mapping,
)
from ._redaction import Secrets, in_query, in_user, without_user
from ._verbosity import Verbosity, checked

if TYPE_CHECKING:
    from ._traces import Traces

T = TypeVar("T")

TIMEOUT: Final = 600.0
CONNECT_TIMEOUT: Final = 5.0
MAX_RETRIES: Final = 2
MAX_WAIT: Final = 600.0
"""Seconds after which waiting for a run ends, unless something else is asked for."""
MAX_RESPONSE_BYTES: Final = 256 * 1024**2
"""More than a page of a hundred messages of the greatest length can take."""
MAX_CONNECTIONS: Final = 1000
"""How many connections a client has at most, if nothing else is said."""
ApiKey: TypeAlias = str | Callable[[], Any]


def timeout_of(http_client: Any) -> Any:
    """Return the timeout that an HTTP client was given, else the usual one.

    Without one, httpx has 5 seconds for everything, which is no time for a model.
    """
    found: Any = getattr(http_client, "timeout", None)
    if not hasattr(found, "as_dict") or {*found.as_dict().values()} == {5.0}:
        return TIMEOUT
    return found


def _traces_of(given: Any) -> Traces | None:
    """Return what makes spans, if anybody asks for them; else it isn't even imported.

    Raises:
        ConfigurationError: it can't be had.
    """
    if given is None or given is False or is_left_out(given):
        return None
    from ._traces import traces_of

    return traces_of(given)


class Policy:
    """How often to retry, and how long to wait where the server says nothing.

    Attributes:
        max_retries: how often a request is retried at most.
        jitter: returns a number from 0 to 1, another one each time.
        clock: returns the time, in seconds since 1970.
    """

    __slots__ = ("clock", "jitter", "max_retries")

    def __init__(
        self,
        max_retries: int,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.max_retries = max_retries
        self.jitter = jitter
        self.clock = clock


class ClientOptions(TypedDict, total=False):
    """The settings of a client besides where it goes and who it is."""

    default_headers: Mapping[str, str] | None
    default_query: Mapping[str, Any] | None
    timeout: Any
    max_retries: int
    verbosity: Verbosity | None
    redact_headers: tuple[str, ...]
    max_response_bytes: int | None
    max_connections: int
    traces: Any
    http_client: Any


class ClientChanges(ClientOptions, total=False):
    """What can be changed in a copy of a client."""

    api_key: ApiKey
    base_url: str
    organization: str | None
    project: str | None
    set_default_headers: Mapping[str, str] | None
    set_default_query: Mapping[str, Any] | None


# A class of attrs would take half a millisecond to make, and attrs 10 to import.
class Options:  # noqa: PLW1641 - it holds mappings
    """The settings of a client, which don't change; `settings` makes them.

    Attributes:
        base_url: what all paths begin with, without a slash at the end.
        api_key: the key, or a function that returns it and is called for every attempt.
        organization: sent as `OpenAI-Organization`.
        project: sent as `OpenAI-Project`.
        default_headers: sent with every request.
        default_query: sent with every request.
        timeout: seconds for each attempt, None for no limit, or a timeout object of the
            HTTP library.
        max_retries: how many times a request is retried at most.
        verbosity: how much of requests and responses is shown, if a call doesn't say.
        redact_headers: headers that the transcript redacts besides the usual ones.
        max_response_bytes: how long a response may be; None for no limit.
        max_connections: how many connections there are at most.
        traces: what makes spans; None where nobody asked for them.
        secrets: what is redacted in all that is shown; copies share it.
        own_secrets: the secrets that these settings hold.
        made_headers: the headers of calls that have none of their own, by their kinds.
    """

    base_url: str
    api_key: ApiKey
    organization: str | None = None
    project: str | None = None
    default_headers: Mapping[str, str]
    default_query: Mapping[str, Any]
    timeout: Any = TIMEOUT
    max_retries: int = MAX_RETRIES
    verbosity: Verbosity | None = None
    redact_headers: tuple[str, ...] = ()
    max_response_bytes: int | None = MAX_RESPONSE_BYTES
    max_connections: int = MAX_CONNECTIONS
    traces: Traces | None
    secrets: Secrets
    own_secrets: tuple[str, ...] = ()
    made_headers: dict[Any, Any]

    def __init__(self, *, traces: Any = None, **said: Any) -> None:
        unknown = said.keys() - Options.__annotations__.keys()
        if unknown:
            raise TypeError(f"there is no setting {', '.join(sorted(unknown))}")
        own = vars(self)
        own.update(default_headers={}, default_query={}, secrets=Secrets())
        own.update(said, traces=_traces_of(traces), made_headers={})

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise AttributeError(f"{name} can't be set here: with_options({name}=...)")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Options):
            return NotImplemented
        return self._compared() == other._compared()

    def _compared(self) -> dict[str, Any]:
        left_out = ("secrets", "made_headers")
        return {name: each for name, each in vars(self).items() if name not in left_out}

    def __repr__(self) -> str:
        shown = {
            "base_url": without_user(self.base_url),
            "organization": self.organization,
            "project": self.project,
            "default_headers": self.secrets.shown(self.default_headers),
            "timeout": self.timeout,
            "max_retries": self.max_retries,
            "verbosity": self.verbosity,
            "redact_headers": self.redact_headers,
            "max_response_bytes": self.max_response_bytes,
            "max_connections": self.max_connections,
            "traces": self.traces is not None,
        }
        facts = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        return self.secrets.redact(f"{type(self).__name__}({facts})")

    def with_changes(self, **changes: Any) -> Options:
        """Return a copy with some settings changed.

        Raises:
            ConfigurationError: they can't be used.
        """
        for name in ("default_headers", "default_query"):
            if f"set_{name}" in changes:
                changes[name] = given(mapping(name, changes.pop(f"set_{name}")))
            elif name in changes:
                more = given(mapping(name, changes[name]))
                changes[name] = {**getattr(self, name), **more}
        if "base_url" in changes:
            changes["base_url"] = str(changes["base_url"]).rstrip("/")
        return _checked(self._replaced(**changes))

    def _replaced(self, **changes: Any) -> Options:
        return Options(**{**vars(self), **changes})


def settings(
    *,
    api_key: ApiKey | None = None,
    base_url: str | None = None,
    organization: str | None = None,
    project: str | None = None,
    **others: Any,
) -> Options:
    """Make the settings of a client from arguments or else environment variables.

    Raises:
        ConfigurationError: something is missing or can't be used.
    """
    api_key = None if is_left_out(api_key) else api_key
    base_url = None if is_left_out(base_url) else base_url
    organization = None if is_left_out(organization) else organization
    project = None if is_left_out(project) else project
    key = api_key if api_key is not None else os.environ.get("OPENAI_API_KEY")
    if key is None:
        raise ConfigurationError(
            "there is no key: pass api_key=, or set OPENAI_API_KEY; a server that "
            "needs no key takes any, such as api_key='none'"
        )
    url = base_url or os.environ.get("OPENAI_BASE_URL")
    if not url:
        raise ConfigurationError(
            "there is no server: pass base_url=, or set OPENAI_BASE_URL; OpenAI's own "
            "endpoint is gone; `python -m assistants_server` starts one"
        )
    return _checked(
        Options(
            api_key=key,
            base_url=str(url).rstrip("/"),
            organization=_either(organization, os.environ.get("OPENAI_ORG_ID")),
            project=_either(project, os.environ.get("OPENAI_PROJECT_ID")),
            **given(others),
        )
    )


def connections_of(most: int | None, http_client: Any) -> int:
    """Return the limit of connections, if it can be had.

    Raises:
        ConfigurationError: an `http_client` has one of its own.
    """
    is_said = most is not None and not is_left_out(most)
    if is_said and http_client is not None:
        raise ConfigurationError(
            "max_connections is of no use with http_client=, which has limits of its "
            "own: pass it httpx.Limits(max_connections=...)"
        )
    return most if most is not None and is_said else MAX_CONNECTIONS


def _either(given: str | None, variable: str | None) -> str | None:
    """Return an argument, or else a variable; empty text means neither."""
    return (variable if given is None else given) or None


def _checked(options: Options) -> Options:
    key = options.api_key
    if isinstance(key, str):
        checked_key(key)
    elif not callable(key):
        raise ConfigurationError(
            f"api_key must be text or a function, not {type(key).__name__}"
        )
    check_url(options.base_url)
    checked_timeout(options.timeout)
    checked_retries(options.max_retries)
    check_names(options.redact_headers)
    check_limit(options.max_response_bytes)
    check_connections(options.max_connections)
    if options.verbosity is not None:
        checked(options.verbosity)
    secrets = options.secrets
    secrets.learn_names(options.redact_headers)
    found = [*_secrets_of(options)]
    secrets.learn(*found)
    own = tuple(each for each in found if each in secrets.known)
    return options._replaced(own_secrets=own)


def _secrets_of(options: Options) -> Iterator[str]:
    """Yield the secrets that the settings hold."""
    if isinstance(options.api_key, str):
        yield options.api_key
    yield from options.secrets.in_headers(options.default_headers)
    yield from in_query(options.default_query.items())
    yield from in_user(options.base_url)
