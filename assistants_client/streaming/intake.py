"""What becomes of each event of a stream, whoever iterates over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._error_messages import message
from .._errors import APIError
from .._events.parse import DONE, ERROR, as_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._api import KnownAssistantStreamEvent
    from .._call import CallResult
    from .._events.parse import Told
    from .._events.snapshots import Snapshots
    from .._flows.follow import Item
    from .._transcript import Transcript


class Intake:
    """Takes events one by one: shows them, adds them up, and gives them typed.

    Attributes:
        last: what the event told that was taken last.
        watcher: takes the run's data each time that an event tells of it.
    """

    def __init__(
        self,
        answer: CallResult[Any],
        snapshots: Snapshots,
        transcript: Transcript | None,
    ) -> None:
        self.last: Told | None = None
        self.watcher: Callable[[dict[str, Any]], None] | None = None
        self._answer = answer
        self._snapshots = snapshots
        self._transcript = transcript

    def take(self, item: Item) -> KnownAssistantStreamEvent | None:
        """Take an event; none is given for the one that says that no more come.

        Raises:
            APIError: it is an error.
        """
        raw, what = item
        if self._transcript is not None and raw is not None:
            self._transcript.event(raw.event, raw.data)
        self.last = what
        if what.name == DONE:
            self._snapshots.done = True
            return None
        if what.name == ERROR:
            raise self._error(what.data)
        self._snapshots.take(what)
        run = self._snapshots.run
        if self.watcher is not None and run is not None and run is what.data:
            self.watcher(run)
        return as_model(what)

    def _error(self, body: Any) -> APIError:
        answer = self._answer
        body = answer.secrets.redact_json(body)
        status = answer.response.status_code
        return APIError(
            message(body, status, "with an error among the events"),
            request=answer.request,
            operation=answer.call.operation,
            body=body,
            request_id=answer.request_id,
            attempts=answer.attempts,
        )
