"""JSON, by the quicker library: decoding, reading as a type, encoding.

The library is imported late: until something is to be decoded, it only takes time. Its
errors are a ValueError only in its newer versions; here they always are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def decode(content: bytes | str) -> Any:
    """Decode JSON, leniently where the quick decoder is strict, as with NaN.

    Raises:
        ValueError: it is no JSON, or so deep that nothing can read it.
    """
    decoder, problems = quick_decoder()
    try:
        return decoder(content)
    except problems:
        pass
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("JSON that is nested too deeply") from error


def decode_strictly(text: str) -> Any:
    """Decode JSON as it is defined; `decode` has the errors."""
    with _value_errors():
        return quick_decoder()[0](text)


def converted(data: object, to: Any) -> Any:
    """Read JSON data as a type.

    Raises:
        TypeError: it is no type that data can be read as.
        ValueError: the data doesn't fit.
    """
    import msgspec

    with _value_errors():
        return msgspec.convert(data, to)


def encode(value: object) -> str:
    """Write a value as JSON.

    Raises:
        TypeError: it holds something that JSON has no word for.
        ValueError: it can't be written otherwise.
    """
    import msgspec

    with _value_errors():
        return msgspec.json.encode(value).decode()


@cache
def quick_decoder() -> tuple[Callable[[bytes | str], Any], tuple[type[Exception], ...]]:
    """Return the quick decoder, and what it raises where it is strict."""
    import msgspec

    problems = (msgspec.MsgspecError, ValueError, RecursionError)
    return msgspec.json.Decoder().decode, problems


@contextmanager
def _value_errors() -> Iterator[None]:
    import msgspec

    try:
        yield
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
