"""What a model is asked in chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .inputs import Picture, add_settings, parts_of, search_function

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._model_api import models
    from ..engines.interface import FunctionOutput
    from .inputs import Inputs

JSON = dict[str, Any]
_Message: TypeAlias = "models.ChatCompletionRequestMessageDict"
_Part: TypeAlias = "models.ChatCompletionRequestUserMessageContentPartDict"


def chat_request(
    inputs: Inputs, *, role: Literal["system", "developer"] = "system"
) -> models.CreateChatCompletionRequestDict:
    """Return the body of a request for one turn.

    Args:
        inputs: what the model is asked with.
        role: whose words the instructions are.
    """
    turn = inputs.turn
    run = turn.run
    body: models.CreateChatCompletionRequestDict = {
        "model": inputs.model,
        "messages": _messages(inputs, role),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    add_settings(body, run)
    if tools := [_tool(function) for function in _functions(inputs)]:
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


def calling_round(text: str, calls: Sequence[FunctionOutput]) -> list[_Message]:
    """Return the messages that tell of calls and what came of them.

    Args:
        text: what the model said before.
        calls: the calls, with their outputs.
    """
    asked: models.ChatCompletionRequestAssistantMessageDict = {
        "role": "assistant",
        "content": text or None,
        "tool_calls": [_call(each.id, each.name, each.arguments) for each in calls],
    }
    return [asked, *map(_output, calls)]


def _messages(inputs: Inputs, role: Literal["system", "developer"]) -> list[_Message]:
    turn = inputs.turn
    messages: list[_Message] = []
    if turn.run["instructions"]:
        messages.append(_message(role, turn.run["instructions"]))
    for message in inputs.history:
        content = _content(message, inputs)
        if content:
            messages.append(_message(message["role"], content))
    for number, past in enumerate(turn.past):
        messages += inputs.round(number)
        messages += calling_round(past.text, inputs.calls(number))
    return [*messages, *inputs.round(turn.number)]


def _message(role: Any, content: Any) -> _Message:
    """Return a message; its role says what its content may be."""
    return {"role": role, "content": content}


def _content(message: JSON, inputs: Inputs) -> str | list[_Part]:
    parts = parts_of(message, inputs.images)
    if message["role"] == "assistant":
        # It can't show images in this protocol.
        parts = [part for part in parts if isinstance(part, str)]
    if any(isinstance(part, Picture) for part in parts):
        return [_picture(p) if isinstance(p, Picture) else _text(p) for p in parts]
    return "\n".join(map(str, parts))


def _text(text: str) -> models.ChatCompletionRequestMessageContentPartTextDict:
    return {"type": "text", "text": text}


def _picture(
    picture: Picture,
) -> models.ChatCompletionRequestMessageContentPartImageDict:
    shown: models.ChatCompletionRequestMessageContentPartImageImageUrlDict
    shown = {"url": picture.url}
    if picture.detail:
        shown["detail"] = picture.detail
    return {"type": "image_url", "image_url": shown}


def _functions(inputs: Inputs) -> list[JSON]:
    own = [search_function(inputs.search)] if inputs.search else []
    return [*inputs.turn.functions, *own]


def _choice(inputs: Inputs) -> Any:
    """Return which tool the model has to use; what it had to use, it has used once."""
    choice = inputs.turn.run.get("tool_choice") or "auto"
    if choice == "none" or inputs.has_to_answer:
        return "none"
    if not inputs.is_first:
        return "auto"
    if isinstance(choice, dict) and choice.get("type") != "function":
        if choice.get("type") != "file_search" or not inputs.search:
            return "auto"
        return {"type": "function", "function": {"name": inputs.search}}
    return choice


def _tool(function: Any) -> models.ChatCompletionToolDict:
    """Return a function as a tool: the two APIs define functions alike."""
    return {"type": "function", "function": function}


def _call(
    id: str, name: str, arguments: str
) -> models.ChatCompletionMessageToolCallDict:
    return {
        "id": id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _output(call: FunctionOutput) -> models.ChatCompletionRequestToolMessageDict:
    return {"role": "tool", "tool_call_id": call.id, "content": call.output}
