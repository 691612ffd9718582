"""The keywords of methods, for type checkers and editors.

Each joins what the document says of a body with the options of every call; a body's own
dictionary comes from the generated package. Nothing imports this at run time.
"""

from __future__ import annotations

from typing import Literal

from .._api import (
    CreateAssistantRequestDict,
    CreateMessageRequestDict,
    CreateRunRequestDict,
    CreateThreadAndRunRequestDict,
    CreateThreadRequestDict,
    ModifyAssistantRequestDict,
    ModifyMessageRequestDict,
    ModifyRunRequestDict,
    ModifyThreadRequestDict,
    SubmitToolOutputsRunRequestDict,
)
from .._flows.calling import CallOptions
from .._flows.paging import Moment
from .._flows.waiting import WaitOptions
from ..tools import ToolSet


class Options(CallOptions, total=False):
    """What every method takes."""


class ListParams(CallOptions, total=False):
    """What every list takes.

    Attributes:
        limit: how many items a page has, 1 to 100.
        order: by the time of creation.
        after: the id that the page follows on.
        before: the id that the page ends before; the iteration then goes backwards.
        max_items: after how many items the iteration ends.
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

    run_id: str


class Include(CallOptions, total=False):
    """What is given only to those who ask for it."""

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


class ThreadCreateAndRun(CreateThreadAndRunRequestDict, CallOptions):
    """What creating a thread and a run in it takes."""


class MessageCreate(CreateMessageRequestDict, CallOptions):
    """What adding a message takes."""


class MessageUpdate(ModifyMessageRequestDict, CallOptions):
    """What changing a message takes."""


class RunCreate(CreateRunRequestDict, Include):
    """What beginning a run takes."""


class RunUpdate(ModifyRunRequestDict, CallOptions):
    """What changing a run takes."""


class RunSubmit(SubmitToolOutputsRunRequestDict, CallOptions):
    """What submitting outputs takes."""


class Poll(CallOptions, WaitOptions, total=False):
    """What waiting for a run takes; `tools` are called when it asks for them."""

    tools: ToolSet


class RunCreateAndPoll(RunCreate, WaitOptions):
    """What beginning a run and waiting for it takes."""


class RunSubmitAndPoll(RunSubmit, WaitOptions, total=False):
    """What submitting outputs and waiting for the run takes, and `tools` as above."""

    tools: ToolSet


class ThreadCreateAndRunPoll(ThreadCreateAndRun, WaitOptions):
    """What creating a thread, and waiting for a run in it, takes."""
