"""Threads: the methods of `client.threads`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource, cached_property
from .messages import AsyncMessages, Messages
from .runs import AsyncRuns, Runs

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteThreadResponse, RunObject, ThreadObject
    from .._endpoints import HasId
    from ._params import (
        Options,
        ThreadCreate,
        ThreadCreateAndRun,
        ThreadCreateAndRunPoll,
        ThreadUpdate,
    )
    from ._raw import AsyncRawThreads, RawThreads
    from ._streaming import AsyncStreamedThreads, StreamedThreads


class Threads(Resource):
    """Threads, as methods."""

    @cached_property
    def with_raw_response(self) -> RawThreads:
        """Give the same methods, which give whole answers."""
        from ._raw import RawThreads

        return RawThreads(self)

    @cached_property
    def with_streaming_response(self) -> StreamedThreads:
        """Give the same methods for `with`, with answers still to be read."""
        from ._streaming import StreamedThreads

        return StreamedThreads(self)

    @cached_property
    def messages(self) -> Messages:
        """Give the messages."""
        return Messages(self._client)

    @cached_property
    def runs(self) -> Runs:
        """Give the runs."""
        return Runs(self._client)

    def create(self, **params: Unpack[ThreadCreate]) -> ThreadObject:
        """Create a thread, with its first messages if there are any."""
        result: ThreadObject = self._do("threads.create", params)
        return result

    def retrieve(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> ThreadObject:
        """Give a thread."""
        result: ThreadObject = self._do("threads.retrieve", params, thread_id=thread_id)
        return result

    def update(
        self, thread_id: str | HasId, **params: Unpack[ThreadUpdate]
    ) -> ThreadObject:
        """Change a thread's metadata or files."""
        result: ThreadObject = self._do("threads.update", params, thread_id=thread_id)
        return result

    def delete(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteThreadResponse:
        """Delete a thread with all that is in it."""
        result: DeleteThreadResponse = self._do(
            "threads.delete", params, thread_id=thread_id
        )
        return result

    def create_and_run(self, **params: Unpack[ThreadCreateAndRun]) -> RunObject:
        """Create a thread and let a run begin in it."""
        result: RunObject = self._do("threads.create_and_run", params)
        return result

    def create_and_run_poll(
        self, **params: Unpack[ThreadCreateAndRunPoll]
    ) -> RunObject:
        """Create a thread, and wait for a run in it; `runs.poll` says how."""
        result: RunObject = self._wait("threads.create_and_run", params)
        return result


class AsyncThreads(AsyncResource):
    """Threads, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawThreads:
        """Give the same methods, which give whole answers."""
        from ._raw import AsyncRawThreads

        return AsyncRawThreads(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedThreads:
        """Give the same methods for `async with`, with answers still to be read."""
        from ._streaming import AsyncStreamedThreads

        return AsyncStreamedThreads(self)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Give the messages."""
        return AsyncMessages(self._client)

    @cached_property
    def runs(self) -> AsyncRuns:
        """Give the runs."""
        return AsyncRuns(self._client)

    async def create(self, **params: Unpack[ThreadCreate]) -> ThreadObject:
        """Create a thread, with its first messages if there are any."""
        result: ThreadObject = await self._do("threads.create", params)
        return result

    async def retrieve(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> ThreadObject:
        """Give a thread."""
        result: ThreadObject = await self._do(
            "threads.retrieve", params, thread_id=thread_id
        )
        return result

    async def update(
        self, thread_id: str | HasId, **params: Unpack[ThreadUpdate]
    ) -> ThreadObject:
        """Change a thread's metadata or files."""
        result: ThreadObject = await self._do(
            "threads.update", params, thread_id=thread_id
        )
        return result

    async def delete(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteThreadResponse:
        """Delete a thread with all that is in it."""
        result: DeleteThreadResponse = await self._do(
            "threads.delete", params, thread_id=thread_id
        )
        return result

    async def create_and_run(self, **params: Unpack[ThreadCreateAndRun]) -> RunObject:
        """Create a thread and let a run begin in it."""
        result: RunObject = await self._do("threads.create_and_run", params)
        return result

    async def create_and_run_poll(
        self, **params: Unpack[ThreadCreateAndRunPoll]
    ) -> RunObject:
        """Create a thread, and wait for a run in it; `runs.poll` says how."""
        result: RunObject = await self._wait("threads.create_and_run", params)
        return result
