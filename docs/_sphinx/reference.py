"""The reference of the client, from its docstrings, where pages ask for it.

A page says `<!-- reference: threads.runs -->` for the methods of a resource, `Run` in
its place for what the package exports by that name, or `options` for the keywords that
every method takes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import assistants_client
from assistants_client import Client
from assistants_client._call import CallOptions
from assistants_client.resources import _params
from docs._sphinx.docstrings import Doc
from docs._sphinx.tables import Types, table

OPTIONS = "options"
_MARK = re.compile(r"^<!-- reference: ([\w.]+) -->$", re.MULTILINE)
_COMMON = CallOptions.__annotations__.keys()
_ALSO = (
    "It takes [the keywords of every method](client.md#keywords-of-every-method) too."
)
_TAKEN = re.compile(r"`([\w.]+)`")
_ARGUMENTS = ("argument", "type", "default", "meaning")


class UnknownNameError(ValueError):
    """A page asks for something that the client doesn't have."""


def names_in(text: str) -> list[str]:
    """Return what a page asks for."""
    return _MARK.findall(text)


def with_reference(text: str, types: Types) -> str:
    """Return a page with the reference that it asks for.

    Raises:
        UnknownNameError: there is no such thing.
    """
    return _MARK.sub(lambda found: "\n".join(_described(found[1], types)), text)


def _described(name: str, types: Types) -> Iterator[str]:
    if name == OPTIONS:
        yield from _rows(_class_of("assistants").retrieve, types, common=True)
    elif name not in assistants_client.__all__:
        for each, method in _members(_class_of(name)):
            if inspect.isfunction(method):
                yield from _method(f"client.{name}.{each}", method, types)
    elif inspect.isclass(found := getattr(assistants_client, name)):
        yield from _class(name, found, types)
    else:
        yield from _method(name, found, types)


def _class_of(path: str) -> Any:
    """Return the class of a resource."""
    found: Any = Client(base_url="http://127.0.0.1:1", api_key="none")
    for part in path.split("."):
        if not isinstance(inspect.getattr_static(found, part, None), property):
            raise UnknownNameError(f"the client has no {path}")
        found = getattr(found, part)
    return type(found)


def _class(name: str, kind: Any, types: Types) -> Iterator[str]:
    doc = Doc(kind)
    yield f"\n## {name}\n"
    yield f"{doc.text}\n"
    above = [e.__name__ for e in kind.__mro__[1:] if e.__name__ in types.models]
    if above:
        yield f"It has the properties of {types.code(above[0])}.\n"
    bases = [
        f"[{each.__name__}](#{each.__name__.lower()})"
        for each in kind.__bases__
        if each.__name__ in assistants_client.__all__
    ]
    if bases:
        yield f"It is a kind of {', '.join(bases)}.\n"
    if "__init__" in vars(kind) and Doc(kind.__init__).arguments:
        yield from _call(name, kind.__init__, types)
        yield from _rows(kind.__init__, types)
    members = [*_members(kind)]
    facts = [(each, _fact(found)) for each, found in members if not callable(found)]
    rows = [(f"`{each}`", text) for each, text in [*doc.attributes.items(), *facts]]
    yield from table(("attribute", "meaning"), rows)
    for each, found in members:
        if callable(found):
            yield from _method(f"{name}.{each}", found, types, level=3)


def _fact(found: Any) -> str:
    """Return what a property is; its docstring says that it returns that."""
    text = Doc(found).text.removeprefix("Return ")
    return f"{text[:1].upper()}{text[1:]}"


def _members(kind: Any) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that the client gives a class."""
    found: dict[str, Any] = {}
    for each in kind.__mro__:
        if each.__module__.startswith(assistants_client.__name__):
            found = {**vars(each), **found}
    for name, value in found.items():
        plain = getattr(value, "__func__", value)
        if not name.startswith("_") and (
            isinstance(plain, property) or inspect.isfunction(plain)
        ):
            yield name, plain


def _method(
    path: str, method: Callable[..., Any], types: Types, level: int = 2
) -> Iterator[str]:
    yield f"\n{'#' * level} {path.rpartition('.')[2]}\n"
    yield from _call(path, method, types)
    yield f"{Doc(method).text}\n"
    yield from _rows(method, types)
    yield from _others(method)
    raises = Doc(method).raises.items()
    yield from table(("raises", "when"), ((f"`{n}`", text) for n, text in raises))


def _call(path: str, method: Callable[..., Any], types: Types) -> Iterator[str]:
    """Show how something is called, and what that returns."""
    signature = inspect.signature(method)
    needed = [
        each.name
        for each in signature.parameters.values()
        if each.name not in ("self", "cls")
        and each.default is each.empty
        and each.kind is not each.VAR_KEYWORD
    ]
    known = len(needed) + len({"self", "cls"} & signature.parameters.keys())
    more = ["..."] * (known < len(signature.parameters))
    arguments = ", ".join([*needed, *more])
    returns = signature.return_annotation
    silent = returns in (signature.empty, "None", None)
    result = "" if silent else f" → {types.code(str(returns))}"
    yield f"{types.code(f'{path}({arguments})')}{result}\n"


def _rows(
    method: Callable[..., Any], types: Types, *, common: bool = False
) -> Iterator[str]:
    """Yield a table of the arguments: all but those of every method, or those alone."""
    taken = inspect.signature(method).parameters
    rows = []
    for name, text in Doc(method).arguments.items():
        each = taken.get(name)
        if each is None or (name in _COMMON) is not common or _unpacked(each):
            continue
        default = "" if each.default is each.empty else f"`{each.default!r}`"
        type_ = (
            "" if each.annotation is each.empty else types.code(str(each.annotation))
        )
        rows.append((f"`{name}`", type_, default.replace("`NOT_GIVEN`", ""), text))
    yield from table(_ARGUMENTS, rows)


def _others(method: Callable[..., Any]) -> Iterator[str]:
    """Say what a method takes that its table leaves out."""
    parameters = inspect.signature(method).parameters
    others = [name for each in parameters.values() if (name := _unpacked(each))]
    if parameters.keys() >= _COMMON or others:
        yield f"{_ALSO}\n"
    for name in others:
        found = _TAKEN.search(getattr(_params, name).__doc__ or "")
        if found:
            path, _, last = found[1].rpartition(".")
            page = re.sub(r"[._]", "-", path)
            yield f"And those of [`{found[1]}`]({page}.md#{last}).\n"


def _unpacked(parameter: inspect.Parameter) -> str:
    """Return the TypedDict of a method that stands for keywords; "" for no such."""
    text = str(parameter.annotation)
    found = text.removeprefix("Unpack[").removesuffix("]")
    return found if found != text and hasattr(_params, found) else ""
