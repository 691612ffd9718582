"""The methods behind `with_streaming_response`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._variants import streamed, streamed_async

if TYPE_CHECKING:
    from ..client import AsyncClient, Client
    from .assistants import Assistants, AsyncAssistants
    from .messages import AsyncMessages, Messages
    from .runs import AsyncRuns, Runs
    from .steps import AsyncSteps, Steps
    from .threads import AsyncThreads, Threads


class StreamedAssistants:
    """Assistants: responses that are still to be read."""

    def __init__(self, assistants: Assistants) -> None:
        self.create = streamed(assistants.create)
        self.retrieve = streamed(assistants.retrieve)
        self.update = streamed(assistants.update)
        self.list = streamed(assistants.list)
        self.delete = streamed(assistants.delete)


class StreamedSteps:
    """Steps: responses that are still to be read."""

    def __init__(self, steps: Steps) -> None:
        self.retrieve = streamed(steps.retrieve)
        self.list = streamed(steps.list)


class StreamedRuns:
    """Runs: responses that are still to be read."""

    def __init__(self, runs: Runs) -> None:
        self.create = streamed(runs.create)
        self.retrieve = streamed(runs.retrieve)
        self.update = streamed(runs.update)
        self.list = streamed(runs.list)
        self.cancel = streamed(runs.cancel)
        self.submit_tool_outputs = streamed(runs.submit_tool_outputs)
        self.steps = StreamedSteps(runs.steps)


class StreamedMessages:
    """Messages: responses that are still to be read."""

    def __init__(self, messages: Messages) -> None:
        self.create = streamed(messages.create)
        self.retrieve = streamed(messages.retrieve)
        self.update = streamed(messages.update)
        self.list = streamed(messages.list)
        self.delete = streamed(messages.delete)


class StreamedThreads:
    """Threads: responses that are still to be read."""

    def __init__(self, threads: Threads) -> None:
        self.create = streamed(threads.create)
        self.retrieve = streamed(threads.retrieve)
        self.update = streamed(threads.update)
        self.delete = streamed(threads.delete)
        self.create_and_run = streamed(threads.create_and_run)
        self.messages = StreamedMessages(threads.messages)
        self.runs = StreamedRuns(threads.runs)


class StreamedClient:
    """All methods of a client, each returning a response that is still to be read."""

    def __init__(self, client: Client) -> None:
        self.assistants = StreamedAssistants(client.assistants)
        self.threads = StreamedThreads(client.threads)
        self.beta = self


class AsyncStreamedAssistants:
    """Assistants: responses that are still to be read."""

    def __init__(self, assistants: AsyncAssistants) -> None:
        self.create = streamed_async(assistants.create)
        self.retrieve = streamed_async(assistants.retrieve)
        self.update = streamed_async(assistants.update)
        self.list = streamed_async(assistants.list)
        self.delete = streamed_async(assistants.delete)


class AsyncStreamedSteps:
    """Steps: responses that are still to be read."""

    def __init__(self, steps: AsyncSteps) -> None:
        self.retrieve = streamed_async(steps.retrieve)
        self.list = streamed_async(steps.list)


class AsyncStreamedRuns:
    """Runs: responses that are still to be read."""

    def __init__(self, runs: AsyncRuns) -> None:
        self.create = streamed_async(runs.create)
        self.retrieve = streamed_async(runs.retrieve)
        self.update = streamed_async(runs.update)
        self.list = streamed_async(runs.list)
        self.cancel = streamed_async(runs.cancel)
        self.submit_tool_outputs = streamed_async(runs.submit_tool_outputs)
        self.steps = AsyncStreamedSteps(runs.steps)


class AsyncStreamedMessages:
    """Messages: responses that are still to be read."""

    def __init__(self, messages: AsyncMessages) -> None:
        self.create = streamed_async(messages.create)
        self.retrieve = streamed_async(messages.retrieve)
        self.update = streamed_async(messages.update)
        self.list = streamed_async(messages.list)
        self.delete = streamed_async(messages.delete)


class AsyncStreamedThreads:
    """Threads: responses that are still to be read."""

    def __init__(self, threads: AsyncThreads) -> None:
        self.create = streamed_async(threads.create)
        self.retrieve = streamed_async(threads.retrieve)
        self.update = streamed_async(threads.update)
        self.delete = streamed_async(threads.delete)
        self.create_and_run = streamed_async(threads.create_and_run)
        self.messages = AsyncStreamedMessages(threads.messages)
        self.runs = AsyncStreamedRuns(threads.runs)


class AsyncStreamedClient:
    """All methods of a client, each returning a response that is still to be read."""

    def __init__(self, client: AsyncClient) -> None:
        self.assistants = AsyncStreamedAssistants(client.assistants)
        self.threads = AsyncStreamedThreads(client.threads)
        self.beta = self
