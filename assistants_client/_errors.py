"""What can go wrong, as a tree; catch at the height that fits.

    AssistantsError
    ├── ConfigurationError                a setting or argument; nothing was sent
    │   ├── ArgumentError                 one is missing, or not known
    │   └── AwaitableError                a function that has to be awaited
    ├── UsageError                        closed or used up, or not begun yet
    ├── FileError                         a file broke off, or can't be written
    ├── UploadError                       some of several files were not uploaded
    ├── WaitTimeout                       a file is not yet processed; object
    ├── RunError                          run: a run did not end as it should
    │   ├── RunFailed                     its last_error says why
    │   ├── RunCancelled                  somebody cancelled it
    │   ├── RunExpired                    nobody acted in time
    │   ├── RunIncomplete                 it used up the tokens that it may use
    │   ├── RunRequiresAction             it waits for outputs, and there are no tools
    │   │   ├── RunRequiresApproval       it waits for somebody to approve tool calls
    │   │   └── UnknownRunAction          it waits for what the client doesn't know
    │   └── RunTimeout                    it goes on, but the time to wait is up
    ├── ToolError                         a function of yours failed; tool, call_id, run
    └── APIError                          message, code, param, type, body, request_id
        ├── APIConnectionError            no response came
        │   ├── APITimeoutError           it took too long
        │   └── StreamInterrupted         a stream broke off; it has what was received
        ├── DecodeError                   a response that can't be read
        ├── FalseSuccessError             a success by its status, an error by its body
        └── APIStatusError                status_code, response
            ├── BadRequestError           400
            ├── AuthenticationError       401
            ├── PermissionDeniedError     403
            ├── NotFoundError             404
            ├── ConflictError             409
            ├── UnprocessableEntityError  422
            ├── RateLimitError            429
            └── InternalServerError       500 and above

Those of runs and tools are in `_run_errors`, those of files in `_file_errors`. Names
from APIError on are those of the `openai` package, so that `except` clauses move over.
No error holds a key: requests are kept without their headers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._error_messages import inner, message, text_field
from ._records import KEPT as KEPT
from ._records import ReceivedResponse as ReceivedResponse
from ._records import SentRequest as SentRequest
from ._text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class AssistantsError(Exception):
    """Whatever this package raises by itself.

    Attributes:
        run: the run that was followed, as it was read last; None if there was none.
        messages: its messages, as far as they were received.
        uploaded: the files that the call had uploaded before it failed.
    """

    run: Any = None
    messages: Sequence[Any] = ()
    uploaded: Sequence[Any] = ()

    @property
    def message_long(self) -> str:
        """Return all that the error says: its text, and the notes that it has."""
        return "\n".join([str(self), *getattr(self, "__notes__", ())])


class ConfigurationError(AssistantsError, ValueError):
    """A setting or an argument can't be used; nothing was sent."""


class ArgumentError(ConfigurationError, TypeError):
    """An argument is missing, unknown, or given twice; nothing was sent."""


class AwaitableError(ConfigurationError, TypeError):
    """A function that has to be awaited was given to a client that never waits."""

    def __init__(self, what: str = "a function that has to be awaited") -> None:
        super().__init__(f"{what} needs the asynchronous client")


class UsageError(AssistantsError, RuntimeError):
    """Something is used at the wrong time, such as a client that has been closed.

    So are a handler that has had its stream, a stream that has not begun, a page after
    the last one, and a body that was read in pieces.
    """


class APIError(AssistantsError):
    """A call that did not succeed.

    Attributes:
        message: what the server said, or what happened.
        request: what was asked for.
        operation: which call it was, such as "threads.runs.create".
        body: the decoded body, without the `error` around it if it had one; its text
            if it was not JSON; None if no response came.
        code: the server's `code`, if it gave one.
        param: the parameter that the server complained about, if it named one.
        type: the server's `type` of the error, if it gave one.
        request_id: the name that the server has for the request, if it said so.
        attempts: how many requests were sent, retries included.
    """

    request: SentRequest

    def __init__(
        self,
        message: str,
        request: Any,
        *,
        operation: str | None = None,
        body: Any = None,
        request_id: str | None = None,
        attempts: int = 1,
    ) -> None:
        # Tests of applications make errors too, with what they gave to `openai`.
        super().__init__(message)
        self.message = message
        self.request = request
        self.operation = operation
        self.body = inner(body)
        self.code = text_field(body, "code")
        self.param = text_field(body, "param")
        self.type = text_field(body, "type")
        self.request_id = request_id
        self.attempts = attempts

    def __str__(self) -> str:
        what = self.operation or ""
        # That of an error that somebody else made may be anything, such as a mock.
        if not what and isinstance(self.request, SentRequest):
            what = f"{self.request.method} {self.request.url}"
        facts = "; ".join(self._facts())
        said = f"{self.message}{f' ({facts})' if facts else ''}"
        return f"{what}: {said}" if what else said

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructors take keywords, which the default way of pickling loses.
        return restored, (type(self), self.args, self.__dict__.copy())

    def _facts(self) -> Iterator[str]:
        if self.request_id:
            yield f"request id {shortened(self.request_id)}"
        if self.attempts > 1:
            yield f"{self.attempts} attempts"


