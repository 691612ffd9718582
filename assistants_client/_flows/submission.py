"""Submit outputs once, and find out whether they arrived where that is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from .. import _api
from .._effects import Log, TimeUp
from .._errors import APIError, APIStatusError, DecodeError
from .._events.run_status import REQUIRES_ACTION
from .._tool_ledger import Turn
from .outages import is_outage, is_passing, through_outages
from .tool_calls import action_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._api import RunObject
    from .._call import CallResult
    from .._effects import Flow
    from .._tool_ledger import ToolLedger

# How often outputs are sent to a server that fails on them.
_MOST_TRIES: Final = 3
# The server has not acted on the request.
_UNTOUCHED: Final = (429,)
# The server won't have the outputs: because it has them already, or for their sake.
_REFUSED: Final = (400, 409, 422)


class Calls(Protocol):
    """The calls that acting for a run takes."""

    def retrieve(self, run: RunObject) -> Flow[CallResult[Any]]:
        """Retrieve the run."""
        ...

    def cancel(self, run: RunObject) -> Flow[CallResult[Any]]:
        """Cancel the run."""
        ...

    def submit(
        self, run: RunObject, body: Mapping[str, Any], *, stream: bool = False
    ) -> Flow[CallResult[Any]]:
        """Submit outputs or approvals."""
        ...

    def steps(self, run: RunObject) -> Flow[list[Any]]:
        """Return all steps of the run, the first one first."""
        ...

    def leave(self, run: RunObject) -> None:
        """Log that the run waits for outputs that nobody will submit."""
        ...


class Submission:
    """Submits outputs and approvals, and finds out whether they arrived."""

    def __init__(
        self, calls: Calls, ledger: ToolLedger, clock: Callable[[], float]
    ) -> None:
        """Prepare; `Actions` has the arguments."""
        self._calls = calls
        self._ledger = ledger
        self._clock = clock

    def submit(
        self,
        run: RunObject,
        ids: list[str],
        body: Mapping[str, Any],
        turn: Turn,
        *,
        stream: bool = False,
    ) -> Flow[CallResult[Any] | None]:
        """Submit; return None where it is for the run to tell what came of it.

        Args:
            run: the run.
            ids: the calls that are answered, which the ledger was asked for.
            body: the outputs, or the approvals.
            turn: why it is one's turn.
            stream: whether the response is to be a stream of events.

        Raises:
            APIError: the server won't have them.
        """
        ledger = self._ledger
        sure = turn is Turn.LATE
        try:
            if turn is not Turn.FIRST:
                arrived = yield from self._arrived(run, ids)
                if arrived or (arrived is None and sure):
                    ledger.still_late(ids, self._clock())
                    return None
                yield Log("info", f"submitting again what {run.id} still asks for")
                sure = False
            result = yield from self._calls.submit(run, body, stream=stream)
        except APIError as error:
            yield from self._not_submitted(run, ids, turn, error)
            return None
        except TimeUp as up:
            if up.begun or turn is not Turn.FIRST:
                ledger.submitted(ids, self._clock(), surely=sure)
            else:
                ledger.not_submitted(ids)
            raise
        except BaseException:
            # Whether the server has got it is for the next one to find out.
            ledger.submitted(ids, self._clock(), surely=sure)
            raise
        ledger.submitted(ids, self._clock())
        return result

    def _arrived(self, run: RunObject, ids: list[str]) -> Flow[bool | None]:
        """Return whether the server has outputs, by the steps; None if they don't say.

        The output of a call is null there until it was submitted.
        """
        try:
            steps = yield from through_outages(lambda: self._calls.steps(run))
        except APIError:
            return None
        outputs = [
            call["function"]["output"]
            for step in steps
            for call in _calls_of(step)
            if call.get("id") in ids
            and isinstance(call.get("function"), dict)
            and "output" in call["function"]
        ]
        return None not in outputs if outputs else None

    def _not_submitted(
        self, run: RunObject, ids: list[str], turn: Turn, error: APIError
    ) -> Flow[None]:
        """Note that submitting failed, or raise the error again."""
        ledger = self._ledger
        status = error.status_code if isinstance(error, APIStatusError) else None
        if isinstance(error, DecodeError):
            # It was accepted; only what the server said of it can't be read.
            ledger.submitted(ids, self._clock())
        elif status in _REFUSED:
            if turn is Turn.FIRST and (yield from self._still_asks(run, ids)):
                ledger.not_submitted(ids)
                raise error
            # It has them, or no longer wants them.
            ledger.submitted(ids, self._clock())
        elif is_outage(error) or (is_passing(error) and self._may_try_again(ids)):
            yield Log("warning", f"going on, as the run tells what came of it: {error}")
            if status in _UNTOUCHED or _never_left(error):
                ledger.not_submitted(ids)
            else:
                ledger.submitted(ids, self._clock(), surely=False)
        else:
            ledger.not_submitted(ids)
            raise error

    def _may_try_again(self, ids: list[str]) -> bool:
        return self._ledger.failed(ids) < _MOST_TRIES

    def _still_asks(self, run: RunObject, ids: list[str]) -> Flow[bool]:
        """Return whether a run asks for calls, as it is now."""
        result = yield from through_outages(lambda: self._calls.retrieve(run))
        now: RunObject = result.read()
        asks = bool({*ids}.intersection(action_of(now).ids))
        return now.status == REQUIRES_ACTION and asks


def _calls_of(step: Any) -> list[dict[str, Any]]:
    """Return the tool calls of a step, as JSON data."""
    data = step.to_dict() if isinstance(step, _api.Model) else step
    details = data.get("step_details") if isinstance(data, dict) else None
    calls = details.get("tool_calls") if isinstance(details, dict) else None
    found = calls if isinstance(calls, list) else []
    return [each for each in found if isinstance(each, dict)]


def _never_left(error: APIError) -> bool:
    """Return whether the request of a call never reached the server."""
    return getattr(error.__cause__, "stage", None) in ("connect", "unsent")
