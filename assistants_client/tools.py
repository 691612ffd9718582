"""Tools: Python functions that a model may call during a run."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Literal, ParamSpec, TypeAlias, TypeVar, overload

from . import _api
from ._arguments import is_left_out
from ._effects import Invocation
from ._errors import ConfigurationError
from ._json import decode_leniently
from ._outputs import written as written
from ._run_errors import ToolError
from ._signatures import signature_of

P = ParamSpec("P")
T = TypeVar("T")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Tool(Generic[P, T]):
    """A function that a model may call; it can still be called as a function.

    Attributes:
        name: the name that the model knows.
        definition: the definition, as the API takes it.
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
        if not callable(function):
            raise ConfigurationError(
                f"a tool is made of a function, not of {type(function).__name__}"
            )
        self.name: str = name or str(getattr(function, "__name__", ""))
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                f"{self.name!r} is no name for a tool: up to 64 letters, digits, "
                "underscores and dashes; pass name="
            )
        self.concurrent = concurrent
        self.timeout = _seconds(timeout)
        self._function = function
        self._signature = signature = signature_of(function, self.name, strict=strict)
        self.__doc__ = getattr(function, "__doc__", None)
        self.__wrapped__ = function
        described: dict[str, Any] = {"name": self.name}
        words = signature.description if description is None else description
        if words:
            described["description"] = words
        described["parameters"] = signature.schema
        if strict:
            described["strict"] = True
        self.definition: Any = {"type": "function", "function": described}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function itself."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Tool {self.name}>"

    def bind(self, arguments: Any) -> Callable[[], Any]:
        """Validate arguments; return what calls the function with them.

        Args:
            arguments: the arguments from the model: JSON text, or JSON data. Text may
                have raw line breaks in its strings, and be empty where there are no
                arguments; null stands for an argument that has a default.

        Raises:
            ToolError: they don't fit the schema.
        """
        import inspect

        try:
            keywords = self._signature.read(_decoded(arguments))
        except (ValueError, RecursionError) as error:
            raise ToolError(
                f"the arguments of {self.name} don't fit: {error}", tool=self.name
            ) from error
        function: Any = self._function
        if inspect.iscoroutinefunction(function):

            async def call() -> Any:
                return await function(**keywords)

            return call
        return lambda: function(**keywords)


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
    """Make a tool of a function; use it as a decorator.

    The model learns about the tool from its signature and docstring: each argument
    needs a type (`str`, `int`, `float`, `bool`, `list`, `dict`, `Literal`, an `Enum`,
    a TypedDict, a dataclass, an attrs class, or one of them or None), and may be
    described in the docstring in any style in use (Google, NumPy, Sphinx, Epydoc).

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
        return Tool(function)
    return lambda given: Tool(given, **options)


class ToolSet(Sequence[Any]):
    """The tools that may be called, and no others; pass it as `tools=`.

    Creating an assistant sends the definitions. Methods that follow a run perform the
    calls that the run asks for; they send the definitions of the server's own tools,
    and those of functions with `send_tools=True`, besides the assistant's own tools.
    """

    def __init__(
        self,
        tools: Iterable[Any] = (),
        *,
        on_error: Literal["report", "raise"] = "report",
        concurrent: bool = True,
        timeout: float | None = None,
    ) -> None:
        """Collect tools.

        Args:
            tools: functions, tools, and definitions of the server's own tools, such
                as `{"type": "code_interpreter"}`.
            on_error: what happens if a call fails, arguments don't fit the schema or a
                name is unknown: "report" submits an error as the output, "raise"
                cancels the run and raises `ToolError`.
            concurrent: whether tools may be called at the same time, in threads;
                else each is called in the thread or event loop that waits.
            timeout: seconds that a call of a tool without a timeout may take; None for
                no limit.

        Raises:
            ConfigurationError: something is no tool, or two have the same name.
        """
        if on_error not in ("report", "raise"):
            raise ConfigurationError(
                f"on_error must be 'report' or 'raise', not {on_error!r}"
            )
        self.on_error = on_error
        self.concurrent = concurrent
        self.timeout = _seconds(timeout)
        self._tools: dict[str, Tool[..., Any]] = {}
        self._definitions: list[Any] = []
        for each in tools:
            if not is_left_out(each):
                self._add(each)

    def _add(self, each: Any) -> None:
        if isinstance(each, Mapping | _api.Model):
            self._definitions.append(_api.to_json(each))
            return
        made = each if isinstance(each, Tool) else Tool(each)
        if made.name in self._tools:
            raise ConfigurationError(f"two tools have the name {made.name}")
        self._tools[made.name] = made
        self._definitions.append(made.definition)

    @property
    def definitions(self) -> list[Any]:
        """Return a copy of the definitions, as the API takes them as `tools`."""
        return [_api.to_json(each) for each in self._definitions]

    def __len__(self) -> int:
        return len(self._definitions)

    def __getitem__(self, index: Any) -> Any:
        return self.definitions[index]

    def __repr__(self) -> str:
        return f"<ToolSet {', '.join(self._tools) or 'without functions'}>"

    def bind(self, name: Any, arguments: Any) -> Callable[[], Any]:
        """Validate a tool call; return what performs it.

        Args:
            name: the name that the model asks for; only tools of this set are called.
            arguments: the arguments from the model: JSON text, or JSON data.

        Raises:
            ToolError: there is no such tool, or the arguments don't fit.
        """
        return self._named(name).bind(arguments)

    def invocation(self, name: Any, arguments: Any) -> Invocation:
        """Return a tool call as an effect has it; its result is an output as text.

        See `bind` for the arguments and errors.
        """
        found = self._named(name)
        concurrent = self.concurrent and found.concurrent
        timeout = self.timeout if found.timeout is None else found.timeout
        return Invocation(
            function=_writing(found.bind(arguments)),
            timeout=timeout,
            concurrent=concurrent,
        )

    def _named(self, name: Any) -> Tool[..., Any]:
        found = self._tools.get(name) if isinstance(name, str) else None
        if found is None:
            known = ", ".join(self._tools) or "none"
            raise ToolError(
                f"there is no function {str(name)[:64]!r}; there are: {known}",
                tool=str(name),
            )
        return found

    @property
    def server_tools(self) -> list[Any]:
        """Return a copy of the definitions of tools that the server itself has."""
        own = [each.definition for each in self._tools.values()]
        return [_api.to_json(each) for each in self._definitions if each not in own]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the functions."""
        return tuple(self._tools)


