"""Assistants: the methods of `client.assistants`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._operations import (
    CREATE_ASSISTANT,
    DELETE_ASSISTANT,
    LIST_ASSISTANTS,
    RETRIEVE_ASSISTANT,
    UPDATE_ASSISTANT,
)
from ._base import AsyncResource, Resource, cached_property

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteAssistantResponse
    from .._call import HasId
    from ..objects.assistants import Assistant, AsyncAssistant
    from ..pages import AsyncPages, Page
    from ._params import AssistantCreate, AssistantUpdate, ListParams, Options
    from ._raw import AsyncRawAssistants, RawAssistants
    from ._streamed import AsyncStreamedAssistants, StreamedAssistants


class Assistants(Resource):
    """Assistants, as methods."""

    @cached_property
    def with_raw_response(self) -> RawAssistants:
        """Return the same methods, which return the whole response."""
        from ._raw import RawAssistants

        return RawAssistants(self)

    @cached_property
    def with_streaming_response(self) -> StreamedAssistants:
        """Return the same methods for `with`, with the response still to be read."""
        from ._streamed import StreamedAssistants

        return StreamedAssistants(self)

    def create(self, **params: Unpack[AssistantCreate]) -> Assistant:
        """Create an assistant."""
        return self._do(CREATE_ASSISTANT, params)

    def retrieve(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> Assistant:
        """Return an assistant."""
        return self._do(RETRIEVE_ASSISTANT, params, assistant_id=assistant_id)

    def update(
        self, assistant_id: str | HasId, **params: Unpack[AssistantUpdate]
    ) -> Assistant:
        """Change an assistant; what is not given stays as it is."""
        return self._do(UPDATE_ASSISTANT, params, assistant_id=assistant_id)

    def list(self, **params: Unpack[ListParams]) -> Page[Assistant]:
        """List the assistants, page by page."""
        return self._list(LIST_ASSISTANTS, params)

    def delete(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteAssistantResponse:
        """Delete an assistant."""
        return self._do(DELETE_ASSISTANT, params, assistant_id=assistant_id)


class AsyncAssistants(AsyncResource):
    """Assistants, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawAssistants:
        """Return the same methods, which return the whole response."""
        from ._raw import AsyncRawAssistants

        return AsyncRawAssistants(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedAssistants:
        """Return the same methods for `async with`, whose responses are unread."""
        from ._streamed import AsyncStreamedAssistants

        return AsyncStreamedAssistants(self)

    async def create(self, **params: Unpack[AssistantCreate]) -> AsyncAssistant:
        """Create an assistant."""
        return await self._do(CREATE_ASSISTANT, params)

    async def retrieve(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> AsyncAssistant:
        """Return an assistant."""
        return await self._do(RETRIEVE_ASSISTANT, params, assistant_id=assistant_id)

    async def update(
        self, assistant_id: str | HasId, **params: Unpack[AssistantUpdate]
    ) -> AsyncAssistant:
        """Change an assistant; what is not given stays as it is."""
        return await self._do(UPDATE_ASSISTANT, params, assistant_id=assistant_id)

    def list(self, **params: Unpack[ListParams]) -> AsyncPages[AsyncAssistant]:
        """List the assistants, page by page."""
        return self._list(LIST_ASSISTANTS, params)

    async def delete(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteAssistantResponse:
        """Delete an assistant."""
        return await self._do(DELETE_ASSISTANT, params, assistant_id=assistant_id)
