"""Ids, and the objects that stand for them in arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from . import _api
from ._errors import ConfigurationError
from ._text import is_text, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "assistant": ("Assistant", "an assistant"),
    "file": ("FileObject", "a file"),
    "model": ("ModelSchema", "a model"),
    "thread": ("Thread", "a thread"),
    "thread.message": ("Message", "a message"),
    "thread.run": ("Run", "a run"),
    "thread.run.step": ("RunStep", "a run step"),
    "vector_store": ("VectorStore", "a vector store"),
    "vector_store.file": ("VectorStoreFileObject", "a file of a vector store"),
    "vector_store.file_batch": ("VectorStoreFileBatchObject", "a batch of files"),
    "vector_store.files_batch": ("VectorStoreFileBatchObject", "a batch of files"),
}
"""The classes and the names of objects by what their `object` says."""
# A file in a vector store has the id of the file itself.
_FILES: Final = ("file", "vector_store.file")
EXPECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "assistant_id": ("assistant",),
    "batch_id": ("vector_store.file_batch", "vector_store.files_batch"),
    "file_id": _FILES,
    "file_ids": _FILES,
    "message_id": ("thread.message",),
    "model": ("model",),
    "run_id": ("thread.run",),
    "step_id": ("thread.run.step",),
    "thread_id": ("thread",),
    "vector_store_id": ("vector_store",),
    "vector_store_ids": ("vector_store",),
}
"""The names of ids, and what the `object` of that may say which stands for one."""
CURSORS: Final = ("after", "before")
"""The arguments that are ids of items of a list."""
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
# Of these, JSON has all that there are.
_EXACT: Final = _SCALARS - {float}
_NAMES: Final = ("_id", "_ids")
_DELETED: Final = ".deleted"
# Deeper ones are no argument of anything; JSON tells what contains itself.
_DEPTH: Final = 12


def id_of(name: str, value: Any, expected: Sequence[str] | None = None) -> str:
    """Return an id, given as such or as an object that has one.

    Args:
        name: the name of the argument.
        value: what was given.
        expected: what the `object` of an object may say, if the name doesn't say it.

    Raises:
        ConfigurationError: there is no id, or it is one of something else.
    """
    found = value
    if not isinstance(value, str):
        is_mapping = isinstance(value, Mapping)
        found = value.get("id") if is_mapping else getattr(value, "id", None)
        kind = _kind_of(value) or ""
        due = EXPECTED.get(name, ()) if expected is None else expected
        known = kind in KINDS or kind.endswith(_DELETED)
        if due and known and kind not in due:
            what = KINDS[kind][1] if kind in KINDS else "one that was deleted"
            raise ConfigurationError(
                f"{name} must be {KINDS[due[0]][1]} or its id, not {what} "
                f"(object {kind!r}, id {shortened(repr(found))})"
            )
    if (
        not isinstance(found, str)
        or found in ("", ".", "..")
        or not (found.isascii() or is_text(found))
    ):
        raise ConfigurationError(
            f"{name} must be an id, or an object that has one, not {_shown(value)}"
        )
    return found


def ids_of(name: str, value: Any, kind: str = "") -> Any:
    """Return an argument with ids in the place of objects; None stays None.

    Args:
        name: its name; of one that ends in an `s`, ids are listed.
        value: what was given.
        kind: the class of the items of a list, whose cursors it may be.

    Raises:
        ConfigurationError: there is no id, or it is one of something else.
    """
    if value is None:
        return None
    if name.endswith("_ids"):
        is_one = isinstance(value, str | bytes | Mapping) or hasattr(value, "id")
        if is_one or not isinstance(value, Iterable):
            raise ConfigurationError(f"{name} must be a list, not {_shown(value)}")
        return [id_of(name, each) for each in value]
    expected = None
    if name in CURSORS:
        known = tuple(each for each, (class_, _) in KINDS.items() if class_ == kind)
        expected = _FILES if known == ("vector_store.file",) else known
    return id_of(name, value, expected)


def with_ids(value: Any, depth: int = _DEPTH) -> Any:
    """Return a part of a body with ids in the place of objects, however deep.

    They are where a name says so, as `file_id` and `vector_store_ids` do. What is no
    object of the API stays as it is, such as the schema of an argument of that name.

    Raises:
        ConfigurationError: an object is one of something else.
    """
    if not depth:
        return value
    if isinstance(value, dict):
        return {
            name: each if type(each) in _SCALARS else _within(name, each, depth)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple) or (
        isinstance(value, Iterator) and not hasattr(value, "read")
    ):
        return [
            each if type(each) in _SCALARS else with_ids(each, depth - 1)
            for each in value
        ]
    return value


def is_plain(value: Any) -> bool:
    """Return whether a body is JSON data already, so that nothing in it is an object.

    Where ids are listed, or in the place of one, there may be such an object: a body
    that has anything but text there isn't plain.
    """
    level = [value]
    for _ in range(_DEPTH):
        inner: list[Any] = []
        for each in level:
            if type(each) is dict:
                for name, item in each.items():
                    if type(name) is not str:
                        return False
                    if type(item) not in _EXACT:
                        if name.endswith(_NAMES):
                            return False
                        inner.append(item)
            elif type(each) is list:
                inner += [item for item in each if type(item) not in _EXACT]
            elif type(each) is not float or not isfinite(each):
                return False
        if not inner:
            return True
        level = inner
    return False


def _within(name: Any, value: Any, depth: int) -> Any:
    """Return a property of a body, which may be an id or a list of ids by its name."""
    if isinstance(name, str) and name.endswith("_id"):
        is_object = _kind_of(value) is not None
        return id_of(name, value) if is_object else with_ids(value, depth - 1)
    if isinstance(name, str) and name.endswith("_ids") and isinstance(value, Iterable):
        if isinstance(value, Mapping):
            return with_ids(value, depth - 1)
        return [each if _kind_of(each) is None else id_of(name, each) for each in value]
    return with_ids(value, depth - 1)


def _kind_of(value: Any) -> str | None:
    """Return what the `object` of an object says, or would say; None if it is none."""
    if isinstance(value, _api.Model):
        import attrs

        # A server may have left it out, or say something else.
        model: Any = type(value)
        own = attrs.fields_dict(model).get("object")
        if own and isinstance(own.default, str):
            return own.default
    is_mapping = isinstance(value, Mapping)
    said = value.get("object") if is_mapping else getattr(value, "object", None)
    return said if isinstance(said, str) else None


def _shown(value: object) -> str:
    if isinstance(value, str | int | None):
        return shortened(repr(value))
    import inspect

    if inspect.isawaitable(value):
        return f"{type(value).__name__}: await it first"
    return type(value).__name__
