"""The API's objects: how they are made from requests, how they change and end."""

from __future__ import annotations

import secrets
import string
import time
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

JSON = dict[str, Any]
Ending: TypeAlias = Literal["failed", "cancelled", "expired", "incomplete"]
"""The ways in which a run ends otherwise than completed."""
PREFIXES = {
    "assistant": "asst",
    "thread": "thread",
    "message": "msg",
    "run": "run",
    "step": "step",
    "call": "call",
    "vector_store": "vs",
    "file_batch": "vsfb",
}
_ALPHABET = (string.ascii_letters + string.digits).encode()
# For each byte a letter: some are a little more frequent, which makes no id weak.
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_ID_LENGTH = 24
# The reasons that the API has for a message that a run left unfinished.
_REASONS = {
    "failed": "run_failed",
    "cancelled": "run_cancelled",
    "expired": "run_expired",
    "incomplete": "max_tokens",
}


def new_id(kind: str) -> str:
    """Return a new id, with the prefix that the API has for this kind of object."""
    return f"{PREFIXES[kind]}_{random_letters()}"


def random_letters() -> str:
    """Return what makes an id unique."""
    return secrets.token_bytes(_ID_LENGTH).translate(_LETTERS).decode()


def now() -> int:
    """Return the time as the API has it: whole seconds since 1970."""
    return int(time.time())


def assistant(body: JSON) -> JSON:
    """Return a new assistant from the body of `createAssistant`.

    Its tool resources are as they are stored.
    """
    made: JSON = {
        "id": new_id("assistant"),
        "object": "assistant",
        "created_at": now(),
        "name": body.get("name"),
        "description": body.get("description"),
        "model": body["model"],
        "instructions": body.get("instructions"),
        "tools": body.get("tools", []),
        "tool_resources": body.get("tool_resources") or {},
        "metadata": body.get("metadata") or {},
        "temperature": _or(body.get("temperature"), 1.0),
        "top_p": _or(body.get("top_p"), 1.0),
        "response_format": _or(body.get("response_format"), "auto"),
    }
    if body.get("reasoning_effort") is not None:
        made["reasoning_effort"] = body["reasoning_effort"]
    return made


def modified(object: JSON, body: JSON) -> JSON:
    """Return an object with the changes of a modify operation's body."""
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
    """Return a new thread, from the body of `createThread`.

    Its tool resources are as they are stored.
    """
    return {
        "id": new_id("thread"),
        "object": "thread",
        "created_at": now(),
        "metadata": body.get("metadata") or {},
        "tool_resources": body.get("tool_resources") or {},
    }


def message(body: JSON, thread_id: str) -> JSON:
    """Return a new message of a client, from the body of `createMessage`."""
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


def assistant_message(run: JSON) -> JSON:
    """Return the message that a run begins to write."""
    return {
        **message({"role": "assistant", "content": []}, run["thread_id"]),
        "status": "in_progress",
        "completed_at": None,
        "assistant_id": run["assistant_id"],
        "run_id": run["id"],
    }


def run(body: JSON, assistant: JSON, thread_id: str, *, expires_at: int) -> JSON:
    """Return a new run, from the body of `createRun` or `createThreadAndRun`."""
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
    """Return the step that a run begins."""
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


def end_message(
    message: JSON, ending: Ending | None, reason: str | None = None
) -> None:
    """End a message: completed, or incomplete because its run ended so.

    Args:
        message: the message.
        ending: how its run ended; None for a message that is complete.
        reason: why the run is incomplete.
    """
    if ending is None:
        message.update(status="completed", completed_at=now())
        return
    why = reason if reason == "content_filter" else _REASONS[ending]
    message.update(
        status="incomplete", incomplete_at=now(), incomplete_details={"reason": why}
    )


def extend(message: JSON, deltas: Iterable[JSON]) -> None:
    """Add deltas to the content of a message, each as its event has it."""
    content = message["content"]
    texts: dict[int, list[str]] = {}
    for delta in deltas:
        kind, index = delta["type"], delta["index"]
        if index == len(content):
            content.append({"type": kind, kind: _empty(kind)})
        piece, part = delta[kind], content[index]
        if kind == "text":
            texts.setdefault(index, [part["text"]["value"]]).append(piece["value"])
            part["text"]["annotations"] += map(
                _unnumbered, piece.get("annotations", ())
            )
        elif kind == "refusal":
            texts.setdefault(index, [part["refusal"]]).append(piece)
        else:
            part[kind] = piece
    # At once, since a text that is added to is copied each time.
    for index, pieces in texts.items():
        part, text = content[index], "".join(pieces)
        if part["type"] == "text":
            part["text"]["value"] = text
        else:
            part["refusal"] = text


def _empty(kind: str) -> Any:
    return {"text": {"value": "", "annotations": []}, "refusal": ""}.get(kind, {})


def _unnumbered(annotation: JSON) -> JSON:
    return {name: value for name, value in annotation.items() if name != "index"}


def end_step(step: JSON, ending: Ending, error: JSON | None, usage: JSON) -> None:
    """End a step otherwise than completed; what it holds stays."""
    # A step knows no state for what a limit of tokens broke off.
    status = "completed" if ending == "incomplete" else ending
    step.update({"status": status, f"{status}_at": now(), "usage": usage})
    if ending == "failed" and error is not None:
        codes = ("server_error", "rate_limit_exceeded")
        code = error["code"] if error["code"] in codes else "server_error"
        step["last_error"] = {**error, "code": code}


def is_function_step(step: JSON) -> bool:
    """Return whether a step has calls whose outputs the client submits."""
    calls = step["step_details"].get("tool_calls")
    return bool(calls) and calls[0]["type"] == "function"


def usage_of(prompt: int, completion: int, cached: int = 0) -> JSON:
    """Return the API's object for tokens that were read and written.

    Args:
        prompt: how many were read.
        completion: how many were written.
        cached: how many of those read came from a cache.
    """
    usage: JSON = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    if cached:
        usage["prompt_token_details"] = {"cached_tokens": cached}
    return usage


def cached_of(usage: JSON) -> int:
    """Return how many tokens came from a cache."""
    cached: int = usage.get("prompt_token_details", {}).get("cached_tokens", 0)
    return cached


def without_results(step: JSON) -> JSON:
    """Return a step, or its delta, without the content that searches found.

    Only requests with `include[]` get it.
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
    """Return the response to a deletion."""
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


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
