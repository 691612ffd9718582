"""JSON: decoding, reading as a type, encoding.

`msgspec` is imported late. Its errors are a ValueError only in its newer versions; here
they always are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable


class Codec:
    """JSON by the standard library at first, then by `msgspec`.

    To import that takes 5 ms, in which the standard library decodes a megabyte. Both
    decode the same, but `msgspec` refuses some of it, such as NaN.

    Attributes:
        decode: decodes text or bytes.
        pack: writes JSON data in little room, NaN included; `unpacked` reads it.
        encode: writes JSON data as it is sent, if `msgspec` is there; it takes more
            than JSON data, such as NaN, and writes that as nobody would expect.
        problems: what these raise.
    """

    def __init__(self) -> None:
        self.decode: Callable[[bytes | str], Any] = self._decode_first
        self.pack: Callable[[Any], bytes | str] = json.dumps
        self.encode: Callable[[Any], bytes] | None = None
        self.problems: tuple[type[Exception], ...]
        self.problems = (TypeError, ValueError, RecursionError)
        # Bytes; the more was decoded, the likelier it goes on.
        self._left = 64 * 1024

    def use_msgspec(self) -> None:
        """Use `msgspec` from now on."""
        if self.encode is None:
            import msgspec

            # First, as another thread may be using the others.
            self.problems = (*self.problems, msgspec.MsgspecError, OverflowError)
            self.decode = msgspec.json.Decoder().decode
            self.pack = msgspec.msgpack.Encoder().encode
            self.encode = msgspec.json.Encoder().encode

    def _decode_first(self, content: bytes | str) -> Any:
        self._left -= len(content)
        if self._left >= 0:
            return json.loads(content)
        self.use_msgspec()
        return self.decode(content)


CODEC: Final = Codec()


def decode(content: bytes | str) -> Any:
    """Decode JSON, leniently where `msgspec` is strict, as with NaN.

    Raises:
        ValueError: it is no JSON, or so deep that nothing can read it.
    """
    try:
        return CODEC.decode(content)
    except CODEC.problems:
        pass
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("JSON that is nested too deeply") from error


def decode_leniently(text: str) -> Any:
    """Decode JSON as models write it: with raw line breaks in strings.

    What is no number in JSON, such as NaN, is none here; `decode` has the errors.
    """
    CODEC.use_msgspec()
    try:
        return CODEC.decode(text)
    except CODEC.problems as error:
        strict = error
    try:
        return json.loads(text, strict=False, parse_constant=_no_constant)
    except ValueError:
        # msgspec says more clearly what is wrong.
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
