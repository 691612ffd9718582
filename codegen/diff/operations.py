"""Compare the operations: which are new, gone or moved, and what each of them sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from codegen.diff import rules
from codegen.diff.pairs import (
    Pair,
    match_operations,
    names_in,
    similar,
    without_names,
)
from codegen.diff.report import Change
from codegen.diff.responses import compare_responses
from codegen.diff.security import compare_requirements
from codegen.diff.sides import Known, Side
from codegen.diff.sites import BOTH, SENT, Site, Use
from codegen.diff.values import compare_flags, compare_values
from codegen.diff.words import Prose, code, codes
from codegen.document import Operation, parameters
from codegen.errors import Path
from codegen.plan.literal import plain_text, string
from codegen.plan.operations import Parameter

# Keywords of operations and parameters that have a comparison of their own, or say
# nothing that code depends on.
_COMPARED = {
    *("operationId", "x-original-operation-id", "tags", "deprecated", "parameters"),
    *("requestBody", "responses", "security"),
}
_PARAMETER_COMPARED = {"name", "in", "required", "deprecated", "schema", "content"}


def compare_operations(pair: Pair) -> Iterator[Change]:
    """Compare all operations."""
    for old, new in match_operations(pair.old, pair.new):
        if old and new:
            yield from _matched(pair, old, new)
        elif new:
            yield _site(new, new, BOTH).change(rules.NEW)
        elif old:
            yield _site(old, old, BOTH).change(rules.GONE)


def _site(old: Known, new: Known, use: Use) -> Site:
    where = plain_text(f"{new.operation.method.upper()} {new.operation.path}")
    places = old.operation.at, new.operation.at
    return Site("operation", _name(new), where, Prose("the operation"), *places, use)


def _name(known: Known) -> str:
    return f"{known.module.tag}.{known.module.name}"


def _matched(pair: Pair, old: Known, new: Known) -> Iterator[Change]:
    site = _site(old, new, SENT)
    found = [*_names_and_route(old, new, site), *_arguments(pair, old, new, site)]
    found += _body(pair, old, new, site)
    found += compare_responses(pair, old, new, site)
    found += compare_requirements(pair, old.operation, new.operation, site)
    tags = [known.operation.data.get("tags") for known in (old, new)]
    rest = (_without(known.operation.data, _COMPARED) for known in (old, new))
    if not found and not (pair.same(*rest) and tags[0] == tags[1]):
        found.append(site.change(rules.SAME_CODE))
    yield from found


def _without(data: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def _names_and_route(old: Known, new: Known, site: Site) -> Iterator[Change]:
    was, now = old.operation, new.operation
    if _name(old) != _name(new):
        same_name = old.module.name == new.module.name
        rule = rules.MOVED if same_name else rules.RENAMED
        # Whatever belongs to the operation was imported from there.
        yield replace(site, use=BOTH).change(rule, was=_name(old), now=_name(new))
    elif was.name != now.name:
        yield site.change(rules.OPERATION_ID, was=was.name, now=now.name)
    yield from compare_flags(was.data, now.data, site)
    if was.method != now.method:
        methods = was.method.upper(), now.method.upper()
        yield site.change(rules.METHOD, was=methods[0], now=methods[1])
    # The names of the arguments in the path are compared with the arguments.
    if without_names(was.path) != without_names(now.path) or _swapped(was, now):
        yield site.change(rules.ROUTE, was=was.path, now=now.path)


def _swapped(was: Operation, now: Operation) -> bool:
    """Return whether arguments that both paths have stand in another order."""
    before, after = names_in(was.path), names_in(now.path)
    return [n for n in before if n in after] != [n for n in after if n in before]


# --- Arguments ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Argument:
    """A parameter: what the document says, and what the code makes of it."""

    data: dict[str, Any]
    at: Path
    planned: Parameter

    @property
    def key(self) -> str:
        """Return its name in the request."""
        return str(self.data["name"])

    @property
    def schema(self) -> Any:
        """Return the schema, also of one that is written as JSON."""
        if "schema" in self.data:
            return self.data["schema"]
        media: Any = next(iter((self.data.get("content") or {}).values()), {})
        return media.get("schema", {}) if isinstance(media, dict) else {}


def _arguments(pair: Pair, old: Known, new: Known, site: Site) -> Iterator[Change]:
    gone, added = _arguments_of(pair.old, old), _arguments_of(pair.new, new)
    matched = _match(pair, gone, added, (old.operation.path, new.operation.path))
    for was, now in matched:
        yield from _argument(pair, was, now, _at(site, was, now))
    for now in added:
        rule = rules.NEW_REQUIRED if now.planned.required else rules.NEW
        yield _at(site, now, now).change(rule)
    for was in gone:
        yield _at(site, was, was).change(rules.GONE)
    # The order counts where arguments may be given by position.
    former = {now.planned.name: was.planned.name for was, now in matched}
    before, after = ([p.name for p in k.module.located("path")] for k in (old, new))
    kept = [former[name] for name in after if former.get(name) in before]
    if kept != [name for name in before if name in kept]:
        yield site.change(rules.POSITIONS, was=codes(before), now=codes(after))


def _arguments_of(side: Side, known: Known) -> list[_Argument]:
    planned = {(p.wire, p.location): p for p in known.module.parameters}
    return [
        _Argument(data, at, planned[(string(data["name"]), data["in"])])
        for data, at in parameters(side.document, known.operation)
    ]


def _at(site: Site, was: _Argument, now: _Argument) -> Site:
    name = now.planned.name
    subject = Prose(f"argument {code(name)}")
    return replace(site, element=name, subject=subject, old=was.at, new=now.at)


def _match(
    pair: Pair, gone: list[_Argument], added: list[_Argument], paths: tuple[str, str]
) -> list[tuple[_Argument, _Argument]]:
    """Take arguments that belong together out of the lists, and return them in pairs.

    They are matched by name and location, by name, by position in the path, and by
    similarity.
    """
    same_route = without_names(paths[0]) == without_names(paths[1])
    old_order, new_order = map(names_in, paths)

    def same_position(was: _Argument, now: _Argument) -> bool:
        in_path = was.planned.location == now.planned.location == "path"
        if not in_path or not same_route:
            return False
        return old_order.index(was.key) == new_order.index(now.key)

    def renamed(was: _Argument, now: _Argument) -> bool:
        return (
            was.planned.location == now.planned.location
            and was.planned.required == now.planned.required
            and pair.same(was.schema, now.schema)
            and similar(was.key, now.key)
        )

    matched: list[tuple[_Argument, _Argument]] = []
    for belong in (
        lambda was, now: (was.key, was.data["in"]) == (now.key, now.data["in"]),
        lambda was, now: was.key == now.key,
        same_position,
        renamed,
    ):
        for was in list(gone):
            fitting = [now for now in added if belong(was, now)]
            if len(fitting) == 1:
                matched.append((was, fitting[0]))
                gone.remove(was)
                added.remove(fitting[0])
    return matched


def _argument(
    pair: Pair, was: _Argument, now: _Argument, site: Site
) -> Iterator[Change]:
    found: list[Change] = []
    old, new = was.planned, now.planned
    if old.name != new.name:
        found.append(site.change(rules.ARGUMENT_RENAMED, was=old.name))
    elif was.key != now.key:
        found.append(site.change(rules.PARAMETER_RENAMED, was=was.key, now=now.key))
    if old.location != new.location:
        change = site.change(rules.LOCATION, was=old.location, now=new.location)
        found.append(change)
    elif old.style != new.style:
        found.append(site.change(rules.STYLE, was=old.style, now=new.style))
    found += _required(old.required, new.required, site)
    found += compare_flags(was.data, now.data, site)
    found += compare_values(pair, was.schema, now.schema, site.inside(site.subject))
    rest = (_without(one.data, _PARAMETER_COMPARED) for one in (was, now))
    as_json = ["schema" in one.data for one in (was, now)]
    if not found and not (pair.same(*rest) and as_json[0] == as_json[1]):
        found.append(site.change(rules.SAME_CODE))
    yield from found


def _required(was: bool, now: bool, site: Site) -> Iterator[Change]:
    if was != now:
        yield site.change(rules.REQUIRED if now else rules.OPTIONAL)


# --- The body -----------------------------------------------------------------------


def _body(pair: Pair, old: Known, new: Known, site: Site) -> Iterator[Change]:
    was, old_at = _body_of(pair.old, old.operation)
    now, new_at = _body_of(pair.new, new.operation)
    subject = Prose(f"argument {code('body')}")
    site = replace(site, element="body", subject=subject, old=old_at, new=new_at)
    if was is None or now is None:
        if was:
            yield site.change(rules.GONE)
        elif now:
            needed = now.get("required") is True
            yield site.change(rules.NEW_REQUIRED if needed else rules.NEW)
        return
    yield from _required(old.module.body_required, new.module.body_required, site)
    yield from _media_types(pair, was["content"], now["content"], site)
    before, after = ([b.media_type for b in k.module.bodies] for k in (old, new))
    if before[0] != after[0] and after[0] in before:
        yield site.change(rules.MEDIA_TYPE_DEFAULT, was=before[0], now=after[0])
    if (len(before) > 1) != (len(after) > 1):
        rule = rules.ARGUMENT_NEW if len(after) > 1 else rules.ARGUMENT_GONE
        yield site.change(rule, name="media_type")


def _body_of(side: Side, operation: Operation) -> tuple[dict[str, Any] | None, Path]:
    at: Path = (*operation.at, "requestBody")
    data = operation.data.get("requestBody")
    return (None, at) if data is None else side.component("requestBodies", data, at)


def _media_types(
    pair: Pair, was: dict[str, Any], now: dict[str, Any], site: Site
) -> Iterator[Change]:
    """Compare the media types, and what each of them holds."""
    if len(was) == len(now) == 1 and was.keys() != now.keys():
        (before,), (after,) = was, now
        yield site.change(rules.MEDIA_TYPE, was=before, now=after)
        yield from _media(pair, was[before], now[after], site, after)
        return
    for media_type, media in now.items():
        if media_type in was:
            yield from _media(pair, was[media_type], media, site, media_type)
        else:
            yield site.change(rules.MEDIA_TYPE_NEW, now=media_type)
    for media_type in was:
        if media_type not in now:
            yield site.change(rules.MEDIA_TYPE_GONE, was=media_type)


def _media(
    pair: Pair, old: Any, new: Any, site: Site, media_type: str
) -> Iterator[Change]:
    was, now = (one if isinstance(one, dict) else {} for one in (old, new))
    inner = site.inside(site.subject, "content", media_type, "schema")
    yield from compare_values(pair, was.get("schema", {}), now.get("schema", {}), inner)
    if not pair.same(_without(was, {"schema"}), _without(now, {"schema"})):
        yield site.change(rules.MEDIA_TYPE_FORM, now=media_type)
