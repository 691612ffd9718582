"""Errors of locked threads and of runs, in the words that applications know.

There are no codes for them. So applications look for these words, also to find the ids
in them, and then cancel a run, wait, or go on. What is said beyond that comes behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..http.errors import HTTPError, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

# Calls that are named, of the many that there may be.
_MOST_NAMED = 8


def takes_no_messages(thread: str, run: str) -> HTTPError:
    """Return the error for a message to a thread with an active run."""
    return HTTPError(
        400, f"Can't add messages to {thread} while a run {run} is active."
    )


def takes_no_runs(thread: str, run: str) -> HTTPError:
    """Return the error for a run in a thread that has an active one."""
    return HTTPError(400, f"Thread {thread} already has an active run {run}.")


def has_ended(status: str) -> HTTPError:
    """Return the error for cancelling a run with a status in which that can't be."""
    return HTTPError(400, f"Cannot cancel run with status '{status}'.")


def takes_no_outputs(status: str) -> HTTPError:
    """Return the error for outputs for a run whose status says that it needs none."""
    return HTTPError(400, f'Runs in status "{status}" do not accept tool outputs.')


def wrong_outputs(
    path: str, message: str, *, pending: Sequence[str], given: Sequence[str]
) -> HTTPError:
    """Return the error for outputs that aren't those that a run waits for.

    Args:
        path: where it shows, as JSON path.
        message: what is wrong there.
        pending: the ids of the calls that the run waits for.
        given: the ids that outputs came for.
    """
    ids = f"Expected tool outputs for call_ids {named(pending)}, got {named(given)}"
    param = path.removeprefix("$.")
    return HTTPError(
        400, f"{ids}: {path} {message}.", param=param, code="invalid_value"
    )


def named(ids: Sequence[str]) -> str:
    """Return some ids in brackets, and how many more there are."""
    shown = ", ".join(map(quoted, ids[:_MOST_NAMED]))
    left = len(ids) - _MOST_NAMED
    return f"[{shown}]" if left <= 0 else f"[{shown}, and {left} more]"
