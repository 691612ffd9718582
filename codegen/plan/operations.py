"""Plan the modules of operations: arguments, request and responses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from codegen.document import Operation
from codegen.errors import Path, SpecError, shorten
from codegen.identifiers import module_name, sentence
from codegen.plan.bodies import Body, plan_bodies
from codegen.plan.literal import docstring, either, ended, plain_text, string
from codegen.plan.naming import SchemaNames
from codegen.plan.parameters import IN_PATH, Parameter, plan_parameters
from codegen.plan.responses import Responses, plan_responses
from codegen.plan.security import Security
from codegen.plan.servers import server_of
from codegen.plan.types import Type, Types
from codegen.source import Document

_DEFAULT_TAG = "default"
# How long a description may be to be the first line of a docstring.
_LINE = 80


@dataclass(frozen=True)
class OperationModule:
    """A module of the package `api`.

    Attributes:
        security: the credentials that it needs, as code, where it says so itself.
        needs: the same for people, "" where it needs none.
        server: the URL of a server of its own, as a literal, or "".
    """

    operation_id: str
    name: str
    tag: str
    tag_title: str
    method: str
    path: str
    path_expression: str
    summary: str
    description: str
    parameters: list[Parameter]
    bodies: list[Body]
    body_required: bool
    body_description: str
    responses: Responses
    models: list[SchemaNames]
    dicts: list[SchemaNames]
    place: Path = field(default=())
    deprecated: bool = False
    security: str = ""
    needs: str = ""
    server: str = ""

    def located(self, location: str) -> list[Parameter]:
        """Return the parameters of one location."""
        return [p for p in self.parameters if p.location == location]

    @property
    def method_name(self) -> str:
        """Return the HTTP method for a text."""
        return self.method.strip('"')

    @property
    def notices(self) -> str:
        """Return what callers have to know about all of it, as one paragraph."""
        gone = "Deprecated: the document advises against it." if self.deprecated else ""
        return "\n".join(text for text in (gone, self.needs) if text)

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """Return the arguments of a warning, with "" or the name of an argument."""
        found = [("", f"{self.tag}.{self.name}")] if self.deprecated else []
        found += [
            (p.name, f"{p.name} of {self.tag}.{self.name}")
            for p in self.parameters
            if p.deprecated
        ]
        return found

    @property
    def usual(self) -> Body | None:
        """Return the body that is sent where no media type is chosen."""
        first = next(iter(self.bodies), None)
        return self.last if first is not None and first.kind == "content" else first

    @property
    def last(self) -> Body | None:
        """Return the body of each media type that is none of the others."""
        ranges = [body for body in self.bodies if body.is_range]
        return next(iter([*ranges, *self.bodies]), None)

    @property
    def others(self) -> list[Body]:
        """Return the bodies that a media type has to be chosen for."""
        return [body for body in self.bodies if body is not self.last]

    @property
    def chooses(self) -> bool:
        """Return whether the caller may choose the media type of the body."""
        return len(self.bodies) > 1 or any(body.is_range for body in self.bodies)

    @property
    def shapes(self) -> str:
        """Write what a body of each media type is, "" where that is always the same."""
        found = {b.media_type: b.shape for b in self.bodies if b.shape}
        if len({*found.values()}) < 2:
            return ""
        return f"{{{', '.join(f'{m}: {string(s)}' for m, s in found.items())}}}"

    @property
    def headline(self) -> str:
        """Return the first line of a docstring: the summary, if there is one.

        Else a short description is as good, and the words of the name must do without.
        """
        text = plain_text(self.summary)
        if not text and len(self.description) <= _LINE:
            text = plain_text(self.description)
        return ended(text or sentence(self.operation_id))

    @property
    def details(self) -> str:
        """Return the description, without what the headline has said already."""
        is_said = ended(plain_text(self.description)) == self.headline
        return "" if is_said else self.description

    @property
    def writes(self) -> bool:
        """Return whether more than JSON and forms is written into a request."""
        written = any(
            body.typed or body.fields or body.kind in ("urlencoded", "content", "lines")
            for body in self.bodies
        )
        return bool(self.parameters) or written or bool(self.responses.accept)

    @property
    def says_type(self) -> bool:
        """Return whether an argument is the media type of the body."""
        named = {p.quoted.lower() for p in self.located("header")}
        return '"content-type"' in named

    @property
    def reserved(self) -> bool:
        """Return whether an argument keeps reserved characters."""
        return any(p.reserved for p in self.parameters)

    @property
    def sends_forms(self) -> bool:
        """Return whether a body of it is a multipart form."""
        return any(body.kind == "form" for body in self.bodies)

    @property
    def body_annotation(self) -> str:
        """Return the type of the body, whatever its media type."""
        return either(body.annotation for body in self.bodies)

    @property
    def media_types(self) -> str:
        """Return the type of the argument that chooses a media type."""
        listed = f"Literal[{', '.join(body.media_type for body in self.bodies)}]"
        return f"{listed} | str" if any(b.is_range for b in self.bodies) else listed

    @property
    def uses_models(self) -> bool:
        """Return whether reading a response needs the package of models."""
        calls = [each.call for each in self.responses.all]
        calls += [self.responses.stream.call] if self.responses.stream else []
        return any("models." in call for call in calls)

    @property
    def arguments_docstring(self) -> str:
        """Write the docstring that describes all arguments."""
        described = {p.name: p.described for p in self.located("path")}
        if self.bodies:
            described["body"] = self.body_description or "the body of the request."
        described |= {p.name: p.described for p in self.keywords}
        if self.chooses:
            described["media_type"] = "the form in which the body is sent."
        lines = [
            f"    {n}: {plain_text(d) or 'see the API.'}" for n, d in described.items()
        ]
        empty = "an argument of the path is empty" if self.located("path") else ""
        unfit = "the body is one of another media type" if self.shapes else ""
        wrong = ", or ".join(filter(None, (empty, unfit)))
        return docstring(
            "Build the request without sending it.",
            self.notices,
            "\n".join(["Args:", *lines]) if lines else "",
            f"Raises:\n    ValueError: {wrong}." if wrong else "",
        )

    @property
    def keywords(self) -> list[Parameter]:
        """Return the parameters that are no part of the path, required ones first."""
        others = [p for p in self.parameters if p.location != "path"]
        return sorted(others, key=lambda p: not p.must)


def plan_operation(
    document: Document, types: Types, operation: Operation, security: Security
) -> OperationModule:
    """Plan the module of one operation."""
    at = operation.at
    used: list[Type] = []
    planned = plan_parameters(document, types, operation, used)
    bodies, required, description = plan_bodies(document, types, operation, used)
    responses = plan_responses(document, types, operation)
    models = frozenset[str]().union(*(t.models for t in used)) | responses.models
    dicts = frozenset[str]().union(*(t.dicts for t in used))
    tags = operation.data.get("tags") or [_DEFAULT_TAG]
    planned, responses = _settled(planned, bodies, responses)
    return OperationModule(
        operation_id=operation.name,
        name=module_name(operation.name),
        tag=module_name(str(tags[0])),
        tag_title=str(tags[0]),
        method=string(operation.method.upper()),
        path=operation.path,
        path_expression=_path_expression(operation.path, planned, at),
        summary=_text(operation.data.get("summary")),
        description=_text(operation.data.get("description")),
        parameters=planned,
        bodies=bodies,
        body_required=required,
        body_description=description,
        responses=responses,
        models=types.named(models),
        dicts=types.named(dicts),
        place=at,
        deprecated=operation.data.get("deprecated") is True,
        security=security.own.get(at, ""),
        needs=security.needs.get(at, ""),
        server=server_of(document, operation),
    )


def _settled(
    planned: list[Parameter], bodies: list[Body], responses: Responses
) -> tuple[list[Parameter], Responses]:
    """Default the arguments that are headers of ours to what we would send there."""
    ours = {"accept": responses.accept}
    if len(bodies) == 1 and bodies[0].kind in ("json", "lines", "content"):
        ours["content-type"] = bodies[0].media_type
    result = []
    for each in planned:
        sent = (
            ours.get(each.quoted.strip('"').lower(), "")
            if each.location == "header"
            else ""
        )
        if each.location == "header" and each.quoted.lower() == '"accept"':
            responses = replace(responses, accept="")
        result.append(replace(each, default=each.default or sent) if sent else each)
    return result, responses


def _path_expression(path: str, planned: list[Parameter], at: Path) -> str:
    """Write the path with its arguments."""
    if not path.startswith("/"):
        raise SpecError(f"the path {shorten(path)} must begin with a slash", at=at)
    arguments = {p.quoted: p for p in planned if p.location == "path"}

    def named(found: re.Match[str]) -> str:
        return f"{{{arguments[string(found[1])].name}}}"

    literal = string(IN_PATH.sub(named, path))
    if not arguments:
        return literal
    filled = ", ".join(f"{p.name}={p.written}" for p in arguments.values())
    return f"fill_path({literal}, {filled})"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
