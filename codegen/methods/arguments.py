"""Plan the arguments of methods: those of operations, and those of the client alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from codegen.document import media_schemas, operations, request_body, schema_name
from codegen.errors import Path, SpecError, meant
from codegen.methods.mapping import Keyword, Mapped, Method
from codegen.methods.planned import LEFT_OUT, Argument
from codegen.plan import Package
from codegen.plan.literal import either, literal, members_of
from codegen.plan.models import SchemaModule
from codegen.plan.operations import OperationModule
from codegen.source import Document

OPTIONS = "options"
"""The group of keywords that every method takes."""
# Of an enum that is written as its name, in values: a message of a type checker, which
# shows all of them, is to be short.
_LONGEST = 10
_LIST = re.compile(r"\blist\[")


class Arguments:
    """The arguments of all methods."""

    def __init__(self, mapped: Mapped, package: Package, document: Document) -> None:
        self._mapped = mapped
        self._enums = {s.names.class_: s for s in package.schemas if s.kind == "enum"}
        self._bodies = _bodies(package, document)
        self.options = self._group(OPTIONS, ())

    def of(
        self, method: Method, operation: OperationModule
    ) -> tuple[list[Argument], list[Argument]]:
        """Return the arguments that may be given by their place, and the others.

        Raises:
            SpecError: the line in methods.yaml doesn't fit the operation.
        """
        found = [*self._known(method, operation)]
        keys = [each.key for each in found]
        for key in (*method.without, *method.types, *method.ids, *method.names):
            _check(key, keys, method)
        kept = [a for a in found if a.key not in method.without]
        known: dict[str, Argument] = {}
        _add((self._typed(each, method) for each in kept), known, method.at)
        groups = [*method.takes]
        if method.pages == "cursor":
            groups.append(self._mapped.pages["keywords"])
        for group in groups:
            _add(self._group(group, method.at), known, method.at)
        first = method.positional
        if first is None:
            first = [each.name for each in known.values() if each.in_path][-1:]
        for name in first:
            _check(name, known, method)
        positional = [known.pop(name) for name in first]
        named = sorted(known.values(), key=lambda each: bool(each.default))
        if method.made_by in self._mapped.unsent:
            return positional, named
        _add(self.options, known | {a.name: a for a in positional}, method.at)
        return positional, [*named, *self.options]

    def _known(self, method: Method, operation: OperationModule) -> Iterator[Argument]:
        """Yield the arguments that the document knows."""
        for one in operation.located("path"):
            name, text = one.name, one.description
            yield Argument(name, name, one.annotation, "", text, in_path=True)
        body = self._bodies.get(operation.operation_id)
        if operation.bodies and (body is None or body.kind != "object"):
            raise SpecError(
                f"the body of {method.operation} is no object, so that its properties "
                "can't be arguments",
                at=method.at,
            )
        for each in body.fields if body else ():
            default = "" if each.required else LEFT_OUT
            text = each.description
            yield Argument(each.key, each.name, each.written, default, text)
        for one in operation.parameters:
            if one.location != "path":
                default = "" if one.required else LEFT_OUT
                closed, text = self._closed(one.annotation), one.description
                yield Argument(one.name, one.name, closed, default, text)

    def _group(self, group: str, at: Path) -> list[Argument]:
        keywords = self._mapped.keywords
        if group not in keywords:
            raise SpecError(
                f"there is no group of keywords {group}{meant(group, keywords)}", at=at
            )
        return [
            Argument(
                "",
                name,
                each["type"],
                _default(each),
                each.get("text", ""),
            )
            for name, each in keywords[group].items()
        ]

    def _typed(self, argument: Argument, method: Method) -> Argument:
        """Return an argument as the client takes it."""
        key, annotation = argument.key, argument.annotation
        types = {**self._mapped.types, **method.types}
        null = " | None" if annotation.endswith(" | None") else ""
        if key in types:
            annotation = types[key]
        elif key in (*self._mapped.ids, *method.ids):
            annotation = f"str | HasId{null}"
        elif key in self._mapped.id_lists:
            annotation = f"Sequence[str | HasId]{null}"
        annotation = self._shortened(annotation)
        # Within a class that has a method `list`, that is what the name stands for.
        annotation = _LIST.sub("Sequence[", annotation)
        name = method.names.get(key, argument.name)
        return replace(argument, name=name, annotation=annotation)

    def _shortened(self, annotation: str) -> str:
        """Write the type of a long enum's values in the place of its name."""
        members = []
        for member in members_of(annotation):
            enum = self._enums.get(member)
            if enum and enum.annotation.count(",") >= _LONGEST:
                member = members_of(enum.annotation)[-1]
            members.append(member)
        return either(members)

    def _closed(self, annotation: str) -> str:
        """Return the values of an enum in the place of its name.

        A server may answer with a value that the document doesn't know. Nobody means to
        send one.
        """
        enum = self._enums.get(annotation)
        return enum.annotation.removesuffix(" | str") if enum else annotation


def _bodies(package: Package, document: Document) -> dict[str, SchemaModule]:
    """Return the schema of each operation's body, by the id of the operation."""
    schemas = {each.names.schema: each for each in package.schemas}
    return {
        operation.name: schemas[schema_name(schema["$ref"], at)]
        for operation in operations(document)
        for _, schema, at in media_schemas(*request_body(document, operation))
        if isinstance(schema, dict) and "$ref" in schema
    }


def _check(name: str, known: Collection[str], method: Method) -> None:
    if name not in known:
        raise SpecError(
            f"{method.operation} has no argument {name}{meant(name, [*known])}",
            at=method.at,
        )


def _add(arguments: Iterable[Argument], known: dict[str, Argument], at: Path) -> None:
    """Add arguments to those that are known; none may have the name of another."""
    for each in arguments:
        if each.name in known:
            raise SpecError(
                f"two arguments would both be called {each.name}",
                at=at,
                hint="Leave one out with `without`, or rename it with `names`.",
            )
        known[each.name] = each


def _default(keyword: Keyword) -> str:
    """Write the default of a keyword, "" where it must be given."""
    if keyword.get("required"):
        return ""
    return literal(keyword["default"]) if "default" in keyword else LEFT_OUT
