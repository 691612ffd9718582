"""What the demo's server says: a few operations, kept in memory, the answer canned."""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any

from assistants_api import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_api.models import (
        AssistantObjectDict,
        CreateAssistantRequestDict,
        CreateRunRequestDict,
        CreateThreadRequestDict,
        ErrorResponseDict,
        ListRunsResponseDict,
        MessageDeltaObjectDict,
        MessageObjectDict,
        RunCompletionUsageDict,
        RunObjectDict,
        RunStepObjectDict,
        ThreadObjectDict,
    )

ANSWER = "Six sevens are forty-two: five of them make 35, and one more makes 42."
_EXPIRES_AFTER = 600
_USAGE: RunCompletionUsageDict = {
    "prompt_tokens": 31,
    "completion_tokens": 17,
    "total_tokens": 48,
}
_NEXT_STATUS = {"queued": "in_progress", "in_progress": "completed"}


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: ErrorResponseDict = {
            "error": {
                "message": message,
                "type": "invalid_request_error",
                "param": param,
                "code": None,
            }
        }


class Answers:
    """Assistants, threads and runs, and what each request does to them.

    A run goes one step further each time that it is read: queued, in progress,
    completed.
    """

    def __init__(self) -> None:
        self._assistants: dict[str, AssistantObjectDict] = {}
        self._threads: dict[str, dict[str, RunObjectDict]] = {}
        self._numbers = itertools.count(1)

    def answer(self, method: str, path: str, body: Any) -> object:
        """Answer a request: an object, or an iterator of the events of a stream.

        Raises:
            RefusalError: the answer is an error.
        """
        match method, path.strip("/").split("/"):
            case "POST", ["assistants"]:
                return self._create_assistant(_fitting(body, "CreateAssistantRequest"))
            case "POST", ["threads"]:
                return self._create_thread(_fitting(body or {}, "CreateThreadRequest"))
            case "POST", ["threads", thread, "runs"]:
                return self._create_run(thread, _fitting(body, "CreateRunRequest"))
            case "GET", ["threads", thread, "runs"]:
                return self._list_runs(thread)
            case "GET", ["threads", thread, "runs", run]:
                return self._get_run(thread, run)
        raise RefusalError(404, f"The demo's server has no {method} {path}.")

    def _create_assistant(
        self, request: CreateAssistantRequestDict
    ) -> AssistantObjectDict:
        assistant: AssistantObjectDict = {
            "id": self._id("asst"),
            "object": "assistant",
            "created_at": _now(),
            "name": request.get("name"),
            "description": request.get("description"),
            "model": request["model"],
            "instructions": request.get("instructions"),
            "tools": request.get("tools", []),
            "metadata": request.get("metadata"),
        }
        self._assistants[assistant["id"]] = assistant
        return assistant

    def _create_thread(self, request: CreateThreadRequestDict) -> ThreadObjectDict:
        thread: ThreadObjectDict = {
            "id": self._id("thread"),
            "object": "thread",
            "created_at": _now(),
            "tool_resources": None,
            "metadata": request.get("metadata"),
        }
        self._threads[thread["id"]] = {}
        return thread

    def _create_run(
        self, thread: str, request: CreateRunRequestDict
    ) -> RunObjectDict | Iterator[tuple[str, object]]:
        runs = self._runs(thread)
        assistant = self._assistants.get(request["assistant_id"])
        if assistant is None:
            message = f"No assistant found with id '{request['assistant_id']}'."
            raise RefusalError(404, message, param="assistant_id")
        run = _new_run(self._id("run"), thread, assistant)
        runs[run["id"]] = run
        return self._events(run) if request.get("stream") else run

    def _list_runs(self, thread: str) -> ListRunsResponseDict:
        newest_first = list(reversed(self._runs(thread).values()))
        return {
            "object": "list",
            "data": newest_first,
            "first_id": newest_first[0]["id"] if newest_first else "",
            "last_id": newest_first[-1]["id"] if newest_first else "",
            "has_more": False,
        }

    def _get_run(self, thread: str, id: str) -> RunObjectDict:
        run = self._runs(thread).get(id)
        if run is None:
            raise RefusalError(404, f"No run found with id '{id}'.")
        _advance(run)
        return run

    def _events(self, run: RunObjectDict) -> Iterator[tuple[str, object]]:
        """Give the names and data of the events of one run, from start to end."""
        message, step = self._id("msg"), self._id("step")
        yield "thread.run.created", run
        yield "thread.run.queued", run
        _advance(run)
        yield "thread.run.in_progress", run
        yield "thread.run.step.created", _step(run, step, message)
        yield "thread.message.created", _message(run, message, None)
        for text in re.findall(r"\s*\S+", ANSWER):
            yield "thread.message.delta", _delta(message, text)
        yield "thread.message.completed", _message(run, message, ANSWER)
        _advance(run)
        yield "thread.run.step.completed", _step(run, step, message)
        yield "thread.run.completed", run
        yield "done", "[DONE]"

    def _runs(self, thread: str) -> dict[str, RunObjectDict]:
        if thread not in self._threads:
            raise RefusalError(404, f"No thread found with id '{thread}'.")
        return self._threads[thread]

    def _id(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers):04}"


