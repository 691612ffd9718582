"""Assistants: the methods of `client.assistants`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import AssistantObject, DeleteAssistantResponse
    from .._endpoints import HasId
    from .._pages import AsyncPages, Page
    from ._params import AssistantCreate, AssistantUpdate, ListParams, Options


class Assistants(Resource):
    """Assistants, as methods."""

    def create(self, **params: Unpack[AssistantCreate]) -> AssistantObject:
        """Create an assistant."""
        result: AssistantObject = self._do("assistants.create", params)
        return result

    def retrieve(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> AssistantObject:
        """Give an assistant."""
        result: AssistantObject = self._do(
            "assistants.retrieve", params, assistant_id=assistant_id
        )
        return result

    def update(
        self, assistant_id: str | HasId, **params: Unpack[AssistantUpdate]
    ) -> AssistantObject:
        """Change an assistant; what is not given stays as it is."""
        result: AssistantObject = self._do(
            "assistants.update", params, assistant_id=assistant_id
        )
        return result

    def list(self, **params: Unpack[ListParams]) -> Page[AssistantObject]:
        """List the assistants, page by page."""
        return self._list("assistants.list", params)

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

    async def create(self, **params: Unpack[AssistantCreate]) -> AssistantObject:
        """Create an assistant."""
        result: AssistantObject = await self._do("assistants.create", params)
        return result

    async def retrieve(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> AssistantObject:
        """Give an assistant."""
        result: AssistantObject = await self._do(
            "assistants.retrieve", params, assistant_id=assistant_id
        )
        return result

    async def update(
        self, assistant_id: str | HasId, **params: Unpack[AssistantUpdate]
    ) -> AssistantObject:
        """Change an assistant; what is not given stays as it is."""
        result: AssistantObject = await self._do(
            "assistants.update", params, assistant_id=assistant_id
        )
        return result

    def list(self, **params: Unpack[ListParams]) -> AsyncPages[AssistantObject]:
        """List the assistants, page by page."""
        return self._list("assistants.list", params)

    async def delete(
        self, assistant_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteAssistantResponse:
        """Delete an assistant."""
        result: DeleteAssistantResponse = await self._do(
            "assistants.delete", params, assistant_id=assistant_id
        )
        return result
