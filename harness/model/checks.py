"""What a run must do whatever the model says, in each protocol."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from assistants_client import Client, RunFailed, RunIncomplete
from harness.checks import FaultError, answer, assistant, must, run_of, thread_of

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTION = "Say something kind about tea in one sentence."
_LONG = "The garden behind the house has a tree, a well and a small green door. " * 8
_SCHEMA: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "place",
        "schema": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "maxLength": 20},
                "people": {"type": "integer", "minimum": 0, "maximum": 99},
            },
            "required": ["city", "people"],
            "additionalProperties": False,
        },
    },
}


def polled(client: Client) -> str:
    """Check an answer that is waited for, and its tokens."""
    run = run_of(client, QUESTION).wait()
    text = answer(run)
    must(text.strip() != "", "the answer is empty")
    must(run.usage.prompt_tokens > 5, f"odd usage: {run.usage}")
    must(run.usage.completion_tokens > 0, f"odd usage: {run.usage}")
    return text


def streamed(client: Client) -> str:
    """Check that an answer comes piece by piece, while it is made."""
    thread = thread_of(client, QUESTION)
    started = time.monotonic()
    times, pieces = [], []
    with client.threads.runs.stream(
        thread_id=thread, assistant_id=assistant(client)
    ) as stream:
        for piece in stream.text_deltas:
            times.append(time.monotonic() - started)
            pieces.append(piece)
    must(len(pieces) > 2, f"only {len(pieces)} pieces")
    must(times[0] < times[-1], "all pieces came at once")
    text = "".join(pieces)
    stored = next(iter(client.threads.messages.list(thread))).text
    must(text == stored, f"stored {stored!r}, streamed {text!r}")
    return f"{len(pieces)} pieces, first after {times[0]:.2f} s, last {times[-1]:.2f} s"


def structured(client: Client) -> str:
    """Check that a schema is enforced."""
    run = run_of(client, "Name a city as JSON.", response_format=_SCHEMA).wait()
    text = answer(run)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise FaultError(f"no JSON: {text}") from error
    must(sorted(found) == ["city", "people"], f"not of the schema: {text}")
    must(isinstance(found["people"], int), f"not of the schema: {text}")
    return text


def limited(client: Client) -> str:
    """Check that a limit of tokens ends the run as incomplete."""
    run = run_of(
        client,
        "Write down all numbers from 1 to 500, one on each line.",
        max_completion_tokens=256,
    )
    try:
        run.wait()
    except RunIncomplete as error:
        run = error.run
        must(run.incomplete_details.reason == "max_completion_tokens", str(error))
        return answer(run)
    raise FaultError(f"the run is {run.status}")


def shortened(client: Client) -> str:
    """Check that a thread which is too long for the model is answered all the same."""
    thread = thread_of(
        client, *[f"{number}. {_LONG}" for number in range(12)], QUESTION
    )
    run: Any = client.threads.runs.create(thread, assistant_id=assistant(client))
    run.wait()
    must(run.usage.prompt_tokens < 512, f"odd usage: {run.usage}")
    return f"{run.usage.prompt_tokens} tokens of some 1,900 were read"


def too_long(client: Client) -> str:
    """Check that a message which is too long alone fails, and says why."""
    thread = thread_of(client, _LONG * 12)
    run = client.threads.runs.create(thread, assistant_id=assistant(client))
    try:
        run.wait()
    except RunFailed as error:
        must(error.run.last_error.code == "invalid_prompt", str(error))
        return str(error.run.last_error.message)
    raise FaultError(f"the run is {run.status}")


def cancelled(client: Client) -> str:
    """Check that cancelling frees the model for the next run."""
    thread = thread_of(client, "Tell a very long story.")
    with client.threads.runs.stream(
        thread_id=thread, assistant_id=assistant(client)
    ) as stream:
        next(iter(stream.text_deltas))
        run: Any = stream.current_run
        run.cancel()
    started = time.monotonic()
    run_of(client, QUESTION).wait()
    return f"the next run took {time.monotonic() - started:.1f} s"


CHECKS: tuple[Callable[[Client], str], ...] = (
    *(polled, streamed, structured, limited),
    *(shortened, too_long, cancelled),
)
