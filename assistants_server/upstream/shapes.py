"""Shapes of a request that some models can't read, and those that they can."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from ..engines.upstream_words import ALTERNATE

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = dict[str, Any]
_INSTRUCTING: Final = ("system", "developer")


@dataclass(frozen=True)
class Shape:
    """A shape that is refused by some.

    Attributes:
        name: what it is.
        instead: what is done about it.
        refusal: what the refusal says.
        change: returns what takes the place of parts of a body; nothing where the body
            isn't of this shape.
    """

    name: str
    instead: str
    refusal: re.Pattern[str]
    change: Callable[[JSON], JSON]


def _without_strict(body: JSON) -> JSON:
    tools = body.get("tools") or []
    if not any("strict" in (tool.get("function") or {}) for tool in tools):
        return {}
    return {"tools": [_lenient(tool) for tool in tools]}


def _lenient(tool: JSON) -> JSON:
    function = tool.get("function") or {}
    kept = {name: value for name, value in function.items() if name != "strict"}
    return {**tool, "function": kept}


def _with_one_function(body: JSON) -> JSON:
    """Return the function that has to be called as the only one there is."""
    choice = body.get("tool_choice")
    name = (
        (choice.get("function") or {}).get("name") if isinstance(choice, dict) else ""
    )
    tools = [
        tool
        for tool in body.get("tools") or []
        if name and (tool.get("function") or {}).get("name") == name
    ]
    return {"tools": tools, "tool_choice": "required"} if tools else {}


def _as_system(body: JSON) -> JSON:
    messages: list[JSON] = body.get("messages") or []
    if not any(each["role"] == "developer" for each in messages):
        return {}
    as_system = {"developer": "system"}
    return {
        "messages": [
            {**each, "role": as_system.get(each["role"], each["role"])}
            for each in messages
        ]
    }


def _merged(body: JSON) -> JSON:
    """Return messages of which none follows another one of its role."""
    messages: list[JSON] = body.get("messages") or []
    made: list[JSON] = []
    for _, group in groupby(messages, _kind):
        same = [*group]
        if len(same) > 1 and _kind(same[0]) in ("user", "assistant"):
            made.append({**same[0], "content": _joined(same)})
        else:
            made += same
    return {"messages": made} if made != messages else {}


def _with_instructions_of_user(body: JSON) -> JSON:
    """Return messages whose first one of the user begins with the instructions."""
    first, *rest = body.get("messages") or [{}]
    if first.get("role") not in _INSTRUCTING:
        return {}
    if rest and rest[0]["role"] == "user":
        said = {**rest[0], "content": _joined([first, rest[0]])}
        return {"messages": [said, *rest[1:]]}
    return {"messages": [{**first, "role": "user"}, *rest]}


def _kind(message: JSON) -> str:
    """Return the role of a message; calls are of a kind of their own."""
    return "calls" if message.get("tool_calls") else str(message["role"])


def _joined(messages: list[JSON]) -> str | list[JSON]:
    contents = [each["content"] for each in messages]
    if all(isinstance(each, str) for each in contents):
        return "\n\n".join(contents)
    parts: list[JSON] = []
    for each in contents:
        parts += [{"type": "text", "text": each}] if isinstance(each, str) else each
    return parts


SHAPES: Final = (
    # Of schemas of functions: Anthropic's, Groq's.
    Shape(
        "strict",
        "it is left out from now on",
        re.compile(r"(?<!\w)strict(?!\w)"),
        _without_strict,
    ),
    # LM Studio's: lmstudio-ai/lmstudio-bug-tracker#670.
    Shape(
        "a choice of one function",
        "it is the only one that is sent from now on",
        re.compile(r"\btool_choice\b"),
        _with_one_function,
    ),
    Shape(
        "the role developer",
        "instructions have the role system from now on",
        re.compile(r"\bdeveloper\b"),
        _as_system,
    ),
    # Mistral's and Gemma's templates: vllm-project/vllm#6862.
    Shape(
        "messages of one role in a row",
        "they are sent as one from now on",
        ALTERNATE,
        _merged,
    ),
    # Gemma's: huggingface/chat-ui#1386; Mistral's old ones: microsoft/autogen#1037.
    Shape(
        "the role system",
        "instructions begin the first message from now on",
        re.compile(
            rf"system (role|message|prompt|instruction)|'system'|developer instruction"
            rf"|{ALTERNATE.pattern}",
            re.IGNORECASE,
        ),
        _with_instructions_of_user,
    ),
)
"""The shapes, in the order in which they are tried."""
