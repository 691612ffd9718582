"""Arguments of methods: those that are left out, and what others are in JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from importlib import import_module
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Literal

from . import _api
from ._errors import AwaitableError

if TYPE_CHECKING:
    from inspect import Parameter


class NotGiven:
    """The type of `NOT_GIVEN`."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final[Any] = NotGiven()
"""Stands for an argument that is left out, and so is not sent; None is sent."""
# Also those of the package `openai`, for code that came from there.
LEFT_OUT: Final = frozenset({"NotGiven", "Omit", "Unset"})
"""The names of the types of what stands for an argument that is left out."""


def is_left_out(value: object) -> bool:
    """Return whether a value stands for one that is left out."""
    return type(value).__name__ in LEFT_OUT


def given(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments without those that stand for ones that are left out."""
    return {n: v for n, v in params.items() if type(v).__name__ not in LEFT_OUT}


def is_async(function: Any) -> bool:
    """Return whether something is a function that has to be awaited, or iterated so."""
    import inspect

    called = getattr(type(function), "__call__", None)  # noqa: B004 - it is read
    return any(
        inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)
        for each in (function, called)
    )


def parameters_of(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    """Return the parameters of a function, whatever their annotations name.

    Raises:
        TypeError: it is none that has any.
        ValueError: it is written in C, and doesn't say.
    """
    import inspect

    if sys.version_info >= (3, 14):
        # Annotations are evaluated late there: one that names what only type checkers
        # import would be an error here.
        late = import_module("annotationlib").Format.FORWARDREF
        return inspect.signature(function, annotation_format=late).parameters
    else:
        return inspect.signature(function).parameters


def check_called(arguments: Mapping[str, Any], client: Any) -> None:
    """Raise an error for a function that a plain client would call in vain.

    Args:
        arguments: those of a method, some of which may be functions.
        client: the client.

    Raises:
        AwaitableError: there is one.
    """
    for name in ("on_update", "on_approval"):
        function = arguments.get(name)
        if function is not None and not client.asynchronous and is_async(function):
            raise AwaitableError(f"{name} has to be awaited, and so")


class _LeftOutError(Exception):
    """A value stands for one that is left out."""


def _plain(value: Any) -> Any:
    """Return what JSON doesn't know as something that it does.

    Raises:
        TypeError: it has no form in JSON, or none that anybody would expect.
    """
    if is_left_out(value):
        raise _LeftOutError
    dump = None if isinstance(value, type) else getattr(value, "model_dump", None)
    if callable(dump):
        # Of pydantic, which iterates over its fields.
        return dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, PathLike) or hasattr(value, "read"):
        what = "a path" if isinstance(value, PathLike) else "an open file"
        raise TypeError(f"{what} is no text: read it, or upload it by client.files")
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        return _api.to_json([*value])
    raise TypeError(f"JSON has nothing for {type(value).__name__}")


# Made once, as making it takes longer than encoding a body.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
)


def encoded(value: Any) -> str:
    """Write an argument as JSON, without what is left out in it, however deep.

    Models of pydantic are what they dump, enums their values, and iterables arrays.

    Raises:
        TypeError: something has no form in JSON, such as an open file.
        ValueError: a value has none, such as NaN.
    """
    try:
        return _ENCODER.encode(value)
    except _LeftOutError:
        # Rare, so that nothing is searched for it before.
        return _ENCODER.encode(_without_left_out(value))


def json_data(value: Any) -> Any:
    """Return an argument as JSON data; `encoded` has the errors."""
    return json.loads(encoded(value))


def _without_left_out(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = given(value).items()
        return {name: _without_left_out(each) for name, each in kept}
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_without_left_out(each) for each in value if not is_left_out(each)]
    return _without_left_out(_plain(value))
