"""The operations of the API as methods know them: names, ids, and what goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import frozen

from . import _api
from ._errors import ConfigurationError
from ._flows.calling import OPTIONS, Call
from ._text import is_text, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class HasId(Protocol):
    """An object that has an id, such as a thread."""

    @property
    def id(self) -> str:
        """Give the id."""
        ...


_PAGE: Final = ("limit", "order", "after", "before")


@frozen
class Endpoint:
    """One operation.

    Attributes:
        module: its module in the generated package.
        ids: the names of its path arguments, in the order of the path.
        query: the names of its query arguments.
        body: whether it has a body.
        gives: what its answer is, or the items of it, where that can be alive.
    """

    module: str
    ids: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    body: bool = False
    gives: str | None = None


# What may be given as an object in a body or a query as well.
_IDS: Final = frozenset({"assistant_id", "run_id"})
_THREAD, _RUN = ("thread_id",), ("thread_id", "run_id")
_MESSAGE, _STEP = ("thread_id", "message_id"), ("thread_id", "run_id", "step_id")
ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    "assistants.create": Endpoint(
        "assistants.create_assistant", body=True, gives="Assistant"
    ),
    "assistants.retrieve": Endpoint(
        "assistants.get_assistant", ("assistant_id",), gives="Assistant"
    ),
    "assistants.update": Endpoint(
        "assistants.modify_assistant", ("assistant_id",), body=True, gives="Assistant"
    ),
    "assistants.list": Endpoint(
        "assistants.list_assistants", query=_PAGE, gives="Assistant"
    ),
    "assistants.delete": Endpoint("assistants.delete_assistant", ("assistant_id",)),
    "threads.create": Endpoint("threads.create_thread", body=True, gives="Thread"),
    "threads.retrieve": Endpoint("threads.get_thread", _THREAD, gives="Thread"),
    "threads.update": Endpoint(
        "threads.modify_thread", _THREAD, body=True, gives="Thread"
    ),
    "threads.delete": Endpoint("threads.delete_thread", _THREAD),
    "threads.create_and_run": Endpoint(
        "runs.create_thread_and_run", body=True, gives="Run"
    ),
    "threads.messages.create": Endpoint(
        "messages.create_message", _THREAD, body=True, gives="Message"
    ),
    "threads.messages.retrieve": Endpoint(
        "messages.get_message", _MESSAGE, gives="Message"
    ),
    "threads.messages.update": Endpoint(
        "messages.modify_message", _MESSAGE, body=True, gives="Message"
    ),
    "threads.messages.list": Endpoint(
        "messages.list_messages", _THREAD, (*_PAGE, "run_id"), gives="Message"
    ),
    "threads.messages.delete": Endpoint("messages.delete_message", _MESSAGE),
    "threads.runs.create": Endpoint(
        "runs.create_run", _THREAD, ("include",), body=True, gives="Run"
    ),
    "threads.runs.retrieve": Endpoint("runs.get_run", _RUN, gives="Run"),
    "threads.runs.update": Endpoint("runs.modify_run", _RUN, body=True, gives="Run"),
    "threads.runs.list": Endpoint("runs.list_runs", _THREAD, _PAGE, gives="Run"),
    "threads.runs.cancel": Endpoint("runs.cancel_run", _RUN, gives="Run"),
    "threads.runs.submit_tool_outputs": Endpoint(
        "runs.submit_tool_outputs_to_run", _RUN, body=True, gives="Run"
    ),
    "threads.runs.steps.retrieve": Endpoint(
        "run_steps.get_run_step", _STEP, ("include",), gives="RunStep"
    ),
    "threads.runs.steps.list": Endpoint(
        "run_steps.list_run_steps", _RUN, (*_PAGE, "include"), gives="RunStep"
    ),
}


def make_call(
    operation: str,
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    parse: Callable[[Any], Any] | None = None,
) -> Call[Any]:
    """Make a call from the arguments of a method.

    Args:
        operation: a key of `ENDPOINTS`.
        params: what was given by keyword: options, query arguments, and the rest for
            the body, whether the document knows it or not.
        ids: the path arguments by name, as ids or as objects that have one.
        parse: reads the answer, in place of generated code.

    Raises:
        ConfigurationError: an id is missing or none, or there is an argument that has
            no place.
    """
    endpoint = ENDPOINTS[operation]
    options: Any = {}
    query, rest = {}, {}
    for name, value in params.items():
        if name in OPTIONS:
            options[name] = value
        elif name not in endpoint.query:
            rest[name] = id_of(name, value) if name in _IDS else value
        elif value is not None:
            query[name] = id_of(name, value) if name in _IDS else value
    module = _api.endpoint(endpoint.module)
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
