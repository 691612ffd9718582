"""The operations of the API that are methods of the client, typed by their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ._call import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._api import (
        DeleteAssistantResponse,
        DeleteMessageResponse,
        DeleteThreadResponse,
    )
    from .objects.assistants import Assistant, AsyncAssistant
    from .objects.messages import AsyncMessage, Message
    from .objects.runs import AsyncRun, Run
    from .objects.steps import AsyncRunStep, RunStep
    from .objects.threads import AsyncThread, Thread

    _Assistants: TypeAlias = Operation[Assistant, AsyncAssistant]
    _Messages: TypeAlias = Operation[Message, AsyncMessage]
    _Runs: TypeAlias = Operation[Run, AsyncRun]
    _Steps: TypeAlias = Operation[RunStep, AsyncRunStep]
    _Threads: TypeAlias = Operation[Thread, AsyncThread]

CREATE_ASSISTANT: _Assistants = Operation(
    "assistants.create", "assistants.create_assistant", "Assistant"
)
RETRIEVE_ASSISTANT: _Assistants = Operation(
    "assistants.retrieve", "assistants.get_assistant", "Assistant"
)
UPDATE_ASSISTANT: _Assistants = Operation(
    "assistants.update", "assistants.modify_assistant", "Assistant"
)
LIST_ASSISTANTS: _Assistants = Operation(
    "assistants.list", "assistants.list_assistants", "Assistant"
)
DELETE_ASSISTANT: Operation[DeleteAssistantResponse, DeleteAssistantResponse] = (
    Operation(
        "assistants.delete", "assistants.delete_assistant", "DeleteAssistantResponse"
    )
)
CREATE_THREAD: _Threads = Operation("threads.create", "threads.create_thread", "Thread")
RETRIEVE_THREAD: _Threads = Operation(
    "threads.retrieve", "threads.get_thread", "Thread"
)
UPDATE_THREAD: _Threads = Operation("threads.update", "threads.modify_thread", "Thread")
DELETE_THREAD: Operation[DeleteThreadResponse, DeleteThreadResponse] = Operation(
    "threads.delete", "threads.delete_thread", "DeleteThreadResponse"
)
CREATE_THREAD_AND_RUN: _Runs = Operation(
    "threads.create_and_run", "runs.create_thread_and_run", "Run"
)
CREATE_MESSAGE: _Messages = Operation(
    "threads.messages.create", "messages.create_message", "Message"
)
RETRIEVE_MESSAGE: _Messages = Operation(
    "threads.messages.retrieve", "messages.get_message", "Message"
)
UPDATE_MESSAGE: _Messages = Operation(
    "threads.messages.update", "messages.modify_message", "Message"
)
LIST_MESSAGES: _Messages = Operation(
    "threads.messages.list", "messages.list_messages", "Message"
)
DELETE_MESSAGE: Operation[DeleteMessageResponse, DeleteMessageResponse] = Operation(
    "threads.messages.delete", "messages.delete_message", "DeleteMessageResponse"
)
CREATE_RUN: _Runs = Operation("threads.runs.create", "runs.create_run", "Run")
RETRIEVE_RUN: _Runs = Operation("threads.runs.retrieve", "runs.get_run", "Run")
UPDATE_RUN: _Runs = Operation("threads.runs.update", "runs.modify_run", "Run")
LIST_RUNS: _Runs = Operation("threads.runs.list", "runs.list_runs", "Run")
CANCEL_RUN: _Runs = Operation("threads.runs.cancel", "runs.cancel_run", "Run")
SUBMIT_TOOL_OUTPUTS: _Runs = Operation(
    "threads.runs.submit_tool_outputs", "runs.submit_tool_outputs_to_run", "Run"
)
RETRIEVE_STEP: _Steps = Operation(
    "threads.runs.steps.retrieve", "run_steps.get_run_step", "RunStep"
)
LIST_STEPS: _Steps = Operation(
    "threads.runs.steps.list", "run_steps.list_run_steps", "RunStep"
)

OPERATIONS: Final[Mapping[str, Operation[object, object]]] = {
    each.name: each for each in [*globals().values()] if isinstance(each, Operation)
}
"""All of them, by name."""
