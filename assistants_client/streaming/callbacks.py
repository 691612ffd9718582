"""The callbacks of event handlers; by themselves, they do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._api import (
        KnownAssistantStreamEvent,
        MessageDelta,
        MessageImageFile,
        MessageText,
        MessageTextDelta,
        RunStepDelta,
        RunStepToolCall,
        RunStepToolCallDelta,
    )
    from ..objects.messages import AsyncMessage, Message
    from ..objects.steps import AsyncRunStep, RunStep


class Callbacks:
    """The callbacks for events, called as they come."""

    def on_event(self, event: KnownAssistantStreamEvent) -> None:
        """Handle any event."""

    def on_message(self, message: Message) -> None:
        """Handle a message each time the server sends all of it."""

    def on_message_created(self, message: Message) -> None:
        """Handle a message that has begun."""

    def on_message_delta(self, delta: MessageDelta, snapshot: Message) -> None:
        """Handle a delta of a message, and the message so far."""

    def on_message_done(self, message: Message) -> None:
        """Handle a message that is complete, or stays incomplete."""

    def on_text_created(self, text: MessageText) -> None:
        """Handle a text that has begun."""

    def on_text_delta(self, delta: MessageTextDelta, snapshot: MessageText) -> None:
        """Handle a delta of a text, and the text so far."""

    def on_text_done(self, text: MessageText) -> None:
        """Handle a text that is complete."""

    def on_image_file_done(self, image_file: MessageImageFile) -> None:
        """Handle an image of a message."""

    def on_run_step(self, run_step: RunStep) -> None:
        """Handle a step each time the server sends all of it."""

    def on_run_step_created(self, run_step: RunStep) -> None:
        """Handle a step that has begun."""

    def on_run_step_delta(self, delta: RunStepDelta, snapshot: RunStep) -> None:
        """Handle a delta of a step, and the step so far."""

    def on_run_step_done(self, run_step: RunStep) -> None:
        """Handle a step that has ended, whatever its status."""

    def on_tool_call_created(self, tool_call: RunStepToolCall) -> None:
        """Handle a tool call that has begun."""

    def on_tool_call_delta(
        self, delta: RunStepToolCallDelta, snapshot: RunStepToolCall
    ) -> None:
        """Handle a delta of a tool call, and the tool call so far."""

    def on_tool_call_done(self, tool_call: RunStepToolCall) -> None:
        """Handle a tool call that is complete; a function's output may be missing."""

    def on_exception(self, exception: Exception) -> None:
        """Handle an error of the stream or of a callback; it is raised as well."""

    def on_timeout(self) -> None:
        """Handle a timeout; `on_exception` follows."""

    def on_end(self) -> None:
        """Handle the end of the stream, however it ended."""


class AsyncCallbacks:
    """The callbacks for events, awaited as they come; plain functions work, too."""

    async def on_event(self, event: KnownAssistantStreamEvent) -> None:
        """Handle any event."""

    async def on_message(self, message: AsyncMessage) -> None:
        """Handle a message each time the server sends all of it."""

    async def on_message_created(self, message: AsyncMessage) -> None:
        """Handle a message that has begun."""

    async def on_message_delta(
        self, delta: MessageDelta, snapshot: AsyncMessage
    ) -> None:
        """Handle a delta of a message, and the message so far."""

    async def on_message_done(self, message: AsyncMessage) -> None:
        """Handle a message that is complete, or stays incomplete."""

    async def on_text_created(self, text: MessageText) -> None:
        """Handle a text that has begun."""

    async def on_text_delta(
        self, delta: MessageTextDelta, snapshot: MessageText
    ) -> None:
        """Handle a delta of a text, and the text so far."""

    async def on_text_done(self, text: MessageText) -> None:
        """Handle a text that is complete."""

    async def on_image_file_done(self, image_file: MessageImageFile) -> None:
        """Handle an image of a message."""

    async def on_run_step(self, run_step: AsyncRunStep) -> None:
        """Handle a step each time the server sends all of it."""

    async def on_run_step_created(self, run_step: AsyncRunStep) -> None:
        """Handle a step that has begun."""

    async def on_run_step_delta(
        self, delta: RunStepDelta, snapshot: AsyncRunStep
    ) -> None:
        """Handle a delta of a step, and the step so far."""

    async def on_run_step_done(self, run_step: AsyncRunStep) -> None:
        """Handle a step that has ended, whatever its status."""

    async def on_tool_call_created(self, tool_call: RunStepToolCall) -> None:
        """Handle a tool call that has begun."""

    async def on_tool_call_delta(
        self, delta: RunStepToolCallDelta, snapshot: RunStepToolCall
    ) -> None:
        """Handle a delta of a tool call, and the tool call so far."""

    async def on_tool_call_done(self, tool_call: RunStepToolCall) -> None:
        """Handle a tool call that is complete; a function's output may be missing."""

    async def on_exception(self, exception: Exception) -> None:
        """Handle an error of the stream or of a callback; it is raised as well."""

    async def on_timeout(self) -> None:
        """Handle a timeout; `on_exception` follows."""

    async def on_end(self) -> None:
        """Handle the end of the stream, however it ended."""
