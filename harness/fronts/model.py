"""A scripted model: it calls one tool, the other, both at once, and then answers.

What it does next depends on the outputs that a request holds, so that one server is
enough for any number of agents at once. It speaks chat completions and Responses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from harness.scripted_server import Request, Response

JSON = dict[str, Any]
Call = tuple[str, dict[str, Any]]
TOOLS = ("times", "plus")
_ALL = 4
_EVENTS = "text/event-stream"
_ROUNDS: dict[int, tuple[Call, ...]] = {
    0: (("times", {"a": 6, "b": 7}),),
    1: (("plus", {"a": 42, "b": 1}),),
    2: (("times", {"a": 43, "b": 2}), ("plus", {"a": 43, "b": 2})),
}


def respond(request: Request) -> Response:
    """Return what the model says to a request; a script of a `ScriptedServer`."""
    if request.path == "/v1/models":
        return Response.of({"object": "list", "data": [{"id": "scripted"}]})
    body = request.json()
    is_chat = request.path == "/v1/chat/completions"
    outputs = _outputs_of_chat(body) if is_chat else _outputs_of_responses(body)
    wrong = _wrong(body, outputs, is_chat=is_chat)
    if wrong:
        return Response.of({"error": {"message": wrong}}, 400)
    calls = _ROUNDS.get(len(outputs), ())
    texts = [] if calls else _words(f"So {', '.join(outputs)}.")
    data = _chunks(texts, calls) if is_chat else _events(texts, calls)
    pieces = [f"data: {json.dumps(each)}\n\n".encode() for each in data]
    return Response(200, [*pieces, b"data: [DONE]\n\n"], _EVENTS)


def _outputs_of_chat(body: JSON) -> list[str]:
    return [each["content"] for each in body["messages"] if each["role"] == "tool"]


def _outputs_of_responses(body: JSON) -> list[str]:
    kind = "function_call_output"
    return [each["output"] for each in body["input"] if each.get("type") == kind]


def _wrong(body: JSON, outputs: Sequence[str], *, is_chat: bool) -> str | None:
    """Return what is wrong with a request; None where nothing is."""
    tools = [each["function"] if is_chat else each for each in body.get("tools", ())]
    names = [tool["name"] for tool in tools]
    if sorted(names) != sorted(TOOLS):
        return f"expected the tools {TOOLS}, found {names}"
    if len(outputs) not in (*_ROUNDS, _ALL):
        return f"expected the outputs of whole rounds, found {outputs}"
    return None


def _words(text: str) -> list[str]:
    first, *others = text.split(" ")
    return [first, *(f" {word}" for word in others)]


def _halves(call: Call) -> tuple[str, str]:
    arguments = json.dumps(call[1])
    middle = len(arguments) // 2
    return arguments[:middle], arguments[middle:]


def _chunks(texts: Sequence[str], calls: Sequence[Call]) -> Iterator[JSON]:
    """Yield the chunks of chat completions."""
    yield _chunk({"role": "assistant", "content": None})
    for text in texts:
        yield _chunk({"content": text})
    for index, call in enumerate(calls):
        first, second = _halves(call)
        begun = {"id": f"call_{call[0]}", "type": "function"}
        function = {"name": call[0], "arguments": first}
        piece = {"index": index, **begun, "function": function}
        yield _chunk({"tool_calls": [piece]})
        rest = {"index": index, "function": {"arguments": second}}
        yield _chunk({"tool_calls": [rest]})
    yield _chunk({}, "tool_calls" if calls else "stop")
    usage = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}
    yield {"object": "chat.completion.chunk", "choices": [], "usage": usage}


def _chunk(delta: JSON, finish: str | None = None) -> JSON:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def _events(texts: Sequence[str], calls: Sequence[Call]) -> Iterator[JSON]:
    """Yield the events of Responses."""
    items: list[JSON] = []
    if texts:
        item = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
        yield {"type": "response.output_item.added", "output_index": 0, "item": item}
        for text in texts:
            place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
            yield {"type": "response.output_text.delta", "delta": text, **place}
        part = {"type": "output_text", "text": "".join(texts), "annotations": []}
        items.append({**item, "content": [part]})
        yield {"type": "response.output_item.done", "output_index": 0, "item": items[0]}
    for index, call in enumerate(calls):
        id = f"fc_{index}"  # noqa: A001 - what it is called there
        item = {"type": "function_call", "id": id, "call_id": f"call_{call[0]}"}
        item["name"] = call[0]
        empty = {**item, "arguments": ""}
        yield {
            "type": "response.output_item.added",
            "output_index": index,
            "item": empty,
        }
        place = {"item_id": id, "output_index": index}
        for piece in _halves(call):
            kind = "response.function_call_arguments.delta"
            yield {"type": kind, "delta": piece, **place}
        items.append({**item, "arguments": "".join(_halves(call))})
        yield {
            "type": "response.output_item.done",
            "output_index": index,
            "item": items[-1],
        }
    usage = {"input_tokens": 20, "output_tokens": 10, "total_tokens": 30}
    done = {"id": "resp_1", "status": "completed", "output": items, "usage": usage}
    yield {"type": "response.completed", "response": done}
