"""Effects: what a flow may yield to its driver, and what it is sent back.

A flow is a generator that yields effects and receives their results, so that it is
written once for sync and async, and tested without a network or a clock. They are
plain classes: one of named tuples takes a tenth of a millisecond to make, and its
objects twice the time. None is ever changed, and none shows what may be secret.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

T = TypeVar("T")


class Upload:
    """A body with files in it, which are read while it is sent.

    Attributes:
        form: the `Form` of the generated package that writes it.
        progress: called with the bytes of files that were sent, and with their whole
            number, None if that is unknown; True shows them on the terminal.
    """

    __slots__ = ("form", "progress")

    def __init__(
        self, form: Any, progress: Callable[[int, int | None], Any] | bool = False
    ) -> None:
        self.form = form
        self.progress = progress

    @property
    def is_spent(self) -> bool:
        """Return whether a file in it was read that can be read only once."""
        return bool(self.form.is_spent)


class PreparedRequest:
    """A request that is ready to be sent; it isn't changed any more.

    Attributes:
        url: the absolute URL, query included.
        headers: all headers that the client sets; they may hold a key.
        content: the body, which an upload is read from; None without one.
        timeout: seconds, or a timeout object of the HTTP library.
        stream: whether the body of a successful response is left unread.
        limit: how many bytes the body of a successful response may have; None for no
            limit.
    """

    __slots__ = ("content", "headers", "limit", "method", "stream", "timeout", "url")

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | Upload | None = None,
        timeout: Any = None,
        stream: bool = False,
        limit: int | None = None,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.content = content
        self.timeout = timeout
        self.stream = stream
        self.limit = limit

    def replaced(self, **changes: Any) -> PreparedRequest:
        """Return the request with other values for some of its attributes."""
        own = {name: getattr(self, name) for name in self.__slots__}
        return PreparedRequest(**{**own, **changes})


class Send:
    """Send a request; the result is an `HttpResponse`.

    Raises `NoResponse` if none arrives, `UnreadableResponse` if it can't be read.
    """

    __slots__ = __match_args__ = ("request",)

    def __init__(self, request: PreparedRequest) -> None:
        self.request = request


class Sleep:
    """Wait, for a number of seconds."""

    __slots__ = __match_args__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Invoke:
    """Call a function, such as one that returns a token; it may be asynchronous."""

    __slots__ = __match_args__ = ("function",)

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function


class Note:
    """Write a line about the connection into the transcript."""

    __slots__ = __match_args__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Log:
    """Write a line for whoever runs the program, on the logger `assistants_client`.

    Attributes:
        level: that of the line.
        text: the line.
        error: the exception whose traceback goes with it, if any.
    """

    __slots__ = __match_args__ = ("level", "text", "error")

    def __init__(
        self,
        level: Literal["info", "warning", "error"],
        text: str,
        error: BaseException | None = None,
    ) -> None:
        self.level = level
        self.text = text
        self.error = error


class Invocation:
    """A function to call, and how.

    Attributes:
        function: takes no arguments; it may be asynchronous.
        timeout: seconds after which it is no longer waited for; None for no limit.
        concurrent: whether it may be called besides others, in another thread; else it
            is called in the thread or event loop that waits, one after the other.
        tool: the name of the tool that it is, if it is one.
        call_id: the id of the tool call.
    """

    __slots__ = ("call_id", "concurrent", "function", "timeout", "tool")

    def __init__(
        self,
        function: Callable[[], Any],
        timeout: float | None = None,
        concurrent: bool = True,
        tool: str = "",
        call_id: str = "",
    ) -> None:
        self.function = function
        self.timeout = timeout
        self.concurrent = concurrent
        self.tool = tool
        self.call_id = call_id

    def of(self, function: Callable[[], Any], tool: str, call_id: str) -> Invocation:
        """Return one of another function, as that of a tool, called as this one is."""
        return Invocation(function, self.timeout, self.concurrent, tool, call_id)


class InvokeAll:
    """Call functions concurrently; the result is the list of their results, in order.

    An exception that one raises is its result, unless it is an interruption, such as
    `KeyboardInterrupt`; `Overdue` where its time was up.
    """

    __slots__ = __match_args__ = ("invocations",)

    def __init__(self, invocations: tuple[Invocation, ...]) -> None:
        self.invocations = invocations


class Receive:
    """Read more of an unread body; the result is bytes, or None at its end.

    The whole body may have `limit` bytes; None is for no limit. Raises `NoResponse` if
    it breaks off, `UnreadableResponse` if it is too long.
    """

    __slots__ = __match_args__ = ("response", "limit")

    def __init__(self, response: HttpResponse, limit: int | None = None) -> None:
        self.response = response
        self.limit = limit


class Emit:
    """Hand items to whoever iterates; the flow goes on when all were taken.

    Attributes:
        items: the items, each made when it is its turn. What goes wrong then is not
            raised within the flow, so they end where the flow has something to raise.
    """

    __slots__ = __match_args__ = ("items",)

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = items


class Progress:
    """Show on the terminal how a run is doing; the result is whether that is shown.

    Attributes:
        status: the run's status.
        seconds: how long it has been waited for.
    """

    __slots__ = __match_args__ = ("status", "seconds")

    def __init__(self, status: str, seconds: float) -> None:
        self.status = status
        self.seconds = seconds


class Within:
    """Perform an effect within a number of seconds; the result is that of the effect.

    Raises `TimeUp` if it isn't done by then. What is asynchronous is cancelled; what
    runs in a thread goes on there, and nobody waits for it.
    """

    __slots__ = __match_args__ = ("effect", "seconds")

    def __init__(self, effect: Effect, seconds: float) -> None:
        self.effect = effect
        self.seconds = seconds


Effect: TypeAlias = (
    Send | Sleep | Invoke | Note | Log | InvokeAll | Receive | Emit | Progress | Within
)
Flow: TypeAlias = Generator[Effect, Any, T]


class HttpResponse(Protocol):
    """A response: read, or, where the request said so, still to be read."""

    @property
    def status_code(self) -> int:
        """Return the HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers, which are looked up whatever their case."""
        ...

    @property
    def content(self) -> bytes:
        """Return the body."""
        ...


class BufferedResponse:
    """A response that no longer needs its connection."""

    __slots__ = ("content", "headers", "status_code")

    def __init__(
        self, status_code: int, headers: Mapping[str, str], content: bytes
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content


class TimeUp(Exception):  # noqa: N818 - flows turn it into an error
    """The time that `Within` gives an effect is up.

    Attributes:
        begun: whether the effect had begun.
    """

    def __init__(self, *, begun: bool = True) -> None:
        super().__init__("the time is up")
        self.begun = begun


class Overdue(Exception):  # noqa: N818 - it is the result of a call
    """A function took longer than its timeout allows.

    Attributes:
        left_behind: whether it goes on, in a thread that nobody waits for.
    """

    def __init__(self, seconds: float, *, left_behind: bool) -> None:
        super().__init__(f"it took longer than {seconds:g} s")
        self.left_behind = left_behind


class UnreadableResponse(Exception):  # noqa: N818 - flows turn it into an error
    """A response came that can't be read; the message completes "it is".

    Attributes:
        start: the beginning of its body, as far as that is known.
        response: the response, its body being `start`; None until it is known.
    """

    def __init__(self, message: str, start: bytes = b"") -> None:
        super().__init__(message)
        self.start = start
        self.response: HttpResponse | None = None


class NoResponse(Exception):  # noqa: N818 - flows turn it into an error
    """No response came, or it broke off.

    Attributes:
        stage: how far the request came: no connection was made ("connect"), the
            connection broke before the head of the request was sent whole ("unsent"),
            before the first byte of the response ("sent"), or after it ("answered").
        timed_out: whether a timeout ended it.
        reused: whether the connection had served requests before.
        final: whether sending it again would end the same way.
    """

    def __init__(
        self,
        message: str,
        *,
        stage: Literal["connect", "unsent", "sent", "answered"],
        timed_out: bool = False,
        reused: bool = False,
        final: bool = False,
    ) -> None:
        super().__init__(message)
        self.stage = stage
        self.timed_out = timed_out
        self.reused = reused
        self.final = final
