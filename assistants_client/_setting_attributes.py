"""The settings of a client as its attributes, and by their names alone."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from ._arguments import is_left_out
from ._errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from ._options import ApiKey, Options

P = ParamSpec("P")
T = TypeVar("T")


class Setting(Generic[T]):
    """A setting of a client that is its attribute, and can be set, as `openai` has it.

    A client that was copied from another has its own.
    """

    def __set_name__(self, owner: object, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, client: None, owner: object) -> Self: ...
    @overload
    def __get__(self, client: object, owner: object) -> T: ...
    def __get__(self, client: Any, owner: object) -> Self | T:
        if client is None:
            return self
        found: T = getattr(client._options, self._name)
        return found

    def __set__(self, client: Any, value: T) -> None:
        if not is_left_out(value):
            client._options = client._options.with_changes(**{self._name: value})


class SettingAttributes:
    """The settings that are attributes of clients."""

    _options: Options
    api_key: Setting[ApiKey] = Setting()
    """The key, or the function that returns it; can be set, as those that follow."""
    base_url: Setting[str] = Setting()
    """The URL that all paths begin with."""
    organization: Setting[str | None] = Setting()
    """What is sent as `OpenAI-Organization`."""
    project: Setting[str | None] = Setting()
    """What is sent as `OpenAI-Project`."""
    timeout: Setting[Any] = Setting()
    """Seconds for each attempt, None for no limit, or a timeout object."""
    max_retries: Setting[int] = Setting()
    """How many times a request is retried at most."""
    # The server that `embedded` started.
    _server: Any = None

    @property
    def options(self) -> Options:
        """Return the settings."""
        return self._options


def named(init: Callable[P, None]) -> Callable[P, None]:
    """Have the constructor of a client refuse unknown settings by an error of ours."""
    declared: Any = init
    known = declared.__kwdefaults__.keys()

    @wraps(init)
    def checked(*args: P.args, **settings: P.kwargs) -> None:
        if not settings.keys() <= known:
            from ._unknown import check_settings

            check_settings(type(args[0]).__name__, settings, known)
        if len(args) > 1:
            name = type(args[0]).__name__
            raise ArgumentError(f"{name} takes settings by name, such as api_key=")
        init(*args, **settings)

    return checked
