"""JSON, by the quicker library: decoding, reading as a type, encoding.

The library is imported late: that takes longer than to decode a few responses. Its
errors are a ValueError only in its newer versions; here they always are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable


class QuickJson:
    """Decodes and packs JSON: by the standard library at first, then by the quick one.

    To import that takes 5 ms, in which the standard library decodes a megabyte. Both
    decode the same, but the quick one refuses some of it, such as NaN.

    Attributes:
        decode: decodes text or bytes.
        pack: writes JSON data that was decoded in little room; `unpacked` reads it.
        problems: what either raises.
        left: how many more bytes of responses are to be decoded before `hurry` is
            called.
    """

    def __init__(self) -> None:
        self.decode: Callable[[bytes | str], Any] = json.loads
        self.pack: Callable[[Any], bytes | str] = json.dumps
        problems = (TypeError, ValueError, RecursionError)
        self.problems: tuple[type[Exception], ...] = problems
        # The more there is of it, the likelier it goes on.
        self.left = 64 * 1024

    def hurry(self) -> None:
        """Use the quick library from now on."""
        if self.decode is json.loads:
            pack, self.problems = quick_packer()
            self.pack, (self.decode, _) = pack, quick_decoder()
            self.left = -1


QUICK: Final = QuickJson()


def decode(content: bytes | str) -> Any:
    """Decode JSON, leniently where the quick decoder is strict, as with NaN.

    Raises:
        ValueError: it is no JSON, or so deep that nothing can read it.
    """
    try:
        return QUICK.decode(content)
    except QUICK.problems:
        pass
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("JSON that is nested too deeply") from error


def decode_leniently(text: str) -> Any:
    """Decode JSON as models write it: with raw line breaks in strings.

    What is no number in JSON, such as NaN, is none here; `decode` has the errors.
    """
    decoder, problems = quick_decoder()
    try:
        return decoder(text)
    except problems as error:
        strict = error
    try:
        return json.loads(text, strict=False, parse_constant=_no_constant)
    except ValueError:
        # The quick decoder says more clearly what is wrong.
        raise ValueError(str(strict)) from None
    except RecursionError as error:
        raise ValueError("JSON that is nested too deeply") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def converted(data: object, to: Any) -> Any:
    """Read JSON data as a type.

    Raises:
        TypeError: it is no type that data can be read as.
        ValueError: the data doesn't fit.
    """
    import msgspec

    with _value_errors():
        return msgspec.convert(data, to, str_keys=True)


def encode(value: object, plain: Callable[[Any], Any] | None = None) -> str:
    """Write a value as JSON.

    Args:
        value: the value.
        plain: returns what is unknown as something known, or raises `TypeError`.

    Raises:
        TypeError: it holds something that JSON has no word for.
        ValueError: it can't be written otherwise.
    """
    import msgspec

    with _value_errors():
        return msgspec.json.encode(value, enc_hook=plain).decode()


@cache
def quick_decoder() -> tuple[Callable[[bytes | str], Any], tuple[type[Exception], ...]]:
    """Return the quick decoder, and what it raises where it is strict."""
    import msgspec

    problems = (msgspec.MsgspecError, ValueError, RecursionError)
    return msgspec.json.Decoder().decode, problems


@cache
def quick_encoder() -> tuple[Callable[[Any], bytes], tuple[type[Exception], ...]]:
    """Return the quick encoder of JSON data, and what it raises.

    It takes more than that, such as NaN, and writes it as nobody would expect.
    """
    import msgspec

    problems = (msgspec.MsgspecError, TypeError, ValueError, OverflowError)
    return msgspec.json.Encoder().encode, problems


@cache
def quick_packer() -> tuple[Callable[[Any], bytes], tuple[type[Exception], ...]]:
    """Return what writes JSON data in less room, NaN included, and what it raises."""
    import msgspec

    problems = (msgspec.MsgspecError, TypeError, ValueError, OverflowError)
    return msgspec.msgpack.Encoder().encode, (*problems, RecursionError)


def unpacked(content: bytes | str) -> Any:
    """Return what was packed."""
    if isinstance(content, str):
        return json.loads(content)
    import msgspec

    return msgspec.msgpack.decode(content)


@contextmanager
def _value_errors() -> Iterator[None]:
    import msgspec

    try:
        yield
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
