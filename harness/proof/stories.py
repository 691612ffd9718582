"""What the clients of the proof do, each again and again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

from assistants_client import BadRequestError, NotFoundError, RunError, tool
from harness.proof.engine import FUNCTION, text_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from assistants_client import AsyncClient
    from harness.proof.ledger import Asked, Ledger

ENDED = ("cancelled", "completed", "expired", "failed", "incomplete")
TOOL: Any = {
    "type": "function",
    "function": {
        "name": FUNCTION,
        "parameters": {
            "type": "object",
            "properties": {
                "number": {"type": "integer"},
                "round": {"type": "integer"},
            },
        },
    },
}
_RECURRING = tuple(
    f"thread.run.{status}" for status in ("in_progress", "queued", "requires_action")
)
_LONG = 400
_BYTES = 20_000


@dataclass
class Teller:
    """A client of one project, with what it needs for its stories.

    Attributes:
        client: our client, with the key of the project.
        ledger: where everything is noted.
        chance: what decides.
        project: whose key it has.
        assistant: the id of the project's assistant.
        patience: seconds that a run may take.
    """

    client: AsyncClient
    ledger: Ledger
    chance: Random
    project: str
    assistant: str
    patience: float

    async def tell(self) -> None:
        """Act out one story."""
        (story,) = self.chance.choices(_STORIES, _WEIGHTS)
        await story(self)
        self.ledger.counts[story.__name__.strip("_")] += 1

    async def _thread(self, question: str) -> str:
        thread: Any = await self.client.threads.create(
            messages=[{"role": "user", "content": question}],
            idempotency_key=uuid4().hex,
        )
        return self.ledger.add(self.project, "thread", thread.id)

    def _ask(self, *, rounds: int | None = None, pieces: int | None = None) -> Asked:
        return self.ledger.ask(
            self.project,
            rounds=self.chance.choice((0, 0, 1, 2)) if rounds is None else rounds,
            pieces=self.chance.randint(1, 20) if pieces is None else pieces,
        )

    def _given(self, asked: Asked) -> Any:
        return {
            "assistant_id": self.assistant,
            "metadata": asked.metadata,
            "idempotency_key": f"run.{asked.number}.{uuid4().hex}",
        }

    async def _polled(self) -> None:
        asked = self._ask()
        asked.thread = await self._thread(asked.question)
        run: Any = await self.client.threads.runs.create(
            asked.thread, **self._given(asked)
        )
        asked.acknowledge(run.id)
        try:
            run = await run.wait(tools=[_function(asked)], timeout=self.patience)
        except RunError as error:
            run = error.run
        await self._end(asked, run)

    async def _streamed(self) -> None:
        asked = self._ask()
        asked.thread = await self._thread(asked.question)
        names: Counter[tuple[str, str]] = Counter()
        began, text, heard = time.monotonic(), "", []
        async with self.client.threads.runs.stream(
            thread_id=asked.thread,
            tools=[_function(asked)],
            resume=True,
            max_wait=self.patience,
            **self._given(asked),
        ) as stream:
            async for event in stream:
                data: Any = event.data
                of = str(getattr(data, "id", ""))[-4:]
                heard.append(f"{event.event.removeprefix('thread.')} {of}".strip())
                if not asked.id and event.event.startswith("thread.run."):
                    asked.acknowledge(data.id)
                    self.ledger.firsts.append(time.monotonic() - began)
                if event.event == "thread.message.delta":
                    text += data.delta.content[0].text.value
                elif hasattr(data, "id") and not event.event.endswith(".delta"):
                    names[event.event, data.id] += 1
            run = await stream.get_final_run()
        told = f"; it had {', '.join(heard)}"
        for (name, id), times in names.items():  # noqa: A001 - the object's
            # A run goes on after each round of calls.
            most = asked.rounds + 1 if _recurs(name) else 1
            if times > most:
                self.ledger.complain(f"{name} of {id} came {times} times{told}")
        expected = text_of(asked.question, asked.pieces)
        if run.status == "completed" and text != expected:
            self.ledger.complain(
                f"the stream of {run.id} says {text!r}, not {expected!r}{told}"
            )
        await self._end(asked, run)

    async def _cancelled(self) -> None:
        asked = self._ask(rounds=0, pieces=_LONG)
        asked.thread = await self._thread(asked.question)
        run: Any = await self.client.threads.runs.create(
            asked.thread, **self._given(asked)
        )
        asked.acknowledge(run.id)
        await asyncio.sleep(self.chance.uniform(0, 0.5))
        with suppress(BadRequestError):
            # It may have come to its end by itself meanwhile.
            await run.cancel()
        deadline = time.monotonic() + self.patience
        while run.status not in ENDED and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
            run = await self.client.threads.runs.retrieve(
                run.id, thread_id=asked.thread
            )
        if run.status not in ("cancelled", "completed"):
            self.ledger.complain(f"{run.id} was to be cancelled, and is {run.status}")
        asked.end(run.status)

    async def _uploaded(self) -> None:
        content = self.chance.randbytes(self.chance.randint(1, _BYTES))
        file: Any = await self.client.files.create(
            file=("a.bin", content), purpose="assistants", idempotency_key=uuid4().hex
        )
        self.ledger.files[file.id] = content
        self.ledger.add(self.project, "file", file.id)
        found: Any = await self.client.files.content(file.id)
        if found.content != content:
            self.ledger.complain(f"{file.id} came back different")

    async def _repeated(self) -> None:
        """Send the same twice at once, to whichever processes."""
        asked = self._ask(rounds=0, pieces=1)
        asked.thread = await self._thread(asked.question)
        given = self._given(asked)
        runs: list[Any] = await asyncio.gather(
            *(self.client.threads.runs.create(asked.thread, **given) for _ in range(2))
        )
        asked.acknowledge(runs[0].id)
        if runs[0].id != runs[1].id:
            self.ledger.complain(f"one key made {runs[0].id} and {runs[1].id}")
        await self._end(asked, await runs[0].wait(timeout=self.patience))

    async def _strange(self) -> None:
        """Look for an object of another project, which must not be found."""
        others = [
            each for each in self.ledger.objects[-200:] if each.project != self.project
        ]
        if not others:
            return
        other = self.chance.choice(others)
        found: Callable[[str], Awaitable[Any]] = {
            "assistant": self.client.assistants.retrieve,
            "file": self.client.files.retrieve,
            "thread": self.client.threads.retrieve,
        }[other.kind]
        try:
            await found(other.id)
        except NotFoundError:
            return
        self.ledger.complain(f"{self.project} sees {other}")

    async def _end(self, asked: Asked, run: Any) -> None:
        """Note how a run ended, and look at what it has said."""
        if run.status not in ENDED:
            self.ledger.complain(f"{run.id} is left {run.status}")
            return
        asked.end(run.status)
        if run.status != "completed":
            self.ledger.complain(f"{run.id} is {run.status}: {run.last_error}")
            return
        page: Any = await self.client.threads.messages.list(asked.thread, run_id=run.id)
        texts = [each.text for each in page.data]
        if texts != [text_of(asked.question, asked.pieces)]:
            self.ledger.complain(f"{run.id} of {asked.question} has said {texts}")


def _recurs(name: str) -> bool:
    return name in (
        "thread.run.in_progress",
        "thread.run.requires_action",
        "thread.run.queued",
    )


def _function(asked: Asked) -> Any:
    """Return the function that a run calls, which notes that it was called."""

    @tool
    def look_up(number: int, round: int) -> str:
        """Look something up."""
        asked.see(round)
        asked.calls[round] += 1
        return f"{number}, {round}: {asked.project}"

    return look_up


_Story: TypeAlias = "Callable[[Teller], Awaitable[None]]"
_STORIES: tuple[_Story, ...] = (
    *(Teller._polled, Teller._streamed, Teller._cancelled),
    *(Teller._uploaded, Teller._repeated, Teller._strange),
)
_WEIGHTS = (6, 8, 2, 2, 1, 2)
