"""Do what a run requires, each call once: perform, ask for approval, submit."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .._effects import Invocation, Invoke, InvokeAll, Log, Note, Overdue, TimeUp
from .._errors import APIError
from .._outputs import failure_text
from .._run_errors import ToolError, run_error
from .._text import shortened
from .._tool_ledger import Due
from .submission import Submission
from .tool_calls import (
    APPROVALS,
    FUNCTIONS,
    action_of,
    approval_of,
    name_of,
    output_of,
    raised,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._api import RunObject
    from .._call import CallResult
    from .._effects import Flow
    from .._tool_ledger import ToolLedger
    from ..tools import ToolSet
    from .submission import Calls
    from .tool_calls import Action


class Actions:
    """Does what a run requires, as far as somebody said how."""

    def __init__(
        self,
        calls: Calls,
        ledger: ToolLedger,
        clock: Callable[[], float],
        *,
        tools: ToolSet | None = None,
        on_approval: Callable[[Any], Any] | None = None,
    ) -> None:
        """Prepare.

        Args:
            calls: the calls of the run.
            ledger: what has become of its tool calls.
            clock: seconds, from any moment on, that never go back.
            tools: the functions that may be called; None to leave that to the caller.
            on_approval: decides whether a call may be made; likewise.
        """
        self._calls = calls
        self._ledger = ledger
        self._clock = clock
        self._submission = Submission(calls, ledger, clock)
        self._tools = tools
        self._on_approval = on_approval

    def handles(self, run: RunObject) -> bool:
        """Return whether this is to act; where not, the caller of the method has to.

        Raises:
            RunRequiresAction: nobody said how to do what the run requires.
        """
        action = action_of(run)
        if action.kind == FUNCTIONS:
            return self._tools is not None and bool(action.calls)
        has_ids = action.ids and len(action.ids) == len(action.calls)
        if action.kind == APPROVALS and has_ids and self._on_approval is not None:
            return True
        if action.kind and (self._tools is not None or self._on_approval is not None):
            raise run_error(run)
        return False

    def is_due(self, run: RunObject) -> bool:
        """Return whether there is anything to do yet about what a run requires."""
        return self._ledger.due(action_of(run).ids, self._clock()) is not Due.WAIT

    def cut(self, run: RunObject) -> None:
        """Note that the stream of a submission was cut before its first event.

        Args:
            run: the run, as it was when it required the action.
        """
        self._ledger.cut(action_of(run).ids, self._clock())

    def act(
        self, run: RunObject, *, stream: bool = False
    ) -> Flow[CallResult[Any] | None]:
        """Perform the calls of a run that are new, and submit the outputs of all.

        Where the run asks for calls that were answered, or that somebody else is at,
        nothing is done. Where submitting fails in a way that leaves open whether it
        succeeded, the run tells: it still asks for them, or doesn't.

        If this is interrupted, by a cancelled task or from the keyboard, the run waits
        on until it expires; the logger `assistants_client` says so.

        Args:
            run: a run that requires action.
            stream: whether the response is to be a stream of events.

        Raises:
            ToolError: a tool failed, and failures are to be raised; the run is
                cancelled.
            APIError: the server refuses the outputs.
        """
        action = action_of(run)
        ids = action.ids
        try:
            if action.kind == FUNCTIONS:
                yield from self.perform(run)
            else:
                yield from self._decide(action)
            turn = self._ledger.take(ids, self._clock())
            if turn is None:
                return None
            body = self._body(run, action)
        except ToolError as error:
            # Otherwise it would wait until it expires, and lock its thread meanwhile.
            try:
                yield from self._calls.cancel(run)
            except APIError as failed:
                error.add_note(f"the run could not be cancelled, and waits: {failed}")
            raise
        except GeneratorExit:
            # This is an interruption; nothing more can be sent from here.
            self._calls.leave(run)
            raise
        return (yield from self._submission.submit(run, ids, body, turn, stream=stream))

    def perform(self, run: RunObject) -> Flow[None]:
        """Perform the calls of functions that nobody has begun.

        Raises:
            ToolError: one can't be performed, and failures are to be raised.
        """
        tools = self._tools
        assert tools is not None
        action = action_of(run)
        calls = action.calls
        if len(action.ids) < len(calls):
            raise _without_id(run, action)
        ambiguous = _of_one_id(calls)
        if ambiguous is not None:
            raise _ambiguous(run, ambiguous)
        new = self._ledger.claim(action.ids)
        if not new:
            return
        mine = [each for each in calls if each.id in new]
        names = ", ".join(str(name_of(call)) for call in mine)
        yield Note(f"the run asks for {len(mine)} tool calls: {names}")
        begun: dict[str, Invocation] = {}
        try:
            for call in mine:
                bound = self._bound(call, tools, run)
                if isinstance(bound, ToolError):
                    yield _failure(call, bound)
                    self._ledger.finish(call.id, bound)
                else:
                    begun[call.id] = bound
            results: list[Any] = []
            if begun:
                results = yield InvokeAll(tuple(begun.values()))
            by_id = dict(zip(begun, results, strict=True))
            for call in mine:
                yield from self._note(call, by_id.get(call.id))
        except TimeUp:
            left = self._ledger.release(new)
            going_on = [each for each in mine if each.id in left]
            threads = [each for each in going_on if not _is_async(begun[each.id])]
            if threads:
                yield Log("warning", _left_behind(threads, "the time to wait is up"))
            raise
        finally:
            self._ledger.release(new)

    def outputs(self, run: RunObject) -> list[Any]:
        """Return the outputs of the calls that a run asks for, in their order.

        Raises:
            ToolError: a call failed, and failures are to be raised.
        """
        assert self._tools is not None
        action = action_of(run)
        outcomes = self._ledger.outcomes(action.ids)
        return [
            output_of(call, outcomes[call.id], self._tools, run)
            for call in action.calls
            if call.id in outcomes
        ]

    def _bound(self, call: Any, tools: ToolSet, run: RunObject) -> Any:
        """Return what performs a call and notes its outcome, or why nothing can."""
        function = getattr(call, "function", None)
        try:
            bound = tools.invocation(
                name_of(call), getattr(function, "arguments", None)
            )
        except ToolError as error:
            if tools.on_error == "raise":
                raise raised(error, call, run) from error.__cause__
            return error
        function = self._ledger.noting(call.id, bound.function)
        return bound.of(function, tool=name_of(call) or "", call_id=call.id)

    def _note(self, call: Any, result: Any) -> Flow[None]:
        """Note the result of a call that took too long, and log a failure."""
        if isinstance(result, Overdue):
            name = str(name_of(call))
            self._ledger.finish(call.id, ToolError(f"{name}: {result}", tool=name))
            if result.left_behind:
                yield Log("warning", _left_behind([call], str(result)))
        if isinstance(result, BaseException):
            # One that looked like an interruption was none: somebody waited for it.
            self._ledger.finish(call.id, result)
            yield _failure(call, result)

    def _decide(self, action: Action) -> Flow[None]:
        """Ask whether calls may be made, those that nobody was asked about."""
        on_approval = self._on_approval
        assert on_approval is not None
        for call in action.calls:
            if not self._ledger.claim([call.id]):
                continue
            try:
                decision = yield Invoke(_asking(on_approval, call))
                self._ledger.finish(call.id, approval_of(call, decision))
            finally:
                self._ledger.release([call.id])

    def _body(self, run: RunObject, action: Action) -> dict[str, Any]:
        """Return what is submitted; where it can't be, leave that to others."""
        try:
            if action.kind == FUNCTIONS:
                return {"tool_outputs": self.outputs(run)}
            outcomes = self._ledger.outcomes(action.ids)
            return {"tool_approvals": [outcomes[each] for each in action.ids]}
        except ToolError:
            self._ledger.not_submitted(action.ids)
            raise