Tools: TypeAlias = (
    ToolSet | Iterable[Callable[..., Any] | Mapping[str, object] | _api.Model]
)
"""A set of tools, or functions and definitions of which one is made."""


def tool_set(tools: Tools) -> ToolSet:
    """Return a set of tools; one made of functions reports failures to the model.

    Raises:
        ConfigurationError: something is no tool.
    """
    if isinstance(tools, ToolSet):
        return tools
    given: object = tools
    if not isinstance(given, Iterable) or isinstance(given, str | Mapping):
        raise ConfigurationError(
            "tools must be a ToolSet, or a list of functions and definitions, not "
            f"{type(tools).__name__}; put one tool in a list"
        )
    return ToolSet(tools)


def tool_output(tool_call_id: str, output: Any) -> dict[str, str]:
    """Return an output in the form in which it is submitted.

    Args:
        tool_call_id: the id of the tool call.
        output: text, or anything that can be written as JSON.

    Raises:
        ConfigurationError: it can't be written as JSON.
    """
    try:
        return {"tool_call_id": tool_call_id, "output": written(output)}
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"the output of {tool_call_id} can't be written as JSON: {error}"
        ) from error


def _seconds(timeout: Any) -> float | None:
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


def _writing(function: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function whose result is written at once.

    It may be an iterator, which gives its items only once; and what can't be written is
    a failure of the call, like any other.
    """
    import inspect

    if inspect.iscoroutinefunction(function):

        async def call() -> str:
            return written(await function())

        return call

    async def later(found: Any) -> str:
        return written(await found)

    def call_plain() -> Any:
        found = function()
        return later(found) if inspect.isawaitable(found) else written(found)

    return call_plain


def _decoded(arguments: Any) -> Any:
    """Decode arguments; some servers send an object, or nothing for no arguments."""
    if isinstance(arguments, Mapping | _api.Model):
        return _api.to_json(arguments)
    if arguments is None or arguments is _api.UNSET:
        return {}
    if not isinstance(arguments, str):
        raise ValueError(f"{type(arguments).__name__} is no JSON text")
    if not arguments.strip():
        return {}
    found = decode_leniently(arguments)
    return {} if found is None else found
