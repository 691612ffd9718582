"""What a flow may ask of its driver, and what it gets.

A flow is a generator that yields effects and is sent their results, so it is written
once for sync and async, and tested without a network or a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from attrs import define, field, frozen

T = TypeVar("T")


@frozen(kw_only=True)
class Prepared:
    """A request as it goes out.

    Attributes:
        url: whole, query included.
        headers: all that are set by us; they may hold a key.
        content: the body; none where there is none.
        timeout: seconds, or what the HTTP library takes instead.
        stream: whether the body of a success is left to the caller to read.
        limit: how many bytes the body of a success may be, none for no limit.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    timeout: Any = None
    stream: bool = False
    limit: int | None = None


@frozen
class Send:
    """Send a request; the result is a `Reply`.

    `NoAnswer` is raised where none comes, `Unusable` where it can't be read.
    """

    request: Prepared


@frozen
class Sleep:
    """Let time pass, in seconds."""

    seconds: float


@frozen
class Ask:
    """Call a function that gives text, such as a token; it may be asynchronous."""

    function: Callable[[], Any]


@frozen
class Note:
    """Tell those who watch the connection what happens, in a line."""

    text: str


@frozen
class Together:
    """Call functions at the same time; the result is a list of theirs, in order.

    They may be asynchronous. What one raises is its result.
    """

    functions: tuple[Callable[[], Any], ...]


@frozen
class Receive:
    """Read on in an answer whose body is unread; the result is what comes, as bytes.

    It is none at the end. `NoAnswer` is raised where it breaks off, `Unusable` where
    it is too much.
    """

    reply: Reply


@define
class Give:
    """Hand items to whoever iterates, one by one; goes on when all were taken."""

    items: list[Any] = field(repr=False)


Effect: TypeAlias = Send | Sleep | Ask | Note | Together | Receive | Give
Flow: TypeAlias = Generator[Effect, Any, T]


class Reply(Protocol):
    """An answer, read or, where the request said so, still to be read."""

    @property
    def status_code(self) -> int:
        """Give the HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Give the headers; names are looked up whatever their case."""
        ...

    @property
    def content(self) -> bytes:
        """Give the body."""
        ...


@frozen
class Whole:
    """An answer of which all is known that is going to be."""

    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


class Unusable(Exception):  # noqa: N818 - flows turn it into an error
    """An answer came, and nothing can be made of it; the message completes "it is".

    Attributes:
        start: how its body begins, as far as that is known.
        reply: the answer, its body being `start`; none until somebody knows it.
    """

    def __init__(self, message: str, start: bytes = b"") -> None:
        super().__init__(message)
        self.start = start
        self.reply: Reply | None = None


class NoAnswer(Exception):  # noqa: N818 - flows turn it into an error
    """A request that got no answer.

    Attributes:
        stage: how far it came: no connection was made ("connect"), it broke before a
            byte of the answer ("sent"), or after ("answered").
        timed_out: whether it ended because a time was up.
        reused: whether the connection had served requests before.
        final: whether it would be the same each time.
    """

    def __init__(
        self,
        message: str,
        *,
        stage: Literal["connect", "sent", "answered"],
        timed_out: bool = False,
        reused: bool = False,
        final: bool = False,
    ) -> None:
        super().__init__(message)
        self.stage = stage
        self.timed_out = timed_out
        self.reused = reused
        self.final = final
