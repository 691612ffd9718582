"""A function's signature and docstring, as a model needs to know them."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Unpack, get_args, get_origin

from attrs import field, frozen

from .._arguments import parameters_of
from .._errors import ConfigurationError
from .annotations import hints_of
from .argument_types import Types
from .docstrings import documented
from .pydantic_models import Dumped, default_of, is_pydantic
from .readers import Items, Object, Property, Reader
from .schemas import Definitions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Parameter: Final = inspect.Parameter


class Arguments(NamedTuple):
    """What a function is called with."""

    positional: list[Any]
    keywords: dict[str, Any]


@frozen
class Signature:
    """What a model needs to know of a function.

    Attributes:
        description: what it does; "" if it has no docstring.
        schema: the JSON schema of its arguments.
    """

    description: str
    schema: dict[str, Any]
    _reader: Reader = field(alias="reader")
    _parameters: tuple[inspect.Parameter, ...] = field(alias="parameters")

    def read(self, data: Any) -> Arguments:
        """Return JSON data as the arguments of the function.

        Raises:
            ValueError: it doesn't fit the schema.
        """
        found: dict[str, Any] = self._reader.read(data, "")
        arguments = Arguments([], {})
        spread = any(
            each.kind is _Parameter.VAR_POSITIONAL and found.get(each.name)
            for each in self._parameters
        )
        for each in self._parameters:
            if each.kind is _Parameter.VAR_POSITIONAL:
                arguments.positional.extend(found.pop(each.name, ()))
            elif each.kind is _Parameter.POSITIONAL_ONLY or (
                spread and each.kind is _Parameter.POSITIONAL_OR_KEYWORD
            ):
                arguments.positional.append(found.pop(each.name, default_of(each)))
            elif each.kind is not _Parameter.VAR_KEYWORD:
                given = found.pop(each.name, default_of(each))
                if given is not each.default:
                    # What was left out is the function's own affair.
                    arguments.keywords[each.name] = given
        arguments.keywords.update(found)
        return arguments


def signature_of(function: Callable[..., Any], name: str, *, strict: bool) -> Signature:
    """Read a function's signature and docstring.

    Args:
        function: a plain or async function, a method, a class, or a callable object.
        name: the name of the tool.
        strict: whether the schema has to be one that `strict` allows: every property
            is required, and null stands for an argument that is left out.

    Raises:
        ConfigurationError: an argument has no type, or one without JSON equivalent.
    """
    description, texts = documented(function)
    if isinstance(function, type) and is_pydantic(function):
        return _of_pydantic(function, description, strict=strict)
    parameters, hints = _parameters(function, name)
    reader = Object(name, strict=strict)
    types = Types(strict=strict)
    at = ""
    try:
        for each in parameters:
            at, type_ = each.name, hints.get(each.name, each.annotation)
            _add(reader, each, type_, types, texts.get(each.name, ""))
        schema = Definitions(strict=strict).whole(reader)
    except (TypeError, ValueError, RuntimeError, NameError) as error:
        what = str(error).strip().splitlines()[-1]
        raise ConfigurationError(
            f"the arguments of {name} can't be described as JSON: {at}: {what}"
        ) from error
    if strict and reader.more is not None:
        raise ConfigurationError(f"strict= forbids what {name} takes: any argument")
    return Signature(description, schema, reader=reader, parameters=parameters)


def _of_pydantic(class_: Any, description: str, *, strict: bool) -> Signature:
    """Return the signature of a model of pydantic, whose names needn't be Python's."""
    model = Types(strict=strict).reader(class_)
    schema = Definitions(strict=strict).whole(model)
    schema.pop("description", None)
    return Signature(description, schema, reader=Dumped(model), parameters=())


def _add(
    reader: Object, parameter: inspect.Parameter, type_: Any, types: Types, text: str
) -> None:
    """Add an argument to the reader of all.

    Raises:
        TypeError: its type has no JSON equivalent.
    """
    if parameter.kind is not _Parameter.VAR_KEYWORD:
        found = types.property(parameter.name, type_, parameter.default, text)
        if parameter.kind is _Parameter.VAR_POSITIONAL:
            found = Property(found.name, Items(found.reader), False, text=found.text)
        reader.properties = (*reader.properties, found)
    elif get_origin(type_) is Unpack:
        reader.properties += types.properties_of(*get_args(type_))
    else:
        reader.more = types.reader(type_)


def _parameters(
    function: Callable[..., Any], name: str
) -> tuple[tuple[inspect.Parameter, ...], dict[str, Any]]:
    """Return what a function takes, and the types, as far as there are any.

    Raises:
        ConfigurationError: something has no type.
    """
    try:
        parameters = parameters_of(function)
        _refuse_unbound(parameters, name)
        hints = hints_of(function)
    except NameError as error:
        raise ConfigurationError(
            f"the signature of {name} can't be read: {error}; define what it names "
            "outside of functions, or make the tool where it is defined"
        ) from error
    except ConfigurationError:
        raise
    except Exception as error:  # annotations may be any text
        raise ConfigurationError(
            f"the signature of {name} can't be read: {error}"
        ) from error
    # What a partial function has already is none of the model's business.
    held = function.keywords if isinstance(function, partial) else {}
    found = tuple(each for each in parameters.values() if each.name not in held)
    stars: dict[Any, str] = {_Parameter.VAR_POSITIONAL: "*"}
    stars[_Parameter.VAR_KEYWORD] = "**"
    for each in found:
        named = isinstance(each.annotation, str) or each.annotation is each.empty
        if each.name not in hints and named:
            what = f"{stars.get(each.kind, '')}{each.name}"
            raise ConfigurationError(
                f"the argument {what} of {name} has no type; annotate it"
            )
    return found, hints


def _refuse_unbound(parameters: Mapping[str, inspect.Parameter], name: str) -> None:
    """Raise an error for the method of a class that is no object's yet.

    Raises:
        ConfigurationError: it is one.
    """
    first = next(iter(parameters.values()), None)
    if first and first.name in ("self", "cls") and first.annotation is first.empty:
        raise ConfigurationError(
            f"{name} is a method of nothing yet: take it from an object, or a class, "
            f"as in `thing.{name}`"
        )
