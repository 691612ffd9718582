"""Live assistants: they run in threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .. import _api
from .._api import AssistantObject
from .._arguments import is_left_out, json_data
from .._errors import ConfigurationError
from ._live import LiveObject, SyncObject

if TYPE_CHECKING:
    from typing import Self, Unpack

    from .._api import DeleteAssistantResponse
    from .._call import HasId
    from ..client import AsyncClient, Client
    from ..resources._params import (
        AssistantsUpdate,
        Options,
        RunsCreate,
        ThreadsCreateAndRun,
    )
    from .runs import AsyncRun, Run


class Assistant(SyncObject, AssistantObject):
    """An assistant, as the server returned it last, with methods that act on it."""

    __slots__ = ("_binding", "_read")

    _client: Client
    _updated_by = "ModifyAssistantRequest"

    @property
    def _id(self) -> str:
        return self._key("assistant_id", "id")

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the assistant again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(self._client.assistants.retrieve(self._id, **options))

    def update(self, **params: Unpack[AssistantsUpdate]) -> Self:
        """Change the assistant; see `refresh` for the errors."""
        return self._adopt(
            self._client.assistants.update(self._id, **self._changed(params))
        )

    def delete(self, **options: Unpack[Options]) -> DeleteAssistantResponse:
        """Delete the assistant; see `refresh` for the errors."""
        return self._client.assistants.delete(self._id, **options)

    def run(self, thread: str | HasId, **params: Unpack[RunsCreate]) -> Run:
        """Run in a thread.

        Args:
            thread: the thread, or its id.
            params: what else `threads.runs.create` takes.

        Raises:
            APIError: the call fails.
        """
        runs = self._client.threads.runs
        return runs.create(thread, assistant_id=self._id, **params)

    def start_thread(
        self, *messages: Any, **params: Unpack[ThreadsCreateAndRun]
    ) -> Run:
        """Create a thread and run in it; `thread()` of the run returns the thread.

        Args:
            messages: the first messages: texts of the user, or messages as dicts.
            params: what else `threads.create_and_run` takes.

        Raises:
            APIError: the call fails.
        """
        given = _with_messages(params, messages)
        return self._client.threads.create_and_run(assistant_id=self._id, **given)


class AsyncAssistant(LiveObject, AssistantObject):
    """An assistant whose methods are awaited; see `Assistant`."""

    __slots__ = ("_binding", "_read")

    _client: AsyncClient
    _updated_by = "ModifyAssistantRequest"

    @property
    def _id(self) -> str:
        return self._key("assistant_id", "id")

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the assistant again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(await self._client.assistants.retrieve(self._id, **options))

    async def update(self, **params: Unpack[AssistantsUpdate]) -> Self:
        """Change the assistant; see `refresh` for the errors."""
        return self._adopt(
            await self._client.assistants.update(self._id, **self._changed(params))
        )

    async def delete(self, **options: Unpack[Options]) -> DeleteAssistantResponse:
        """Delete the assistant; see `refresh` for the errors."""
        return await self._client.assistants.delete(self._id, **options)

    async def run(self, thread: str | HasId, **params: Unpack[RunsCreate]) -> AsyncRun:
        """Run in a thread; see `Assistant.run`."""
        runs = self._client.threads.runs
        return await runs.create(thread, assistant_id=self._id, **params)

    async def start_thread(
        self, *messages: Any, **params: Unpack[ThreadsCreateAndRun]
    ) -> AsyncRun:
        """Create a thread and run in it; see `Assistant.start_thread`."""
        given = _with_messages(params, messages)
        threads = self._client.threads
        return await threads.create_and_run(assistant_id=self._id, **given)


def _with_messages(
    params: ThreadsCreateAndRun, messages: tuple[Any, ...]
) -> ThreadsCreateAndRun:
    if not messages:
        return params
    first = [
        {"role": "user", "content": each} if isinstance(each, str) else each
        for each in messages
    ]
    thread = _thread_of(params.get("thread"))
    thread["messages"] = [*(thread.get("messages") or ()), *first]
    return cast("ThreadsCreateAndRun", {**params, "thread": thread})


def _thread_of(thread: Any) -> dict[str, Any]:
    """Return the thread to create as JSON data.

    Raises:
        ConfigurationError: it is none.
    """
    if thread is None or is_left_out(thread):
        return {}
    try:
        found = json_data(_api.to_json(thread))
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"thread can't be written as JSON: {error}") from error
    if not isinstance(found, dict):
        raise ConfigurationError(
            f"thread must be what threads.create takes, not {type(thread).__name__}"
        )
    return found
