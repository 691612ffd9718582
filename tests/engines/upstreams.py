"""A scripted upstream: what a server of models answers, over a real socket."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.scripted_server import Response, ScriptedServer, in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Reply

JSON = dict[str, Any]
EVENTS = "text/event-stream"
KEY = "sk-upstream-secret"


def stream(*data: Any, done: bool = True) -> Response:
    """Return a stream of events with these objects as data."""
    texts = [each if isinstance(each, str) else json.dumps(each) for each in data]
    ends = ["[DONE]"] if done else []
    return Response(
        200, [f"data: {text}\n\n".encode() for text in [*texts, *ends]], EVENTS
    )


def chunk(finish: str | None = None, /, **delta: Any) -> JSON:
    """Return a chunk of chat completions."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def chat(text: str = "42", read: int = 7, written: int = 2) -> Response:
    """Return an answer of text in chat completions."""
    counts = {"prompt_tokens": read, "completion_tokens": written}
    usage = {"object": "chat.completion.chunk", "choices": [], "usage": counts}
    return stream(*[chunk(content=each) for each in text], chunk("stop"), usage)


def chat_calls(*calls: tuple[str, str, str], text: str = "") -> Response:
    """Return an answer of calls, each an id, a name and arguments."""
    made = [
        {"index": i, "id": call, "function": {"name": name, "arguments": arguments}}
        for i, (call, name, arguments) in enumerate(calls)
    ]
    said = [chunk(content=text)] if text else []
    return stream(*said, *[chunk(tool_calls=[c]) for c in made], chunk("tool_calls"))


def refusal(
    status: int, message: str, headers: dict[str, str] | None = None, **rest: Any
) -> Response:
    """Return an error as OpenAI has it."""
    return Response.of({"error": {"message": message, **rest}}, status, headers)


@contextmanager
def upstream(*replies: Reply) -> Iterator[ScriptedServer]:
    """Serve replies, one for each request; the last one stays."""
    with ScriptedServer(in_turn(*replies)) as server:
        yield server
