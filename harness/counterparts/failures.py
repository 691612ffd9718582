"""What a run must come to where the server of models refuses, breaks or hangs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from assistants_client import Client, RunFailed, RunIncomplete
from harness.checks import FaultError, answer, assistant, must, run_of, thread_of
from harness.counterparts.answers import QUESTION, SAID
from harness.counterparts.counterpart import Counterpart, Refuse, Say

if TYPE_CHECKING:
    from collections.abc import Callable

_CROWD = 8
_TOO_LONG = "This model's maximum context length was exceeded."


def limited(client: Client, counterpart: Counterpart) -> str:
    """Check that a rate limit is waited for as long as the server says."""
    counterpart.script.play(
        Refuse(429, "Slow down.", "rate_limit_exceeded", retry_after=1), Say(SAID)
    )
    started = time.monotonic()
    run = run_of(client, QUESTION).wait()
    taken = time.monotonic() - started
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    must(taken >= 1, f"it was asked again after {taken:.2f} s")
    return f"answered after {taken:.1f} s"


def crowded(client: Client, counterpart: Counterpart) -> str:
    """Check that runs which are all refused at first are all answered."""
    refusals = Refuse(429, retry_after=1, times=_CROWD)
    counterpart.script.play(refusals, *[Say(SAID)] * _CROWD)
    runs = [run_of(client, f"{QUESTION} ({number})") for number in range(_CROWD)]
    answers = {answer(run.wait()) for run in runs}
    must(answers == {SAID}, f"answers: {answers}")
    return f"{len(counterpart.script.asked())} requests for {_CROWD} runs"


def used_up(client: Client, counterpart: Counterpart) -> str:
    """Check that a limit which no waiting helps against ends the run at once."""
    counterpart.script.play(Refuse(429, "No credit.", "insufficient_quota"), Say(SAID))
    error = _failure(client)
    must(error.code == "rate_limit_exceeded", f"{error.code}: {error.message}")
    return str(error.message)


def busy(client: Client, counterpart: Counterpart) -> str:
    """Check that a server which is busy twice is asked a third time."""
    counterpart.script.play(Refuse(503, "Busy.", times=2), Say(SAID))
    run = run_of(client, QUESTION).wait()
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    return f"{len(counterpart.script.asked())} requests"


def down(client: Client, counterpart: Counterpart) -> str:
    """Check that a server which stays broken ends the run after four tries."""
    counterpart.script.play(Refuse(500, "Out of order.", times=20))
    error = _failure(client)
    must(error.code == "server_error", f"{error.code}: {error.message}")
    many = len(counterpart.script.asked())
    must(many == 4, f"asked {many} times")
    return str(error.message)


def forbidden(client: Client, counterpart: Counterpart) -> str:
    """Check that a refusal for good is told, and asked for once."""
    counterpart.script.play(Refuse(403, "Not for you.", "forbidden"))
    error = _failure(client)
    must(error.code == "server_error", f"{error.code}: {error.message}")
    must("Not for you." in error.message, f"what was said is missing: {error.message}")
    many = len(counterpart.script.asked())
    must(many == 1, f"asked {many} times")
    return str(error.message)


def shortened(client: Client, counterpart: Counterpart) -> str:
    """Check that a thread which is too long is tried again without its beginning."""
    counterpart.script.play(
        Refuse(400, _TOO_LONG, "context_length_exceeded"), Say(SAID)
    )
    texts = [f"{number}. A message of old." for number in range(8)]
    thread = thread_of(client, *texts, QUESTION)
    run: Any = client.threads.runs.create(thread, assistant_id=assistant(client))
    run.wait()
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    before, after = (str(each.body) for each in counterpart.script.asked())
    must(texts[0] in before, "the first message was not sent")
    must(texts[0] not in after, "the first message was sent again")
    must(QUESTION in after, "the question was not sent again")
    return f"{after.count('of old')} of {len(texts)} messages stay"


def truncated(client: Client, counterpart: Counterpart) -> str:
    """Check that a stream which ends without saying so is no answer."""
    return _broken(client, counterpart, Say(SAID, broken="truncate"))


def disconnected(client: Client, counterpart: Counterpart) -> str:
    """Check that a connection which drops in the middle ends the run."""
    return _broken(client, counterpart, Say(SAID, broken="disconnect"))


def garbled(client: Client, counterpart: Counterpart) -> str:
    """Check that a chunk which is none ends the run."""
    return _broken(client, counterpart, Say(SAID, broken="malformed"))


def filtered(client: Client, counterpart: Counterpart) -> str:
    """Check that an answer which a filter ends is not told as a whole one."""
    counterpart.script.play(Say(SAID, finish="content_filter"))
    run = run_of(client, QUESTION)
    try:
        run.wait()
    except (RunIncomplete, RunFailed):
        (last, *_) = client.threads.messages.list(run.thread_id)
        must(last.status == "incomplete", f"the message is {last.status}")
        return f"the message is {last.status}"
    raise FaultError(f"the run is {run.status}")


def cancelled(client: Client, counterpart: Counterpart) -> str:
    """Check that cancelling closes the connection, and the next run is answered."""
    counterpart.script.play(Say(SAID, held=3))
    thread = thread_of(client, QUESTION)
    with client.threads.runs.stream(
        thread_id=thread, assistant_id=assistant(client)
    ) as stream:
        next(iter(stream.text_deltas))
        run: Any = stream.current_run
        run.cancel()
    started = time.monotonic()
    while not (asked := counterpart.script.asked()) and time.monotonic() - started < 5:
        time.sleep(0.05)
    must(asked and not asked[0].answered, "the whole answer was taken")
    closed = time.monotonic() - started
    counterpart.script.play(Say(SAID))
    run = run_of(client, QUESTION).wait()
    must(answer(run) == SAID, f"the answer is {answer(run)!r}")
    return f"closed within {closed:.1f} s"


def _broken(client: Client, counterpart: Counterpart, step: Say) -> str:
    # LiteLLM may notice it before it has passed on a word, and then we ask again.
    counterpart.script.play(*[step] * 4)
    error = _failure(client)
    must(error.code == "server_error", f"{error.code}: {error.message}")
    return str(error.message)


def _failure(client: Client) -> Any:
    run = run_of(client, QUESTION)
    try:
        run.wait()
    except RunFailed as error:
        return error.run.last_error
    raise FaultError(f"the run is {run.status}: {answer(run)!r}")


FAILURES: tuple[Callable[[Client, Counterpart], str], ...] = (
    *(limited, crowded, used_up, busy, down, forbidden, shortened),
    *(truncated, disconnected, garbled, filtered, cancelled),
)
