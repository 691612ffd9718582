"""What callers do in a soak: stories, told step by step by a sync or an async client.

A story gives one step after the other: a function that takes the client, and gives what
the step does, or what has to be awaited for it. So both clients do the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from assistants_client import RunError, ToolSet, tool
from harness.either_client import listed
from harness.soak.ledger import ENDED
from harness.soak.streams import follow, iterate

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from random import Random

    from harness.soak.ledger import Ledger

Step: TypeAlias = "Callable[[Any], Any]"
Steps: TypeAlias = "Generator[Step, Any, None]"
FAULTS = (
    *("429 retry-after=0.01", "429 retry-after=none", "500", "404", "502 handled=yes"),
    *("503 retry-after=0.01", "html=502", "empty=500", "text"),
    *("delay=0.04", "slow=0.003", "frames=crlf", "frames=no-done", "extra"),
    *(
        "close=before-headers",
        "close=before-headers handled=yes",
        "close=after-headers",
    ),
    *("close=in-headers how=reset", "cut-body", "cut-body=1 how=reset", "malformed"),
    *("cut-stream=1", "cut-stream=3 how=reset", "cut-stream=8", "end-stream=4"),
    *("error-event=2", "error-event=5 shape=wrapped", "pages=duplicate"),
)
FAULTY = 0.2
"""How many of the calls something goes wrong with."""
FIRST_ONLY = 0.5
"""With how many of these it does only at the first attempt."""
UNKEYED = 0.7
"""How many of the runs are asked for without an idempotency key."""


class RaisedError(Exception):
    """What a callback raises in the middle of something."""


class HaltError(BaseException):
    """The same, as severe as a Ctrl-C."""


@tool
def double(n: int) -> int:
    """Return twice a number."""
    return 2 * n


@tool
def stumble(n: int) -> int:
    """Fail."""
    raise LookupError(f"nothing is twice {n}")


TOOLS = (double, stumble)


class Story:
    """A thread with some runs in it, and what its caller does with them.

    Attributes:
        open: the numbers of runs of which nobody has said yet what became of them.
    """

    def __init__(self, ledger: Ledger, rng: Random, assistant: str) -> None:
        self._ledger = ledger
        self._rng = rng
        self._assistant = assistant
        self._numbers: list[int] = []
        self.open: set[int] = set()

    def tell(self) -> Steps:
        """Return the steps; after an error of one, there are no more."""
        given = {"extra_headers": self._fault()}
        said = [{"role": "user", "content": "Hello"}] * self._rng.randint(0, 4)
        thread = yield lambda c: c.threads.create(messages=said, **given)
        for _ in range(self._rng.randint(1, 3)):
            yield from self._rng.choice(_KINDS)(self, thread)
        if self._rng.random() < 0.2:
            self._ledger.doom(self._numbers)
            yield lambda c: c.threads.delete(thread, extra_headers=self._fault())
            self._ledger.count("threads deleted")

    def _waited(self, thread: Any) -> Steps:
        number, given = self._asked()
        runs: Any = yield lambda c: c.threads.runs.create(thread, **given)
        self._ledger.know(number, runs.id)
        how = {"tools": self._tools(), "on_update": self._raising("update")}
        try:
            run = yield lambda _: runs.wait(**how, timeout=20)
        except RunError as error:
            self._close(number, error.run)
        else:
            self._close(number, run)
            yield from self._read(number, thread, run)

    def _polled(self, thread: Any) -> Steps:
        number, given = self._asked()
        given |= {"tools": self._tools(), "on_update": self._raising("update")}
        run = yield lambda c: c.threads.runs.create_and_poll(thread_id=thread, **given)
        self._close(number, run)
        yield from self._read(number, thread, run)

    def _followed(self, thread: Any) -> Steps:
        number, given = self._asked()
        given |= {"tools": self._tools(), "on_event": self._raising("event")}
        given["resume"] = self._rng.random() < 0.3
        leaves = self._leaves()
        run = yield lambda c: follow(
            lambda: c.threads.runs.stream(thread_id=thread, **given), leaves
        )
        yield from self._after_stream(number, thread, run)

    def _iterated(self, thread: Any) -> Steps:
        number, given = self._asked()
        leaves = self._leaves()
        run = yield lambda c: iterate(
            lambda: c.threads.runs.create(thread, stream=True, **given), leaves
        )
        yield from self._after_stream(number, thread, run)

    def _begun_with_thread(self, thread: Any) -> Steps:
        number, given = self._asked()
        given |= {"thread": {"messages": [{"role": "user", "content": "Hello"}]}}
        if self._rng.random() < 0.5:
            given["tools"] = self._tools()
            run = yield lambda c: c.threads.create_and_run_poll(**given)
            self._close(number, run)
        else:
            leaves = self._leaves()
            run = yield lambda c: follow(
                lambda: c.threads.create_and_run_stream(**given), leaves
            )
            yield from self._after_stream(number, None, run)

    def _cancelled(self, thread: Any) -> Steps:
        number, given = self._asked([["Well, ", {"wait": 0.3}, "no."]])
        run = yield lambda c: c.threads.runs.create(thread, **given)
        self._ledger.know(number, run.id)
        yield lambda _: run.cancel()
        run = yield lambda c: c.threads.runs.poll(run.id, thread)
        self._close(number, run)

    def _acted_upon(self, thread: Any) -> Steps:
        """Submit outputs by hand, or leave the run waiting for them."""
        number, given = self._asked([[_call("double", 1), _call("double", 2)]])
        run = yield lambda c: c.threads.runs.create_and_poll(thread_id=thread, **given)
        self._ledger.know(number, run.id)
        if run.status in ENDED or self._rng.random() < 0.3:
            self._close(number, run)
            return
        calls = run.required_action.submit_tool_outputs.tool_calls
        outputs = [{"tool_call_id": each.id, "output": "2"} for each in calls]
        how = {"tool_outputs": outputs, "extra_headers": self._fault()}
        ids = {"run_id": run.id, "thread_id": thread}
        if self._rng.random() < 0.5:
            run = yield lambda c: c.threads.runs.submit_tool_outputs_and_poll(
                **ids, **how
            )
            self._close(number, run)
        else:
            leaves = self._leaves()
            run = yield lambda c: follow(
                lambda: c.threads.runs.submit_tool_outputs_stream(**ids, **how),
                leaves,
            )
            yield from self._after_stream(number, thread, run)

    def _listed(self, thread: Any) -> Steps:
        how: Any = {"limit": self._rng.randint(1, 3), "extra_headers": self._fault()}
        runs = yield lambda c: listed(c.threads.runs.list(thread, **how))
        numbers = [int(run.metadata["number"]) for run in runs]
        if not {*numbers} <= {*self._numbers} or len({*numbers}) < len(numbers):
            self._ledger.complain(f"runs {numbers} in the thread of {self._numbers}")
        yield lambda c: listed(c.threads.messages.list(thread, **how))
        for run in runs[:1]:
            how["run_id"] = run.id
            yield lambda c: listed(c.threads.runs.steps.list(thread_id=thread, **how))
        yield lambda c: listed(c.assistants.list(limit=2, max_items=5))

    def _changed(self, thread: Any) -> Steps:
        given = {"extra_headers": self._fault()}
        message = yield lambda c: c.threads.messages.create(
            thread, role="user", content="More", **given
        )
        yield lambda _: message.update(metadata={"a": "b"})
        yield lambda _: message.delete()
        yield lambda c: c.threads.update(thread, metadata={"c": "d"}, **given)
        found = yield lambda c: c.threads.retrieve(thread, **given)
        if found.id != getattr(thread, "id", thread):
            self._ledger.complain(f"{thread} was asked for, {found.id} was given")
        other = yield lambda c: c.assistants.create(model="m", **given)
        yield lambda c: c.assistants.delete(other, **given)

    def _after_stream(self, number: int, thread: Any, run: Any) -> Steps:
        if isinstance(run, str):
            # It was left early; all that is known is the run's id, if so much.
            if run:
                self._ledger.know(number, run)
            self._ledger.count("streams closed early")
            self._leave(number)
            return
        self._ledger.count("streams whole")
        self._close(number, run)
        if thread is not None:
            yield from self._read(number, thread, run)

    def _read(self, number: int, thread: Any, run: Any) -> Steps:
        """Compare what the run has said with what it was to say."""
        if run.status != "completed":
            return
        messages = yield lambda c: listed(
            c.threads.messages.list(thread, run_id=run.id)
        )
        texts = [part.text.value for each in messages for part in each.content]
        if texts != [_said(number)]:
            self._ledger.complain(f"{number} said {texts}")

    def _asked(self, script: list[list[Any]] | None = None) -> tuple[int, Any]:
        """Return a run's number, and the arguments to ask for it."""
        number = self._ledger.begin()
        self._numbers.append(number)
        self.open.add(number)
        script = [*(script or self._rng.choice(_SCRIPTS)), [_said(number)]]
        headers = {**self._fault(), "X-Local-Script": json.dumps(script)}
        given: Any = {
            "assistant_id": self._assistant,
            "metadata": {"number": str(number)},
            "extra_headers": headers,
        }
        if self._rng.random() > UNKEYED:
            given["idempotency_key"] = f"run.{number}"
        if self._rng.random() < 0.1:
            given["timeout"] = 0.03
        return number, given

    def _fault(self) -> dict[str, str]:
        if self._rng.random() > FAULTY:
            return {}
        fault = self._rng.choice(FAULTS)
        self._ledger.count("faults asked for")
        if self._rng.random() < FIRST_ONLY:
            # The key tells it from others, which are counted by their text.
            fault += f" times=1 key={self._rng.getrandbits(48)}"
        return {"X-Local-Fault": fault}

    def _tools(self) -> ToolSet:
        on_error: Any = self._rng.choice(["report", "report", "report", "raise"])
        return ToolSet(TOOLS, on_error=on_error)

    def _raising(self, what: str) -> Callable[[Any], None]:
        """Return a callback, which in some stories raises at one of its calls."""
        at = self._rng.randint(1, 40)
        kind = RaisedError if self._rng.random() < 0.7 else HaltError
        calls = 0

        def called(_: Any) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                raise kind(f"at {what} {at}")

        return called

    def _leaves(self) -> int | None:
        return self._rng.randint(1, 15) if self._rng.random() < 0.25 else None

    def _close(self, number: int, run: Any) -> None:
        self._ledger.know(number, run.id)
        if run.status in ENDED:
            self._ledger.end(number, run.status)
            self.open.discard(number)
        else:
            self._leave(number)

    def _leave(self, number: int) -> None:
        self._ledger.leave(number)
        self.open.discard(number)


def _said(number: int) -> str:
    return f"This is {number}."


def _call(name: str, n: int) -> Any:
    return {"call": name, "arguments": {"n": n}}


_SCRIPTS: tuple[list[list[Any]], ...] = (
    *([], [], []),
    [[_call("double", 4)]],
    [[_call("double", 1), _call("double", 2)], [_call("double", 3)]],
    [[_call("stumble", 1)]],
    [[{"wait": 0.02}, {"fail": "no luck", "code": "server_error"}]],
    [[{"incomplete": "max_completion_tokens"}]],
)
_KINDS = (
    *(Story._waited, Story._polled, Story._followed, Story._followed),
    *(Story._iterated, Story._begun_with_thread, Story._cancelled),
    *(Story._acted_upon, Story._listed, Story._changed),
)
