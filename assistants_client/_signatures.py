"""A function's signature and docstring, as a model needs to know them."""

from __future__ import annotations

import inspect
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Optional, Union, get_type_hints

from attrs import field, frozen

from ._errors import ConfigurationError
from ._json import converted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_UNDERLINED = re.compile(r"^(\w[\w ]*?)[ \t]*\n-{3,}[ \t]*$", re.MULTILINE)
# docstring-parser refuses types of more than one word.
_SPHINX_TYPE = re.compile(
    r"^([ \t]*:param)[ \t][^:\n]*[ \t](?=\w+[ \t]*:)", re.MULTILINE
)
# How the library names the place of a null that doesn't fit, and the steps to it.
_NULL = re.compile(r"got `null` - at `\$(.+)`$")
# Each costs reading all of it once more.
_MOST_NULLS = 50
_STEP = re.compile(r"\[[^\]]*\]|\.[^.\[]+")
_KINDS: dict[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*{0}",
    inspect.Parameter.VAR_KEYWORD: "**{0}",
    inspect.Parameter.POSITIONAL_ONLY: "the positional-only {0}",
}


@frozen
class Signature:
    """What a model needs to know of a function.

    Attributes:
        description: what it does; "" if it has no docstring.
        schema: the JSON schema of its arguments.
    """

    description: str
    schema: dict[str, Any]
    # A msgspec class that validates the arguments; no name of its own can collide.
    _class: Any = field(alias="class_")
    # The arguments by their names in that class.
    _names: Mapping[str, str] = field(alias="names")
    # Those for which null means that they are left out, and whether their schema
    # allows it.
    _null_is_absent: frozenset[str] = field(alias="null_is_absent")
    _strict: bool = field(alias="strict")

    def read(self, data: Any) -> dict[str, Any]:
        """Return JSON data as the keyword arguments of the function.

        Raises:
            ValueError: it doesn't fit the schema.
        """
        import msgspec

        absent = self._null_is_absent
        if absent and not self._strict and isinstance(data, dict):
            given = data.items()
            data = {n: v for n, v in given if v is not None or n not in absent}
        read = _converted(data, self._class)
        found = ((name, getattr(read, own)) for own, name in self._names.items())
        return {
            name: value
            for name, value in found
            if value is not msgspec.UNSET and (value is not None or name not in absent)
        }


def signature_of(function: Callable[..., Any], name: str, *, strict: bool) -> Signature:
    """Read a function's signature and docstring.

    Args:
        function: a plain or async function, a method, or a callable object.
        name: the name of the tool.
        strict: whether the schema has to be one that `strict` allows: every property
            is required, and null stands for an argument that is left out.

    Raises:
        ConfigurationError: an argument has no type, or one without JSON equivalent.
    """
    import msgspec

    description, texts = _documented(function)
    fields: list[Any] = []
    names: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    null_is_absent = set()
    for number, (parameter, type_) in enumerate(_parameters(function, name)):
        # Not by its name, which may be one that a class can't have, like `__slots__`.
        own = f"a{number}"
        names[own] = parameter.name
        if parameter.default is inspect.Parameter.empty:
            fields.append((own, type_, msgspec.field(name=parameter.name)))
            continue
        if strict or not _takes_null(type_):
            null_is_absent.add(parameter.name)
        if strict:
            # The model can't leave it out, so null stands for that.
            maybe: Any = Optional[type_]  # noqa: UP045 - a value
            fields.append((own, maybe, msgspec.field(name=parameter.name)))
        else:
            unset = msgspec.field(default=msgspec.UNSET, name=parameter.name)
            maybe = Union[type_, msgspec.UnsetType]  # noqa: UP007
            fields.append((own, maybe, unset))
            defaults[parameter.name] = parameter.default
    try:
        arguments = msgspec.defstruct(
            name, fields, kw_only=True, forbid_unknown_fields=True
        )
        schema = _inlined(msgspec.json.schema(arguments), strict=strict)
    except (TypeError, ValueError) as error:
        what = str(error).strip().splitlines()[-1]
        raise ConfigurationError(
            f"the arguments of {name} can't be described as JSON: {what}"
        ) from error
    for argument, default in defaults.items():
        # A default that JSON can't express stays between us and the function.
        with suppress(TypeError):
            schema["properties"][argument]["default"] = msgspec.to_builtins(default)
    for argument, words in texts.items():
        if argument in schema["properties"] and words:
            schema["properties"][argument]["description"] = words
    return Signature(
        description,
        schema,
        class_=arguments,
        names=names,
        null_is_absent=frozenset(null_is_absent),
        strict=strict,
    )


