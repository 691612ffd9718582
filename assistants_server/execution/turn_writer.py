"""One turn of a run: outputs of an engine become steps, messages and events."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

from .._api import check
from ..contract import objects
from ..contract.objects import new_id, usage_of
from ..engines.turn_events import (
    Citation,
    CodeCall,
    EngineError,
    FileSearch,
    Image,
    RefusedText,
    State,
    Text,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from .file_search import options_of
from .message_writer import DivergedError, MessageWriter
from .run_record import RESTARTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..engines.turn_events import Output
    from ..store import Store
    from .run_record import RunRecord
    from .turn_usage import TurnUsage

JSON = dict[str, Any]
_T = TypeVar("_T")
_PIECES = re.compile(r".{1,12}", re.DOTALL)


class TurnWriter:
    """Write the outputs of an engine, one by one, into the store and the stream.

    What is in progress is in the store at any time, so that the run can be ended there.
    """

    def __init__(self, store: Store, record: RunRecord, usage: TurnUsage) -> None:
        """Begin a turn.

        Args:
            store: where steps and messages go.
            record: the run that they belong to.
            usage: counts its tokens.
        """
        self._store = store
        self._record = record
        self._run = record.run()
        self._emit = record.emit
        self._usage = usage
        self._state: JSON | None = None
        self._step: JSON | None = None
        self._message: MessageWriter | None = None
        # The steps of this turn that have ended.
        self._ended: list[JSON] = []
        # The calls of this turn by the engine's ids, and the ids by the API's.
        self._calls: dict[str, tuple[int, JSON]] = {}
        self._engine_ids: dict[str, str] = {}
        # What an earlier server began to write.
        self._unfinished = record.unfinished()

    def write(self, output: Output) -> None:
        """Write the next output.

        Raises:
            EngineError: it can't follow what came before, or isn't of the API's form.
            TokensSpentError: this was the last that the run's budget allows.
        """
        match output:
            case str():
                self._text(Text(output))
            case Text():
                self._text(output)
            case RefusedText(value=value):
                self._part("refusal", value, value)
            case Image(file_id=id):
                self._part("image_file", {"file_id": id}, "")
            case ToolCall():
                self._function(output)
            case ToolCallDelta():
                self._function_piece(output)
            case CodeCall():
                self._code(output)
            case FileSearch():
                self._search(output)
            case Citation(result=number, before=before):
                self._cite(number, before)
            case Usage():
                self._usage.report(output)
            case State(value=value):
                self._state = value

    async def perform(self, work: Callable[[], _T]) -> _T:
        """Carry out some work on the turn in one change; events go out after it."""
        return await self._record.perform(work)

    def finish(self) -> list[JSON]:
        """End the turn, and return the calls whose outputs the client has to submit."""
        if self._state is not None:
            self._record.keep_state(self._state)
        if self._step and self._step["type"] == "tool_calls":
            notes = {"usage": self._usage.of_step(), "ids": self._engine_ids}
            self._store.put_notes(self._step["id"], notes)
            self._store.put(self._step)
            self._settle(self._ended)
            calls: list[JSON] = self._step["step_details"]["tool_calls"]
            return calls
        self._close()
        if self._unfinished:
            self._record.end_unfinished("failed", RESTARTED)
        if self._usage.is_reported and self._ended:
            self._store.put({**self._ended[-1], "usage": self._usage.of_step()})
            self._settle(self._ended[:-1])
        return []

    def have_message(self) -> None:
        """Begin a message where nothing was said: it has the reason of a filter."""
        if not self._step:
            self._open_message()

    def abandon(self) -> None:
        """Store what is in progress as it is, because the run ends now."""
        if self._step:
            self._store.put(self._step)
            self._store.put_notes(self._step["id"], {"usage": self._usage.of_step()})

    def _settle(self, steps: list[JSON]) -> None:
        """Take estimates back, where the last step has what the engine reported."""
        if self._usage.is_reported:
            for step in steps:
                self._store.put({**step, "usage": usage_of(0, 0)})

    def _text(self, piece: Text) -> None:
        for each in piece.annotations:
            _check(each, "MessageAnnotation", "an annotation")
        value: JSON = {"value": piece.value}
        first = self._message.annotations if self._message else None
        if piece.annotations or first is None:
            # The first piece of a text has them even where there are none.
            numbered = enumerate(piece.annotations, first or 0)
            value["annotations"] = [{"index": i, **each} for i, each in numbered]
        self._part("text", value, piece.value)

    def _part(self, kind: str, delta: Any, text: str) -> None:
        """Add a piece to the message."""
        if self._step and self._step["type"] == "tool_calls":
            raise EngineError(
                "it yielded text after a call; a turn ends with its calls"
            )
        message = self._message or self._open_message()
        try:
            message.add(kind, delta)
        except DivergedError:
            self._write_anew(message.written).add(kind, delta)
        self._usage.spend(text)

    def _function(self, call: ToolCall) -> None:
        arguments = call.arguments
        if not isinstance(arguments, str):
            arguments = json.dumps(arguments, ensure_ascii=False)
        index, entry = self._open_function(call.name, call.id)
        entry["arguments"] = arguments
        for piece in _PIECES.findall(arguments):
            self._emit_arguments(index, piece)
        self._put_step()
        self._usage.spend(call.name + arguments)

    def _function_piece(self, piece: ToolCallDelta) -> None:
        if piece.id not in self._calls:
            if not piece.name:
                raise EngineError(f"its first piece of the call {piece.id} has no name")
            self._calls[piece.id] = self._open_function(piece.name, piece.id)
            self._put_step()
            self._usage.spend(piece.name)
        index, entry = self._calls[piece.id]
        if piece.arguments:
            entry["arguments"] += piece.arguments
            self._emit_arguments(index, piece.arguments)
            self._usage.spend(piece.arguments)

    def _open_function(self, name: str, given: str | None) -> tuple[int, JSON]:
        """Add a call, and return its index and its details.

        The engine's id is the API's too, unless the run has it already: clients act
        on an id once.
        """
        if given in self._engine_ids.values():
            raise EngineError(f"it yielded the call {given} twice")
        id = new_id("call")  # noqa: A001 - for its type
        if given is not None and given not in self._ids():
            id = given  # noqa: A001
        empty = {"name": name, "arguments": "", "output": None}
        opened = self._open_call("function", empty, id)
        self._engine_ids[id] = given or id
        return opened

    def _ids(self) -> set[str]:
        """Return the ids of all calls of the run."""
        steps = [*self._record.steps(), *([self._step] if self._step else ())]
        return {
            call["id"]
            for step in steps
            for call in step["step_details"].get("tool_calls", ())
        }

    def _code(self, call: CodeCall) -> None:
        kind = "code_interpreter"
        index, entry = self._open_call(kind, {"input": "", "outputs": []})
        for piece in _PIECES.findall(call.input):
            self._emit_call(index, {"type": kind, kind: {"input": piece}})
        entry["input"] = call.input
        images = [{"type": "image", "image": {"file_id": i}} for i in call.images]
        logs = [{"type": "logs", "logs": call.logs}] if call.logs else []
        entry["outputs"] = [*logs, *images]
        for place, output in enumerate(entry["outputs"]):
            outputs = [{"index": place, **output}]
            self._emit_call(index, {"type": kind, kind: {"outputs": outputs}})
        self._spend_and_close(call.input)

    def _search(self, search: FileSearch) -> None:
        found: JSON = {"results": list(search.results)}
        if search.query is not None:
            found = {"ranking_options": options_of(self._run).ranking, **found}
        _check(found, "FileSearchCall", "the results of a search")
        index, entry = self._open_call("file_search", {})
        entry.update(found)
        self._emit_call(index, {"type": "file_search", "file_search": found})
        # The model reads what was found before it goes on.
        for each in search.results:
            self._usage.read(_text_of(each))
        self._spend_and_close("")

    def _cite(self, number: int, before: int) -> None:
        """Write a mark, and an annotation for it, that cites a result of a search."""
        search, results = self._search_made(before)
        if number >= len(results):
            raise EngineError(
                f"it cites result {number} of a search that found {len(results)}"
            )
        result = results[number]
        mark = f"\u3010{search}:{number}\u2020{result['file_name']}\u3011"
        start = self._message.length if self._message else 0
        annotation = {
            "type": "file_citation",
            "text": mark,
            "start_index": start,
            "end_index": start + len(mark),
            "file_citation": {"file_id": result["file_id"]},
        }
        self._text(Text(mark, (annotation,)))

    def _search_made(self, before: int) -> tuple[int, list[JSON]]:
        """Return the number of a search of the run, from 0, and what it found.

        Args:
            before: how many searches before the last one.
        """
        searches: list[list[JSON]] = [
            call["file_search"].get("results", [])
            for step in self._record.steps()
            for call in step["step_details"].get("tool_calls", ())
            if call["type"] == "file_search"
        ]
        number = len(searches) - 1 - before
        return number, searches[number] if number >= 0 else []

    def _open_call(
        self, kind: str, inner: JSON, id: str | None = None
    ) -> tuple[int, JSON]:
        """Add a call to the step of calls, and return its index and its details."""
        if self._step and self._step["type"] == "tool_calls" and kind != "function":
            raise EngineError(
                f"it used {kind} after a call; a turn ends with its calls"
            )
        if self._message:
            self._close()
        self._end_broken_off()
        if not self._step:
            self._open_step({"type": "tool_calls", "tool_calls": []})
        assert self._step is not None
        calls = self._step["step_details"]["tool_calls"]
        call = {"id": id or new_id("call"), "type": kind, kind: inner}
        calls.append(call)
        self._emit_call(len(calls) - 1, call)
        return len(calls) - 1, inner

    def _emit_arguments(self, index: int, piece: str) -> None:
        delta = {"arguments": piece}
        self._emit_call(index, {"type": "function", "function": delta})

    def _emit_call(self, index: int, call: JSON) -> None:
        assert self._step is not None
        details = {"type": "tool_calls", "tool_calls": [{"index": index, **call}]}
        data = {
            "id": self._step["id"],
            "object": "thread.run.step.delta",
            "delta": {"step_details": details},
        }
        self._emit("thread.run.step.delta", data)

    def _open_message(self) -> MessageWriter:
        if self._unfinished:
            message, self._step = self._unfinished
            self._unfinished = None
            self._message = MessageWriter(
                self._store, message, self._emit, resumed=True
            )
            return self._message
        message = objects.assistant_message(self._run)
        creation = {"message_id": message["id"]}
        self._store.add("message", message, thread=self._record.thread)
        self._open_step({"type": "message_creation", "message_creation": creation})
        self._emit("thread.message.created", message)
        self._emit("thread.message.in_progress", message)
        self._message = MessageWriter(self._store, message, self._emit)
        return self._message

    def _write_anew(self, parts: list[JSON]) -> MessageWriter:
        """Write a message of its own, because the broken one went on otherwise."""
        self._record.end_unfinished("failed", RESTARTED)
        self._step = None
        message = self._open_message()
        for part in parts:
            message.add(part["type"], part[part["type"]])
        return message

    def _end_broken_off(self) -> None:
        """End the message of an earlier server, which nothing goes on with."""
        if self._unfinished:
            self._record.end_unfinished("failed", RESTARTED)
            self._unfinished = None

    def _open_step(self, details: JSON) -> None:
        self._step = step = objects.step(self._run, details)
        self._store.add("step", step, thread=self._record.thread, run=self._record.id)
        self._emit("thread.run.step.created", step)
        self._emit("thread.run.step.in_progress", step)

    def _close(self) -> None:
        """Complete the step, and the message that it writes."""
        if self._message:
            try:
                self._message.complete()
            except DivergedError:
                self._end_shorter(self._message.written)
            self._message = None
        if self._step:
            usage = self._usage.of_step()
            self._step.update(
                status="completed", completed_at=objects.now(), usage=usage
            )
            self._put_step()
            self._emit("thread.run.step.completed", self._step)
            self._ended.append(self._step)
            self._step = None

    def _end_shorter(self, parts: list[JSON]) -> None:
        """End a message that had more in it before the server was killed."""
        if parts:
            self._write_anew(parts).complete()
        else:
            self._record.end_unfinished("failed", RESTARTED)
            self._step = None

    def _put_step(self) -> None:
        assert self._step is not None
        self._store.put(self._step)

    def _spend_and_close(self, text: str) -> None:
        """Complete a step that the server's own tools took."""
        try:
            self._usage.spend(text)
        finally:
            self._close()


def _text_of(result: JSON) -> str:
    return "".join(part.get("text", "") for part in result.get("content", ()))


def _check(value: JSON, schema: str, what: str) -> None:
    wrong = check(value, schema)
    if wrong:
        raise EngineError(f"it yielded {what} that doesn't fit {schema}: {wrong[0]}")
