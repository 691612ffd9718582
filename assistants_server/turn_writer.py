"""One turn of a run: outputs of an engine become steps, messages and events."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from . import objects
from ._api import check
from .engines.turn_events import (
    Citation,
    CodeCall,
    EngineError,
    FileSearch,
    Image,
    RefusedText,
    Text,
    ToolCall,
)
from .file_search import options_of
from .objects import end_message, end_step, new_id, usage_of
from .turn_context import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engines.turn_events import Output
    from .objects import Ending
    from .store import Store

JSON = dict[str, Any]
_PIECES = re.compile(r".{1,12}", re.DOTALL)


class TokensSpentError(Exception):
    """The run has written as many tokens as its request allows."""


class TurnWriter:
    """Write the outputs of an engine, one by one, into the store and the stream."""

    def __init__(
        self,
        store: Store,
        run: JSON,
        emit: Callable[[str, JSON], None],
        *,
        prompt: int,
        budget: int | None,
    ) -> None:
        """Begin a turn.

        Args:
            store: where steps and messages go.
            run: the run that they belong to.
            emit: called with the name and data of each event.
            prompt: how many tokens the engine read.
            budget: how many tokens it may still write; None for no limit.
        """
        self._store = store
        self._run = run
        self._emit = emit
        self._prompt = prompt
        self._budget = budget
        self._written = 0
        self._step: JSON | None = None
        self._message: JSON | None = None

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
            case CodeCall():
                self._code(output)
            case FileSearch():
                self._search(output)
            case Citation(result=number):
                self._cite(number)

    def finish(self) -> list[JSON]:
        """End the turn, and return the calls whose outputs the client has to submit."""
        if self._step and self._step["type"] == "tool_calls":
            self._store.put_notes(self._step["id"], {"usage": self._usage()})
            self._store.put(self._step)
            calls: list[JSON] = self._step["step_details"]["tool_calls"]
            return calls
        self._close()
        return []

    def abandon(self, ending: Ending, error: JSON | None = None) -> None:
        """End the turn where it is, because the run ends otherwise than completed."""
        if self._message:
            self._end_message(ending)
        if self._step:
            end_step(self._step, ending, error, self._usage())
            self._put_step()
            self._emit(f"thread.run.step.{self._step['status']}", self._step)
            self._step = None

    def _text(self, piece: Text) -> None:
        for each in piece.annotations:
            _check(each, "MessageAnnotation", "an annotation")
        value: JSON = {"value": piece.value}
        first = self._annotations()
        if piece.annotations or first is None:
            # The first piece of a text has them even where there are none.
            numbered = enumerate(piece.annotations, first or 0)
            value["annotations"] = [{"index": i, **each} for i, each in numbered]
        self._part("text", value, piece.value)

    def _part(self, kind: str, delta: Any, text: str) -> None:
        """Add a piece to the message: to its last part if that is of the same kind."""
        if self._step and self._step["type"] == "tool_calls":
            raise EngineError(
                "it yielded text after a call; a turn ends with its calls"
            )
        message = self._message or self._open_message()
        content = message["content"]
        if kind == "image_file" or not content or content[-1]["type"] != kind:
            content.append(_empty_part(kind))
        index = len(content) - 1
        _extend(content[index], delta)
        part = {"index": index, "type": kind, kind: delta}
        data = {
            "id": message["id"],
            "object": "thread.message.delta",
            "delta": {"content": [part]},
        }
        self._emit("thread.message.delta", data)
        self._spend(text)

    def _annotations(self) -> int | None:
        """Return how many annotations the current text has; None without one."""
        content = self._message["content"] if self._message else []
        last = content[-1] if content else {}
        return len(last["text"]["annotations"]) if "text" in last else None

    def _function(self, call: ToolCall) -> None:
        arguments = call.arguments
        if not isinstance(arguments, str):
            arguments = json.dumps(arguments, ensure_ascii=False)
        empty = {"name": call.name, "arguments": "", "output": None}
        index, entry = self._open_call("function", empty)
        entry["arguments"] = arguments
        for piece in _PIECES.findall(arguments):
            delta = {"arguments": piece}
            self._emit_call(index, {"type": "function", "function": delta})
        self._put_step()
        self._spend(call.name + arguments)

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
        self._prompt += sum(tokens(_text_of(each)) for each in search.results)
        self._spend_and_close("")

    def _cite(self, number: int) -> None:
        """Write a mark, and an annotation for it, that cites a result of a search."""
        search, results = self._last_search()
        if number >= len(results):
            raise EngineError(
                f"it cites result {number} of a search that found {len(results)}"
            )
        result = results[number]
        mark = f"\u3010{search}:{number}\u2020{result['file_name']}\u3011"
        start = self._length()
        annotation = {
            "type": "file_citation",
            "text": mark,
            "start_index": start,
            "end_index": start + len(mark),
            "file_citation": {"file_id": result["file_id"]},
        }
        self._text(Text(mark, (annotation,)))

    def _last_search(self) -> tuple[int, list[JSON]]:
        """Return the number of the run's last search, from 0, and what it found."""
        thread, run = self._run["thread_id"], self._run["id"]
        searches: list[list[JSON]] = [
            call["file_search"].get("results", [])
            for step in self._store.all("step", thread=thread, run=run)
            for call in step["step_details"].get("tool_calls", ())
            if call["type"] == "file_search"
        ]
        return len(searches) - 1, searches[-1] if searches else []

    def _length(self) -> int:
        """Return how many characters the current text has."""
        content = self._message["content"] if self._message else []
        last = content[-1] if content else {}
        return len(last["text"]["value"]) if "text" in last else 0

    def _open_call(self, kind: str, inner: JSON) -> tuple[int, JSON]:
        """Add a call to the step of calls, and return its index and its details."""
        if self._step and self._step["type"] == "tool_calls" and kind != "function":
            raise EngineError(
                f"it used {kind} after a call; a turn ends with its calls"
            )
        if self._message:
            self._close()
        if not self._step:
            self._open_step({"type": "tool_calls", "tool_calls": []})
        assert self._step is not None
        calls = self._step["step_details"]["tool_calls"]
        call = {"id": new_id("call"), "type": kind, kind: inner}
        calls.append(call)
        self._emit_call(len(calls) - 1, call)
        return len(calls) - 1, inner

    def _emit_call(self, index: int, call: JSON) -> None:
        assert self._step is not None
        details = {"type": "tool_calls", "tool_calls": [{"index": index, **call}]}
        data = {
            "id": self._step["id"],
            "object": "thread.run.step.delta",
            "delta": {"step_details": details},
        }
        self._emit("thread.run.step.delta", data)

    def _open_message(self) -> JSON:
        message = self._message = objects.assistant_message(self._run)
        thread = self._run["thread_id"]
        creation = {"message_id": message["id"]}
        with self._store.changes():
            self._store.add("message", message, thread=thread)
            details = {"type": "message_creation", "message_creation": creation}
            self._open_step(details)
        self._emit("thread.message.created", message)
        self._emit("thread.message.in_progress", message)
        return message

    def _open_step(self, details: JSON) -> None:
        self._step = step = objects.step(self._run, details)
        thread, run = self._run["thread_id"], self._run["id"]
        self._written = 0
        self._store.add("step", step, thread=thread, run=run)
        self._emit("thread.run.step.created", step)
        self._emit("thread.run.step.in_progress", step)

    def _close(self) -> None:
        """Complete the step, and the message that it writes."""
        if self._message:
            self._end_message(None)
        if self._step:
            self._step.update(
                status="completed", completed_at=objects.now(), usage=self._usage()
            )
            self._put_step()
            self._emit("thread.run.step.completed", self._step)
            self._step = None

    def _end_message(self, ending: Ending | None) -> None:
        message = self._message
        assert message is not None
        end_message(message, ending)
        thread = self._run["thread_id"]
        stored = self._store.get("message", message["id"], thread=thread)
        if stored:
            # A client may have modified it meanwhile, or deleted it.
            message["metadata"] = stored["metadata"]
        self._store.put(message)
        self._emit(f"thread.message.{message['status']}", message)
        self._message = None

    def _put_step(self) -> None:
        assert self._step is not None
        self._store.put(self._step)

    def _spend_and_close(self, text: str) -> None:
        """Complete a step that the server's own tools took."""
        try:
            self._spend(text)
        finally:
            self._close()

    def _spend(self, text: str) -> None:
        spent = tokens(text)
        self._written += spent
        if self._budget is not None:
            self._budget -= spent
            if self._budget <= 0:
                raise TokensSpentError

    def _usage(self) -> JSON:
        usage = usage_of(self._prompt, self._written)
        # What was read for the turn is counted once, with its first step.
        self._prompt = 0
        return usage


def _text_of(result: JSON) -> str:
    return "".join(part.get("text", "") for part in result.get("content", ()))


def _empty_part(kind: str) -> JSON:
    inner: Any = {"text": {"value": "", "annotations": []}, "refusal": ""}.get(kind, {})
    return {"type": kind, kind: inner}


def _extend(part: JSON, delta: Any) -> None:
    kind = part["type"]
    if kind == "text":
        part["text"]["value"] += delta["value"]
        for each in delta.get("annotations", ()):
            annotation = {k: v for k, v in each.items() if k != "index"}
            part["text"]["annotations"].append(annotation)
    elif kind == "refusal":
        part["refusal"] += delta
    else:
        part[kind] = delta


def _check(value: JSON, schema: str, what: str) -> None:
    wrong = check(value, schema)
    if wrong:
        raise EngineError(f"it yielded {what} that doesn't fit {schema}: {wrong[0]}")
