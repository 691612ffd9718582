"""What performs the calls of resources, as types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from .._call import Call
    from ..client import AsyncClient, Client

T = TypeVar("T")


class Perform(Protocol):
    """How a call is performed, and what is returned for it."""

    def __call__(self, client: Client, call: Call[T]) -> T:
        """Perform a call."""
        ...


class AsyncPerform(Protocol):
    """How a call is performed, and what is returned for it, awaited."""

    async def __call__(self, client: AsyncClient, call: Call[T]) -> T:
        """Perform a call."""
        ...
