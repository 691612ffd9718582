"""Assistants: the methods of `client.assistants`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource, cached_property

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteAssistantResponse
    from .._operations import HasId
    from ..objects.assistants import Assistant, AsyncAssistant
    from ..pages import AsyncPages, Page
    from ._params import AssistantCreate, AssistantUpdate, ListParams, Options
    from ._raw import AsyncRawAssistants, RawAssistants
    from ._streamed import AsyncStreamedAssistants, StreamedAssistants


class Assistants(Resource):
    """Assistants, as methods."""

    @cached_property
    def with_raw_response(self) -> RawAssistants:
        """Give the same methods, which give whole answers."""
        from ._raw import RawAssistants

        return RawAssistants(self)

    @cached_property
    def with_streaming_response(self) -> StreamedAssistants:
        """Give the same methods for `with`, with answers still to be read."""
        from ._streamed import StreamedAssistants

        return StreamedAssistants(self)

    def create(self, **params: Unpack[AssistantCreate]) -> Assistant:
        """Create an assistant."""
        result: Assistant = self._do("assistants.create", params)
        return result

    def retrieve(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> Assistant:
        """Give an assistant."""
        result: Assistant = self._do(
            "assistants.retrieve", params, assistant_id=assistant_id
        )
        return result

    def update(
        self, assistant_id: str | HasId, **params: Unpack[AssistantUpdate]
    ) -> Assistant:
        """Change an assistant; what is not given stays as it is."""
        result: Assistant = self._do(
            "assistants.update", params, assistant_id=assistant_id
        )
        return result

    def list(self, **params: Unpack[ListParams]) -> Page[Assistant]:
        """List the assistants, page by page."""
        page: Page[Assistant] = self._list("assistants.list", params)
        return page

    def delete(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteAssistantResponse:
        """Delete an assistant."""
        result: DeleteAssistantResponse = self._do(
            "assistants.delete", params, assistant_id=assistant_id
        )
        return result


class AsyncAssistants(AsyncResource):
    """Assistants, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawAssistants:
        """Give the same methods, which give whole answers."""
        from ._raw import AsyncRawAssistants

        return AsyncRawAssistants(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedAssistants:
        """Give the same methods for `async with`, with answers still to be read."""
        from ._streamed import AsyncStreamedAssistants

        return AsyncStreamedAssistants(self)

    async def create(self, **params: Unpack[AssistantCreate]) -> AsyncAssistant:
        """Create an assistant."""
        result: AsyncAssistant = await self._do("assistants.create", params)
        return result

    async def retrieve(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> AsyncAssistant:
        """Give an assistant."""
        result: AsyncAssistant = await self._do(
            "assistants.retrieve", params, assistant_id=assistant_id
        )
        return result

    async def update(
        self, assistant_id: str | HasId, **params: Unpack[AssistantUpdate]
    ) -> AsyncAssistant:
        """Change an assistant; what is not given stays as it is."""
        result: AsyncAssistant = await self._do(
            "assistants.update", params, assistant_id=assistant_id
        )
        return result

    def list(self, **params: Unpack[ListParams]) -> AsyncPages[AsyncAssistant]:
        """List the assistants, page by page."""
        pages: AsyncPages[AsyncAssistant] = self._list("assistants.list", params)
        return pages

    async def delete(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteAssistantResponse:
        """Delete an assistant."""
        result: DeleteAssistantResponse = await self._do(
            "assistants.delete", params, assistant_id=assistant_id
        )
        return result
