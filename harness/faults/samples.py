"""One object of each kind, as the document has it, and the ids that they have."""

from __future__ import annotations

NOW = 1_790_000_000
IDS = {
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "message_id": "msg_1",
    "run_id": "run_1",
    "step_id": "step_1",
    "tool_call_id": "call_1",
    "newest_assistant": "asst_9",
}
ITEMS = 5
"""How many items each list has."""
ASSISTANT = {
    "id": "asst_1",
    "object": "assistant",
    "created_at": NOW,
    "name": "Surveyor",
    "description": None,
    "model": "m",
    "instructions": None,
    "tools": [],
    "metadata": {},
    "temperature": 1.0,
    "top_p": 1.0,
    "response_format": "auto",
}
THREAD = {
    "id": "thread_1",
    "object": "thread",
    "created_at": NOW,
    "tool_resources": {},
    "metadata": {},
}
_TEXT = {"type": "text", "text": {"value": "98 m, at\u2028last.", "annotations": []}}
MESSAGE = {
    "id": "msg_1",
    "object": "thread.message",
    "created_at": NOW,
    "thread_id": "thread_1",
    "status": "completed",
    "incomplete_details": None,
    "completed_at": NOW + 2,
    "incomplete_at": None,
    "role": "assistant",
    "content": [_TEXT],
    "assistant_id": "asst_1",
    "run_id": "run_1",
    "attachments": [],
    "metadata": {},
}
RUN = {
    "id": "run_1",
    "object": "thread.run",
    "created_at": NOW,
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "completed",
    "required_action": None,
    "last_error": None,
    "expires_at": None,
    "started_at": NOW + 1,
    "cancelled_at": None,
    "failed_at": None,
    "completed_at": NOW + 2,
    "incomplete_details": None,
    "model": "m",
    "instructions": "",
    "tools": [],
    "metadata": {},
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    "temperature": 1.0,
    "top_p": 1.0,
    "max_prompt_tokens": None,
    "max_completion_tokens": None,
    "truncation_strategy": {"type": "auto", "last_messages": None},
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "response_format": "auto",
}
STEP = {
    "id": "step_1",
    "object": "thread.run.step",
    "created_at": NOW,
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "run_id": "run_1",
    "type": "message_creation",
    "status": "completed",
    "step_details": {
        "type": "message_creation",
        "message_creation": {"message_id": "msg_1"},
    },
    "last_error": None,
    "expired_at": None,
    "cancelled_at": None,
    "failed_at": None,
    "completed_at": NOW + 2,
    "metadata": {},
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}
OBJECTS = {
    "assistants": ASSISTANT,
    "threads": THREAD,
    "messages": MESSAGE,
    "runs": RUN,
    "steps": STEP,
}
ACTION = {
    "type": "submit_tool_outputs",
    "submit_tool_outputs": {
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "add", "arguments": '{"a":1}'},
            }
        ]
    },
}