class APIConnectionError(APIError):
    """No response came: there was no connection, or it broke."""

    def __init__(
        self, message: str = "Connection error.", *, request: Any, **facts: Any
    ) -> None:
        super().__init__(message, request, **facts)

    def _facts(self) -> Iterator[str]:
        if self.operation:
            # Else it stands at the beginning.
            yield f"{self.request.method} {self.request.url}"
        yield from super()._facts()


class APITimeoutError(APIConnectionError, TimeoutError):
    """No response came in time."""

    def __init__(
        self, message: Any = "Request timed out.", *, request: Any = None, **facts: Any
    ) -> None:
        # In `openai`, the request is the first argument, and the only one.
        if not isinstance(message, str):
            message, request = "Request timed out.", message
        super().__init__(message, request=request, **facts)


class StreamInterrupted(APIConnectionError):  # noqa: N818
    """A stream of events broke off before its run had ended.

    The run goes on at the server, and can be waited for.

    Attributes:
        run: the run as the last event had it; None if no event did.
        messages: the messages as far as they were written.
        steps: the steps as far as they were written.
        timed_out: whether nothing came for as long as `timeout` allows.
    """

    def __init__(
        self,
        message: str,
        *,
        request: SentRequest,
        operation: str | None = None,
        request_id: str | None = None,
        attempts: int = 1,
        run: Any = None,
        messages: Iterable[Any] = (),
        steps: Iterable[Any] = (),
        timed_out: bool = False,
    ) -> None:
        super().__init__(
            message,
            request=request,
            operation=operation,
            request_id=request_id,
            attempts=attempts,
        )
        self.run = run
        self.messages = [*messages]
        self.steps = [*steps]
        self.timed_out = timed_out


class APIStatusError(APIError):
    """A response whose status is an error.

    Attributes:
        status_code: the status.
        response: the response.
    """

    response: ReceivedResponse

    def __init__(
        self,
        message: str,
        *,
        response: Any,
        body: Any,
        operation: str | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(
            message,
            response.request,
            operation=operation,
            body=body,
            request_id=request_id(response),
            attempts=attempts,
        )
        self.status_code: int = response.status_code
        self.response = response

    def _facts(self) -> Iterator[str]:
        yield f"status {self.status_code}"
        yield from super()._facts()


class BadRequestError(APIStatusError):
    """400: the server can't make sense of the request, or won't do it now."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the key doesn't allow it."""


class NotFoundError(APIStatusError):
    """404: it isn't there."""


class ConflictError(APIStatusError):
    """409: it doesn't go together with what is there."""


class UnprocessableEntityError(APIStatusError):
    """422: the request has the right form, but not the right content."""


class RateLimitError(APIStatusError):
    """429: too many requests, or the quota is used up."""


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


class DecodeError(APIError, ValueError):
    """A successful response whose body is not JSON, or not what it had to be.

    Attributes:
        status_code: the status.
        response: the response.
    """

    def __init__(
        self,
        response: ReceivedResponse,
        *,
        why: str | None = None,
        operation: str | None = None,
        attempts: int = 1,
    ) -> None:
        start = response.text.strip()[:_START]
        super().__init__(
            f"the response is {why or 'not JSON'}; it begins with {start!r}",
            request=response.request,
            operation=operation,
            body=response.text,
            request_id=request_id(response),
            attempts=attempts,
        )
        self.status_code = response.status_code
        self.response = response


class FalseSuccessError(APIError):
    """A response whose status is a success, though its body is an error.

    Attributes:
        status_code: the status, such as 200; `code` is what the body says.
        response: the response.
    """

    def __init__(
        self, response: ReceivedResponse, *, operation: str | None = None, attempts: int
    ) -> None:
        super().__init__(
            message(response.json(), response.status_code),
            request=response.request,
            operation=operation,
            body=response.json(),
            request_id=request_id(response),
            attempts=attempts,
        )
        self.status_code = response.status_code
        self.response = response

    def _facts(self) -> Iterator[str]:
        yield f"status {self.status_code}, but the body is an error"
        yield from super()._facts()


def request_id(response: Any) -> str | None:
    """Return the name that a server has for a request; responses may be mocks."""
    found = response.headers.get("x-request-id")
    return found if isinstance(found, str) else None


_START = 60
_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error(
    response: ReceivedResponse,
    *,
    why: str | None = None,
    operation: str | None = None,
    attempts: int = 1,
) -> APIStatusError:
    """Return the error of a response; an unknown status is one like any other.

    Args:
        response: the response.
        why: what is wrong, if the response itself doesn't say so.
        operation: which call it was.
        attempts: how many requests were sent.
    """
    status = response.status_code
    other = InternalServerError if status >= 500 else APIStatusError
    kind = _BY_STATUS.get(status, other)
    body = response.json()
    return kind(
        why or message(body, status),
        response=response,
        body=body,
        operation=operation,
        attempts=attempts,
    )


def restored(
    kind: type[AssistantsError], args: tuple[Any, ...], state: dict[str, Any]
) -> AssistantsError:
    """Return an error that was pickled, without calling its constructor."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
