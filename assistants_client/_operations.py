"""The operations of the API as methods know them: names, ids, and what goes where."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import frozen

from . import _api
from ._call import OPTIONS, Call
from ._errors import ConfigurationError
from ._text import is_text, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class HasId(Protocol):
    """An object that has an id, such as a thread."""

    @property
    def id(self) -> str:
        """Give the id."""
        ...


@frozen
class Operation:
    """One operation, whose arguments are those of the function that builds its request.

    Attributes:
        module: its module in the generated package.
        gives: what its answer is, or the items of it, where that can be alive.
    """

    module: str
    gives: str | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Name its path arguments, in the order of the path."""
        return _arguments(self.module)[0]

    @property
    def query(self) -> frozenset[str]:
        """Name its query arguments."""
        return _arguments(self.module)[1]

    @property
    def body(self) -> bool:
        """Tell whether it has a body."""
        return _arguments(self.module)[2]


@cache
def _arguments(module: str) -> tuple[tuple[str, ...], frozenset[str], bool]:
    code = _api.endpoint(module).build_request.__code__
    ids = code.co_varnames[: code.co_argcount]
    named = code.co_varnames[len(ids) : len(ids) + code.co_kwonlyargcount]
    return ids, frozenset(named) - {"body"}, "body" in named


# What may be given as an object in a body or a query as well.
_IDS: Final = frozenset({"assistant_id", "run_id"})
OPERATIONS: Final[Mapping[str, Operation]] = {
    "assistants.create": Operation("assistants.create_assistant", "Assistant"),
    "assistants.retrieve": Operation("assistants.get_assistant", "Assistant"),
    "assistants.update": Operation("assistants.modify_assistant", "Assistant"),
    "assistants.list": Operation("assistants.list_assistants", "Assistant"),
    "assistants.delete": Operation("assistants.delete_assistant"),
    "threads.create": Operation("threads.create_thread", "Thread"),
    "threads.retrieve": Operation("threads.get_thread", "Thread"),
    "threads.update": Operation("threads.modify_thread", "Thread"),
    "threads.delete": Operation("threads.delete_thread"),
    "threads.create_and_run": Operation("runs.create_thread_and_run", "Run"),
    "threads.messages.create": Operation("messages.create_message", "Message"),
    "threads.messages.retrieve": Operation("messages.get_message", "Message"),
    "threads.messages.update": Operation("messages.modify_message", "Message"),
    "threads.messages.list": Operation("messages.list_messages", "Message"),
    "threads.messages.delete": Operation("messages.delete_message"),
    "threads.runs.create": Operation("runs.create_run", "Run"),
    "threads.runs.retrieve": Operation("runs.get_run", "Run"),
    "threads.runs.update": Operation("runs.modify_run", "Run"),
    "threads.runs.list": Operation("runs.list_runs", "Run"),
    "threads.runs.cancel": Operation("runs.cancel_run", "Run"),
    "threads.runs.submit_tool_outputs": Operation(
        "runs.submit_tool_outputs_to_run", "Run"
    ),
    "threads.runs.steps.retrieve": Operation("run_steps.get_run_step", "RunStep"),
    "threads.runs.steps.list": Operation("run_steps.list_run_steps", "RunStep"),
}


def make_call(
    operation: str,
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    parse: Callable[[Any], Any] | None = None,
) -> Call[Any]:
    """Make a call from the arguments of a method.

    Args:
        operation: a key of `OPERATIONS`.
        params: what was given by keyword: options, query arguments, and the rest for
            the body, whether the document knows it or not.
        ids: the path arguments by name, as ids or as objects that have one.
        parse: reads the answer, in place of generated code.

    Raises:
        ConfigurationError: an id is missing or none, or there is an argument that has
            no place.
    """
    endpoint = OPERATIONS[operation]
    module = _api.endpoint(endpoint.module)
    known = endpoint.query
    options: Any = {}
    query, rest = {}, {}
    for name, value in params.items():
        if name in OPTIONS:
            options[name] = value
        elif name not in known:
            rest[name] = id_of(name, value) if name in _IDS else value
        elif value is not None:
            query[name] = id_of(name, value) if name in _IDS else value
    path = [id_of(name, ids[name]) for name in endpoint.ids]
    if endpoint.body:
        request = module.build_request(*path, body=rest, **query)
    elif rest:
        unknown = ", ".join(sorted(rest))
        raise ConfigurationError(
            f"{operation} takes no {unknown}; extra_query= sends what it doesn't know"
        )
    else:
        request = module.build_request(*path, **query)
    return Call(
        operation=operation,
        request=request,
        parse=parse or module.parse_response,
        options=options,
        stream=bool(rest.get("stream")),
    )


def id_of(name: str, value: Any) -> str:
    """Give an id from an id or from an object that has one.

    Raises:
        ConfigurationError: there is none.
    """
    found = value.get("id") if isinstance(value, dict) else getattr(value, "id", value)
    if not isinstance(found, str) or found in ("", ".", "..") or not is_text(found):
        raise ConfigurationError(
            f"{name} must be an id, or an object that has one, not {_shown(value)}"
        )
    return found


def _shown(value: Any) -> str:
    if isinstance(value, str | int | None):
        return shortened(repr(value))
    return type(value).__name__
