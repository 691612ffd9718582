"""What an operation returns, before it is a response of HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .events import Listener

JSON = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """What an operation returns.

    Attributes:
        body: the body of the response, if it is no stream.
        headers: headers to add to the response.
        listener: the source of the events, if it is a stream.
        file: opens the content of a file, if that is the response; it may take a
            while, and raise an HTTPError.
        later: makes the body, where that takes a while and changes nothing.
    """

    body: JSON
    headers: dict[str, str] = field(default_factory=dict)
    listener: Listener | None = None
    file: Callable[[], BinaryIO] | None = None
    later: Callable[[], Awaitable[JSON]] | None = None
