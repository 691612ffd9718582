"""`imitate_openai`, for a while: it is for a whole process, which tests share."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistants_client import AsyncClient, Client, _imitation

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def undone() -> Iterator[None]:
    """Undo at the end what `imitate_openai` did."""
    clients = (Client, AsyncClient)
    bases = [client.__bases__ for client in clients]
    try:
        yield
    finally:
        for client, before in zip(clients, bases, strict=True):
            client.__bases__ = before
        for theirs in _imitation._accepted:
            setattr(theirs, "__class__", type(theirs).__base__)  # noqa: B010
        _imitation._accepted.clear()
