"""The embedded server in the matrix: what calls are about, and what they created."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx

from assistants_server import LocalServer, ToolCall, Turn
from assistants_server.faults import HEADER
from harness.either_client import finished
from harness.faults.bench import Bench, drive
from harness.faults.embedded_faults import Trouble, texts
from harness.faults.forms import QUESTION, add
from harness.faults.samples import ITEMS
from harness.faults.verdicts import KEY, Expected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Self

    from harness.faults.bench import Furnishing
    from harness.faults.operations import Form, Ids


# Without parameters, which the server would look at for long.
_TOOLS = [{"type": "function", "function": {"name": add.__name__}}]


def _engine(turn: Turn) -> Iterator[Any]:
    """Call a function if there is one, else answer in several pieces."""
    if turn.functions and not turn.outputs:
        yield ToolCall(add.__name__, {"a": 1})
    else:
        yield from ("98 m, ", "at ", "last.")


class Embedded(Bench):
    """The embedded server, with its faults."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        """Prepare it, with its state in a folder."""
        self._troubles = {text: Trouble.of(text) for text in texts()}
        self._file = folder / "matrix.sqlite"
        self._server = LocalServer(engine=_engine, store=self._file, poll_after=1)
        self._shared: Ids = {}

    @property
    def troubles(self) -> tuple[str, ...]:
        return tuple(self._troubles)

    @property
    def thread_id(self) -> str:
        return self._shared["thread_id"]

    def __enter__(self) -> Self:
        self._server.start()
        self.url = self._server.url
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=self.url, headers=headers) as http:
            self._shared = finished(drive(self._furnish_all(), http))
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def _furnish_all(self) -> Furnishing:
        """Make what calls share that change nothing, or always the same."""
        for _ in range(ITEMS):
            yield "/assistants", {"model": "m"}
        assistant = json.loads((yield "/assistants", {"model": "m"}))
        spare = json.loads((yield "/threads", {}))
        ids = {
            "assistant_id": assistant["id"],
            "newest_assistant": assistant["id"],
            "spare_thread": spare["id"],
        }
        thread = json.loads((yield "/threads", {"messages": [QUESTION] * ITEMS}))
        path = f"/threads/{thread['id']}/runs"
        body = {"assistant_id": assistant["id"], "stream": True}
        for _ in range(2):
            yield path, body
        said = yield path, body
        run = _last(said, "thread.run.completed")
        step, message = _last(said, "thread.run.step."), _last(said, "thread.message.")
        ids |= {"thread_id": thread["id"], "run_id": run["id"]}
        return {**ids, "step_id": step["id"], "message_id": message["id"]}

    def furnish(self, form: Form) -> Furnishing:
        shared = self._shared
        spare = shared["spare_thread"]
        match form.operation:
            case "assistants.delete":
                made = json.loads((yield "/assistants", {"model": "m"}))
                return {**shared, "assistant_id": made["id"]}
            case "threads.delete" | "threads.runs.create":
                made = json.loads((yield "/threads", {"messages": [QUESTION]}))
                return {**shared, "thread_id": made["id"]}
            case "threads.messages.create":
                return {**shared, "thread_id": spare}
            case "threads.messages.delete":
                made = json.loads((yield f"/threads/{spare}/messages", QUESTION))
                return {**shared, "thread_id": spare, "message_id": made["id"]}
            case "threads.runs.cancel" | "threads.runs.submit_tool_outputs":
                return (yield from self._waiting())
        if form.operation == "threads.runs.retrieve" and "tools=" in form.name:
            return (yield from self._waiting())
        return shared

    def _waiting(self) -> Furnishing:
        """Make a run that waits for outputs."""
        said = yield (
            "/threads/runs",
            {
                "assistant_id": self._shared["assistant_id"],
                "thread": {"messages": [QUESTION]},
                "tools": _TOOLS,
                "stream": True,
            },
        )
        run = _last(said, "thread.run.requires_action")
        (call,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
        return {**self._shared, **ids, "tool_call_id": call["id"]}

    def options(self, trouble: str, tag: str) -> dict[str, Any]:
        # Texts that are the same would be counted together.
        counted = "times=" in trouble or "skip=" in trouble
        text = f"{trouble} key={tag}" if counted else trouble
        return {"default_headers": {HEADER: text}}

    def expected(self, trouble: str, form: Form) -> Expected:
        return self._troubles[trouble].expected(form)

    def is_slow(self, trouble: str) -> bool:
        return self._troubles[trouble].is_slow

    def ends_never(self, trouble: str) -> bool:
        return self._troubles[trouble].fault.name in ("drop", "null")

    def may_create(self, trouble: str) -> int:
        # Who says by a status that nothing was done is believed.
        fault = self._troubles[trouble].fault
        lies = fault.handled and fault.name in ("status", "html", "text", "empty")
        return 2 if lies and fault.value in (409, 429, 503) else 1

    def created(self) -> Mapping[tuple[str, str], int]:
        found: Counter[tuple[str, str]] = Counter()
        with closing(sqlite3.connect(self._file)) as sql:
            for kind, body in sql.execute(
                "select kind, body from objects where body is not null"
            ):
                tag = (json.loads(body).get("metadata") or {}).get("cell")
                if tag is not None:
                    found[tag, kind] += 1
        return found


def _last(said: str, name: str) -> Any:
    found = [
        frame.partition("\ndata: ")[2]
        for frame in said.split("\n\n")
        if frame.startswith(f"event: {name}")
    ]
    return json.loads(found[-1])
