"""What a model is asked in chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .inputs import parts_of, search_function, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engines.interface import FunctionOutput
    from .inputs import Inputs

JSON = dict[str, Any]


def chat_request(
    inputs: Inputs, *, role: Literal["system", "developer"] = "system"
) -> JSON:
    """Return the body of a request for one turn.

    Args:
        inputs: what the model is asked with.
        role: whose words the instructions are.
    """
    turn = inputs.turn
    run = turn.run
    body: JSON = {
        "model": inputs.model,
        "messages": _messages(inputs, role),
        "stream": True,
        "stream_options": {"include_usage": True},
        **settings_of(run),
    }
    tools = [
        {"type": "function", "function": function} for function in _functions(inputs)
    ]
    if tools:
        body["tools"] = tools
        body["parallel_tool_calls"] = run.get("parallel_tool_calls", True)
        choice = _choice(inputs)
        if choice != "auto":
            body["tool_choice"] = choice
    if run.get("response_format") not in (None, "auto"):
        body["response_format"] = run["response_format"]
    if run.get("reasoning_effort") is not None:
        body["reasoning_effort"] = run["reasoning_effort"]
    if turn.completion_room is not None:
        body["max_completion_tokens"] = turn.completion_room
    return body


def calling_round(text: str, calls: Sequence[FunctionOutput]) -> list[JSON]:
    """Return the messages that tell of calls and what came of them.

    Args:
        text: what the model said before.
        calls: the calls, with their outputs.
    """
    made = [_call(each.id, each.name, each.arguments) for each in calls]
    asked = {"role": "assistant", "content": text or None, "tool_calls": made}
    return [asked, *map(_output, calls)]


def _messages(inputs: Inputs, role: str) -> list[JSON]:
    turn = inputs.turn
    messages: list[JSON] = []
    if turn.run["instructions"]:
        messages.append({"role": role, "content": turn.run["instructions"]})
    for message in inputs.history:
        content = _content(message, inputs)
        if content:
            messages.append({"role": message["role"], "content": content})
    for number, past in enumerate(turn.past):
        messages += inputs.round(number)
        messages += calling_round(past.text, past.calls)
    return [*messages, *inputs.round(turn.number)]


def _content(message: JSON, inputs: Inputs) -> str | list[JSON]:
    parts = parts_of(message, inputs.images)
    if message["role"] == "assistant":
        # It can't show images in this protocol.
        parts = [part for part in parts if "text" in part]
    if all("text" in part for part in parts):
        return "\n".join(part["text"] for part in parts)
    return [
        {"type": "text", **part}
        if "text" in part
        else {"type": "image_url", "image_url": part}
        for part in parts
    ]


def _functions(inputs: Inputs) -> list[JSON]:
    own = [search_function(inputs.search)] if inputs.search else []
    return [*inputs.turn.functions, *own]


def _choice(inputs: Inputs) -> Any:
    """Return which tool the model has to use; what it had to use, it has used once."""
    choice = inputs.turn.run.get("tool_choice") or "auto"
    if choice == "none":
        return "none"
    if not inputs.is_first:
        return "auto"
    if isinstance(choice, dict) and choice.get("type") != "function":
        if choice.get("type") != "file_search" or not inputs.search:
            return "auto"
        return {"type": "function", "function": {"name": inputs.search}}
    return choice


def _call(id: str, name: str, arguments: str) -> JSON:
    function = {"name": name, "arguments": arguments}
    return {"id": id, "type": "function", "function": function}


def _output(call: FunctionOutput) -> JSON:
    return {"role": "tool", "tool_call_id": call.id, "content": call.output}
