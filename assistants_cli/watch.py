"""Watch a run until it ends, by reading it again and again."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

from assistants_client import (
    APIConnectionError,
    APIStatusError,
    InternalServerError,
    RunTimeout,
)

from .printing.timeline import Timeline, event_lines

if TYPE_CHECKING:
    from .session import Session

INTERVAL: Final = 0.5
"""Seconds between two looks."""


def watch(
    session: Session, run: Any, *, max_wait: float | None, until_action: bool
) -> None:
    """Write what happens in a run until it has ended, and leave it as it is then.

    Args:
        session: the output.
        run: the run.
        max_wait: seconds after which watching ends; None for no limit.
        until_action: whether to end where it waits for outputs.

    Raises:
        RunTimeout: it goes on after `max_wait`.
        APIError: it can't be read.
    """
    begin = monotonic()
    timeline = Timeline()
    is_away = False
    while True:
        try:
            steps = [] if is_away else _steps(run)
            for event in timeline.events(run.to_dict(), steps):
                _write(session, event, monotonic() - begin)
            if run.has_ended or (until_action and run.status == "requires_action"):
                return
            waited = monotonic() - begin
            if max_wait is not None and waited >= max_wait:
                raise RunTimeout(run, waited=waited)
            sleep(min(INTERVAL, max_wait or INTERVAL))
            run.refresh()
            is_away = False
        except (APIConnectionError, InternalServerError) as error:
            # The run may well go on while the server can't be reached.
            if not is_away:
                session.output.problem(f"trying again: {error}")
            is_away = True


def _steps(run: Any) -> list[Any]:
    try:
        return [each.to_dict() for each in run.list_steps(order="asc", limit=100)]
    except APIStatusError as error:
        if isinstance(error, InternalServerError):
            raise
        # There are servers without steps.
        return []


def _write(session: Session, event: dict[str, Any], seconds: float) -> None:
    if session.output.json:
        session.output.data(event)
        return
    first, *others = event_lines(event)
    session.output.line(f"{seconds:7.1f} s  {first}")
    for line in others:
        session.output.line(f"{'':11}{line}")
