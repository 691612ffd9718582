"""Plan how the responses of an operation are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from codegen.document import (
    Operation,
    is_json,
    mapping,
    media_schemas,
    plain_media_type,
    request_body,
    resolve,
    schema_name,
    union_key,
)
from codegen.errors import Path, SpecError, shorten
from codegen.identifiers import called
from codegen.plan.accept import accepted
from codegen.plan.bodies import is_lines, items_of
from codegen.plan.headers import Header, plan_headers
from codegen.plan.literal import either, members_of, string
from codegen.plan.media_types import asked, breadth, first_of
from codegen.plan.models import SWITCH
from codegen.plan.statuses import Branch, Response, branches, errors, successes
from codegen.plan.types import Type, Types
from codegen.source import Document

EVENT_STREAM = "text/event-stream"
_HELPERS = (
    *("read_list", "read_dict", "json_of", "text_of", "media_type_of", "any_of"),
    *("lines_of", "is_json", "is_text"),
)
_HELPER = re.compile(rf"\b({'|'.join(_HELPERS)})\(")
# What fails where a body isn't JSON.
_DECODES = re.compile(r"\b(json|any|lines)_of\(")
# Any media type, and thus most of all JSON.
_ANY_TYPES = ("*/*", "application/*")
_STATUS = re.compile(r"[1-5]([0-9]{2}|XX)\Z")


@dataclass(frozen=True)
class Stream:
    """A stream of events.

    Attributes:
        annotation: the type of one event.
        call: the expression that reads it.
        is_any: whether the expression has no type of its own: plain JSON.
        enveloped: whether an event is an object with its name and its data.
        switch: the property of the body that asks for a stream, as a literal.
        media_type: that of the stream, as a literal.
    """

    annotation: str
    call: str
    is_any: bool
    enveloped: bool
    switch: str
    media_type: str = string(EVENT_STREAM)

    @property
    def is_lines(self) -> bool:
        """Return whether the events are JSON values, one after the other."""
        return self.media_type != string(EVENT_STREAM)


@dataclass(frozen=True)
class Responses:
    """All responses of an operation.

    Attributes:
        accept: what is said to be accepted, as a literal; "" where that is JSON.
        headers: the headers that the document describes.
    """

    successes: list[Response]
    errors: list[Response]
    default: Response | None
    stream: Stream | None
    models: frozenset[str]
    accept: str = ""
    headers: list[Header] = field(default_factory=list[Header])

    @property
    def all(self) -> list[Response]:
        """Return what is documented for each range of statuses."""
        default = [self.default] if self.default else []
        return [*self.successes, *self.errors, *default]

    @property
    def branches(self) -> list[Branch]:
        """Return what a status decides, statuses that are read alike in one."""
        return [*branches(self.successes), *branches(self.errors)]

    @property
    def refused(self) -> str:
        """Say what is raised for a response, as a section of a docstring."""
        reads_json = any(_DECODES.search(each.call) for each in self.all)
        lines = []
        if self.default is None:
            lines.append("UnexpectedStatus: the document doesn't describe the status.")
        if reads_json:
            lines.append("UndecodableBody: the body is not what its status promises.")
        return "\n    ".join(["Raises:", *lines]) if lines else ""

    @property
    def reads_times(self) -> bool:
        """Return whether a header is a point in time."""
        return any(header.reader == "header_datetime" for header in self.headers)

    @property
    def helpers(self) -> list[str]:
        """Name the functions of the module `reading` that read them."""
        return sorted(
            {name for each in self.all for name in _HELPER.findall(each.call)}
        )

    @property
    def reads_headers(self) -> bool:
        """Return whether headers say more than a status and a plain media type."""
        by_media_type = any("has_media_type(" in each.call for each in self.all)
        return bool(self.headers) or by_media_type

    @property
    def success(self) -> str:
        """Return the annotation of a success."""
        found = self.successes or ([self.default] if self.default else [])
        return _either([each.annotation for each in found])

    @property
    def any(self) -> str:
        """Return the annotation of whatever is documented."""
        return _either([self.success, *(each.annotation for each in self.all)])


def _either(annotations: list[str]) -> str:
    """Join annotations; None comes last, and Any stands for whatever there is."""
    parts = dict.fromkeys(part for each in annotations for part in members_of(each))
    return "Any" if "Any" in parts else either(sorted(parts, key=lambda p: p == "None"))


def plan_responses(document: Document, types: Types, operation: Operation) -> Responses:
    """Plan all responses of an operation."""
    place: Path = (*operation.at, "responses")
    found: list[Response] = []
    stream: Stream | None = None
    models: set[str] = set()
    good: list[str] = []
    bad: list[str] = []
    described: list[tuple[dict[str, Any], Path]] = []
    for code, data in mapping(operation.data.get("responses"), place).items():
        first, last = _range(code, (*place, code))
        data, at = resolve(
            document, mapping(data, (*place, code)), (*place, code), "responses"
        )
        schemas = {m: (schema, at) for m, schema, at in media_schemas(data, at)}
        if EVENT_STREAM in schemas and code.startswith("2"):
            type_ = types.of(*schemas[EVENT_STREAM])
            switch = _switch(document, types, operation)
            stream = _stream(types, type_, *schemas.pop(EVENT_STREAM), switch)
            models |= type_.models
        for media_type, given in schemas.items():
            if stream is None and code.startswith("2") and is_lines(media_type):
                stream = _lines(types, media_type, *given)
        (good if code.startswith("2") else bad).extend(schemas)
        described.append((mapping(data.get("headers"), (*at, "headers")), at))
        response = _response(types, schemas, first, last)
        models |= response.models
        found.append(response)
    default = next((each for each in reversed(found) if not each.first), None)
    return Responses(
        successes=successes([each for each in found if 200 <= each.first <= 299]),
        errors=errors(found, default),
        default=default,
        stream=stream,
        models=frozenset(models),
        accept=accepted(good, bad),
        headers=plan_headers(document, types, described),
    )


def _range(code: str, at: Path) -> tuple[int, int]:
    if code == "default":
        return 0, 0
    if not _STATUS.match(code):
        raise SpecError(f"{shorten(code)} is no status", at=at[:-1], keyword=code)
    if code.endswith("XX"):
        return int(code[0]) * 100, int(code[0]) * 100 + 99
    return int(code), int(code)


def _response(
    types: Types, schemas: dict[str, tuple[Any, Path]], first: int, last: int
) -> Response:
    """Plan one response; of several media types, the one that came decides."""
    if not schemas:
        return Response(first, last, "none", "None", "None")
    kinds = {media_type: kind_of(media_type) for media_type in schemas}
    read = {
        media_type: types.of(*schemas[media_type])
        for media_type, kind in kinds.items()
        if kind == "json"
    }
    annotations = [type_.annotation for type_ in read.values()]
    used = {*read.values()}
    calls = []
    # What differs from the first is asked for by its name, the first by its kind.
    usual = first_of(read) if read else ""
    for media_type in sorted(read, key=lambda m: (m == usual, *breadth(m))):
        type_ = read[media_type]
        # One that is only read as JSON is not told by that it is.
        is_usual = media_type == usual and called(media_type) == media_type
        json = "json_of(response)"
        test = "is_json(response)" if is_usual else asked(media_type, read)
        calls.append((test, type_.reader(json) if type_.reader else json))
    for media_type in (m for m, kind in kinds.items() if kind == "lines"):
        schema, place = schemas[media_type]
        item = types.of(items_of(types, schema), place)
        used.add(item)
        lines = "lines_of(response)"
        reads = f"read_list({item.reader.function}, {lines})" if item.reader else lines
        calls.append((asked(media_type, kinds), reads))
        annotations.append(f"list[{item.annotation}]")
    if "text" in kinds.values():
        calls.append(("is_text(response)", "text_of(response)"))
        annotations.append("str")
    if "any" in kinds.values():
        given = next(m for m, kind in kinds.items() if kind == "any")
        type_ = types.of(*schemas[given])
        used.add(type_)
        call, annotation = _any(type_)
        calls.append(("", call))
        annotations.append(annotation)
    elif "bytes" in kinds.values():
        calls.append(("", "response.content"))
        annotations.append("bytes")
    distinct = {call for _, call in calls}
    return Response(
        first,
        last,
        kind="mixed" if len(distinct) > 1 else next(iter(kinds.values())),
        annotation=_either(annotations),
        call=_chosen(calls),
        models=frozenset[str]().union(*(type_.models for type_ in used)),
    )


def _any(type_: Type) -> tuple[str, str]:
    """Return how a body of any media type is read, and its type.

    Where a structure is described it is JSON, although the document doesn't say so;
    what comes otherwise stays as it came, as everywhere.
    """
    if type_.annotation == "FileTypes":
        return "response.content", "bytes"
    found = "any_of(response)"
    if type_.annotation == "str":
        return found, "str | bytes"
    return (type_.reader(found) if type_.reader else found), type_.annotation


def _chosen(calls: list[tuple[str, str]]) -> str:
    """Write the expression that reads a response by its media type."""
    *others, (_, last) = calls
    for test, call in reversed(others):
        if call != last:
            last = f"{call} if {test} else {last}"
    return last


def kind_of(media_type: str) -> str:
    """Return how a body of a media type is read: json, text or bytes."""
    if is_json(media_type):
        return "json"
    if is_lines(media_type):
        return "lines"
    plain = plain_media_type(called(media_type))
    if plain in _ANY_TYPES:
        return "any"
    return "text" if plain.startswith("text/") else "bytes"


def _stream(types: Types, type_: Type, schema: Any, at: Path, switch: str) -> Stream:
    enveloped = _is_enveloped(types, schema, at, set())
    event = "event_object(event, data)" if enveloped else "event_data(data)"
    call = type_.reader(event) if type_.reader else event
    return Stream(type_.annotation, call, type_.reader is None, enveloped, switch)


def _lines(types: Types, media_type: str, schema: Any, at: Path) -> Stream:
    """Plan the stream of a response that has JSON values, one after the other."""
    type_ = types.of(items_of(types, schema), at)
    event = "event_data(data)"
    call = type_.reader(event) if type_.reader else event
    is_any = type_.reader is None
    kind = string(plain_media_type(media_type))
    return Stream(type_.annotation, call, is_any, False, "", kind)


def _is_enveloped(types: Types, schema: Any, at: Path, seen: set[str]) -> bool:
    """Return whether each event is an object with the properties event and data."""
    if not isinstance(schema, dict):
        return False
    if "$ref" in schema:
        name = schema_name(schema["$ref"], at)
        if name in seen:
            return True
        seen.add(name)
        return _is_enveloped(types, types.schemas[name], at, seen)
    key = union_key(schema)
    if key:
        return all(_is_enveloped(types, member, at, seen) for member in schema[key])
    return {"event", "data"} <= set(schema.get("properties") or {})


def _switch(document: Document, types: Types, operation: Operation) -> str:
    """Return the property of the body that asks for a stream, if it has one."""
    for _, schema, at in media_schemas(*request_body(document, operation)):
        if "$ref" in schema:
            schema = types.schemas[schema_name(schema["$ref"], at)]
        if SWITCH in (schema.get("properties") or {}):
            return string(SWITCH)
    return ""
