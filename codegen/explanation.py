"""Say what becomes of a place of a document, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path as FilePath

from codegen import overlay, source
from codegen.attempts import Attempt, attempt, prepared
from codegen.changes import at_place
from codegen.document import is_method
from codegen.engine import second_opinion
from codegen.errors import Origins, Path, json_path, traced
from codegen.finish import left_out_lines
from codegen.overlay import Overlay, find_some
from codegen.pipeline import Order
from codegen.plan import Package
from codegen.plan.literal import string
from codegen.plan.operations import OperationModule
from codegen.references import place_of
from codegen.remedies import referring
from codegen.source import Document, Source
from codegen.trace import Trace

MOST = 20
"""How many places are explained at most."""


@dataclass(frozen=True)
class Subject:
    """A document, and all that was done with it.

    Attributes:
        given: the document with its repairs and its other files.
        changed: which actions of overlays changed the places that are explained.
        opinion: what openapi-python-client says.
        name: that of the package.
    """

    given: Document
    changed: Mapping[Path, list[str]]
    attempt: Attempt
    opinion: Sequence[str]
    name: str


def places(
    source: Source, given: Document, query: str, files: FilePath | None = None
) -> list[Path]:
    """Return the places that a JSONPath finds, in the document or as repaired."""
    bare, _ = prepared(
        source.document, None, source.folder, name=source.name, files=files
    )
    found = overlay.find(query, given) | overlay.find(query, bare.document)
    return sorted(found, key=overlay.order) if found else find_some(query, given)


def explain(order: Order, query: str) -> list[tuple[Path, list[str]]]:
    """Return what there is to say of the places that a JSONPath finds.

    Of places beyond the first ones, nothing is said.

    Raises:
        SpecError: it finds nothing, or the document is refused.
    """
    loaded = source.load(order.spec, any_host=order.any_host)
    ours = Overlay("the generator's overlay", overlay.load())
    overlays = [*map(overlay.named, order.overlays)]
    given, _ = prepared(
        *(loaded.document, ours.document, loaded.folder),
        *(overlays, loaded.name, order.files),
    )
    found = places(loaded, given.document, query, order.files)
    traces = [Trace(at) for at in found[:MOST]]

    def watch(step: str, document: Document, origins: Origins) -> None:
        for trace in traces:
            trace(step, document, origins)

    made = attempt(given, order.wishes, watch)
    subject = Subject(
        given.document,
        _changed(loaded, [ours, *overlays], found[:MOST], order.files),
        made,
        second_opinion(made.found.document, made.package),
        order.name,
    )
    told = {at: explained(subject, t, at) for at, t in zip(found, traces, strict=False)}
    return [(at, told.get(at, [])) for at in found]


def explained(subject: Subject, trace: Trace, at: Path) -> list[str]:
    """Return what there is to say of a place, a line each."""
    place = json_path(at)
    lines = list(subject.changed[at])
    lines += [
        f"left out: {line}"
        for line in left_out_lines(subject.attempt.left_out)
        if _is_within(gone := _place_of(line).removesuffix(".*"), place)
        or _is_within(place, gone)
    ]
    lines += trace.steps
    became = [line for each in trace.places for line in _became(subject, each)]
    lines += became or [f"becomes nothing of its own{_why(subject, at)}"]
    found, package = subject.attempt.found, subject.attempt.package
    notes = [*found.notes, *package.notes]
    lines += [f"note: {note}" for note in _about(notes, found.origins, place)]
    said = _about(subject.opinion, found.origins, place)
    lines += [f"openapi-python-client: {note}" for note in said]
    return list(dict.fromkeys(lines))


def _changed(
    source: Source,
    overlays: Sequence[Overlay],
    places: Sequence[Path],
    files: FilePath | None = None,
) -> dict[Path, list[str]]:
    """Say for each place which actions of overlays change it."""
    bare, _ = prepared(
        source.document, None, source.folder, name=source.name, files=files
    )
    document = bare.document
    told: dict[Path, list[str]] = {at: [] for at in places}
    values = {at: deepcopy(at_place(document, at)) for at in places}
    for each in overlays:
        meant_for = each.document.get("x-applies-to")
        if meant_for is not None and not overlay.find(meant_for, document):
            continue
        actions = each.document.get("actions", [])
        for index, _, _, changed in overlay.stepwise(document, actions):
            document = changed
            for at, before in values.items():
                after = at_place(document, at)
                if after != before:
                    values[at] = deepcopy(after)
                    why = actions[index].get("description", "")
                    line = f"{each.name}: action {index} changes it. {why}"
                    told[at].append(line.strip())
    return told


def _is_within(inner: str, outer: str) -> bool:
    """Return whether a place is another one, or within it."""
    return inner.startswith(outer) and inner[len(outer) :][:1] in ("", ".", "[")


def _about(notes: Sequence[str], origins: Origins, place: str) -> list[str]:
    """Return the notes on a place, or on what is within it."""
    read = [traced(note, origins) for note in notes]
    return [note for note in read if _is_within(_place_of(note), place)]


def _place_of(note: str) -> str:
    """Return the place that a note begins with."""
    end, inside = 0, False
    while end < len(note) and (inside or note[end] not in ": "):
        inside ^= note[end] == "'"
        end += 1
    return note[:end] if note.startswith("$.") else "?"


def _became(subject: Subject, place: Path) -> Iterator[str]:
    package, name = subject.attempt.package, subject.name
    if place[:2] == ("components", "schemas") and len(place) > 2:
        yield from _class(package, name, place)
    elif place[:1] == ("paths",) and len(place) > 1:
        for operation in package.operations:
            mine = operation.place[: len(place)] == place
            shared = place[2:3] == ("parameters",) and operation.place[1] == place[1]
            if mine or shared or place[:3] == operation.place:
                yield from _operation(subject, operation, place)
    elif place[:1] == ("components",) and len(place) > 2:
        for at in referring(subject.given, [place[:3]]):
            yield f"is used by {json_path(at)}"
    elif place[:1] == ("tags",):
        tag = at_place(subject.attempt.found.document, place[:2]) or {}
        for each in package.tags:
            if each.title == tag.get("name"):
                yield f"becomes the package {name}.api.{each.name}"


def _class(package: Package, name: str, place: Path) -> Iterator[str]:
    _, _, wanted, *inner = place
    for schema in package.schemas:
        if schema.names.schema != wanted:
            continue
        owner = f"{name}.models.{schema.names.class_}"
        file = f"{name}/models/{schema.names.module}.py"
        key = inner[1] if inner[:1] == ["properties"] and len(inner) > 1 else None
        fields = [field for field in schema.fields if field.key == key]
        for field in fields:
            yield f"becomes the attribute {field.name}: {field.annotation} of {owner}"
            if field.datetime:
                yield f"becomes the property {field.datetime}: datetime of {owner}"
        if not fields:
            what = f" = {schema.annotation}" if schema.annotation else ""
            part = "is a part of" if inner else "becomes"
            yield f"{part} the {_KINDS[schema.kind]} {owner}{what}"
        yield f"in {file}"


_KINDS = {"object": "class", "union": "union", "enum": "enum", "alias": "alias"}


def _operation(
    subject: Subject, operation: OperationModule, place: Path
) -> Iterator[str]:
    function = f"{subject.name}.api.{operation.tag}.{operation.name}"
    part = place[3:] if any(map(is_method, place[2:3])) else place[2:]
    if part[:1] == ("parameters",) and len(part) > 1:
        document = subject.attempt.found.document
        data = at_place(document, (*place[: len(place) - len(part)], *part[:2])) or {}
        if target := data.get("$ref"):
            data = at_place(document, place_of(target)) or {}
        for each in operation.parameters:
            named = string(str(data.get("name"))), data.get("in")
            if (each.quoted, each.location) == named:
                typed = f"{each.name}: {each.annotation}"
                yield f"becomes the argument {typed} of {function}"
    elif part[:1] == ("requestBody",):
        yield f"becomes the argument body: {operation.body_annotation} of {function}"
    elif part[:1] == ("responses",):
        yield f"becomes a result of {function}, which returns {operation.responses.any}"
    else:
        yield f"becomes {function}"
    yield f"in {subject.name}/api/{operation.tag}/{operation.name}.py"


def _why(subject: Subject, at: Path) -> str:
    """Say why there is nothing of it, as far as its place tells."""
    chosen = at_place(subject.attempt.found.document, at[:3]) is not None
    if at[:1] in (("paths",), ("components",)) and not chosen:
        return ": it is not among what was chosen, and nothing that was refers to it"
    return ""
