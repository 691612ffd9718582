"""Tools: Python functions that a model may call during a run."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from . import _api
from ._arguments import is_left_out, json_data
from ._effects import Invocation
from ._errors import ConfigurationError
from ._outputs import gathered
from ._outputs import written as written
from ._run_errors import ToolError
from ._tool import Tool as Tool
from ._tool import seconds, tool_of
from ._tool import tool as tool

# How often what was awaited may have to be awaited once more.
_DEEPEST: Final = 8


class ToolSet(Sequence[Any]):
    """The tools that may be called, and no others; pass it as `tools=`.

    Creating an assistant sends the definitions. Methods that follow a run perform the
    calls that the run asks for; they send the definitions of the server's own tools,
    and those of functions with `send_tools=True`, besides the assistant's own tools.
    """

    def __init__(
        self,
        tools: Tools = (),
        *,
        on_error: Literal["report", "raise"] = "report",
        concurrent: bool = True,
        timeout: float | None = None,
    ) -> None:
        """Collect tools.

        Args:
            tools: functions, tools, and definitions of the server's own tools, such
                as `{"type": "code_interpreter"}`; one of them, a list, or a dict of
                functions by the names that the model knows.
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
        self.timeout = seconds(timeout)
        self._tools: dict[str, Tool[..., Any]] = {}
        self._definitions: list[Any] = []
        for name, each in _named(tools):
            if not is_left_out(each):
                self._add(each, name)

    def _add(self, each: Any, name: str | None) -> None:
        if isinstance(each, ToolSet):
            for definition in each.server_tools:
                self._add(definition, None)
            for made in each._tools.values():
                self._add(made, None)
            return
        if _is_definition(each):
            try:
                definition = json_data(_api.to_json(each))
            except (TypeError, ValueError, RecursionError) as error:
                what = "the definition of a tool can't be written as JSON"
                raise ConfigurationError(f"{what}: {error}") from error
            self._definitions.append(definition)
            return
        made = tool_of(each, name)
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


_One: TypeAlias = Callable[..., Any] | Mapping[str, Any] | _api.Model
Tools: TypeAlias = ToolSet | _One | Iterable[_One | ToolSet]
"""A set of tools, or functions and definitions of which one is made.

They are one, a list of them, or a dict of functions by their names.
"""


def tool_set(tools: Tools) -> ToolSet:
    """Return a set of tools; one made of functions reports failures to the model.

    Raises:
        ConfigurationError: something is no tool.
    """
    return tools if isinstance(tools, ToolSet) else ToolSet(tools)


def definitions_of(tools: Tools) -> Any:
    """Return tools as they are sent where nothing calls them.

    Raises:
        ConfigurationError: something is no tool.
    """
    is_list = isinstance(tools, list | tuple)
    return tools if is_list and are_definitions(tools) else tool_set(tools).definitions


def are_definitions(tools: Any) -> bool:
    """Return whether tools are definitions, as the API has them: one, or a list."""
    is_list = isinstance(tools, list | tuple)
    return all(map(_is_definition, tools)) if is_list else _is_definition(tools)


def _named(tools: Any) -> Iterable[tuple[str | None, Any]]:
    """Return what was given as tools, one by one, each with the name that it has there.

    Raises:
        ConfigurationError: it is nothing of that kind.
    """
    if isinstance(tools, Mapping) and not tools:
        return []
    if isinstance(tools, ToolSet) or callable(tools) or _is_definition(tools):
        return [(None, tools)]
    if isinstance(tools, Mapping):
        return list(tools.items())
    if isinstance(tools, Iterable) and not isinstance(tools, str | bytes):
        return [(None, each) for each in tools]
    raise ConfigurationError(
        "tools must be a ToolSet, a function, or a list of functions and definitions, "
        f"not {type(tools).__name__}"
    )


def _is_definition(given: Any) -> bool:
    """Return whether something is the definition of a tool, as the API has it."""
    # Nearly all are, and asking an abstract class takes as long as the rest.
    if type(given) is dict or isinstance(given, Mapping):
        return bool(given) and not any(map(callable, given.values()))
    dumps = callable(getattr(given, "model_dump", None))
    kinds = _api.Model | _api.UnknownObject
    return isinstance(given, kinds) or (dumps and not isinstance(given, type))


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
    except Exception as error:  # the object may be of any class of the user's
        raise ConfigurationError(
            f"the output of {tool_call_id} can't be written as JSON: {error}"
        ) from error


def _writing(function: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function whose result is written at once.

    It may be an iterator, which gives its items only once; and what can't be written is
    a failure of the call, like any other.
    """
    if inspect.iscoroutinefunction(function):

        async def call() -> str:
            return await _settled(await function())

        return call

    def call_plain() -> Any:
        found = function()
        is_here = not (inspect.isawaitable(found) or isinstance(found, AsyncIterable))
        return written(found) if is_here else _settled(found)

    return call_plain


async def _settled(found: Any) -> str:
    """Return the text of a result that may have to be awaited, or gathered.

    A function that is asynchronous itself may return what is still to be awaited.
    """
    for _ in range(_DEEPEST):
        if inspect.isawaitable(found):
            found = await found
    if isinstance(found, AsyncIterable):
        found = await gathered(found)
    return written(found)
