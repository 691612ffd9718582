"""What a function's signature and docstring say of its arguments, for a model."""

from __future__ import annotations

import inspect
import re
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Optional, Union, get_type_hints

from attrs import frozen

from ._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECTION = re.compile(r"^(args|arguments|parameters|params)\s*:?\s*$", re.IGNORECASE)
_OTHER_SECTION = re.compile(r"^[A-Z][\w ]*:\s*$|^-{3,}\s*$|^:\w+")
_UNDERLINE = re.compile(r"^-{3,}\s*$")
_GOOGLE = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_SPHINX = re.compile(r"^\s*:param\s+(?:[^:]*\s)?(\w+)\s*:\s*(.*)$")
_KINDS: dict[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*{0}",
    inspect.Parameter.VAR_KEYWORD: "**{0}",
    inspect.Parameter.POSITIONAL_ONLY: "the positional-only {0}",
}


@frozen
class Signature:
    """What a model has to know of a function.

    Attributes:
        description: what it does; "" where nobody said.
        arguments: a class of msgspec that reads its arguments.
        schema: what they look like, as a JSON schema.
        optional: those that have a default.
    """

    description: str
    arguments: Any
    schema: dict[str, Any]
    optional: frozenset[str]


def signature_of(function: Callable[..., Any], name: str, *, strict: bool) -> Signature:
    """Read a function's signature and docstring.

    Args:
        function: a plain or async function, a method, or an object that can be called.
        name: what it is called by.
        strict: whether the schema is one of those that `strict` allows: every property
            is required, and null stands for one that was left out.

    Raises:
        ConfigurationError: an argument has no type, or one that no JSON stands for.
    """
    import msgspec

    text = inspect.getdoc(function) or ""
    fields: list[Any] = []
    defaults: dict[str, Any] = {}
    optional = set()
    told = _argument_texts(text)
    for parameter, type_ in _parameters(function, name):
        if parameter.default is inspect.Parameter.empty:
            fields.append((parameter.name, type_))
            continue
        optional.add(parameter.name)
        if strict:
            # None is what isn't there; the function's own default then counts.
            fields.append((parameter.name, Optional[type_]))  # noqa: UP045 - a value
        else:
            unset = msgspec.field(default=msgspec.UNSET)
            maybe: Any = Union[type_, msgspec.UnsetType]  # noqa: UP007
            fields.append((parameter.name, maybe, unset))
            defaults[parameter.name] = parameter.default
    try:
        arguments = msgspec.defstruct(
            name, fields, kw_only=True, forbid_unknown_fields=True
        )
        schema = _inlined(msgspec.json.schema(arguments), strict=strict)
    except TypeError as error:
        what = str(error).strip().splitlines()[-1]
        raise ConfigurationError(
            f"the arguments of {name} can't be described as JSON: {what}"
        ) from error
    for argument, default in defaults.items():
        # A default that JSON can't hold isn't told; the function has it all the same.
        with suppress(TypeError):
            schema["properties"][argument]["default"] = msgspec.to_builtins(default)
    for argument, words in told.items():
        if argument in schema["properties"] and words:
            schema["properties"][argument]["description"] = words
    return Signature(_first_part(text), arguments, schema, frozenset(optional))


def _parameters(
    function: Callable[..., Any], name: str
) -> Iterator[tuple[inspect.Parameter, Any]]:
    try:
        parameters = inspect.signature(function).parameters
        asked = function if inspect.isroutine(function) else type(function).__call__
        hints = get_type_hints(asked, include_extras=True)
    except (TypeError, ValueError, NameError) as error:
        raise ConfigurationError(
            f"the signature of {name} can't be read: {error}"
        ) from error
    for parameter in parameters.values():
        refused = _KINDS.get(parameter.kind)
        if refused:
            what = refused.format(parameter.name)
            raise ConfigurationError(
                f"{name} takes {what}; a model gives arguments by their names"
            )
        if parameter.name not in hints:
            raise ConfigurationError(
                f"the argument {parameter.name} of {name} has no type; annotate it"
            )
        yield parameter, hints[parameter.name]


def _inlined(schema: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    """Give a schema without titles, and without references where it can do so.

    Beside a reference there may be no description, says what `strict` asks for.
    """
    definitions: dict[str, Any] = schema.pop("$defs")
    outer = definitions.pop(schema["$ref"].rpartition("/")[2])
    for each in [outer, *definitions.values()]:
        each.pop("title", None)
        _close(each, strict=strict)
    kept: set[str] = set()
    found: dict[str, Any] = _expanded(outer, definitions, (), kept)
    if kept:
        found["$defs"] = {name: definitions[name] for name in definitions}
    return found


def _expanded(
    node: Any, definitions: dict[str, Any], within: tuple[str, ...], kept: set[str]
) -> Any:
    """Replace references by what they mean, but for types that hold themselves."""
    if isinstance(node, list):
        return [_expanded(each, definitions, within, kept) for each in node]
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).rpartition("/")[2]
    if name in within:
        kept.add(name)
    elif name:
        more = {key: value for key, value in node.items() if key != "$ref"}
        inner = (*within, name)
        return {**_expanded(definitions[name], definitions, inner, kept), **more}
    return {
        key: _expanded(value, definitions, within, kept) for key, value in node.items()
    }


def _close(node: Any, *, strict: bool) -> None:
    """Let objects have no other properties, and where it is strict all of them."""
    if isinstance(node, list):
        for each in node:
            _close(each, strict=strict)
    if not isinstance(node, dict):
        return
    properties = node.get("properties")
    if isinstance(properties, dict):
        node["additionalProperties"] = False
        if strict:
            node["required"] = [*properties]
            for each in properties.values():
                each.pop("default", None)
        for each in properties.values():
            _close(each, strict=strict)
    for key in ("items", "anyOf", "additionalProperties", "prefixItems"):
        _close(node.get(key), strict=strict)


def _first_part(text: str) -> str:
    """Give what a docstring says before it comes to arguments and the like."""
    lines: list[str] = []
    for line in text.splitlines():
        if _UNDERLINE.match(line):
            # What it underlines was a heading.
            lines = lines[:-1]
            break
        if _SECTION.match(line) or _OTHER_SECTION.match(line):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def _argument_texts(text: str) -> dict[str, str]:
    """Give what a docstring says of each argument, in whichever of three styles."""
    if found := _numpy_texts(text):
        return found
    name, entries = "", None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if sphinx := _SPHINX.match(line):
            name, found[sphinx[1]] = sphinx[1], sphinx[2]
        elif _SECTION.match(line):
            name, entries = "", -1
        elif line.strip() and depth == 0:
            name, entries = "", None
        elif line.strip():
            entries = depth if entries == -1 else entries
            if depth == entries and (google := _GOOGLE.match(line)):
                name, found[google[1]] = google[1], google[2]
            elif name:
                found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def _numpy_texts(text: str) -> dict[str, str]:
    """Give what a section `Parameters` says that is underlined, as NumPy has it."""
    found: dict[str, str] = {}
    names: list[str] = []
    lines = text.splitlines()
    inside = False
    for line, following in pairwise([*lines, ""]):
        if _UNDERLINE.match(following):
            inside, names = bool(_SECTION.match(line)), []
        elif inside and not _UNDERLINE.match(line) and line.strip():
            if not line.startswith(" "):
                before = line.partition(":")[0]
                names = [each.strip().lstrip("*") for each in before.split(",")]
                found.update(dict.fromkeys(names, ""))
            for name in names if line.startswith(" ") else ():
                found[name] = f"{found[name]} {line.strip()}".strip()
    return found
