"""One tool: a function, and how a model knows it."""

from __future__ import annotations

import copy
import functools
import inspect
import math
import re
from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from . import _api
from ._errors import ConfigurationError
from ._json import decode_leniently
from ._run_errors import ToolError
from ._signatures.annotations import inner
from ._signatures.signature import Signature, signature_of

P = ParamSpec("P")
Q = ParamSpec("Q")
T = TypeVar("T")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Tool(Generic[P, T]):
    """A function that a model may call; it can still be called as a function.

    That of a class is a method: taken from an object, it is a tool for that object.

    Attributes:
        name: the name that the model knows.
        concurrent: whether it may be called in another thread, besides other tools.
        timeout: seconds that a call may take; None for no limit.
    """

    def __init__(
        self,
        function: Callable[P, T],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: bool = False,
        concurrent: bool = True,
        timeout: float | None = None,
    ) -> None:
        """Make a tool; see `tool` for the arguments and errors."""
        if isinstance(function, Tool):
            function = function._function
        given: object = function
        if not callable(given) and not isinstance(given, classmethod):
            raise ConfigurationError(
                f"a tool is made of a function, not of {type(function).__name__}"
            )
        functools.update_wrapper(self, function, updated=())
        self.name: str = checked(name or _name_of(function))
        self.concurrent = concurrent
        self.timeout = seconds(timeout)
        self._function: Any = function
        self._description = description
        self._strict = strict
        # What a method is called with is known when it is taken from an object.
        self._is_method = _is_of_class(function)
        if not self._is_method:
            _ = self._signature

    @functools.cached_property
    def _signature(self) -> Signature:
        return signature_of(self._function, self.name, strict=self._strict)

    @functools.cached_property
    def definition(self) -> Any:
        """Return the definition, as the API takes it.

        Raises:
            ConfigurationError: the signature of a method can't be that of a tool.
        """
        found, words = self._signature, self._description
        described: dict[str, Any] = {"name": self.name}
        if words is None:
            words = found.description
        if words:
            described["description"] = words
        described["parameters"] = found.schema
        if self._strict:
            described["strict"] = True
        return {"type": "function", "function": described}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function itself."""
        found: T = self._function(*args, **kwargs)
        return found

    @overload
    def __get__(self, instance: None, owner: type) -> Tool[P, T]: ...
    @overload
    def __get__(
        self: Tool[Concatenate[Any, Q], T], instance: object, owner: type
    ) -> Tool[Q, T]: ...
    def __get__(self, instance: Any, owner: type) -> Tool[..., T]:
        """Return the tool of an object, or of a class if it is one of classes."""
        function = self._function
        if not self._is_method:
            return self
        if instance is None and not isinstance(function, classmethod | staticmethod):
            return self
        bound = function.__get__(instance, owner)
        return self.changed(_function=bound, _is_method=False)

    def __repr__(self) -> str:
        return f"<Tool {self.name}>"

    def bind(self, arguments: Any) -> Callable[[], Any]:
        """Validate arguments; return what calls the function with them.

        Args:
            arguments: the arguments from the model: JSON text, or JSON data. Text may
                have raw line breaks in its strings, and be empty where there are no
                arguments; null and "" stand for an argument that may be left out.

        Raises:
            ToolError: they don't fit the schema.
        """
        signature = self._signature
        try:
            positional, keywords = signature.read(_decoded(arguments))
        except (ValueError, RecursionError) as error:
            raise ToolError(
                f"the arguments of {self.name} don't fit: {error}", tool=self.name
            ) from error
        function: Any = self._function
        if _is_async(function):

            async def call() -> Any:
                found = function(*positional, **keywords)
                return await found if inspect.isawaitable(found) else found

            return call
        return lambda: function(*positional, **keywords)

    def changed(self, **attributes: Any) -> Tool[..., T]:
        """Return the same tool by another name, or of another function."""
        found: Tool[..., T] = copy.copy(self)
        for each in ("_signature", "definition"):
            vars(found).pop(each, None)
        vars(found).update(attributes)
        return found


@overload
def tool(function: Callable[P, T], /) -> Tool[P, T]: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool = False,
    concurrent: bool = True,
    timeout: float | None = None,
) -> Callable[[Callable[P, T]], Tool[P, T]]: ...
def tool(function: Any = None, /, **options: Any) -> Any:
    """Make a tool of a function; use it as a decorator, of methods too.

    The model learns about the tool from its signature and docstring. Each argument
    needs a type: `str`, `int`, `float`, `bool`, `list`, `dict`, `Literal`, an `Enum`,
    dates and times, a TypedDict, a dataclass, a class of attrs or pydantic, or some of
    them, or None. It may be described by `Annotated[str, "words"]`, or in the docstring
    in any style in use (Google, NumPy, Sphinx, Epydoc).

    Tools are called at the same time: plain functions in threads of their own, async
    ones in the event loop of an `AsyncClient`, or in one of their own. With
    `concurrent=False`, a tool is called in the thread or event loop that waits for the
    run, one after the other, as what belongs to one thread needs it: a connection of
    sqlite3, or a window.

    Args:
        function: the function, plain or async.
        options: `name` and `description` override the function's own; `strict` asks
            for arguments that always fit the schema, where the model supports it;
            `concurrent` says whether it may be called in another thread; `timeout` is
            how many seconds a call may take. The model is told of one that takes
            longer: an async function is cancelled, a plain one goes on in its thread,
            and its result is not used.

    Raises:
        ConfigurationError: the name or the signature can't be that of a tool.
    """
    if function is not None:
        return Tool(function, **options)
    return lambda given: Tool(given, **options)


def tool_of(given: Any, name: str | None = None) -> Tool[..., Any]:
    """Return the tool that something is, or that is made of it.

    Args:
        given: a tool, or a function.
        name: the name that the model knows; its own if not given.

    Raises:
        ConfigurationError: none can be made.
    """
    if isinstance(given, Tool):
        return given if name is None else given.changed(name=checked(name))
    # So `@classmethod` binds what is under it, from Python 3.13 on.
    of_class = getattr(given, "__func__", None)
    if isinstance(given, MethodType) and isinstance(of_class, Tool):
        bound = MethodType(of_class._function, given.__self__)
        given = of_class.changed(_function=bound, _is_method=False)
        return tool_of(given, name)
    return Tool(given, name=name)


def checked(name: Any) -> str:
    """Return the name of a tool, if it is one.

    Raises:
        ConfigurationError: it is none.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name for a tool: up to 64 letters, digits, underscores "
            "and dashes; pass name="
        )
    found: str = name
    return found