def _converted(data: Any, class_: Any) -> Any:
    """Read data, in which null may stand for what is left out further down.

    Raises:
        ValueError: it doesn't fit.
    """
    refused = ValueError()
    for number in range(_MOST_NULLS):
        try:
            return converted(data, class_)
        except ValueError as error:
            if not number:
                # The last one would say that it is missing.
                refused = error
            found = _NULL.search(str(error))
            if found is None or not _drop_null(data, _STEP.findall(found[1])):
                break
    raise refused


def _drop_null(data: Any, steps: list[str]) -> bool:
    """Leave out what is null at a place; return whether anything is.

    Args:
        data: JSON data, which is changed.
        steps: names, numbers in brackets, and `[...]` for each value of an object.
    """
    if not steps:
        return False
    step, rest = steps[0].removeprefix("."), steps[1:]
    if step == "[...]":
        values = [*data.values()] if isinstance(data, dict) else []
        return any(_drop_null(each, rest) for each in values)
    if step.startswith("[") and isinstance(data, list):
        return _drop_null(data[int(step[1:-1])], rest)
    if not isinstance(data, dict) or step not in data:
        return False
    if rest:
        return _drop_null(data[step], rest)
    is_null = data[step] is None
    if is_null:
        del data[step]
    return is_null


def _takes_null(type_: Any) -> bool:
    try:
        converted(None, type_)
    except (TypeError, ValueError):
        return False
    return True


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
                f"{name} takes {what}; a model passes arguments by name"
            )
        if parameter.name not in hints:
            raise ConfigurationError(
                f"the argument {parameter.name} of {name} has no type; annotate it"
            )
        yield parameter, hints[parameter.name]


def _inlined(schema: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    """Return a schema without titles, and without references as far as possible.

    `strict` allows no description beside a reference.
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
    """Replace references by their schemas, except in recursive types."""
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
    """Allow no other properties; if `strict`, require all of them."""
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


def _documented(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Return the description in a docstring, and the texts of its arguments by name.

    Of the styles of Google, NumPy, Sphinx and Epydoc, the one counts that finds most.
    """
    from docstring_parser import ParseError, epydoc, google, numpydoc, rest

    text = _UNDERLINED.sub(_exactly_underlined, inspect.getdoc(function) or "")
    text = _SPHINX_TYPE.sub(r"\1 ", text)
    sections = [
        google.Section(title, "param", google.SectionType.MULTIPLE)
        for word in ("Args", "Arguments", "Parameters", "Params")
        for cased in (word, word.lower(), word.upper())
        for title in (cased, f"{cased}:")
    ]
    # The entries of other sections needn't have the form of arguments.
    sections += [
        google.Section(f"{each.title}:", "other", google.SectionType.SINGULAR)
        for each in google.DEFAULT_SECTIONS
        if each.key != "param"
    ]
    google_style = google.GoogleParser(sections, title_colon=False)
    read = [numpydoc.parse(text)]
    for parse in (google_style.parse, rest.parse, epydoc.parse):
        with suppress(ParseError):
            read.append(parse(text))
    best = max(read, key=lambda each: len(each.meta))
    texts = {
        name.strip(" *"): " ".join(each.description.split())
        for each in best.params
        for name in each.arg_name.split(",")
        if each.description
    }
    return (best.description or "").strip(), texts


def _exactly_underlined(heading: re.Match[str]) -> str:
    """Return an underlined heading in the only form that docstring-parser reads."""
    return f"{heading[1].title()}\n{'-' * len(heading[1])}"
