"""Plan how the answers of an operation are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from codegen.document import Operation, mapping, resolve, schema_name, union_key
from codegen.errors import Path, SpecError, shorten
from codegen.plan.literal import string
from codegen.plan.models import SWITCH
from codegen.plan.types import Type, Types
from codegen.source import Document

EVENT_STREAM = "text/event-stream"
_HELPERS = ("read_list", "read_dict", "json_of", "text_of", "media_type_of")
_HELPER = re.compile(rf"\b({'|'.join(_HELPERS)}|is_json|is_text)\(")
# JSON that is returned as it came, whatever decides on it.
_PLAIN = re.compile(r"(^|else )json_of\(response\)( if |$)")
_STATUS = re.compile(r"[1-5]([0-9]{2}|XX)\Z")


@dataclass(frozen=True)
class Answer:
    """What comes with a range of statuses.

    Attributes:
        first, last: the range, both inclusive; 0 to 0 stands for every other status.
        kind: json, text, bytes, mixed (what comes decides) or none.
        annotation: its type in Python.
        call: the expression that reads it.
    """

    first: int
    last: int
    kind: str
    annotation: str
    call: str
    models: frozenset[str] = frozenset()

    @property
    def is_any(self) -> bool:
        """Return whether the expression has no type of its own: plain JSON."""
        return _PLAIN.search(self.call) is not None

    @property
    def target(self) -> str:
        """Name the variable for it, one for each status so that each has its type."""
        is_one = self.first == self.last
        return f"result_{self.first}" if is_one else f"result_{self.first // 100}xx"

    @property
    def condition(self) -> str:
        """Write the test of `status`."""
        if self.first == self.last:
            return f"status == {self.first}"
        return f"{self.first} <= status <= {self.last}"

    def same_as(self, other: Answer) -> bool:
        """Tell whether both are read in the same way."""
        return replace(self, first=0, last=0) == replace(other, first=0, last=0)


@dataclass(frozen=True)
class Stream:
    """A stream of events.

    Attributes:
        annotation: the type of one event.
        call: the expression that reads it.
        is_any: whether the expression has no type of its own: plain JSON.
        enveloped: whether an event is an object with its name and its data.
        switch: the property of the body that asks for a stream, as a literal.
    """

    annotation: str
    call: str
    is_any: bool
    enveloped: bool
    switch: str


@dataclass(frozen=True)
class Answers:
    """All answers of an operation."""

    successes: list[Answer]
    errors: list[Answer]
    default: Answer | None
    stream: Stream | None
    models: frozenset[str]
    helpers: list[str]

    @property
    def success(self) -> str:
        """Give the annotation of a success."""
        found = self.successes or ([self.default] if self.default else [])
        parts = list(dict.fromkeys(a.annotation for a in found))
        if "Any" in parts:
            return "Any"
        return " | ".join(sorted(parts, key=lambda p: p == "None")) or "None"

    @property
    def any(self) -> str:
        """Give the annotation of whatever is documented."""
        rest = [*self.errors, *([self.default] if self.default else [])]
        parts = [self.success, *(a.annotation for a in rest)]
        if "Any" in parts:
            return "Any"
        split = [p for part in parts for p in part.split(" | ")]
        if any("[" in part for part in parts):
            split = parts
        return " | ".join(sorted(dict.fromkeys(split), key=lambda p: p == "None"))


def plan_answers(document: Document, types: Types, operation: Operation) -> Answers:
    """Plan all answers of an operation."""
    place: Path = (*operation.at, "responses")
    found: list[Answer] = []
    default: Answer | None = None
    stream: Stream | None = None
    models: frozenset[str] = frozenset()
    for code, data in mapping(operation.data.get("responses"), place).items():
        at = (*place, code)
        response, at = resolve(document, mapping(data, at), at, "responses")
        content = mapping(response.get("content"), (*at, "content"))
        if EVENT_STREAM in content and code.startswith("2"):
            media = mapping(content[EVENT_STREAM], (*at, "content", EVENT_STREAM))
            stream, used = _stream(document, types, operation, media, at)
            models |= used
            content = {k: v for k, v in content.items() if k != EVENT_STREAM}
        first, last = _range(code, (*place, code))
        answer = _answer(types, content, first, last, (*at, "content"))
        models |= answer.models
        if first == 0:
            default = answer
        else:
            found.append(answer)
    successes = _any_success([a for a in found if 200 <= a.first <= 299])
    errors = _joined([a for a in found if not 200 <= a.first <= 299])
    every = [*successes, *errors, *([default] if default else [])]
    helpers = {helper for a in every for helper in _HELPER.findall(a.call)}
    return Answers(successes, errors, default, stream, models, sorted(helpers))


def _range(code: str, at: Path) -> tuple[int, int]:
    if code == "default":
        return 0, 0
    if not _STATUS.match(code):
        raise SpecError(f"{shorten(code)} is no status", at=at)
    if code.endswith("XX"):
        return int(code[0]) * 100, int(code[0]) * 100 + 99
    return int(code), int(code)


def _answer(types: Types, content: Any, first: int, last: int, at: Path) -> Answer:
    """Plan one answer; of several media types, the one that came decides."""
    if not content:
        return Answer(first, last, "none", "None", "None")
    kinds = {media_type: _kind(media_type) for media_type in content}
    read: dict[str, Type] = {}
    for media_type, kind in kinds.items():
        if kind == "json":
            schema = mapping(content[media_type], at).get("schema", {})
            read[media_type] = types.of(schema, (*at, media_type, "schema"))
    annotations = [type_.annotation for type_ in read.values()]
    calls = []
    # What differs from the first is asked for by its name, the first by its kind.
    for media_type, type_ in reversed(read.items()):
        call = type_.reader("json_of(response)") if type_.reader else ""
        is_first = media_type == next(iter(read))
        asked = f"media_type_of(response) == {string(_plain(media_type))}"
        test = "is_json(response)" if is_first else asked
        calls.append((test, call or "json_of(response)"))
    if "text" in kinds.values():
        calls.append(("is_text(response)", "text_of(response)"))
        annotations.append("str")
    if "bytes" in kinds.values():
        calls.append(("", "response.content"))
        annotations.append("bytes")
    annotations = list(dict.fromkeys(annotations))
    whole = "Any" if "Any" in annotations else " | ".join(annotations)
    models = frozenset[str]().union(*(type_.models for type_ in read.values()))
    distinct = list(dict.fromkeys(call for _, call in calls))
    kind = "mixed" if len(distinct) > 1 else next(iter(kinds.values()))
    return Answer(first, last, kind, whole, _chosen(calls), models)


def _chosen(calls: list[tuple[str, str]]) -> str:
    """Write the expression that reads an answer by its media type."""
    *others, (_, last) = calls
    for asked, call in reversed(others):
        if call != last:
            last = f"{call} if {asked} else {last}"
    return last


def _kind(media_type: str) -> str:
    plain = _plain(media_type)
    if plain == "application/json" or plain.endswith("+json"):
        return "json"
    return "text" if plain.startswith("text/") else "bytes"


def _plain(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()


def _any_success(answers: list[Answer]) -> list[Answer]:
    """Read every 2xx: documented ones as they are, others as 2XX, else as the first."""
    if not answers:
        return []
    exact = sorted((a for a in answers if a.first == a.last), key=lambda a: a.first)
    ranges = [a for a in answers if a.first != a.last]
    rest = replace([*ranges, *exact][0], first=200, last=299)
    return [*(a for a in exact if not a.same_as(rest)), rest]


def _joined(answers: list[Answer]) -> list[Answer]:
    """Join ranges that are read alike; exact statuses come before ranges."""
    ranges = sorted((a for a in answers if a.first != a.last), key=lambda a: a.first)
    joined: list[Answer] = []
    for answer in ranges:
        before = joined[-1] if joined else None
        if before and before.last + 1 == answer.first and before.same_as(answer):
            joined[-1] = replace(before, last=answer.last)
        else:
            joined.append(answer)
    exact = sorted((a for a in answers if a.first == a.last), key=lambda a: a.first)
    exact = [
        a
        for a in exact
        if not any(r.first <= a.first <= r.last and r.same_as(a) for r in joined)
    ]
    return exact + joined


def _stream(
    document: Document, types: Types, operation: Operation, media: Any, at: Path
) -> tuple[Stream, frozenset[str]]:
    schema = media.get("schema", {})
    place = (*at, "content", EVENT_STREAM, "schema")
    type_ = types.of(schema, place)
    enveloped = _is_enveloped(types, schema, place, set())
    event = "event_object(event, data)" if enveloped else "event_data(data)"
    stream = Stream(
        type_.annotation,
        type_.reader(event) if type_.reader else event,
        type_.reader is None,
        enveloped,
        _switch(document, types, operation),
    )
    return stream, type_.models


def _is_enveloped(types: Types, schema: Any, at: Path, seen: set[str]) -> bool:
    """Tell whether each event is an object with the properties event and data."""
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
    """Find the property `stream` of the body, by which one asks for events."""
    at: Path = (*operation.at, "requestBody")
    data = operation.data.get("requestBody")
    if not isinstance(data, dict):
        return ""
    body, at = resolve(document, data, at, "requestBodies")
    for media in mapping(body.get("content"), at).values():
        schema = media.get("schema") or {}
        if "$ref" in schema:
            schema = types.schemas[schema_name(schema["$ref"], at)]
        if SWITCH in (schema.get("properties") or {}):
            return string(SWITCH)
    return ""