def _asking(on_approval: Callable[[Any], Any], call: Any) -> Callable[[], Any]:
    return lambda: on_approval(call)


def _without_id(run: RunObject, action: Action) -> ToolError:
    call = next(each for each in action.calls if not isinstance(each.id, str))
    return ToolError(
        "a tool call has no id, so no output can be submitted for it",
        tool=str(name_of(call)),
        run=run,
    )


def _of_one_id(calls: list[Any]) -> Any:
    """Return a call that has the id of another one, but isn't the same; else None."""
    known: dict[str, object] = {}
    for each in calls:
        function = getattr(each, "function", None)
        asked = name_of(each), getattr(function, "arguments", None)
        if known.setdefault(each.id, asked) != asked:
            return each
    return None


def _ambiguous(run: RunObject, call: Any) -> ToolError:
    return ToolError(
        f"two different tool calls have the id {shortened(call.id)}, so the server "
        "could not tell their outputs apart; parallel_tool_calls=False asks for one "
        "call at a time",
        tool=str(name_of(call)),
        call_id=call.id,
        run=run,
    )


def _failure(call: Any, error: BaseException) -> Log:
    what = f"{type(error).__name__}: {failure_text(error)}"
    return Log("error", f"the tool {name_of(call)} failed: {what}", error)


def _left_behind(calls: list[Any], why: str) -> str:
    names = ", ".join(str(name_of(each)) for each in calls)
    return f"{why}, and nobody waits for {names} any more; it goes on in its thread"


def _is_async(invocation: Invocation) -> bool:
    return inspect.iscoroutinefunction(invocation.function)
