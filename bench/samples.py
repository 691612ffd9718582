"""What the benchmark reads and sends: runs, and events of a stream."""

from __future__ import annotations

import json
from typing import Any

import httpx

from assistants_api.streaming import EventDecoder
from assistants_server import LocalServer, scripted

DELTA = "thread.message.delta"
"""The event that has a piece of text."""

_SIZE = 100
_CREATED = 1_790_000_000

_TOOLS: list[dict[str, Any]] = [
    {"type": "code_interpreter"},
    {"type": "file_search", "file_search": {"max_num_results": 12}},
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Look up an order by its number.",
            "strict": False,
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "string"}},
                "required": ["number"],
            },
        },
    },
]


def page_of_runs() -> dict[str, Any]:
    """Return a page as servers send it: most runs completed, some in another state.

    Each has "auto" as its response format, because the stock models refuse to read any
    other.
    """
    runs = [_run(number) for number in range(_SIZE)]
    return {
        "object": "list",
        "data": runs,
        "first_id": runs[0]["id"],
        "last_id": runs[-1]["id"],
        "has_more": True,
    }


def _run(number: int) -> dict[str, Any]:
    created = _CREATED - 60 * number
    run: dict[str, Any] = {
        "id": f"run_{number:024}",
        "object": "thread.run",
        "created_at": created,
        "thread_id": "thread_a8Wb3kTq0pLzXn5VcYdE7RmG",
        "assistant_id": "asst_Jf2uQh9sPe4KxTo6BwNiCr1M",
        "status": "completed",
        "required_action": None,
        "last_error": None,
        "expires_at": None,
        "started_at": created + 1,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": created + 9,
        "incomplete_details": None,
        "model": "gpt-4o-mini",
        "instructions": "Answer in one sentence, and say where you found it.",
        "tools": _TOOLS,
        "metadata": {"customer": "4711", "channel": "chat"},
        "usage": {"prompt_tokens": 812, "completion_tokens": 96, "total_tokens": 908},
        "temperature": 1.0,
        "top_p": 1.0,
        "max_prompt_tokens": None,
        "max_completion_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "response_format": "auto",
    }
    return run | _OTHER_STATES.get(number % 10, {})


_OTHER_STATES: dict[int, dict[str, Any]] = {
    7: {
        "status": "requires_action",
        "completed_at": None,
        "usage": None,
        "required_action": {
            "type": "submit_tool_outputs",
            "submit_tool_outputs": {
                "tool_calls": [
                    {
                        "id": "call_Zt5yLm8Q",
                        "type": "function",
                        "function": {
                            "name": "find_order",
                            "arguments": '{"number": "A-17"}',
                        },
                    }
                ]
            },
        },
    },
    8: {
        "status": "failed",
        "completed_at": None,
        "failed_at": _CREATED,
        "last_error": {"code": "rate_limit_exceeded", "message": "Too many requests."},
    },
    9: {
        "status": "incomplete",
        "completed_at": None,
        "incomplete_details": {"reason": "max_completion_tokens"},
    },
}


def body_of(run: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a request to create a run like this one."""
    same = (
        *("assistant_id", "model", "instructions", "tools", "metadata", "temperature"),
        *("top_p", "tool_choice", "parallel_tool_calls", "response_format"),
    )
    return {
        "additional_instructions": "The customer is in a hurry.",
        "additional_messages": [
            {"role": "user", "content": "Where is my order A-17?"},
            {"role": "assistant", "content": "Let me see."},
        ],
        "truncation_strategy": {"type": "last_messages", "last_messages": 10},
        "max_prompt_tokens": 20_000,
        "max_completion_tokens": 1_000,
        **{name: run[name] for name in same},
    }


def events(size: int) -> list[tuple[str, str]]:
    """Return the names and data of so many events of one run, from our server."""
    return _stream(size - len(_stream(0)))


def frame(name: str, data: str) -> bytes:
    """Return an event as it is sent."""
    return f"event: {name}\ndata: {data}\n\n".encode()


def text_of(data: str) -> str:
    """Return the text of a delta's data."""
    value: str = json.loads(data)["delta"]["content"][0]["text"]["value"]
    return value


def _stream(pieces: int) -> list[tuple[str, str]]:
    turn = [f"word {number} " for number in range(pieces)]
    # A response without text has other events than those around the pieces.
    with (
        LocalServer(engine=scripted(turn or [""])) as server,
        httpx.Client(base_url=server.url) as http,
    ):
        assistant = http.post("/assistants", json={"model": "gpt-4o-mini"}).json()
        body = {"assistant_id": assistant["id"], "stream": True}
        response = http.post("/threads/runs", json=body)
    found = [(e.event, e.data) for e in EventDecoder().feed(response.content)]
    return [each for each in found if turn or each[0] != DELTA]
