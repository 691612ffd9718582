"""What tools return, as the text that is submitted for it."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import AsyncIterable, Iterable, Mapping
from contextlib import suppress
from itertools import islice
from os import PathLike, fspath
from typing import Any, Final

from . import _api
from ._arguments import is_left_out
from ._errors import ConfigurationError
from ._json import encode

# No server takes as many, and there are iterators without an end.
_MOST_ITEMS: Final = 1_000_000


def written(output: Any) -> str:
    """Return an output as text: itself if it is text, else JSON.

    Bytes are text where they are UTF-8, else base64. In JSON, sets and iterators become
    arrays, NaN and infinity null, and objects of pydantic what they dump, by the names
    that they have in JSON. Halves of surrogate pairs can't be sent, and are replaced.

    Raises:
        TypeError: a type has no JSON equivalent.
        ValueError: a value has no JSON equivalent.
    """
    if isinstance(output, str):
        return sendable(str.__str__(output))
    if isinstance(output, bytes | bytearray | memoryview):
        return _of_bytes(bytes(output))
    # Models are attrs classes, which msgspec would write in its own way.
    data = _api.to_json(output)
    try:
        return encode(data, _plain)
    except (UnicodeEncodeError, OverflowError):
        # There are texts and numbers that the quick encoder can't write.
        return _in_full(data)


def failure_text(error: BaseException) -> str:
    """Return what an exception says, whatever its class may do."""
    try:
        return sendable(str(error))
    except Exception:  # noqa: BLE001 - a class of the user's may do anything
        return "it has no text"


def sendable(text: str) -> str:
    """Return a text as UTF-8 can encode it: pairs are joined, lone halves replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _of_bytes(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return b64encode(content).decode()


def _plain(value: Any) -> Any:
    """Return what the encoder doesn't know as something that it does.

    Raises:
        TypeError: it has no form in JSON.
        ValueError: it has no end.
    """
    if value is None or isinstance(value, bool):
        # As a key.
        return json.dumps(value)
    if isinstance(value, str):
        # Of a class of its own, which would be taken for any iterable.
        return str.__str__(value)
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) else float(value)
    if not isinstance(value, type):
        dumped = _dumped(value)
        if dumped is not None:
            return dumped
        if isinstance(value, PathLike):
            return fspath(value)
        is_key = isinstance(value, list | tuple | dict)
        if isinstance(value, Iterable) and not is_key and not hasattr(value, "read"):
            return _listed(value)
    raise TypeError(f"Encoding objects of type {type(value).__name__} is unsupported")


def _dumped(value: Any) -> Any:
    """Return what an object says itself that it is as data; None if it doesn't."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        # Of pydantic, which refuses bytes in JSON that are no text.
        for options in ({"mode": "json", "by_alias": True}, {"by_alias": True}):
            with suppress(TypeError, ValueError):
                return dump(**options)
        return dump()
    for name in ("tolist", "to_dict", "dict"):
        # Of numpy, of pandas, and of old versions of pydantic.
        found = getattr(value, name, None)
        if callable(found):
            return found()
    return None


def _listed(items: Iterable[Any]) -> list[Any]:
    found = [*islice(items, _MOST_ITEMS + 1)]
    if len(found) > _MOST_ITEMS:
        raise _endless()
    return found


async def gathered(items: AsyncIterable[Any]) -> list[Any]:
    """Return the items of an asynchronous iterator.

    Raises:
        ValueError: it has no end.
    """
    found: list[Any] = []
    async for each in items:
        found.append(each)
        if len(found) > _MOST_ITEMS:
            raise _endless()
    return found


def _endless() -> ValueError:
    return ValueError(f"an iterator of more than {_MOST_ITEMS} items is no output")


def _in_full(data: Any) -> str:
    import msgspec

    plain = _cleaned(msgspec.to_builtins(data, enc_hook=_plain))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value


def listed_outputs(name: str, given: Any) -> list[Any] | None:
    """Return outputs or approvals as a list, None where there are none.

    Args:
        name: the name of the argument.
        given: an iterable of them, or a single one.

    Raises:
        ConfigurationError: it is neither.
    """
    if given is None:
        return None
    if isinstance(given, Mapping | _api.Model):
        return [given]
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        what = type(given).__name__
        raise ConfigurationError(f"{name} must be a list of outputs, not {what}")
    return [each for each in given if not is_left_out(each)]
