"""A way to call an operation, to be carried out to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import field, frozen

import assistants_client
from assistants_client import _api
from harness.either_client import entered, listed, settled

if TYPE_CHECKING:
    from collections.abc import Callable

Ids: TypeAlias = dict[str, str]
Arguments: TypeAlias = "Callable[[Ids, str], dict[str, Any]]"
MOST = 2000
"""How many items or events a call may give before it counts as endless."""
CREATING = (
    *("assistants.create", "threads.create", "threads.messages.create"),
    *("threads.runs.create", "threads.create_and_run"),
)
"""What makes something; the others change, read or take away what is there."""


class EndlessError(AssertionError):
    """A list or a stream gives ever more."""


@frozen
class Task:
    """What to call a method with.

    Attributes:
        ids: of what it is about, by the names of arguments.
        tag: by which the server knows whose doing something was.
        max_wait: seconds to wait for a run.
    """

    ids: Ids
    tag: str
    max_wait: float


@frozen
class Form:
    """A way to call an operation.

    Attributes:
        name: the method, and what is said to it that makes a difference.
        operation: the key of `OPERATIONS` of the request that goes out first.
        kind: what it does, such as "read" or "stream".
        path: the method, from the client.
        gives: the name of the class of the result, of its items, or "events".
        later: the operations of the requests that may follow.
    """

    name: str
    operation: str
    kind: str
    path: str
    gives: str
    arguments: Arguments = field(repr=False)
    later: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        # Functions don't go from one process to another, but names do.
        from harness.faults.forms import form_named

        return form_named, (self.name,)

    @property
    def creates(self) -> bool:
        return self.operation in CREATING

    @property
    def method(self) -> str:
        verb = self.operation.rpartition(".")[2]
        return {"retrieve": "GET", "list": "GET", "delete": "DELETE"}.get(verb, "POST")

    @property
    def reads_events(self) -> bool:
        return self.kind in ("stream", "follow")

    @property
    def several(self) -> bool:
        return self.kind in ("pages", "wait") or bool(self.later)

    @property
    def waits(self) -> bool:
        """Return whether it may poll a run."""
        return self.kind == "wait" or "resume=True" in self.name

    def begin(self, client: Any, task: Task) -> Any:
        """Call the method."""
        method = client
        for part in self.path.split("."):
            method = getattr(method, part)
        more = {"max_wait": task.max_wait} if self.waits else {}
        return method(**self.arguments(task.ids, task.tag), **more)


async def carry_out(form: Form, client: Any, task: Task) -> Any:
    """Call something of either client, and take all that comes of it."""
    found = form.begin(client, task)
    match form.kind:
        case "pages":
            return bounded(await listed(found, MOST))
        case "stream":
            async with entered(found) as stream:
                return bounded(await listed(stream, MOST))
        case "follow":
            async with entered(found) as handler:
                events = bounded(await listed(handler, MOST))
                await settled(handler.get_final_run())
                return events
        case "raw":
            return (await settled(found)).parse()
        case "unread":
            async with entered(found) as response:
                return await settled(response.parse())
    return await settled(found)


def bounded(items: list[Any]) -> list[Any]:
    """Return the items.

    Raises:
        EndlessError: there are too many.
    """
    if len(items) >= MOST:
        raise EndlessError(f"{MOST} items, and still more")
    return items


def class_of(name: str, *, asynchronous: bool) -> type[Any]:
    if name.startswith("Delete"):
        found: Any = getattr(_api, name)
    else:
        found = getattr(assistants_client, f"Async{name}" if asynchronous else name)
    assert isinstance(found, type)
    return found