def _fitting(body: Any, schema: str) -> Any:
    """Give a body that is what the document says.

    Raises:
        RefusalError: it isn't; the first deviation is named.
    """
    deviations = check(body, schema)
    if deviations:
        path, message = deviations[0]
        raise RefusalError(400, f"Invalid body: {path} {message}.", param=path)
    return body


def _new_run(id: str, thread: str, assistant: AssistantObjectDict) -> RunObjectDict:
    return {
        "id": id,
        "object": "thread.run",
        "created_at": _now(),
        "thread_id": thread,
        "assistant_id": assistant["id"],
        "status": "queued",
        "required_action": None,
        "last_error": None,
        "expires_at": _now() + _EXPIRES_AFTER,
        "started_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "incomplete_details": None,
        "model": assistant["model"],
        "instructions": assistant["instructions"] or "",
        "tools": assistant["tools"],
        "metadata": {},
        "usage": None,
        "max_prompt_tokens": None,
        "max_completion_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "response_format": "auto",
    }


def _advance(run: RunObjectDict) -> None:
    run["status"] = _NEXT_STATUS.get(run["status"], run["status"])
    if run["status"] == "in_progress":
        run["started_at"] = _now()
    elif run["completed_at"] is None:
        run["completed_at"] = _now()
        run["expires_at"] = None
        run["usage"] = _USAGE


def _step(run: RunObjectDict, id: str, message: str) -> RunStepObjectDict:
    return {
        "id": id,
        "object": "thread.run.step",
        "created_at": _now(),
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "run_id": run["id"],
        "type": "message_creation",
        "status": run["status"],
        "step_details": {
            "type": "message_creation",
            "message_creation": {"message_id": message},
        },
        "last_error": None,
        "expired_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": run["completed_at"],
        "metadata": None,
        "usage": _USAGE if run["usage"] else None,
    }


def _message(run: RunObjectDict, id: str, text: str | None) -> MessageObjectDict:
    """Give the message of a run; without text it has only been begun."""
    return {
        "id": id,
        "object": "thread.message",
        "created_at": _now(),
        "thread_id": run["thread_id"],
        "status": "in_progress" if text is None else "completed",
        "incomplete_details": None,
        "completed_at": None if text is None else _now(),
        "incomplete_at": None,
        "role": "assistant",
        "content": []
        if text is None
        else [{"type": "text", "text": {"value": text, "annotations": []}}],
        "assistant_id": run["assistant_id"],
        "run_id": run["id"],
        "attachments": None,
        "metadata": None,
    }


def _delta(id: str, text: str) -> MessageDeltaObjectDict:
    return {
        "id": id,
        "object": "thread.message.delta",
        "delta": {"content": [{"index": 0, "type": "text", "text": {"value": text}}]},
    }


def _now() -> int:
    return int(time.time())
