"""Read methods.yaml: which operation is which method of which resource."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from codegen import source
from codegen.errors import Path, SpecError, json_path, meant, shorten
from codegen.identifiers import pascal_case, snake_case
from codegen.paths import METHODS

PAGES = ("cursor", "single")

Keyword = Mapping[str, Any]

# What may stand where, and of which type.
_FILE = {
    **dict.fromkeys(("results", "names", "twins", "generics", "types"), dict),
    **dict.fromkeys(("decorators", "pages", "streams", "raises", "keywords"), dict),
    "resources": dict,
    **dict.fromkeys(("unsent", "usual"), dict),
    **dict.fromkeys(("ids", "id_lists", "at_once", "raw"), list),
}
_RESOURCE = {"class": str, "base": str, "text": str, "methods": dict, "resources": dict}
_METHOD = {
    **dict.fromkeys(("operation", "pages", "made_by", "returns", "text", "more"), str),
    **dict.fromkeys(("takes", "without", "positional", "ids"), list),
    **dict.fromkeys(("names", "types", "raises"), dict),
    "streams": bool,
}
_KEYWORD = {"type": str, "default": object, "required": bool, "text": str}
_WORDS = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    object: "a value",
}


@dataclass(frozen=True)
class Method:
    """One method, as the file describes it; the file itself explains the attributes."""

    name: str
    at: Path
    operation: str
    pages: str = ""
    streams: bool = False
    made_by: str = ""
    takes: Sequence[str] = ()
    without: Sequence[str] = ()
    positional: Sequence[str] | None = None
    ids: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    returns: str = ""
    text: str = ""
    more: str = ""
    raises: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Resource:
    """A group of methods; `path` is that of the attribute, such as "threads.runs"."""

    path: str
    class_: str
    base: str
    text: str
    methods: list[Method]
    resources: list[Resource]

    @property
    def name(self) -> str:
        """Return the name of the attribute."""
        return self.path.rpartition(".")[2]

    @property
    def module(self) -> str:
        """Return the name of the module."""
        return snake_case(self.class_)

    @property
    def all(self) -> Iterator[Resource]:
        """Yield the resource and all below it."""
        yield self
        for each in self.resources:
            yield from each.all


@dataclass(frozen=True)
class Mapped:
    """The whole file."""

    results: Mapping[str, str]
    names: Mapping[str, str]
    twins: Mapping[str, str]
    generics: Mapping[str, str]
    types: Mapping[str, str]
    ids: Sequence[str]
    id_lists: Sequence[str]
    at_once: Sequence[str]
    raw: Sequence[str]
    unsent: Mapping[str, Mapping[str, str]]
    usual: Mapping[str, Any]
    decorators: Mapping[str, str]
    pages: Mapping[str, str]
    streams: Mapping[str, str]
    raises: Mapping[str, str]
    keywords: Mapping[str, Mapping[str, Keyword]]
    resources: list[Resource]

    @property
    def all(self) -> list[Resource]:
        """Return all resources, each before those below it."""
        return [each for top in self.resources for each in top.all]


def load(path: FilePath = METHODS) -> Mapped:
    """Read and check the file.

    Raises:
        SpecError: something in it can't be used; the message says what and where.
    """
    try:
        return read(source.load(path).document)
    except SpecError as error:
        at = "" if error.at is None else f"{json_path(error.at)}: "
        message = f"{path.name}: {at}{error.message}"
        raise SpecError(message, hint=error.hint) from None


def read(data: Mapping[str, Any]) -> Mapped:
    """Check the data of the file; `load` has the errors."""
    _check(data, _FILE, ())
    for group, keywords in data.get("keywords", {}).items():
        at: Path = ("keywords", group)
        for name, each in _mapping(keywords, at).items():
            _check(_mapping(each, (*at, name)), _KEYWORD, (*at, name))
            _check_name(name, (*at, name))
            if "type" not in each:
                raise SpecError("a keyword needs a type", at=(*at, name))
    found = {name: data.get(name, kind()) for name, kind in _FILE.items()}
    found["resources"] = _resources(found["resources"], ("resources",), "")
    mapped = Mapped(**found)
    _check_classes(mapped)
    return mapped


def _resources(data: Any, at: Path, prefix: str) -> list[Resource]:
    result = []
    for name, each in _mapping(data, at).items():
        place = (*at, name)
        _check_name(name, place)
        _check(_mapping(each, place), _RESOURCE, place)
        path = f"{prefix}{name}"
        methods = _mapping(each.get("methods"), (*place, "methods"))
        below = _mapping(each.get("resources"), (*place, "resources"))
        for both in methods.keys() & below.keys():
            raise SpecError(
                f"{path}.{both} is a method and a resource", at=(*place, "methods")
            )
        result.append(
            Resource(
                path=path,
                class_=each.get("class", pascal_case(name)),
                base=each.get("base", ""),
                text=each.get("text", ""),
                methods=[
                    _method(key, line, (*place, "methods", key))
                    for key, line in methods.items()
                ],
                resources=_resources(below, (*place, "resources"), f"{path}."),
            )
        )
    return result


def _method(name: str, line: Any, at: Path) -> Method:
    _check_name(name, at)
    if isinstance(line, str):
        line = {"operation": line}
    _check(_mapping(line, at), _METHOD, at)
    if "operation" not in line:
        raise SpecError(f"the method {name} needs an operation", at=at)
    if line.get("pages", PAGES[0]) not in PAGES:
        raise SpecError(
            f"pages are {' or '.join(PAGES)}, not {shorten(line['pages'])}",
            at=(*at, "pages"),
        )
    return Method(name=name, at=at, **line)


def _check_classes(mapped: Mapped) -> None:
    """Refuse two resources whose classes would have the same name."""
    seen: dict[str, Resource] = {}
    for each in mapped.all:
        other = seen.setdefault(each.module, each)
        if other is not each:
            raise SpecError(
                f"{other.path} and {each.path} would both be the class {each.class_}",
                at=("resources",),
                hint="Give one of them another `class`.",
            )


def _check_name(name: str, at: Path) -> None:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise SpecError(f"{shorten(name)} can't be a name in Python", at=at)


def _check(data: Mapping[str, Any], known: Mapping[str, type], at: Path) -> None:
    for key, value in data.items():
        if key not in known:
            raise SpecError(
                f"there is no {shorten(key)} here{meant(key, known)}", at=(*at, key)
            )
        if not isinstance(value, known[key]):
            what = _WORDS[known[key]]
            raise SpecError(
                f"{key} must be {what}, not {shorten(value)}", at=(*at, key)
            )


def _mapping(value: Any, at: Path) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SpecError(f"an object is due here, not {shorten(value)}", at=at)
    return value
