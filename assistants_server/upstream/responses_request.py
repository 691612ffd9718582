"""What a model is asked in the Responses API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .._model_api import models
from .inputs import Picture, add_settings, has_tool, parts_of, search_function

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engines.interface import FunctionOutput
    from .inputs import Inputs

JSON = dict[str, Any]
_Item: TypeAlias = "models.InputItemDict"
# Fewer are refused by OpenAI.
_FEWEST_TOKENS: Final = 16


class ResponsesBody(models.CreateResponseDict, total=False):
    """What is asked, in the words of the Responses API and one of chat completions."""

    response_format: Any


def responses_request(
    inputs: Inputs,
    items: Sequence[Sequence[Any]],
    *,
    built_in: Sequence[str] = (),
    is_the_original: bool = True,
) -> ResponsesBody:
    """Return the body of a request for one turn.

    Args:
        inputs: what the model is asked with.
        items: what the model answered in the earlier turns of the run, as it came.
        built_in: the tools that the upstream itself has, of `file_search` and
            `code_interpreter`.
        is_the_original: whether it is OpenAI's or Azure's.
    """
    turn = inputs.turn
    run = turn.run
    body: ResponsesBody = {
        "model": inputs.model,
        "input": _input(inputs, items),
        "stream": True,
        "store": False,
        "include": _include(inputs, built_in),
    }
    add_settings(body, run)
    if run["instructions"]:
        body["instructions"] = run["instructions"]
    if tools := _tools(inputs, built_in):
        body["tools"] = tools
        body["parallel_tool_calls"] = run.get("parallel_tool_calls", True)
        choice = _choice(inputs, built_in)
        if choice != "auto":
            body["tool_choice"] = choice
    if form := _format(run.get("response_format")):
        body["text"] = {"format": form}
        if not is_the_original:
            # llama.cpp (as of October 2026) overlooks the format in `text`, and
            # enforces the one of chat completions.
            body["response_format"] = run["response_format"]
    if run.get("reasoning_effort") is not None:
        body["reasoning"] = {"effort": run["reasoning_effort"]}
    if turn.completion_room is not None:
        body["max_output_tokens"] = max(turn.completion_room, _FEWEST_TOKENS)
    return body


def calling_round(
    items: Sequence[Any], text: str, calls: Sequence[FunctionOutput]
) -> list[_Item]:
    """Return the items that tell of calls and what came of them.

    Args:
        items: what the model answered, as it came; nothing where that isn't known.
        text: what it said before the calls.
        calls: the calls, with their outputs.
    """
    made = [item for item in items if _goes_back(item)]
    if not made:
        made = [_said(text)] if text else []
        made += [_call(each.id, each.name, each.arguments) for each in calls]
    return [*made, *(_output(each.id, each.output) for each in calls)]


def _input(inputs: Inputs, items: Sequence[Sequence[Any]]) -> list[_Item]:
    turn = inputs.turn
    made: list[_Item] = []
    for message in inputs.history:
        if message["role"] == "assistant":
            texts = (p for p in parts_of(message, {}) if isinstance(p, str))
            made += [_said(text, message["id"]) for text in texts]
        elif parts := parts_of(message, inputs.images):
            made.append(_asked(parts))
    for number, past in enumerate(turn.past):
        made += inputs.round(number)
        known = items[number] if number < len(items) else ()
        made += calling_round(known, past.text, inputs.calls(number))
    return [*made, *inputs.round(turn.number)]


def _asked(parts: Sequence[str | Picture]) -> models.EasyInputMessageDict:
    content = [_picture(p) if isinstance(p, Picture) else _text(p) for p in parts]
    return {"type": "message", "role": "user", "content": content}


def _text(text: str) -> models.InputTextContentDict:
    return {"type": "input_text", "text": text}


def _picture(picture: Picture) -> models.InputImageContentDict:
    detail = picture.detail or "auto"
    return {"type": "input_image", "image_url": picture.url, "detail": detail}


def _tools(inputs: Inputs, built_in: Sequence[str]) -> list[models.ToolDict]:
    run = inputs.turn.run
    tools: list[models.ToolDict] = [_function(each) for each in inputs.turn.functions]
    if inputs.search:
        tools.append(_function(search_function(inputs.search)))
    elif _searches(inputs, built_in):
        tools.append(_file_search(inputs))
    if "code_interpreter" in built_in and has_tool(run, "code_interpreter"):
        tools.append(_code_interpreter(inputs.code_files))
    return tools


def _searches(inputs: Inputs, built_in: Sequence[str]) -> bool:
    """Return whether the upstream searches; without stores it would refuse to."""
    if "file_search" not in built_in or not inputs.turn.vector_stores:
        return False
    return has_tool(inputs.turn.run, "file_search")


def _function(function: JSON) -> models.FunctionToolDict:
    """Return a function as this protocol has it: flat, with nothing left out."""
    tool: models.FunctionToolDict = {
        "type": "function",
        "name": function["name"],
        "parameters": function.get("parameters")
        or {"type": "object", "properties": {}},
        "strict": bool(function.get("strict")),
    }
    if "description" in function:
        tool["description"] = function["description"]
    return tool


def _file_search(inputs: Inputs) -> models.FileSearchToolDict:
    given = next(t for t in inputs.turn.run["tools"] if t["type"] == "file_search")
    options = given.get("file_search") or {}
    tool: models.FileSearchToolDict = {
        "type": "file_search",
        "vector_store_ids": list(inputs.turn.vector_stores),
    }
    if options.get("max_num_results") is not None:
        tool["max_num_results"] = options["max_num_results"]
    if options.get("ranking_options") is not None:
        tool["ranking_options"] = options["ranking_options"]
    return tool


def _code_interpreter(files: Sequence[str]) -> models.CodeInterpreterToolDict:
    container: models.AutoCodeInterpreterToolParamDict = {"type": "auto"}
    if files:
        container["file_ids"] = [*files]
    return {"type": "code_interpreter", "container": container}


def _choice(inputs: Inputs, built_in: Sequence[str]) -> Any:
    """Return which tool the model has to use; what it had to use, it has used once."""
    choice = inputs.turn.run.get("tool_choice") or "auto"
    if choice == "none" or inputs.has_to_answer:
        return "none"
    if not inputs.is_first:
        return "auto"
    if not isinstance(choice, dict):
        return choice
    kind = choice.get("type")
    if kind == "function":
        return {"type": "function", "name": choice["function"]["name"]}
    if kind == "file_search" and inputs.search:
        return {"type": "function", "name": inputs.search}
    if kind == "file_search":
        return {"type": kind} if _searches(inputs, built_in) else "auto"
    return {"type": kind} if kind in built_in else "auto"


def _format(given: Any) -> Any:
    if not isinstance(given, dict):
        return None
    if given.get("type") == "json_schema":
        return {"type": "json_schema", **given["json_schema"]}
    return given


def _include(inputs: Inputs, built_in: Sequence[str]) -> list[models.IncludeEnum]:
    include: list[models.IncludeEnum] = ["reasoning.encrypted_content"]
    if _searches(inputs, built_in):
        include.append("file_search_call.results")
    tool = "code_interpreter"
    if tool in built_in and has_tool(inputs.turn.run, tool):
        include.append("code_interpreter_call.outputs")
    return include


def _goes_back(item: JSON) -> bool:
    """Return whether an item is understood when it comes back.

    OpenAI knows the reasoning that it doesn't store only by its encrypted form.
    """
    if item.get("type") != "reasoning":
        return True
    return bool(item.get("encrypted_content") or item.get("content"))


def _said(text: str, id: str = "msg_earlier") -> models.OutputMessageDict:
    """Return what the model said, complete as it would have been answered."""
    part: models.OutputTextContentDict = {
        "type": "output_text",
        "text": text,
        "annotations": [],
        "logprobs": [],
    }
    return {
        "type": "message",
        "id": id,
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }


def _call(id: str, name: str, arguments: str) -> models.FunctionToolCallDict:
    return {
        "type": "function_call",
        "call_id": id,
        "name": name,
        "arguments": arguments,
    }


def _output(id: str, output: str) -> models.FunctionCallOutputItemParamDict:
    return {"type": "function_call_output", "call_id": id, "output": output}
