"""The callbacks of event handlers; none of them does anything by itself."""

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
    """What is called as events come."""

    def on_event(self, event: KnownAssistantStreamEvent) -> None:
        """Take an event, whatever it is."""

    def on_message(self, message: Message) -> None:
        """Take a message each time that it is told of as a whole."""

    def on_message_created(self, message: Message) -> None:
        """Take a message that has begun."""

    def on_message_delta(self, delta: MessageDelta, snapshot: Message) -> None:
        """Take what is new in a message, and the message so far."""

    def on_message_done(self, message: Message) -> None:
        """Take a message that is whole, or stays incomplete."""

    def on_text_created(self, text: MessageText) -> None:
        """Take a text that has begun."""

    def on_text_delta(self, delta: MessageTextDelta, snapshot: MessageText) -> None:
        """Take what is new in a text, and the text so far."""

    def on_text_done(self, text: MessageText) -> None:
        """Take a text that is whole."""

    def on_image_file_done(self, image_file: MessageImageFile) -> None:
        """Take an image of a message."""

    def on_run_step(self, run_step: RunStep) -> None:
        """Take a step each time that it is told of as a whole."""

    def on_run_step_created(self, run_step: RunStep) -> None:
        """Take a step that has begun."""

    def on_run_step_delta(self, delta: RunStepDelta, snapshot: RunStep) -> None:
        """Take what is new in a step, and the step so far."""

    def on_run_step_done(self, run_step: RunStep) -> None:
        """Take a step that has ended, however it did."""

    def on_tool_call_created(self, tool_call: RunStepToolCall) -> None:
        """Take a call of a tool that has begun."""

    def on_tool_call_delta(
        self, delta: RunStepToolCallDelta, snapshot: RunStepToolCall
    ) -> None:
        """Take what is new in a call, and the call so far."""

    def on_tool_call_done(self, tool_call: RunStepToolCall) -> None:
        """Take a call that is whole; of a function, its output may be missing."""

    def on_exception(self, exception: Exception) -> None:
        """Take an error, of the stream or of a callback; it is raised as well."""

    def on_timeout(self) -> None:
        """Take note that nothing came for too long; `on_exception` follows."""

    def on_end(self) -> None:
        """Take note that the stream is over, however it ended."""


class AsyncCallbacks:
    """What is awaited as events come; plain functions will do as well."""

    async def on_event(self, event: KnownAssistantStreamEvent) -> None:
        """Take an event, whatever it is."""

    async def on_message(self, message: AsyncMessage) -> None:
        """Take a message each time that it is told of as a whole."""

    async def on_message_created(self, message: AsyncMessage) -> None:
        """Take a message that has begun."""

    async def on_message_delta(
        self, delta: MessageDelta, snapshot: AsyncMessage
    ) -> None:
        """Take what is new in a message, and the message so far."""

    async def on_message_done(self, message: AsyncMessage) -> None:
        """Take a message that is whole, or stays incomplete."""

    async def on_text_created(self, text: MessageText) -> None:
        """Take a text that has begun."""

    async def on_text_delta(
        self, delta: MessageTextDelta, snapshot: MessageText
    ) -> None:
        """Take what is new in a text, and the text so far."""

    async def on_text_done(self, text: MessageText) -> None:
        """Take a text that is whole."""

    async def on_image_file_done(self, image_file: MessageImageFile) -> None:
        """Take an image of a message."""

    async def on_run_step(self, run_step: AsyncRunStep) -> None:
        """Take a step each time that it is told of as a whole."""

    async def on_run_step_created(self, run_step: AsyncRunStep) -> None:
        """Take a step that has begun."""

    async def on_run_step_delta(
        self, delta: RunStepDelta, snapshot: AsyncRunStep
    ) -> None:
        """Take what is new in a step, and the step so far."""

    async def on_run_step_done(self, run_step: AsyncRunStep) -> None:
        """Take a step that has ended, however it did."""

    async def on_tool_call_created(self, tool_call: RunStepToolCall) -> None:
        """Take a call of a tool that has begun."""

    async def on_tool_call_delta(
        self, delta: RunStepToolCallDelta, snapshot: RunStepToolCall
    ) -> None:
        """Take what is new in a call, and the call so far."""

    async def on_tool_call_done(self, tool_call: RunStepToolCall) -> None:
        """Take a call that is whole; of a function, its output may be missing."""

    async def on_exception(self, exception: Exception) -> None:
        """Take an error, of the stream or of a callback; it is raised as well."""

    async def on_timeout(self) -> None:
        """Take note that nothing came for too long; `on_exception` follows."""

    async def on_end(self) -> None:
        """Take note that the stream is over, however it ended."""