def seconds(timeout: Any) -> float | None:
    """Return the timeout of a tool, if it is one.

    Raises:
        ConfigurationError: it is none.
    """
    number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if timeout is not None and not (number and 0 < timeout < math.inf):
        raise ConfigurationError(
            f"the timeout of a tool must be seconds above 0, or None, not {timeout!r}"
        )
    found: float | None = timeout
    return found


def _name_of(function: Any) -> str:
    """Return the name of a function; that of its class for a callable object."""
    named = function
    while isinstance(named, functools.partial):
        named = named.func
    found = getattr(named, "__name__", None)
    return found if isinstance(found, str) else type(named).__name__


def _is_of_class(function: Any) -> bool:
    """Return whether a function stands in a class, which hasn't bound it yet."""
    if isinstance(function, classmethod | staticmethod):
        return True
    around = str(getattr(function, "__qualname__", "")).rpartition(".")[0]
    return inspect.isfunction(function) and not f".{around}".endswith((".", "<locals>"))


def _is_async(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        inner(function)
    )


def _decoded(arguments: Any) -> Any:
    """Decode arguments; some servers send an object, or nothing for no arguments."""
    if isinstance(arguments, Mapping | _api.Model):
        return _api.to_json(arguments)
    if arguments is None:
        return {}
    if not isinstance(arguments, str):
        raise ValueError(f"{type(arguments).__name__} is no JSON text")
    if not arguments.strip():
        return {}
    found = decode_leniently(arguments)
    return {} if found is None else found
