"""All ways to call the operations of assistants, threads and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_client import ToolSet
from assistants_client._operations import OPERATIONS
from harness.faults.operations import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.faults.operations import Arguments, Ids


def add(a: int = 1) -> int:
    """Add one to a number."""
    return a + 1


TOOLS = ToolSet([add])
QUESTION = {"role": "user", "content": "How high is it?"}


def _named(*names: str, **others: Any) -> Arguments:
    """Make arguments of ids, and of what is always the same."""
    return lambda ids, tag: {**{name: ids[name] for name in names}, **others}


def _tagged(*names: str, **others: Any) -> Arguments:
    """Make arguments by which the server remembers whose doing it was."""
    plain = _named(*names, **others)
    return lambda ids, tag: {**plain(ids, tag), "metadata": {"cell": tag}}


def _outputs(**others: Any) -> Arguments:
    return lambda ids, tag: {
        "thread_id": ids["thread_id"],
        "run_id": ids["run_id"],
        "tool_outputs": [{"tool_call_id": ids["tool_call_id"], "output": "98 m"}],
        **others,
    }


def _thread_and_run(**others: Any) -> Arguments:
    def arguments(ids: Ids, tag: str) -> dict[str, Any]:
        metadata = {"cell": tag}
        return {
            "assistant_id": ids["assistant_id"],
            "thread": {"messages": [QUESTION], "metadata": metadata},
            "metadata": metadata,
            **others,
        }

    return arguments


_THREAD, _RUN = ("thread_id",), ("thread_id", "run_id")
_MESSAGE = ("thread_id", "message_id")
_NEW_RUN = ("thread_id", "assistant_id")
PAGE = 2
"""How many items a page has, so that a list takes several."""
PLAIN: dict[str, Arguments] = {
    "assistants.create": _tagged(model="m"),
    "assistants.retrieve": _named("assistant_id"),
    "assistants.update": _named("assistant_id", name="Surveyor"),
    "assistants.list": lambda ids, tag: {
        "limit": PAGE,
        "after": ids["newest_assistant"],
    },
    "assistants.delete": _named("assistant_id"),
    "threads.create": _tagged(messages=[QUESTION]),
    "threads.retrieve": _named(*_THREAD),
    "threads.update": _named(*_THREAD, metadata={"colour": "blue"}),
    "threads.delete": _named(*_THREAD),
    "threads.create_and_run": _thread_and_run(),
    "threads.messages.create": _tagged(*_THREAD, **QUESTION),
    "threads.messages.retrieve": _named(*_MESSAGE),
    "threads.messages.update": _named(*_MESSAGE, metadata={"colour": "blue"}),
    "threads.messages.list": _named(*_THREAD, limit=PAGE),
    "threads.messages.delete": _named(*_MESSAGE),
    "threads.runs.create": _tagged(*_NEW_RUN),
    "threads.runs.retrieve": _named(*_RUN),
    "threads.runs.update": _named(*_RUN, metadata={"colour": "blue"}),
    "threads.runs.list": _named(*_THREAD, limit=PAGE),
    "threads.runs.cancel": _named(*_RUN),
    "threads.runs.submit_tool_outputs": _outputs(),
    "threads.runs.steps.retrieve": _named(*_RUN, "step_id"),
    "threads.runs.steps.list": _named(*_RUN, limit=PAGE),
}
_KINDS = {"create": "create", "create_and_run": "create", "retrieve": "read"}
_KINDS |= {"update": "change", "cancel": "change", "submit_tool_outputs": "change"}
_LOOKS = ("threads.runs.retrieve",)
_TURNS = (*_LOOKS, "threads.runs.submit_tool_outputs", "threads.runs.cancel")
_RESUMED = (
    *_TURNS,
    *("threads.runs.steps.list", "threads.messages.list", "threads.runs.list"),
)


def _all() -> Iterator[Form]:
    for name, arguments in PLAIN.items():
        verb = name.rpartition(".")[2]
        gives = OPERATIONS[name].kind
        listed = verb == "list"
        kind = _KINDS.get(verb, verb)
        yield Form(name, name, kind, name, "Page" if listed else gives, arguments)
        if listed:
            yield Form(f"{name} iterated", name, "pages", name, gives, arguments)
        for way, kind in (("raw", "raw"), ("streaming", "unread")):
            home, _, last = name.rpartition(".")
            path = f"{home}.with_{way}_response.{last}"
            given = "Page" if listed else gives
            yield Form(f"{name} {kind}", name, kind, path, given, arguments)
    yield from _streamed()
    yield from _waited()


def _streamed() -> Iterator[Form]:
    for name, arguments in {
        "threads.runs.create": _tagged(*_NEW_RUN, stream=True),
        "threads.create_and_run": _thread_and_run(stream=True),
        "threads.runs.submit_tool_outputs": _outputs(stream=True),
    }.items():
        yield Form(f"{name} stream=True", name, "stream", name, "events", arguments)
    patience: Any = {"resume": True}
    for path, name, make in (
        ("threads.runs.stream", "threads.runs.create", _new_run),
        *_FOLLOWED,
    ):
        yield Form(path, name, "follow", path, "events", make())
        yield Form(
            *(f"{path} resume=True", name, "follow", path, "events"),
            *(make(**patience), _RESUMED),
        )
        yield Form(
            *(f"{path} tools=", name, "follow", path, "events"),
            *(make(tools=TOOLS), _TURNS),
        )


def _waited() -> Iterator[Form]:
    runs = "threads.runs."
    for path, name, make in (
        (f"{runs}poll", f"{runs}retrieve", _old_run),
        (f"{runs}create_and_poll", f"{runs}create", _new_run),
        ("threads.create_and_run_poll", "threads.create_and_run", _thread_and_run),
        (f"{runs}submit_tool_outputs_and_poll", f"{runs}submit_tool_outputs", _outputs),
    ):
        yield Form(path, name, "wait", path, "Run", make(), _LOOKS)
        yield Form(
            f"{path} tools=", name, "wait", path, "Run", make(tools=TOOLS), _TURNS
        )


def _new_run(**others: Any) -> Arguments:
    return _tagged(*_NEW_RUN, **others)


def _old_run(**others: Any) -> Arguments:
    return _named(*_RUN, **others)


_FOLLOWED: tuple[tuple[str, str, Callable[..., Arguments]], ...] = (
    ("threads.create_and_run_stream", "threads.create_and_run", _thread_and_run),
    (
        "threads.runs.submit_tool_outputs_stream",
        "threads.runs.submit_tool_outputs",
        _outputs,
    ),
)


FORMS: tuple[Form, ...] = tuple(_all())
"""All of them: each operation by itself, its whole answers, lists, streams, waits."""


def form_named(name: str) -> Form:
    return next(form for form in FORMS if form.name == name)
