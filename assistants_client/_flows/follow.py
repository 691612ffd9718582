"""Follow a run by the events of its streams, through tool calls and broken streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from attrs import frozen

from .. import _api
from .._effects import Emit, Note, Sleep, TimeUp
from .._errors import APIStatusError, AssistantsError, StreamInterrupted
from .._events.catch_up import catch_up
from .._text import word
from . import submission
from .deadline import Deadline, within
from .outages import through_outages
from .poll import Seen, Stop, polling, timed_out
from .poll_policy import Pauses
from .receive import receive, received
from .tool_calls import unknown_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._api import RunObject
    from .._call import CallResult
    from .._effects import Flow
    from .._events.accumulate import Accumulated
    from .._events.snapshots import Snapshots
    from ..tools import ToolSet
    from .actions import Actions
    from .poll_policy import PollPolicy
    from .receive import Break

T = TypeVar("T")

# What a server answers that doesn't have an operation.
_MISSING = (404, 405, 501)


class Calls(submission.Calls, Protocol):
    """The calls that following a run takes."""

    def messages(self, run: RunObject, steps: Iterable[Any] = ()) -> Flow[list[Any]]:
        """Return all messages of the run, the first one first."""
        ...

    def newest(self, thread_id: str) -> Flow[Any]:
        """Return the newest run of a thread; None if it has none."""
        ...

    def named(self) -> Any:
        """Return the run that the method was called with; None if it is a new one."""
        ...

    def live(self, kind: str, data: Any) -> Any:
        """Return the live object of JSON data; None stays None."""
        ...


@frozen(kw_only=True)
class Plan:
    """What to do where a stream alone doesn't lead to the end of the run.

    Attributes:
        calls: the calls of the run.
        policy: how to poll it, where that has to be.
        actions: does what a run requires; None where the stream ends there.
        resume: whether a run whose stream broke off is polled; else that raises.
        deadline: when all has to end; None where only polling has an end.
        given: the functions that a run that begins should know.
        submitted: the ids of the calls whose outputs the stream begins with.
    """

    calls: Calls
    policy: PollPolicy
    actions: Actions | None = None
    resume: bool = False
    deadline: Deadline | None = None
    given: ToolSet | None = None
    submitted: frozenset[str] = frozenset()


def follow_run(first: CallResult[Any], snapshots: Snapshots, plan: Plan) -> Flow[None]:
    """Emit the events of a run, until it has ended or waits for somebody else.

    Args:
        first: the response that the stream begins with.
        snapshots: where events are accumulated. Only this flow changes them; each
            event is in them when it is emitted.
        plan: what to do where the stream ends early, or the run requires an action.

    Raises:
        StreamInterrupted: the stream broke off, and nothing is to be done about it.
        RunTimeout: the time is up.
        DecodeError: the response is no stream.
        ToolError: a tool failed, and that is to be raised.
        APIError: an event is an error, or a call failed.
    """
    following = _Following(first, snapshots, plan)
    try:
        yield from within(following.run(), following.deadline)
    except TimeUp as up:
        if snapshots.ended and not following.is_polling:
            # Nothing but the word that it is over was missing.
            return
        calls = plan.calls
        error = yield from timed_out(
            following.known, calls.cancel, following.deadline, plan.policy, up
        )
        raise following.completed(error) from up.__cause__
    except AssistantsError as error:
        following.completed(error)
        raise


class _Following:
    """The state of following one run.

    Attributes:
        deadline: when all has to end.
        is_polling: whether the run is polled, or was, and what it wrote is read.
    """

    def __init__(
        self, first: CallResult[Any], snapshots: Snapshots, plan: Plan
    ) -> None:
        clock = plan.policy.clock
        self.deadline = plan.deadline or Deadline.of(clock, None)
        self.is_polling = False
        self._first = first
        self._snapshots = snapshots
        self._plan = plan
        self._calls = plan.calls
        # What required the last action, and the run as it was right after that.
        self._acted: Any = None
        self._since: Any = None

    @property
    def known(self) -> Any:
        """Return the run as the stream had it last, or else as it was asked for."""
        run = self._calls.live("Run", self._snapshots.run)
        return run if run is not None else self._calls.named()

    def completed(self, error: T) -> T:
        """Return an error with what is known of the run."""
        found: Any = error
        if found.run is None:
            found.run = self.known
        if not found.messages:
            found.messages = [*self._live("Message", self._snapshots.messages)]
        return error

    def run(self) -> Flow[None]:
        """Emit the events of the run."""
        snapshots, plan = self._snapshots, self._plan
        result: CallResult[Any] | None = self._first
        while True:
            if result is not None:
                clock = plan.policy.clock
                broken = yield from receive(result, self._first, snapshots, clock)
                if broken is not None:
                    yield from self._go_on(result, broken)
            if not snapshots.requires_action or plan.actions is None:
                break
            run = self.known
            if not plan.actions.handles(run):
                break
            result = yield from plan.actions.act(run, stream=True)
            snapshots.outputs_submitted()
            self._acted, self._since = run, snapshots.run
            if result is None:
                # The run still asks for what was answered, or somebody else is at it.
                yield Sleep(Pauses(plan.policy, self.deadline).next())
                yield from self._poll(run)
        if plan.given is not None and snapshots.run is not None:
            unknown = unknown_to(self.known, plan.given)
            if unknown is not None:
                yield unknown

    def _go_on(self, result: CallResult[Any], broken: Break) -> Flow[None]:
        """Go on where a stream ended before its run, or was none.

        Raises:
            StreamInterrupted: nothing is to be done about it.
        """
        snapshots = self._snapshots
        waits = snapshots.ended or snapshots.requires_action
        if broken.objects is None:
            if waits:
                return
            actions = self._plan.actions
            if actions is not None and self._acted and snapshots.run is self._since:
                actions.cut(self._acted)
            if not self._plan.resume:
                raise self._interrupted(result, broken)
        elif waits and snapshots.run is not None:
            yield from self._poll(None, broken.objects)
            return
        known = self.known
        if known is None and snapshots.thread is not None:
            # The thread was created for this run.
            thread_id = str(snapshots.thread.get("id"))
            calls = self._calls
            known = yield from through_outages(lambda: calls.newest(thread_id))
        if known is None:
            yield from self._emit(None, [], [], broken.objects or ())
            raise self._interrupted(result, broken)
        yield Note(f"the stream broke off ({broken.why}); polling the run")
        yield from self._poll(known, broken.objects or ())

    def _poll(
        self, known: RunObject | None, objects: Iterable[dict[str, Any]] = ()
    ) -> Flow[None]:
        """Poll the run until it ends or somebody has to act; emit what was missed.

        Args:
            known: the run; None if it need not be polled.
            objects: messages and steps that came already.
        """
        plan = self._plan
        self.is_polling = True
        if plan.deadline is None:
            self.deadline = Deadline.of(plan.policy.clock, plan.policy.max_wait)
            yield from within(self._polled(known, objects), self.deadline)
        else:
            yield from self._polled(known, objects)
        self.is_polling = False

    def _polled(
        self, known: RunObject | None, objects: Iterable[dict[str, Any]]
    ) -> Flow[None]:
        calls = self._calls
        if known is None:
            run = self.known
        else:
            run = yield from polling(
                lambda: through_outages(lambda: calls.retrieve(known)),
                calls.retrieve,
                self._plan.policy,
                self._look,
                self.deadline,
                Seen(known),
            )
        steps = yield from _listed(lambda: calls.steps(run))
        messages = yield from _listed(lambda: calls.messages(run, steps))
        yield from self._emit(run.to_dict(), _data(steps), _data(messages), objects)

    def _look(self, run: RunObject) -> Flow[Stop | None]:
        """Go on polling where there is nothing to do about what a run requires."""
        yield Note("the run requires an action")
        actions = self._plan.actions
        if actions is None or not actions.handles(run) or actions.is_due(run):
            return Stop.STOP
        return None

    def _emit(
        self,
        run: dict[str, Any] | None,
        steps: list[dict[str, Any]],
        messages: list[dict[str, Any]],
        objects: Iterable[dict[str, Any]],
    ) -> Flow[None]:
        """Emit what was missed of the run, its steps and its messages."""
        for each in objects:
            held = steps if "step_details" in each else messages
            if each.get("id") not in {one.get("id") for one in held}:
                held.append(each)
        missed = catch_up(self._snapshots, run, steps, messages)
        yield Emit(received(event, None, self._snapshots) for event in [*missed])

    def _live(self, kind: str, held: dict[str, Accumulated]) -> Iterable[Any]:
        return (self._calls.live(kind, each.snapshot()) for each in held.values())

    def _interrupted(self, result: CallResult[Any], broken: Break) -> StreamInterrupted:
        snapshots = self._snapshots
        what = "nothing is known of its run"
        if snapshots.run is not None:
            run_id, status = word(snapshots.run.get("id")), word(snapshots.status)
            what = f"run {run_id} was {status}"
        error = StreamInterrupted(
            result.secrets.redact(f"the stream broke off: {broken.why}; {what}"),
            request=result.request,
            operation=result.call.operation,
            request_id=result.request_id,
            attempts=result.attempts,
            run=self.known,
            messages=self._live("Message", snapshots.messages),
            steps=self._live("RunStep", snapshots.steps),
            timed_out=broken.timed_out,
        )
        error.__cause__ = broken.cause
        return error


def _listed(call: Callable[[], Flow[list[Any]]]) -> Flow[list[Any]]:
    """Return the items of a list; none where the server has no such list."""
    try:
        return (yield from through_outages(call))
    except APIStatusError as error:
        if error.status_code in _MISSING:
            return []
        raise


def _data(objects: Iterable[object]) -> list[dict[str, Any]]:
    return [each.to_dict() for each in objects if isinstance(each, _api.Model)]
