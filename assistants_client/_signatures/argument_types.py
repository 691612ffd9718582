"""Which reader a type of an argument has."""

from __future__ import annotations

import collections.abc
import inspect
import types
from collections import OrderedDict, defaultdict, deque
from dataclasses import InitVar
from datetime import datetime, time
from enum import Enum
from pathlib import PurePath
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    LiteralString,
    Union,
    get_args,
    get_origin,
)

from attrs import NOTHING

from .._arguments import parameters_of
from .annotations import (
    has_fields,
    hints_of,
    is_typed_dict,
    words_in,
)
from .docstrings import documented
from .pydantic_models import Adapted, constrains, is_field, is_pydantic
from .readers import (
    Items,
    Made,
    Members,
    Native,
    Noted,
    Object,
    OneOf,
    Property,
    Reader,
    Row,
    Values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EMPTY: Final = inspect.Parameter.empty
_ABC: Final = collections.abc
_UNIONS: Final = frozenset({Union, types.UnionType})
_LISTS: Final[dict[Any, Any]] = {
    **dict.fromkeys((list, _ABC.Sequence, _ABC.MutableSequence), list),
    **dict.fromkeys((_ABC.Iterable, _ABC.Collection, _ABC.Reversible), list),
    **dict.fromkeys((set, _ABC.Set, _ABC.MutableSet), set),
    frozenset: frozenset,
    deque: deque,
}
_DICTS: Final[frozenset[Any]] = frozenset(
    {dict, OrderedDict, defaultdict, _ABC.Mapping, _ABC.MutableMapping}
)
# The JSON library has these only for times with a zone.
_FORMATS: Final[dict[Any, str]] = {datetime: "date-time", time: "time"}
# What they say concerns others than the model.
_TRANSPARENT: Final = frozenset({"Final", "ReadOnly", "Required", "NotRequired"})


class Types:
    """The readers of the types of one function's arguments."""

    def __init__(self, *, strict: bool) -> None:
        """Begin, without any.

        Args:
            strict: whether null stands for every property that is left out.
        """
        self._strict = strict
        self._objects: dict[type, Object] = {}

    def property(self, name: str, type_: Any, default: Any, text: str) -> Property:
        """Return an argument, or a field of a class, which is called by its name.

        Args:
            name: its name.
            type_: its type.
            default: what it is if it is left out, as `inspect.Parameter` has it.
            text: what a docstring says about it; an annotation goes before.

        Raises:
            TypeError: the type has no JSON equivalent.
        """
        required = default is inspect.Parameter.empty
        if is_field(default):
            type_ = Annotated[type_, default]
            required, default = default.is_required(), _default_in(default)
        reader = self.reader(type_)
        if isinstance(reader, Noted):
            text = reader.more.get("description", text)
        return Property(name, reader, required, default, text)

    def properties_of(
        self, class_: Any, texts: Mapping[str, str] = types.MappingProxyType({})
    ) -> tuple[Property, ...]:
        """Return the fields of a class.

        Args:
            class_: a TypedDict, a dataclass, a class of attrs, or a named tuple.
            texts: what a docstring says about them.

        Raises:
            TypeError: the type of one has no JSON equivalent.
        """
        hints = hints_of(class_)
        if is_typed_dict(class_):
            optional = [n for n, each in hints.items() if _is_optional(class_, n, each)]
            fields = {n: NOTHING if n in optional else _EMPTY for n in hints}
        else:
            parameters = parameters_of(class_)
            fields = {each.name: each.default for each in parameters.values()}
        return tuple(
            self.property(
                name, _field_type(hints.get(name, Any)), default, texts.get(name, "")
            )
            for name, default in fields.items()
        )

    def reader(self, type_: Any) -> Reader:
        """Return the reader of a type.

        Raises:
            TypeError: it has no JSON equivalent.
        """
        origin, args = get_origin(type_), get_args(type_)
        if origin is Annotated:
            return self._annotated(type_, *args)
        if getattr(origin, "_name", None) in _TRANSPARENT:
            return self.reader(args[0])
        if isinstance(type_, types.GenericAlias | type) is False and origin is None:
            named = getattr(type_, "__supertype__", getattr(type_, "__value__", None))
            if named is not None:
                return self.reader(named)
        if is_pydantic(origin or type_):
            return Adapted.of(type_)
        if has_fields(type_):
            return self._object(type_)
        if type_ in (object, LiteralString):
            return Native(Any if type_ is object else str)
        if type_ in _FORMATS:
            return Noted(_native(type_), {"format": _FORMATS[type_]})
        if isinstance(type_, type) and issubclass(type_, PurePath):
            return Made(type_, "path")
        if origin is Literal and any(isinstance(each, Enum) for each in args):
            return Members({getattr(each, "value", each): each for each in args})
        if origin in _UNIONS:
            return self._union(type_, args)
        return self._collection(type_, origin or type_, args) or _native(type_)

    def _annotated(self, type_: Any, inner: Any, *metadata: Any) -> Reader:
        if constrains(metadata):
            reader: Reader = Adapted.of(type_)
        elif any(type(each).__module__.startswith("msgspec") for each in metadata):
            reader = _native(type_)
        else:
            reader = self.reader(inner)
        words = words_in(metadata)
        return Noted(reader, {"description": words}) if words else reader

    def _union(self, type_: Any, args: tuple[Any, ...]) -> Reader:
        readers = [self.reader(each) for each in args]
        others = [each for each in readers if each != Native(type(None))]
        if all(isinstance(each, Adapted) for each in others):
            return Adapted.of(type_)
        if all(isinstance(each, Native) for each in readers) and _is_known(type_):
            return Native(type_)
        return OneOf(tuple(readers))

    def _collection(
        self, type_: Any, kind: Any, args: tuple[Any, ...]
    ) -> Reader | None:
        """Return the reader of a collection that the JSON library doesn't know."""
        if kind is tuple and args and args[-1] is not Ellipsis:
            row = tuple(self.reader(each) for each in args)
            all_native = all(isinstance(each, Native) for each in row)
            return None if all_native and _is_known(type_) else Row(row)
        if kind is tuple and args:
            items = Items(self.reader(args[0]), tuple)
            return None if isinstance(items.inner, Native) else items
        if kind in _LISTS:
            items = Items(self.reader(args[0] if args else Any), _LISTS[kind])
            native = isinstance(items.inner, Native) and _is_known(type_)
            return None if native else items
        if kind in _DICTS:
            names, values = args if len(args) == 2 else (Any, Any)
            inner = self.reader(values)
            native = isinstance(inner, Native) and _is_known(type_)
            return None if native else Values(names, inner)
        return None

    def _object(self, class_: Any) -> Object:
        """Return the reader of a class with fields, which may hold itself."""
        found = self._objects.get(class_)
        if found is None:
            text, texts = documented(class_)
            found = Object(class_.__name__, text, strict=self._strict)
            self._objects[class_] = found
            found.build = dict if is_typed_dict(class_) else _with(class_)
            found.properties = self.properties_of(class_, texts)
        return found


def _with(class_: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda fields: class_(**fields)


def _is_optional(class_: Any, name: str, type_: Any) -> bool:
    """Return whether a TypedDict may lack a name.

    It doesn't know that itself where its annotations are text.
    """
    while get_origin(type_) is not None:
        kind = getattr(get_origin(type_), "_name", "")
        if kind in ("NotRequired", "Required"):
            return bool(kind == "NotRequired")
        type_ = get_args(type_)[0] if kind == "ReadOnly" else None
    return name in class_.__optional_keys__


def _field_type(type_: Any) -> Any:
    return type_.type if isinstance(type_, InitVar) else type_


def _default_in(default: Any) -> Any:
    """Return the default that a `Field(...)` holds, where it is one for all."""
    return NOTHING if default.default_factory else default.get_default()


def _native(type_: Any) -> Native:
    """Return what reads a type that the JSON library knows.

    Raises:
        TypeError: it doesn't.
    """
    import msgspec

    msgspec.json.schema(type_)
    return Native(type_)


def _is_known(type_: Any) -> bool:
    try:
        _native(type_)
    except TypeError:
        return False
    return True
