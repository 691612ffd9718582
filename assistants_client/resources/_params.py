"""The keywords of methods, for type checkers and editors.

Each joins what the document says of a body with the options of every call; a body's own
dictionary comes from the generated package. Nothing imports this at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from .._api import (
    CreateAssistantRequestDict,
    CreateMessageRequestDict,
    CreateMessageRequestOptionalDict,
    CreateRunRequestOptionalDict,
    CreateThreadAndRunRequestOptionalDict,
    CreateThreadRequestDict,
    ModifyAssistantRequestDict,
    ModifyMessageRequestDict,
    ModifyRunRequestDict,
    ModifyThreadRequestDict,
    ToolOutput,
    ToolOutputDict,
)
from .._call import CallOptions, HasId, SendOptions
from .._flows.paginate import Moment
from .._flows.poll import WaitOptions
from ..tools import ToolSet

Content: TypeAlias = str | Sequence[Any]
"""A text, or the parts of a message."""
Outputs: TypeAlias = Iterable[ToolOutput | ToolOutputDict | Mapping[str, Any]]
"""The outputs of tools, one for each call."""


class Options(CallOptions, total=False):
    """What every method takes."""


class ListParams(CallOptions, total=False):
    """What every list takes.

    Attributes:
        limit: how many items a page has, 1 to 100.
        order: by the time of creation.
        after: the id after which the page begins.
        before: the id before which the page ends; the iteration then goes backwards.
        max_items: how many items the iteration yields at most.
        created_after: the iteration leaves out items as old as this or older.
        created_before: the iteration leaves out items as new as this or newer.
    """

    limit: int
    order: Literal["asc", "desc"]
    after: str
    before: str
    max_items: int | None
    created_after: Moment | None
    created_before: Moment | None


class MessageListParams(ListParams, total=False):
    """What a list of messages takes besides: only those of this run."""

    run_id: str | HasId


class Include(CallOptions, total=False):
    """What the server sends only if it is asked for."""

    include: list[str]


class StepListParams(ListParams, total=False):
    """What a list of steps takes besides."""

    include: list[str]


class AssistantCreate(CreateAssistantRequestDict, CallOptions):
    """What creating an assistant takes."""


class AssistantUpdate(ModifyAssistantRequestDict, CallOptions):
    """What changing an assistant takes."""


class ThreadCreate(CreateThreadRequestDict, CallOptions):
    """What creating a thread takes."""


class ThreadUpdate(ModifyThreadRequestDict, CallOptions):
    """What changing a thread takes."""


class MessageCreate(CreateMessageRequestDict, CallOptions):
    """What adding a message takes."""


class MessageAdd(CreateMessageRequestOptionalDict, CallOptions):
    """What adding a message takes besides its role and content."""


class MessageUpdate(ModifyMessageRequestDict, CallOptions):
    """What changing a message takes."""


class RunCreate(CreateRunRequestOptionalDict, Include):
    """What beginning a run takes, besides its assistant."""


class RunUpdate(ModifyRunRequestDict, CallOptions):
    """What changing a run takes."""


class ThreadCreateAndRun(CreateThreadAndRunRequestOptionalDict, CallOptions):
    """What creating a thread and a run in it takes, besides its assistant."""


class Poll(CallOptions, WaitOptions, total=False):
    """What waiting for a run takes; `tools` are called when it asks for them."""

    tools: ToolSet


class RunCreateAndPoll(RunCreate, WaitOptions):
    """What beginning a run and waiting for it takes."""


class ThreadCreateAndRunPoll(ThreadCreateAndRun, WaitOptions):
    """What creating a thread, and waiting for a run in it, takes."""


class StreamOptions(WaitOptions, total=False):
    """How to follow a run by its events.

    What waiting takes holds where a stream broke off and the run is polled.

    Attributes:
        resume: whether a run whose stream broke off is followed on by polling.
        on_event: called with each event.
        on_message: called with a message when it is created, and when its status
            changes.
        on_run_step: likewise with a step.
    """

    resume: bool
    on_event: Callable[..., Any]
    on_message: Callable[..., Any]
    on_message_created: Callable[..., Any]
    on_message_delta: Callable[..., Any]
    on_message_done: Callable[..., Any]
    on_text_created: Callable[..., Any]
    on_text_delta: Callable[..., Any]
    on_text_done: Callable[..., Any]
    on_image_file_done: Callable[..., Any]
    on_run_step: Callable[..., Any]
    on_run_step_created: Callable[..., Any]
    on_run_step_delta: Callable[..., Any]
    on_run_step_done: Callable[..., Any]
    on_tool_call_created: Callable[..., Any]
    on_tool_call_delta: Callable[..., Any]
    on_tool_call_done: Callable[..., Any]
    on_exception: Callable[..., Any]
    on_timeout: Callable[..., Any]
    on_end: Callable[..., Any]


class RunStream(RunCreate, StreamOptions):
    """What beginning a run and following it takes, besides its assistant."""


class ThreadCreateAndRunStream(ThreadCreateAndRun, StreamOptions):
    """What creating a thread, and following a run in it, takes."""


class SubmitStream(CallOptions, StreamOptions, total=False):
    """What submitting outputs and following the run takes; `tools` as for `Poll`."""

    tools: ToolSet


class RunWait(SendOptions, total=False):
    """What waiting for a live run takes besides.

    Attributes:
        poll_interval_ms: milliseconds between two polls.
        cancel_on_timeout: whether the run is cancelled when the time is up.
        spinner: whether a line on the terminal shows how the run is doing.
    """

    poll_interval_ms: float
    cancel_on_timeout: bool
    spinner: bool
