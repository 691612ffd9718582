"""What may come of a call, and whether that is what came of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from assistants_client import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AssistantsError,
)
from harness.faults.operations import CREATING, class_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.operations import Form

KEY: Final = "sk-canary-of-the-matrix"
_RESULT = "result"
# Words that tell of a cause, where nobody said which.
_MEANINGLESS = re.compile(r"^[^:]*:\s*(\(.*\))?$")
_BY_STATUS = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
}
# What the wait for a run ends in; the text names the run.
RUN_ERRORS = ("RunTimeout", "RunError")


@frozen
class Expected:
    """What may come of a call.

    Attributes:
        kinds: "result", and the names of errors; where there are none, all that the
            package has.
        says: what the text of an error has in it.
        status: the status that an error has.
        loose: whether a result may hold what is no model.
        once: whether what creates is sent once only, though nobody can count it.
    """

    kinds: frozenset[str] = frozenset()
    says: str = ""
    status: int | None = None
    loose: bool = False
    once: bool = False

    @classmethod
    def of(cls, *kinds: str) -> Expected:
        """Expect one of several things."""
        return cls(frozenset(kinds))

    def or_else(self, kind: str) -> Expected:
        """Expect something besides."""
        return evolve(self, kinds=self.kinds | {kind})

    @classmethod
    def error(cls, *kinds: str, says: str = "", status: int | None = None) -> Expected:
        """Expect an error."""
        return cls(frozenset(kinds), says, status)


ANY = Expected()
"""A result or an error, but one of ours."""
RESULT = Expected.of(_RESULT)
LOOSE_RESULT = Expected(frozenset({_RESULT}), loose=True)


def status_error(status: int) -> str:
    """Return the name of the error that a status is, by the document of the project."""
    fallback = "InternalServerError" if status >= 500 else "APIStatusError"
    return _BY_STATUS.get(status, fallback)


@frozen
class Outcome:
    """What came of a call: a result, or what was raised."""

    result: Any = field(default=None, repr=False)
    error: BaseException | None = None

    @property
    def kind(self) -> str:
        """Return "result", or the name of the error."""
        return _RESULT if self.error is None else type(self.error).__name__


def is_waited_out(form: Form, expected: Expected) -> bool:
    """Return whether a call goes on through what is expected, as in an outage."""
    outage = expected.kinds & {"APIConnectionError", "APITimeoutError"}
    waits = form.kind == "wait" or "resume=True" in form.name
    return waits and bool(outage or expected.status in (502, 503, 504))


def complaints(
    form: Form, expected: Expected, outcome: Outcome, *, asynchronous: bool
) -> Iterator[str]:
    """Return what is wrong with what came of a call."""
    if outcome.kind == "RunTimeout" and is_waited_out(form, expected):
        expected = ANY
    if expected.kinds and outcome.kind not in expected.kinds:
        wanted = ", ".join(sorted(expected.kinds))
        yield f"gave {_shown(outcome)} in place of {wanted}"
    if outcome.error is None:
        kind: Any = object
        if form.gives != "events" and not expected.loose:
            kind = class_of(form.gives, asynchronous=asynchronous)
        yield from _of_result(form, kind, outcome.result)
    else:
        yield from _of_error(form, expected, outcome.error)


def _of_error(form: Form, expected: Expected, error: BaseException) -> Iterator[str]:
    if not isinstance(error, AssistantsError):
        yield f"raised {type(error).__module__}.{type(error).__name__}: {error}"
        return
    text = str(error)
    if KEY in f"{text}{error!r}{error.__dict__}":
        yield f"told the key: {text}"
    names = (form.operation, *form.later)
    if isinstance(error, APIError):
        if not text.startswith(tuple(f"{name}: " for name in names)):
            yield f"names none of {', '.join(names)}: {text}"
        if _MEANINGLESS.match(text):
            yield f"names no cause: {text!r}"
        broke = isinstance(error, APIConnectionError) and error.operation in CREATING
        if broke and error.attempts > 1 and expected.once:
            yield f"sent {error.attempts} times what creates: {text}"
    elif type(error).__name__ not in RUN_ERRORS:
        yield f"is no error of a call: {error!r}"
    if expected.says and expected.says not in text:
        yield f"doesn't say {expected.says!r}: {text}"
    if isinstance(error, APIStatusError) and f"status {error.status_code}" not in text:
        yield f"names no status: {text}"
    if expected.status is not None:
        status = getattr(error, "status_code", None)
        if status != expected.status:
            yield f"has status {status}, not {expected.status}"


def _of_result(form: Form, kind: Any, result: Any) -> Iterator[str]:
    many = form.kind in ("pages", "stream", "follow")
    if many != isinstance(result, list):
        yield f"gave {type(result).__name__}"
        return
    for each in result if many else [result]:
        if not isinstance(each, kind):
            yield f"gave {type(each).__name__}, no {kind.__name__}"
        elif form.gives == "events" and not hasattr(each, "event"):
            yield f"gave {type(each).__name__}, no event"
        elif hasattr(each, "to_dict"):
            json.dumps(each.to_dict())
            repr(each)
    names = [each.id for each in result if hasattr(each, "id")] if many else []
    names = [each for each in names if isinstance(each, str)]
    if form.kind == "pages" and len({*names}) < len(names):
        yield f"gave some items twice: {', '.join(names)}"


def _shown(outcome: Outcome) -> str:
    error = outcome.error
    return _RESULT if error is None else f"{type(error).__name__} ({error})"
