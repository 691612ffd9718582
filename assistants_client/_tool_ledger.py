"""What has become of the tool calls of a run, so that none is acted on twice.

A run can go on asking for calls that were answered: where what the server reads lags
behind what it writes, where a submission failed, or where a stream was cut. So whatever
follows a run asks here what is left to be done.
"""

from __future__ import annotations

import inspect
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from attrs import define

from ._locks import lock_of, locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# How many times a run may ask for what was submitted, where it is unknown whether that
# arrived, before the server is asked whether it did.
_LOOKS: Final = 2
# Seconds that a server may lag behind itself; doubled each time that it does.
_LAG: Final = 10.0


class InterruptedCall(Exception):  # noqa: N818 - it is the outcome of a call
    """A call was interrupted; it is not made again."""


class Due(Enum):
    """What is to be done about the calls that a run asks for."""

    PERFORM = "some are new"
    SUBMIT = "all are done, and not submitted"
    CHECK = "they were submitted, but the server may not have them"
    WAIT = "others are at it, or the server is late"


class Turn(Enum):
    """Why outputs are to be submitted."""

    FIRST = "they never were"
    UNSURE = "they were, but whether they arrived is unknown"
    LATE = "they were, but the run goes on asking for them"


class _State(Enum):
    CLAIMED = "somebody is about to perform it"
    BEGUN = "it is being performed"
    DONE = "it has an outcome"
    SUBMITTING = "its outcome is on its way"
    UNCONFIRMED = "its outcome was sent; whether it arrived is unknown"
    SUBMITTED = "the server has its outcome"


_UNDER_WAY = {_State.CLAIMED, _State.BEGUN, _State.SUBMITTING}


@define
class _Entry:
    state: _State
    outcome: Any = None
    since: float = 0.0
    lag: float = _LAG
    looks: int = 0
    failures: int = 0
    cuts: int = 0


