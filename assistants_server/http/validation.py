"""From a raw request to one that is valid by the document, or to an HTTP error."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from .._api import check_json
from ..contract.limits import (
    LARGEST_PAGE,
    SMALLEST_PAGE,
    attachments_violation,
    violations,
)
from .errors import HTTPError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..contents import Draft
    from ..contract.operations import Operation, Parameter

MOST_VALUES = 100_000
"""How many values a body may have, each text, number, array and object counted."""
DEEPEST = 100
"""How many levels of arrays and objects a body may have."""
_WITH_MESSAGES = (
    *("CreateThreadRequest", "CreateRunRequest", "CreateThreadAndRunRequest"),
)
# Deviations: those that are named, and those after which no more are looked for.
_MOST_NAMED, _MOST_FOUND = 5, 100
# Up to here every whole number is a float too.
_EXACT = 2**53
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[,\[{]', re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_INTEGER = re.compile(r"-?[0-9]{1,18}\Z")


@dataclass(frozen=True)
class ValidRequest:
    """A request that is valid by the document.

    Attributes:
        path: the path arguments.
        query: the query parameters that were sent, or that have a default.
        body: the decoded body; None without one. A file in it is its name.
        headers: the headers, names in lower case.
        upload: the content of the file in the body.
        faults: the values of the `pages` faults, for lists.
        stale: how often a run is to be shown as it was before.
        fingerprint: what tells it from others with the same idempotency key; None
            where it has no such key.
        spends: the API key from whose tokens of a minute a run takes, and how many
            there are; None without such a limit.
    """

    operation: Operation
    path: Mapping[str, str]
    query: dict[str, Any]
    body: Any
    headers: Mapping[str, str] = field(repr=False)
    faults: frozenset[str] = frozenset()
    stale: int = 0
    upload: Draft | None = None
    fingerprint: str | None = None
    spends: tuple[str, int] | None = None


def read_query(
    operation: Operation, given: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """Return the query parameters that the operation has; others are ignored.

    Raises:
        HTTPError: a parameter is invalid.
    """
    given = list(given)
    query = {}
    for parameter in operation.parameters:
        values = [value for name, value in given if name == parameter.name]
        if values:
            query[parameter.name] = _read(parameter, values)
        elif "default" in parameter.schema:
            query[parameter.name] = parameter.schema["default"]
    return query


def _read(parameter: Parameter, values: list[str]) -> Any:
    if parameter.schema["type"] == "array":
        return [_read_one(parameter, parameter.schema["items"], v) for v in values]
    if len(values) > 1:
        raise _wrong_query(parameter, "expected once", f"{len(values)} of it")
    return _read_one(parameter, parameter.schema, values[0])


def _read_one(parameter: Parameter, schema: dict[str, Any], value: str) -> Any:
    if "enum" in schema and value not in schema["enum"]:
        allowed = ", ".join(map(repr, schema["enum"]))
        raise _wrong_query(parameter, f"expected one of {allowed}", quoted(value))
    if schema["type"] != "integer":
        return value
    if not _INTEGER.match(value):
        raise _wrong_query(parameter, "expected an integer", quoted(value))
    number = int(value)
    # Of files a page may have more, and has so if nothing else is said.
    largest = max(LARGEST_PAGE, schema.get("default", 0))
    if parameter.name == "limit" and not SMALLEST_PAGE <= number <= largest:
        wanted = f"expected {SMALLEST_PAGE} to {largest}"
        raise _wrong_query(parameter, wanted, value)
    return number


def _wrong_query(parameter: Parameter, expected: str, found: str) -> HTTPError:
    message = f"Invalid query parameter {parameter.name!r}: {expected}, found {found}."
    return HTTPError(400, message, param=parameter.name, code="invalid_value")


def read_body(operation: Operation, raw: bytes, content_type: str) -> Any:
    """Return the decoded body, which is valid by its schema.

    Raises:
        HTTPError: it is not JSON, or not valid; the message has the JSON path and what
            was expected there.
    """
    if operation.body is None or (not raw and not operation.body_required):
        return None
    media = content_type.partition(";")[0].strip().lower()
    if raw and not (media == "application/json" or media.endswith("+json")):
        found = quoted(content_type) if content_type else "none"
        raise HTTPError(
            415, f"Expected the content type application/json, found {found}."
        )
    if not raw:
        message = f"Invalid body: $ is required: {operation.body}, as JSON."
        raise HTTPError(400, message, code="missing_required_parameter")
    return valid_body(operation.body, _decoded(raw))


def valid_body(schema: str, body: Any) -> Any:
    """Return a body that is valid.

    Args:
        schema: the name of its schema.
        body: the body.

    Raises:
        HTTPError: it isn't; the message has the JSON path and what was expected there.
    """
    most = _MOST_FOUND + 1
    wrong = [(each.path, each.message) for each in check_json(body, schema, most=most)]
    wrong = wrong or list(islice(violations(body), most))
    if not wrong and schema in _WITH_MESSAGES and body:
        wrong = [each for each in [attachments_violation(body)] if each]
    if wrong:
        raise _wrong_body(wrong)
    return body


def wrong_value(path: str, message: str) -> HTTPError:
    """Return the error for one value: its JSON path, and what was expected there."""
    return _wrong_body([(path, message)])


def _wrong_body(wrong: list[tuple[str, str]]) -> HTTPError:
    problems = "; ".join(f"{path} {message}" for path, message in wrong[:_MOST_NAMED])
    left = len(wrong) - _MOST_NAMED
    more = f"; and {left} more" if left > 0 else ""
    if len(wrong) > _MOST_FOUND:
        more = f"; and more than {left - 1} more"
    path, message = wrong[0]
    code = "invalid_value"
    if message.startswith("is required"):
        code = "missing_required_parameter"
    elif message.startswith("is not known"):
        code = "unknown_parameter"
    param = path.removeprefix("$").removeprefix(".") or None
    return HTTPError(400, f"Invalid body: {problems}{more}.", param=param, code=code)


def _decoded(raw: bytes) -> Any:
    if _has_too_many_values(raw):
        raise HTTPError(400, f"The body has more than {MOST_VALUES} values.")
    try:
        text = raw.decode()
        body = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise HTTPError(400, f"The body is not JSON: {error}.") from error
    if _depth_exceeds(body, DEEPEST):
        raise _too_deep()
    try:
        # JSON can write half of a surrogate pair, which no text can hold.
        if _SURROGATE.search(raw):
            json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        message = "The body holds half of a surrogate pair, which is no character."
        raise HTTPError(400, message) from None
    return body


def _has_too_many_values(raw: bytes) -> bool:
    """Return whether JSON has too many values, before they are made."""
    # Most bodies don't have as many even if all of these stood outside of texts.
    if sum(map(raw.count, (b",", b"[", b"{"))) < MOST_VALUES:
        return False
    found = 0
    for match in _STRUCTURE.finditer(raw):
        # A text is passed over as a whole.
        found += match[0] in (b",", b"[", b"{")
        if found >= MOST_VALUES:
            return True
    return False


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)


def _too_deep() -> HTTPError:
    return HTTPError(400, f"The body has more than {DEEPEST} levels.")


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    """Return a number with a point or an exponent; a whole one is an integer."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{quoted(text)} is too large a number")
    return int(number) if number.is_integer() and abs(number) < _EXACT else number
