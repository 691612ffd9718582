"""Compare the parameters of an operation, as arguments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from codegen.diff.matching import Known, anonymous, arguments
from codegen.diff.objects import alike
from codegen.diff.report import (
    BROKEN,
    HARMLESS,
    NARROWED,
    NOTED,
    Change,
)
from codegen.diff.side import Side
from codegen.diff.sites import Site
from codegen.diff.values import Pair, compare_values, otherwise
from codegen.diff.words import code, codes
from codegen.document import Operation, parameters
from codegen.errors import Path
from codegen.plan.literal import string
from codegen.plan.operations import OperationModule, Parameter

_TOLD = {"name", "in", "required", "deprecated", "schema", "content"}


@dataclass(frozen=True)
class _Argument:
    """A parameter: what the document says, and what the code makes of it."""

    data: dict[str, Any]
    at: Path
    planned: Parameter

    @property
    def wire(self) -> str:
        return str(self.data["name"])

    @property
    def schema(self) -> Any:
        """Give the schema, also of one that is written as JSON."""
        if "schema" in self.data:
            return self.data["schema"]
        media: Any = next(iter((self.data.get("content") or {}).values()), {})
        return media.get("schema", {}) if isinstance(media, dict) else {}


def compare_parameters(
    pair: Pair, old: Known, new: Known, site: Site
) -> Iterator[Change]:
    """Tell how the arguments of an operation changed."""
    before, after = _arguments(pair.old, *old), _arguments(pair.new, *new)
    matched, gone, added = _match(pair, before, after, (old[0].path, new[0].path))
    for was, now in matched:
        yield from _argument(pair, was, now, _at(site, was, now))
    for now in added:
        place = _at(site, now, now)
        if now.planned.required:
            yield place.tell(f"{place.subject} is new and required", NARROWED)
        else:
            yield place.tell(f"{place.subject} is new", HARMLESS)
    for was in gone:
        place = _at(site, was, was)
        yield place.tell(f"{place.subject} is gone", BROKEN, gone=True)
    yield from _order(matched, old[1], new[1], site)


def _arguments(
    side: Side, operation: Operation, module: OperationModule
) -> list[_Argument]:
    planned = {(p.wire, p.location): p for p in module.parameters}
    return [
        _Argument(data, at, planned[(string(data["name"]), data["in"])])
        for data, at in parameters(side.document, operation)
    ]


def _at(site: Site, was: _Argument, now: _Argument) -> Site:
    name = now.planned.name
    subject = f"argument {code(name)}"
    return replace(site, element=name, subject=subject, old=was.at, new=now.at)


def _match(
    pair: Pair,
    before: list[_Argument],
    after: list[_Argument],
    paths: tuple[str, str],
) -> tuple[list[tuple[_Argument, _Argument]], list[_Argument], list[_Argument]]:
    """Pair arguments: by name and place, by name, in the path by order, by likeness."""
    same_route = anonymous(paths[0]) == anonymous(paths[1])
    old_order, new_order = map(arguments, paths)

    def same_place(was: _Argument, now: _Argument) -> bool:
        in_path = was.planned.location == now.planned.location == "path"
        if not in_path or not same_route:
            return False
        return old_order.index(was.wire) == new_order.index(now.wire)

    def renamed(was: _Argument, now: _Argument) -> bool:
        return (
            was.planned.location == now.planned.location
            and was.planned.required == now.planned.required
            and pair.same(was.schema, now.schema)
            and alike(was.wire, now.wire)
        )

    rules = (
        lambda was, now: (was.wire, was.data["in"]) == (now.wire, now.data["in"]),
        lambda was, now: was.wire == now.wire,
        same_place,
        renamed,
    )
    matched: list[tuple[_Argument, _Argument]] = []
    gone, added = list(before), list(after)
    for rule in rules:
        for was in list(gone):
            fitting = [now for now in added if rule(was, now)]
            if len(fitting) == 1:
                matched.append((was, fitting[0]))
                gone.remove(was)
                added.remove(fitting[0])
    return matched, gone, added


def _argument(
    pair: Pair, was: _Argument, now: _Argument, site: Site
) -> Iterator[Change]:
    found: list[Change] = []
    old, new = was.planned, now.planned
    if old.name != new.name:
        text = f"{site.subject} was called {code(old.name)}"
        found.append(site.tell(text, BROKEN))
    elif was.wire != now.wire:
        text = f"{site.subject} is sent as {code(now.wire)} now, was {code(was.wire)}"
        found.append(site.tell(text, BROKEN))
    if old.location != new.location:
        before, after = code(old.location), code(new.location)
        text = f"{site.subject} stands in the {after} now, stood in the {before}"
        found.append(site.tell(text, BROKEN))
    elif old.style != new.style:
        text = f"{site.subject} is written by {code(new.style)} now, was by "
        found.append(site.tell(text + code(old.style), BROKEN))
    if new.required and not old.required:
        found.append(site.tell(f"{site.subject} became required", NARROWED))
    elif old.required and not new.required:
        found.append(site.tell(f"{site.subject} became optional", HARMLESS))
    if now.data.get("deprecated") is True and was.data.get("deprecated") is not True:
        found.append(site.tell(f"{site.subject} is deprecated now", NOTED))
    elif was.data.get("deprecated") is True and now.data.get("deprecated") is not True:
        found.append(site.tell(f"{site.subject} is no longer deprecated", HARMLESS))
    found += compare_values(pair, was.schema, now.schema, site.inside(site.subject))
    if not found and not _same_rest(pair, was, now):
        found.append(otherwise(site))
    yield from found


def _same_rest(pair: Pair, was: _Argument, now: _Argument) -> bool:
    return pair.same(
        {k: v for k, v in was.data.items() if k not in _TOLD},
        {k: v for k, v in now.data.items() if k not in _TOLD},
    ) and ("schema" in was.data) == ("schema" in now.data)


def _order(
    matched: list[tuple[_Argument, _Argument]],
    old: OperationModule,
    new: OperationModule,
    site: Site,
) -> Iterator[Change]:
    """Compare the order of the arguments that may be given by position."""
    former = {now.planned.name: was.planned.name for was, now in matched}
    before = [p.name for p in old.located("path")]
    after = [p.name for p in new.located("path")]
    kept = [former[name] for name in after if former.get(name) in before]
    if kept != [name for name in before if name in kept]:
        text = f"the arguments by position are {codes(after)} now, were {codes(before)}"
        yield site.tell(text, BROKEN)
