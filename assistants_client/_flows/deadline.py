"""Deadlines: when a flow has to end, whatever it is doing then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from .._effects import Emit, Log, Note, Progress, Sleep, TimeUp, Within

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._effects import Effect, Flow

T = TypeVar("T")

# What takes no time, so that a flow can still say how it ends.
_INSTANT = (Emit, Log, Note, Progress)


@frozen
class Deadline:
    """When something has to end.

    Attributes:
        clock: seconds, from any moment on, that never go back.
        started: when it began.
        seconds: how long it may take; None for no limit.
    """

    clock: Callable[[], float] = field(repr=False)
    started: float
    seconds: float | None

    @classmethod
    def of(cls, clock: Callable[[], float], seconds: float | None) -> Deadline:
        """Return the deadline of something that begins now."""
        return cls(clock, clock(), seconds)

    @property
    def waited(self) -> float:
        """Return how many seconds have passed."""
        return self.clock() - self.started

    @property
    def left(self) -> float | None:
        """Return how many seconds are left; None for no limit."""
        return None if self.seconds is None else self.seconds - self.waited


def within(flow: Flow[T], deadline: Deadline) -> Flow[T]:
    """Return a flow that does the same, until its deadline at most.

    Raises:
        TimeUp: the deadline has passed. It is raised within the flow first, which may
            then do what takes no time.
    """
    return flow if deadline.seconds is None else _within(flow, deadline)


def _within(flow: Flow[T], deadline: Deadline) -> Flow[T]:
    try:
        effect: Effect = next(flow)
        while True:
            try:
                result = yield from _cut_short(effect, deadline)
            except Exception as error:  # noqa: BLE001 - the flow decides what it means
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as stop:
        found: T = stop.value
        return found
    finally:
        flow.close()


def _cut_short(effect: Effect, deadline: Deadline) -> Flow[Any]:
    """Perform an effect as far as the time allows."""
    if isinstance(effect, _INSTANT):
        return (yield effect)
    left = deadline.left
    assert left is not None
    if left <= 0:
        raise TimeUp(begun=False)
    if isinstance(effect, Sleep):
        if effect.seconds < left:
            return (yield effect)
        yield Sleep(left)
        raise TimeUp(begun=False)
    return (yield Within(effect, left))
