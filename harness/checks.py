"""Checks of whole runs: what they have in common, and the lines that tell of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from assistants_client import AssistantsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistants_client import Client

_SHOWN = 60


class FaultError(Exception):
    """Something isn't as it must be; the message says what."""


class NotOfferedError(Exception):
    """A check needs what the server that is asked doesn't have; the message says it."""


def must(condition: object, problem: str) -> None:
    """Raise a `FaultError` unless something holds."""
    if not condition:
        raise FaultError(problem)


def assistant(client: Client, **options: Any) -> Any:
    """Return a new assistant."""
    return client.assistants.create(
        **{"model": "gpt-4o-mini", "instructions": "Be brief.", **options}
    )


def thread_of(client: Client, *contents: Any) -> Any:
    """Return a new thread with messages of the user."""
    messages: Any = [{"role": "user", "content": content} for content in contents]
    return client.threads.create(messages=messages)


def run_of(client: Client, content: Any, **options: Any) -> Any:
    """Return a new run of a new assistant over a new thread.

    Args:
        client: the client.
        content: what the user says.
        options: what else the run has.
    """
    return client.threads.runs.create(
        thread_of(client, content), assistant_id=assistant(client), **options
    )


def answer(run: Any) -> str:
    """Return the text of the last message of a run's thread."""
    message: Any = next(iter(run.messages()))
    return str(message.text)


def is_good(
    group: str, name: str, check: Callable[[], str], *, lacking: str | None = None
) -> bool:
    """Make a check, print a line about it, and return whether it went as expected.

    Args:
        group: what is checked.
        name: what for.
        check: returns what it has seen.
        lacking: why it can't be passed; then it is a fault if it is.
    """
    started = time.monotonic()
    try:
        said, passed = check(), True
    except NotOfferedError as error:
        said, passed, lacking = str(error), False, lacking or str(error)
    except (FaultError, AssistantsError) as error:
        said, passed = f"{type(error).__name__}: {error}", False
    taken = f"{time.monotonic() - started:5.1f} s"
    good = passed is (lacking is None)
    if lacking is not None:
        said = f"works after all: {said}" if passed else f"not there: {lacking}"
    text = " ".join(said.split())
    if good and len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}..."
    verdict = ("ok" if passed else "-") if good else "FAULT"
    print(f"{verdict:6}{group:36} {name:14} {taken}  {text}", flush=True)
    return good
