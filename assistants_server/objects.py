"""The objects that the API gives, made from what requests say."""

from __future__ import annotations

import time
from typing import Any

from .store.sqlite import new_id

JSON = dict[str, Any]


def now() -> int:
    """Give the time in the API's own form: seconds since 1970."""
    return int(time.time())


def assistant(body: JSON) -> JSON:
    """Make an assistant from the body of `createAssistant`."""
    made: JSON = {
        "id": new_id("assistant"),
        "object": "assistant",
        "created_at": now(),
        "name": body.get("name"),
        "description": body.get("description"),
        "model": body["model"],
        "instructions": body.get("instructions"),
        "tools": body.get("tools", []),
        "tool_resources": _tool_resources(body.get("tool_resources")),
        "metadata": body.get("metadata") or {},
        "temperature": _or(body.get("temperature"), 1.0),
        "top_p": _or(body.get("top_p"), 1.0),
        "response_format": _or(body.get("response_format"), "auto"),
    }
    if body.get("reasoning_effort") is not None:
        made["reasoning_effort"] = body["reasoning_effort"]
    return made


def modified(object: JSON, body: JSON) -> JSON:
    """Give an object with what a body of a modify operation changes."""
    changed = {**object, **body}
    if "metadata" in body:
        changed["metadata"] = body["metadata"] or {}
    if body.get("tool_resources") is not None:
        resources = object.get("tool_resources") or {}
        changed["tool_resources"] = {**resources, **body["tool_resources"]}
    for name in ("temperature", "top_p"):
        if name in body:
            changed[name] = _or(body[name], 1.0)
    if "response_format" in body:
        changed["response_format"] = _or(body["response_format"], "auto")
    return changed


def thread(body: JSON) -> JSON:
    """Make a thread from the body of `createThread`."""
    return {
        "id": new_id("thread"),
        "object": "thread",
        "created_at": now(),
        "metadata": body.get("metadata") or {},
        "tool_resources": _tool_resources(body.get("tool_resources")),
    }


def message(body: JSON, thread_id: str) -> JSON:
    """Make a message that a client wrote from the body of `createMessage`."""
    made = now()
    return {
        "id": new_id("message"),
        "object": "thread.message",
        "created_at": made,
        "thread_id": thread_id,
        "status": "completed",
        "incomplete_details": None,
        "completed_at": made,
        "incomplete_at": None,
        "role": body["role"],
        "content": _content(body["content"]),
        "assistant_id": None,
        "run_id": None,
        "attachments": body.get("attachments") or [],
        "metadata": body.get("metadata") or {},
    }


def answer(run: JSON) -> JSON:
    """Make the message that a run begins to write."""
    return {
        **message({"role": "assistant", "content": []}, run["thread_id"]),
        "status": "in_progress",
        "completed_at": None,
        "assistant_id": run["assistant_id"],
        "run_id": run["id"],
    }


def run(body: JSON, assistant: JSON, thread_id: str, *, expires_at: int) -> JSON:
    """Make a run from the body of `createRun` or `createThreadAndRun`."""
    instructions = _or(body.get("instructions"), assistant["instructions"]) or ""
    if body.get("additional_instructions"):
        parts = (instructions, body["additional_instructions"])
        instructions = "\n\n".join(part for part in parts if part)
    made: JSON = {
        "id": new_id("run"),
        "object": "thread.run",
        "created_at": now(),
        "thread_id": thread_id,
        "assistant_id": assistant["id"],
        "status": "queued",
        "required_action": None,
        "last_error": None,
        "expires_at": expires_at,
        "started_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "incomplete_details": None,
        "model": body.get("model") or assistant["model"],
        "instructions": instructions,
        "tools": _or(body.get("tools"), assistant["tools"]),
        "metadata": body.get("metadata") or {},
        "usage": None,
        "temperature": _or(body.get("temperature"), assistant["temperature"]),
        "top_p": _or(body.get("top_p"), assistant["top_p"]),
        "max_prompt_tokens": body.get("max_prompt_tokens"),
        "max_completion_tokens": body.get("max_completion_tokens"),
        "truncation_strategy": _or(
            body.get("truncation_strategy"), {"type": "auto", "last_messages": None}
        ),
        "tool_choice": _or(body.get("tool_choice"), "auto"),
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "response_format": _or(
            body.get("response_format"), assistant["response_format"]
        ),
    }
    effort = _or(body.get("reasoning_effort"), assistant.get("reasoning_effort"))
    if effort is not None:
        made["reasoning_effort"] = effort
    return made


def step(run: JSON, details: JSON) -> JSON:
    """Make the step that a run begins."""
    return {
        "id": new_id("step"),
        "object": "thread.run.step",
        "created_at": now(),
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "run_id": run["id"],
        "type": details["type"],
        "status": "in_progress",
        "step_details": details,
        "last_error": None,
        "expired_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "metadata": {},
        "usage": None,
    }


def without_results(step: JSON) -> JSON:
    """Give a step, or what is new of one, without the content that searches found.

    It is given only to those who ask for it, by `include[]`.
    """
    holder = step.get("delta", step)
    details = holder.get("step_details", {})
    calls = [_without_content(call) for call in details.get("tool_calls", ())]
    if not any("file_search" in call for call in calls):
        return step
    shorter = {**holder, "step_details": {**details, "tool_calls": calls}}
    return {**step, "delta": shorter} if "delta" in step else shorter


def _without_content(call: JSON) -> JSON:
    if not call.get("file_search", {}).get("results"):
        return call
    results = [
        {name: value for name, value in each.items() if name != "content"}
        for each in call["file_search"]["results"]
    ]
    return {**call, "file_search": {**call["file_search"], "results": results}}


def deleted(object: JSON) -> JSON:
    """Give the answer to a deletion."""
    kind = f"{object['object']}.deleted"
    return {"id": object["id"], "object": kind, "deleted": True}


def _content(content: str | list[JSON]) -> list[JSON]:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    return [_part(part) for part in content]


def _part(part: JSON) -> JSON:
    if part["type"] == "text":
        return {"type": "text", "text": {"value": part["text"], "annotations": []}}
    # What holds the part's substance bears the name of its type.
    inner = {"detail": "auto", **part[part["type"]]}
    return {"type": part["type"], part["type"]: inner}


def _tool_resources(given: JSON | None) -> JSON:
    """Give tool resources as they are kept: new vector stores become ids."""
    kept: JSON = {}
    if given and "code_interpreter" in given:
        kept["code_interpreter"] = {"file_ids": [], **given["code_interpreter"]}
    if given and "file_search" in given:
        search = given["file_search"]
        made = [new_id("vector_store") for _ in search.get("vector_stores", ())]
        ids = [*search.get("vector_store_ids", ()), *made]
        kept["file_search"] = {"vector_store_ids": ids}
    return kept


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
