"""The task that carries one run from queued to its end."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import objects
from .engines.adapter import call_engine
from .engines.outputs import problem_of
from .engines.turn_events import (
    EngineError,
    Fail,
    FileSearch,
    Incomplete,
    Wait,
)
from .file_search import FileSearchError
from .objects import end_message, end_step, usage_of
from .turn_context import is_function_step, next_turn, prompt_tokens, tokens
from .turn_writer import TokensSpentError, TurnWriter

if TYPE_CHECKING:
    from .engines.interface import Engine, Turn
    from .events import Listener
    from .file_search import FileSearcher
    from .objects import Ending
    from .settings import Settings
    from .store import Store

JSON = dict[str, Any]
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")
_log = logging.getLogger("assistants_server")


class RunTask:
    """An active run: what happens to it, and who gets its events."""

    def __init__(
        self,
        id: str,
        store: Store,
        settings: Settings,
        engine: Engine,
        searcher: FileSearcher,
        listener: Listener | None = None,
    ) -> None:
        """Prepare to carry on a run of the store, whatever its status.

        Args:
            id: the run's id.
            store: where the run, its steps and messages are.
            settings: for the pace.
            engine: what answers.
            searcher: what searches files for it.
            listener: receives the events.
        """
        self.id = id
        self.listener = listener
        self._store = store
        self._settings = settings
        self._engine = engine
        self._searcher = searcher
        self._notes = store.notes(id)
        self._thread: str = self._notes["thread"]
        self._submitted = asyncio.Event()
        self._task: asyncio.Task[None]
        self._writer: TurnWriter | None = None
        self._cancelling = False
        self.discarded = False

    def start(self) -> asyncio.Task[None]:
        """Start to carry on the run."""
        self._task = asyncio.get_running_loop().create_task(self._work())
        return self._task

    async def _work(self) -> None:
        """Carry on the run until it has ended.

        Being cancelled leaves the run as it is in the store, unless `cancel` was
        called before.
        """
        left = self._notes["expires"] - time.time()
        try:
            async with asyncio.timeout(max(left, 0)):
                await self._carry_on()
        except TimeoutError:
            if not self.discarded:
                self._end("expired")
        except asyncio.CancelledError:
            if self.discarded or not self._cancelling:
                raise
            self._end("cancelled")

    def recover(self) -> bool:
        """End what an earlier server left unfinished, and return whether to carry on.

        A turn starts again, unless some of it was complete already: that would be
        written and done twice, so the run fails.
        """
        if self._run()["status"] not in ("queued", "in_progress"):
            return True
        error = {"code": "server_error", "message": "The server was restarted."}
        if self._has_begun():
            self._end("failed", error=error)
            return False
        self._end_unfinished("failed", error)
        return True

    def _has_begun(self) -> bool:
        """Return whether a step after the last outputs is complete."""
        complete = [step for step in self._steps() if step["status"] == "completed"]
        return bool(complete) and not is_function_step(complete[-1])

    def cancel(self) -> JSON:
        """Begin to cancel the run, and return it as it is then."""
        self._cancelling = True
        run = self._set_status("cancelling", required_action=None)
        self._task.cancel()
        return run

    def discard(self) -> None:
        """Write no more, and end the stream: the thread is gone."""
        self.discarded = True
        self._task.cancel()
        self._end_stream()

    def stop(self) -> asyncio.Task[None]:
        """Write no more: the server stops, and the run goes on later."""
        self.discarded = True
        self._task.cancel()
        if self.listener:
            self.listener.abort()
            self.listener = None
        return self._task

    def fail(self) -> None:
        """End the run as failed, because of an error in the server."""
        message = "Internal error of the server; its log has the details."
        error = {"code": "server_error", "message": message}
        try:
            self._end("failed", error=error)
        except Exception:  # noqa: BLE001 - whatever it is
            _log.exception("run %s can't be ended properly", self.id)
            # At least its thread must not stay locked.
            failed = {"status": "failed", "last_error": error}
            self._store.put({**self._run(), **failed, "failed_at": objects.now()})
            self._end_stream()

    def submit(self, outputs: dict[str, str], listener: Listener | None) -> JSON:
        """Accept the outputs of all pending tool calls, and carry on.

        Args:
            outputs: by the id of the call.
            listener: receives the events from now on.
        """
        self.listener = listener
        step = [each for each in self._steps() if each["status"] == "in_progress"][-1]
        for call in step["step_details"]["tool_calls"]:
            call["function"]["output"] = outputs[call["id"]]
        usage = self._store.notes(step["id"])["usage"]
        step.update(status="completed", completed_at=objects.now(), usage=usage)
        with self._store.changes():
            self._store.put(step)
            self._emit("thread.run.step.completed", step)
            run = self._set_status("queued", required_action=None)
        self._submitted.set()
        return run

    async def _carry_on(self) -> None:
        run = self._run()
        if run["status"] == "cancelling":
            self._end("cancelled")
            return
        waiting = run["status"] == "requires_action"
        while True:
            if waiting:
                await self._submitted.wait()
            self._submitted.clear()
            await asyncio.sleep(self._settings.pace)
            run = self._run()
            started = run["started_at"] or objects.now()
            self._set_status("in_progress", started_at=started)
            waiting = await self._take_turn()
            if not waiting:
                return

    async def _take_turn(self) -> bool:
        """Let the engine take a turn, and return whether the client has to act now."""
        run = self._run()
        read, written = self._tokens_used()
        limit = run["max_prompt_tokens"]
        room = None if limit is None else limit - read
        turn = next_turn(self._store, run, self._notes.get("script"), room=room)
        prompt = prompt_tokens(run, turn.messages)
        prompt += sum(tokens(each.output) for each in turn.outputs)
        if room is not None and prompt > room:
            self._end("incomplete", reason="max_prompt_tokens")
            return False
        allowed = run["max_completion_tokens"]
        self._writer = writer = TurnWriter(
            self._store,
            run,
            self._emit,
            prompt=prompt,
            budget=None if allowed is None else allowed - written,
        )
        left = None if room is None else room - prompt
        try:
            ended = await self._follow(turn, writer, left)
        except TokensSpentError:
            ended = Incomplete("max_completion_tokens")
        except EngineError as error:
            ended = Fail(f"The engine is wrong: {error}.")
        if isinstance(ended, Fail):
            last_error = {"code": ended.code, "message": ended.message}
            self._end("failed", error=last_error)
            return False
        if isinstance(ended, Incomplete):
            self._end("incomplete", reason=ended.reason)
            return False
        with self._store.changes():
            calls = writer.finish()
            self._writer = None
            if calls:
                self._require(calls)
            else:
                self._complete()
        return bool(calls)

    async def _follow(
        self, turn: Turn, writer: TurnWriter, room: int | None
    ) -> Fail | Incomplete | None:
        """Write the outputs of the engine; return how it ended the run, if it did.

        Args:
            turn: what the engine is called with.
            writer: writes what it says and does.
            room: how many tokens searches may find for it; None for no limit.
        """
        try:
            async with aclosing(call_engine(self._engine, turn)) as outputs:
                reply = None
                while True:
                    output = await outputs.asend(reply)
                    reply = None
                    if self._cancelling or self.discarded:
                        # An engine that swallowed being cancelled.
                        raise asyncio.CancelledError
                    problem = problem_of(output)
                    if problem:
                        raise EngineError(problem)
                    if isinstance(output, Fail | Incomplete):
                        return output
                    if isinstance(output, Wait):
                        await asyncio.sleep(output.seconds)
                        continue
                    if isinstance(output, FileSearch) and output.query is not None:
                        search = self._searcher.search
                        reply = await search(turn.run, output.query, room=room)
                        output = replace(output, results=reply)
                    writer.write(output)
                    # Even at full pace others are served in between.
                    await asyncio.sleep(self._settings.pace)
        except StopAsyncIteration:
            return None
        except (EngineError, TokensSpentError):
            raise
        except FileSearchError as error:
            return Fail(str(error))
        except Exception as error:
            if self.discarded:
                raise asyncio.CancelledError from error
            _log.exception("the engine failed in run %s", self.id)
            return Fail(f"The engine raised {type(error).__name__}.")

    def _require(self, calls: list[JSON]) -> None:
        pending = []
        for call in calls:
            called = call["function"]
            function = {"name": called["name"], "arguments": called["arguments"]}
            pending.append({"id": call["id"], "type": "function", "function": function})
        action = {
            "type": "submit_tool_outputs",
            "submit_tool_outputs": {"tool_calls": pending},
        }
        self._set_status("requires_action", required_action=action)
        self._end_stream()

    def _complete(self) -> None:
        usage = usage_of(*self._tokens_used())
        ended = objects.now()
        self._set_status("completed", completed_at=ended, expires_at=None, usage=usage)
        self._end_stream()

    def _end(
        self, ending: Ending, *, error: JSON | None = None, reason: str | None = None
    ) -> None:
        """End the run otherwise than completed, after what is unfinished in it."""
        with self._store.changes():
            if self._writer:
                self._writer.abandon(ending, error)
            self._end_unfinished(ending, error)
            details = {"reason": reason} if reason else None
            changes: JSON = {
                "required_action": None,
                "last_error": error,
                "incomplete_details": details,
                "usage": usage_of(*self._tokens_used()),
                "expires_at": None,
            }
            if ending in ("failed", "cancelled"):
                changes[f"{ending}_at"] = objects.now()
            self._set_status(ending, **changes)
            self._end_stream()

    def _end_unfinished(self, ending: Ending, error: JSON | None) -> None:
        """End what waits for outputs, or what an earlier server began."""
        for message in self._store.all("message", thread=self._thread):
            if message["run_id"] == self.id and message["status"] == "in_progress":
                end_message(message, ending)
                self._store.put(message)
        for step in self._steps():
            if step["status"] == "in_progress":
                usage = self._store.notes(step["id"]).get("usage", usage_of(0, 0))
                end_step(step, ending, error, usage)
                self._store.put(step)
                self._emit(f"thread.run.step.{step['status']}", step)

    def _set_status(self, status: str, **changes: Any) -> JSON:
        run = {**self._run(), "status": status, **changes}
        self._store.put(run, active=status in ACTIVE)
        self._emit(f"thread.run.{status}", run)
        return run

    def _emit(self, name: str, data: JSON) -> None:
        if not self.listener:
            return
        if name.startswith("thread.run.step") and not self._notes["results"]:
            data = objects.without_results(data)
        self.listener.send(name, data)

    def _end_stream(self) -> None:
        if self.listener:
            self.listener.end()
            self.listener = None

    def _run(self) -> JSON:
        run = self._store.get("run", self.id, thread=self._thread)
        assert run is not None
        return run

    def _steps(self) -> list[JSON]:
        return self._store.all("step", thread=self._thread, run=self.id)

    def _tokens_used(self) -> tuple[int, int]:
        """Return how many tokens the run has read and written."""
        usages = [step["usage"] for step in self._steps() if step["usage"]]
        read = sum(usage["prompt_tokens"] for usage in usages)
        return read, sum(usage["completion_tokens"] for usage in usages)