class ToolLedger:
    """The tool calls of one run, by their ids, and what has become of each.

    It is kept by all that follow the run, in whichever thread.
    """

    def __init__(self) -> None:
        """Begin, with no call."""
        self._lock = lock_of(self)
        self._entries: dict[str, _Entry] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # What goes on in this process goes on in no other.
        return ToolLedger, ()

    @locked
    def due(self, ids: Iterable[str], now: float) -> Due:
        """Return what is to be done about the calls that a run asks for.

        Args:
            ids: the calls.
            now: the time, in seconds by the clock of whoever follows the run.
        """
        entries = [self._entries.get(each) for each in ids]
        known = [each for each in entries if each is not None]
        if len(known) < len(entries):
            return Due.PERFORM
        states = {each.state for each in known}
        if states & _UNDER_WAY:
            return Due.WAIT
        if _State.DONE in states:
            return Due.SUBMIT
        late = [_is_late(each, now) for each in known]
        return Due.CHECK if any(late) else Due.WAIT

    @locked
    def claim(self, ids: Iterable[str]) -> list[str]:
        """Return the calls that nobody has begun; they are the caller's to perform."""
        new = [each for each in ids if each not in self._entries]
        for each in new:
            self._entries[each] = _Entry(_State.CLAIMED)
        return new

    @locked
    def begin(self, call_id: str) -> None:
        """Note that a call is being performed."""
        entry = self._entries.setdefault(call_id, _Entry(_State.BEGUN))
        if entry.state is _State.CLAIMED:
            entry.state = _State.BEGUN

    @locked
    def finish(self, call_id: str, outcome: Any) -> None:
        """Note what a call returned, or the exception that it raised.

        The first outcome stays: a call that took too long is over. But that a call was
        interrupted says less than why.
        """
        entry = self._entries.setdefault(call_id, _Entry(_State.BEGUN))
        interrupted = isinstance(entry.outcome, InterruptedCall)
        done = entry.state is _State.DONE and interrupted
        if done or entry.state in (_State.CLAIMED, _State.BEGUN):
            entry.state, entry.outcome = _State.DONE, outcome

    def noting(self, call_id: str, function: Callable[[], Any]) -> Callable[[], Any]:
        """Return a function that notes when a call begins, and how it ends.

        It does so wherever it runs, also where nobody waits for it any more.
        """

        async def awaited(found: Any) -> Any:
            try:
                outcome = await found
            except BaseException as error:
                self.finish(call_id, _outcome_of(error))
                raise
            self.finish(call_id, outcome)
            return outcome

        def noted() -> Any:
            self.begin(call_id)
            try:
                outcome = function()
            except BaseException as error:
                self.finish(call_id, _outcome_of(error))
                raise
            if inspect.isawaitable(outcome):
                return awaited(outcome)
            self.finish(call_id, outcome)
            return outcome

        async def noted_async() -> Any:
            return await noted()

        return noted_async if inspect.iscoroutinefunction(function) else noted

    @locked
    def release(self, ids: Iterable[str]) -> list[str]:
        """Abandon calls; return those that go on, as they had begun.

        Somebody else may perform the others.
        """
        going_on = []
        for each in ids:
            entry = self._entries.get(each)
            if entry is not None and entry.state is _State.CLAIMED:
                del self._entries[each]
            elif entry is not None and entry.state is _State.BEGUN:
                going_on.append(each)
        return going_on

    @locked
    def outcomes(self, ids: Iterable[str]) -> dict[str, Any]:
        """Return the outcomes of calls, as far as there are any."""
        held = {each: self._entries.get(each) for each in ids}
        return {
            key: entry.outcome
            for key, entry in held.items()
            if entry is not None and entry.state not in (_State.CLAIMED, _State.BEGUN)
        }

    @locked
    def take(self, ids: Iterable[str], now: float) -> Turn | None:
        """Begin to submit the outcomes of calls; return whether that is due, and why.

        It isn't where somebody else is at it, or has been meanwhile.
        """
        found = [self._entries.get(each) for each in ids]
        entries = [each for each in found if each is not None]
        states = {each.state for each in entries}
        if len(entries) < len(found) or states & _UNDER_WAY:
            return None
        late = [_is_late(each, now) for each in entries]
        if _State.DONE in states:
            turn = Turn.FIRST
        elif any(late):
            turn = Turn.UNSURE if _State.UNCONFIRMED in states else Turn.LATE
        else:
            return None
        for each in entries:
            each.state = _State.SUBMITTING
        return turn

    @locked
    def failed(self, ids: Iterable[str]) -> int:
        """Note that a server failed on the outcomes of calls; return how often."""
        entries = [self._entries[each] for each in ids]
        for each in entries:
            each.failures += 1
        return max((each.failures for each in entries), default=0)

    def submitted(self, ids: Iterable[str], now: float, *, surely: bool = True) -> None:
        """Note that outcomes were submitted, at the time `now`.

        Args:
            ids: the calls.
            now: the time.
            surely: whether the server has said that it has them.
        """
        state = _State.SUBMITTED if surely else _State.UNCONFIRMED
        self._move(ids, state, now)

    @locked
    def cut(self, ids: Iterable[str], now: float) -> None:
        """Note that a stream was cut before it said anything of outputs.

        The first time, one look at the run suffices to find that it doesn't have them.
        """
        for each in ids:
            entry = self._entries[each]
            if entry.state is _State.SUBMITTED:
                entry.state, entry.since = _State.UNCONFIRMED, now
                entry.looks = 0 if entry.cuts else _LOOKS
                entry.cuts += 1

    def not_submitted(self, ids: Iterable[str]) -> None:
        """Note that the server doesn't have the outcomes of calls."""
        self._move(ids, _State.DONE)

    @locked
    def still_late(self, ids: Iterable[str], now: float) -> None:
        """Note that the server has the outcomes of calls, but goes on asking."""
        for each in ids:
            entry = self._entries[each]
            entry.lag *= 2
            entry.state, entry.since, entry.looks = _State.SUBMITTED, now, 0

    @locked
    def answered(self, outputs: Iterable[Mapping[str, Any]], now: float) -> None:
        """Note outputs that somebody submitted without this ledger."""
        for each in outputs:
            key = each.get("tool_call_id")
            if isinstance(key, str):
                output = each.get("output")
                self._entries[key] = _Entry(_State.SUBMITTED, output, since=now)

    @locked
    def _move(self, ids: Iterable[str], state: _State, now: float = 0.0) -> None:
        for each in ids:
            entry = self._entries[each]
            entry.state, entry.since, entry.looks = state, now, 0


def _is_late(entry: _Entry, now: float) -> bool:
    """Return whether a run asks for a call for longer than can be explained."""
    if entry.state is _State.UNCONFIRMED:
        entry.looks += 1
        return entry.looks > _LOOKS
    return now - entry.since >= entry.lag


def _outcome_of(error: BaseException) -> BaseException:
    """Return what a call comes to that ended with an exception."""
    import asyncio

    if isinstance(error, KeyboardInterrupt | GeneratorExit | asyncio.CancelledError):
        # It was carried out in part, so it must not be made again.
        return InterruptedCall("it was interrupted, and may be carried out in part")
    return error
