"""Annotations: what they are where they are text, and what they say besides a type."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import sys
from importlib import import_module
from types import FrameType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, get_type_hints

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of the arguments of a function, a class or a callable object.

    Raises:
        NameError: one is text that names something unknown.
        TypeError: one is no type.
    """
    if isinstance(function, type):
        made: Any = function
        return {**_hints(made), **_hints(_without_return(made.__init__))}
    owner = getattr(function, "__self__", None)
    class_ = owner if isinstance(owner, type) else type(owner)
    return _hints(_without_return(inner(function)), class_)


def inner(function: Any) -> Any:
    """Return the function that a partial one, a method or a callable object calls."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, MethodType | staticmethod | classmethod):
            function = function.__func__
        elif inspect.isroutine(function) or isinstance(function, type):
            return function
        elif callable(getattr(function, "__wrapped__", None)):
            function = function.__wrapped__
        else:
            called = type(function).__call__
            if not isinstance(called, FunctionType):
                return called
            function = called


def _without_return(function: Any) -> Any:
    """Return a function that returns nothing in particular, for its annotations.

    What a function returns may be of a type that only type checkers import.
    """
    whole: Any = inspect.unwrap(function)
    annotations = _annotations(function)
    if not isinstance(whole, FunctionType) or not isinstance(annotations, dict):
        return function
    found = FunctionType(
        whole.__code__, whole.__globals__, whole.__name__, None, whole.__closure__
    )
    found.__qualname__, found.__module__ = whole.__qualname__, whole.__module__
    found.__annotations__ = {n: a for n, a in annotations.items() if n != "return"}
    return found


def _annotations(function: Any) -> Any:
    if sys.version_info >= (3, 14):
        # Where they are evaluated late, one unknown name would hide all others. By its
        # name, as older versions of Python don't count it among their modules.
        late = import_module("annotationlib")
        return late.get_annotations(function, format=late.Format.FORWARDREF)
    else:
        return getattr(function, "__annotations__", None)


def _hints(found: Any, owner: type = object) -> dict[str, Any]:
    try:
        return get_type_hints(found, include_extras=True)
    except NameError as error:
        unknown = error
    try:
        local = _names_around(found, owner)
        return get_type_hints(found, localns=local, include_extras=True)
    except NameError:
        raise unknown from None


def _names_around(found: Any, owner: type) -> dict[str, Any]:
    """Return the names that the text of annotations may mean, besides global ones.

    They are those of the functions and classes around it, as long as these go on, those
    of its class, and what the function itself uses of others.

    Args:
        found: a function or a class.
        owner: the class that it is a method of.
    """
    names = str(getattr(found, "__qualname__", "")).split(".")
    around = {".".join(names[:n]) for n in range(1, len(names))}
    known: dict[str, Any] = {}
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        is_near = frame.f_globals.get("__name__") == getattr(found, "__module__", None)
        if is_near and frame.f_code.co_qualname in around:
            known = {**frame.f_locals, **known}
        frame = frame.f_back
    for base in reversed(owner.__mro__):
        if base.__qualname__ in around:
            known.update(vars(base))
    if isinstance(found, FunctionType):
        known.update(inspect.getclosurevars(found).nonlocals)
    return known


def has_fields(type_: Any) -> bool:
    """Return whether a type is a class with fields that are read one by one."""
    return isinstance(type_, type) and (
        dataclasses.is_dataclass(type_)
        or attrs.has(type_)
        or is_typed_dict(type_)
        or (issubclass(type_, tuple) and hasattr(type_, "_fields"))
    )


def is_typed_dict(type_: Any) -> bool:
    """Return whether a type is a TypedDict, whichever module it is made with."""
    return isinstance(type_, type) and hasattr(type_, "__total__")


def words_in(metadata: Iterable[Any]) -> str:
    """Return the words that an annotation says besides the type; "" for none."""
    for each in metadata:
        if isinstance(each, str):
            return each
        for name in ("documentation", "description"):
            found = getattr(each, name, None)
            if isinstance(found, str):
                return found
    return ""
