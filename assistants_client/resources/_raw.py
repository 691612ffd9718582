"""The methods behind `with_raw_response`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._variants import raw, raw_async

if TYPE_CHECKING:
    from ..client import AsyncClient, Client
    from .assistants import Assistants, AsyncAssistants
    from .messages import AsyncMessages, Messages
    from .runs import AsyncRuns, Runs
    from .steps import AsyncSteps, Steps
    from .threads import AsyncThreads, Threads


class RawAssistants:
    """Assistants: the whole responses."""

    def __init__(self, assistants: Assistants) -> None:
        self.create = raw(assistants.create)
        self.retrieve = raw(assistants.retrieve)
        self.update = raw(assistants.update)
        self.list = raw(assistants.list)
        self.delete = raw(assistants.delete)


class RawSteps:
    """Steps: the whole responses."""

    def __init__(self, steps: Steps) -> None:
        self.retrieve = raw(steps.retrieve)
        self.list = raw(steps.list)


class RawRuns:
    """Runs: the whole responses."""

    def __init__(self, runs: Runs) -> None:
        self.create = raw(runs.create)
        self.retrieve = raw(runs.retrieve)
        self.update = raw(runs.update)
        self.list = raw(runs.list)
        self.cancel = raw(runs.cancel)
        self.submit_tool_outputs = raw(runs.submit_tool_outputs)
        self.steps = RawSteps(runs.steps)


class RawMessages:
    """Messages: the whole responses."""

    def __init__(self, messages: Messages) -> None:
        self.create = raw(messages.create)
        self.retrieve = raw(messages.retrieve)
        self.update = raw(messages.update)
        self.list = raw(messages.list)
        self.delete = raw(messages.delete)


class RawThreads:
    """Threads: the whole responses."""

    def __init__(self, threads: Threads) -> None:
        self.create = raw(threads.create)
        self.retrieve = raw(threads.retrieve)
        self.update = raw(threads.update)
        self.delete = raw(threads.delete)
        self.create_and_run = raw(threads.create_and_run)
        self.messages = RawMessages(threads.messages)
        self.runs = RawRuns(threads.runs)


class RawClient:
    """All methods of a client, each returning the whole response."""

    def __init__(self, client: Client) -> None:
        self.assistants = RawAssistants(client.assistants)
        self.threads = RawThreads(client.threads)
        self.beta = self


class AsyncRawAssistants:
    """Assistants: the whole responses, awaited."""

    def __init__(self, assistants: AsyncAssistants) -> None:
        self.create = raw_async(assistants.create)
        self.retrieve = raw_async(assistants.retrieve)
        self.update = raw_async(assistants.update)
        self.list = raw_async(assistants.list)
        self.delete = raw_async(assistants.delete)


class AsyncRawSteps:
    """Steps: the whole responses, awaited."""

    def __init__(self, steps: AsyncSteps) -> None:
        self.retrieve = raw_async(steps.retrieve)
        self.list = raw_async(steps.list)


class AsyncRawRuns:
    """Runs: the whole responses, awaited."""

    def __init__(self, runs: AsyncRuns) -> None:
        self.create = raw_async(runs.create)
        self.retrieve = raw_async(runs.retrieve)
        self.update = raw_async(runs.update)
        self.list = raw_async(runs.list)
        self.cancel = raw_async(runs.cancel)
        self.submit_tool_outputs = raw_async(runs.submit_tool_outputs)
        self.steps = AsyncRawSteps(runs.steps)


class AsyncRawMessages:
    """Messages: the whole responses, awaited."""

    def __init__(self, messages: AsyncMessages) -> None:
        self.create = raw_async(messages.create)
        self.retrieve = raw_async(messages.retrieve)
        self.update = raw_async(messages.update)
        self.list = raw_async(messages.list)
        self.delete = raw_async(messages.delete)


class AsyncRawThreads:
    """Threads: the whole responses, awaited."""

    def __init__(self, threads: AsyncThreads) -> None:
        self.create = raw_async(threads.create)
        self.retrieve = raw_async(threads.retrieve)
        self.update = raw_async(threads.update)
        self.delete = raw_async(threads.delete)
        self.create_and_run = raw_async(threads.create_and_run)
        self.messages = AsyncRawMessages(threads.messages)
        self.runs = AsyncRawRuns(threads.runs)


class AsyncRawClient:
    """All methods of a client, each returning the whole response."""

    def __init__(self, client: AsyncClient) -> None:
        self.assistants = AsyncRawAssistants(client.assistants)
        self.threads = AsyncRawThreads(client.threads)
        self.beta = self
