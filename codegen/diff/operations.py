"""Compare the operations: which are new, gone or moved, and what each of them sends."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from codegen.diff import rules
from codegen.diff.pairs import (
    Names,
    Pair,
    form,
    match,
    match_names,
    match_operations,
    names_in,
    without_names,
)
from codegen.diff.report import Change, Prose, code, codes
from codegen.diff.responses import compare_responses
from codegen.diff.rules import BOTH, SENT, Site, Use
from codegen.diff.sides import Known, Side
from codegen.diff.values import compare_flags, compare_values
from codegen.document import Operation, media_schemas, parameters, request_body
from codegen.errors import Path
from codegen.plan.literal import plain_text, string
from codegen.plan.parameters import Parameter

# Keywords of operations and parameters that have a comparison of their own, or say
# nothing that code depends on.
_COMPARED = {
    *("operationId", "x-original-operation-id", "tags", "deprecated", "parameters"),
    *("requestBody", "responses", "security"),
}
_PARAMETER_COMPARED = {"name", "in", "required", "deprecated", "schema", "content"}


def compare_operations(pair: Pair) -> Iterator[Change]:
    """Compare all operations."""
    gone, added = list(pair.old.operations), list(pair.new.operations)
    for old, new in match_operations(gone, added):
        yield from _matched(pair, old, new)
    for new in added:
        yield _site(new, new, BOTH).change(rules.NEW)
    for old in gone:
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
    else:
        yield from site.differing(rules.OPERATION_ID, was.name, now.name)
    yield from compare_flags(was.data, now.data, site)
    yield from site.differing(rules.METHOD, was.method.upper(), now.method.upper())
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
    path: str

    @property
    def key(self) -> str:
        """Return its name in the request."""
        return str(self.data["name"])

    @property
    def schema(self) -> Any:
        """Return the schema, also of one that is written as JSON."""
        inner = [schema for _, schema, _ in media_schemas(self.data, self.at)]
        return self.data.get("schema", inner[0] if inner else {})

    @property
    def position(self) -> tuple[str, int] | None:
        """Return which argument of which path it is."""
        if self.planned.location != "path":
            return None
        return without_names(self.path), names_in(self.path).index(self.key)

    def but_name(self, names: Names) -> Hashable:
        """Return what it is, whatever it is called."""
        return self.planned.location, self.planned.required, form(self.schema, names)


def _arguments(pair: Pair, old: Known, new: Known, site: Site) -> Iterator[Change]:
    gone, added = _arguments_of(pair.old, old), _arguments_of(pair.new, new)
    keys = (
        lambda argument: (argument.key, argument.data["in"]),
        lambda argument: argument.key,
        lambda argument: argument.position,
    )
    matched = list(match(gone, added, *keys))
    renamed = match_names(
        {argument.key: argument.but_name({}) for argument in gone},
        {argument.key: argument.but_name(pair.names) for argument in added},
    )
    matched += match(gone, added, lambda one: renamed.get(one.key, one.key))
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
    planned = {(p.quoted, p.location): p for p in known.module.parameters}
    return [
        _Argument(
            data, at, planned[(string(data["name"]), data["in"])], known.operation.path
        )
        for data, at in parameters(side.document, known.operation)
    ]


def _at(site: Site, was: _Argument, now: _Argument) -> Site:
    name = now.planned.name
    subject = Prose(f"argument {code(name)}")
    return replace(site, element=name, subject=subject, old=was.at, new=now.at)


def _argument(
    pair: Pair, was: _Argument, now: _Argument, site: Site
) -> Iterator[Change]:
    old, new = was.planned, now.planned
    found = [
        *(
            site.differing(rules.ARGUMENT_RENAMED, old.name, new.name)
            or site.differing(rules.PARAMETER_RENAMED, was.key, now.key)
        ),
        *(
            site.differing(rules.LOCATION, old.location, new.location)
            or site.differing(rules.STYLE, old.style, new.style)
        ),
        *_required(old.required, new.required, site),
        *compare_flags(was.data, now.data, site),
        *compare_values(pair, was.schema, now.schema, site.inside(site.subject)),
    ]
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
    was, old_at = request_body(pair.old.document, old.operation)
    now, new_at = request_body(pair.new.document, new.operation)
    subject = Prose(f"argument {code('body')}")
    site = replace(site, element="body", subject=subject, old=old_at, new=new_at)
    if not (was and now):
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


# --- Authentication -------------------------------------------------------------------

_SECTION = "securitySchemes"
# What a scheme is; the rest only describes it.
_ESSENTIAL = ("type", "scheme", "name", "in")


def compare_security(pair: Pair) -> Iterator[Change]:
    """Compare what is required of all operations, and the schemes themselves."""
    at = ("security",)
    site = Site("package", "security", "", Prose("every request"), at, at, SENT)
    old, new = pair.old.document, pair.new.document
    if _unstated(pair.old) & _unstated(pair.new):
        yield from _requirements(pair, old.get("security"), new.get("security"), site)
    was, now = _schemes(pair.old), _schemes(pair.new)
    for name in was:
        if name in now and form(was[name], {}) != form(now[name], {}):
            place = ("components", _SECTION, name)
            scheme = code(name)
            site = Site("package", "security", "", scheme, place, place, SENT, name)
            kept = all(was[name].get(k) == now[name].get(k) for k in _ESSENTIAL)
            yield site.change(rules.SCHEME_DESCRIBED if kept else rules.SCHEME)


def _unstated(side: Side) -> set[Hashable]:
    """Return the operations that say nothing of their own, by names and places."""
    found = [known.operation for known in side.operations]
    silent = [each for each in found if each.data.get("security") is None]
    return {key for each in silent for key in (each.name, each.at)}


def compare_requirements(
    pair: Pair, old: Operation, new: Operation, site: Site
) -> Iterator[Change]:
    """Compare what is required of one operation, unless it is that of all."""
    was, now = old.data.get("security"), new.data.get("security")
    if was is not None or now is not None:
        was = pair.old.document.get("security") if was is None else was
        now = pair.new.document.get("security") if now is None else now
        site = site.inside("the request")
        yield from _requirements(pair, was, now, site)


def _requirements(
    pair: Pair, was: list[Any] | None, now: list[Any] | None, site: Site
) -> Iterator[Change]:
    before, after = _accepted(pair.old, was or []), _accepted(pair.new, now or [])
    old, new = _written(was or []), _written(now or [])
    if before != after:
        kept = all(any(way <= known for way in after) for known in before)
        yield site.change(rules.PROOF_WIDER if kept else rules.PROOF, was=old, now=new)
    elif form({"security": was or []}, {}) != form({"security": now or []}, {}):
        rule = rules.SCOPES if old == new else rules.PROOF_SCOPES
        yield site.change(rule, was=old, now=new)


def _accepted(side: Side, requirements: list[Any]) -> set[frozenset[str]]:
    """Return the sets of schemes of which one is enough, each by what the schemes are.

    What they are called makes no difference.
    """
    essence: dict[str, str] = {
        name: form([scheme.get(key) for key in _ESSENTIAL], {})
        for name, scheme in _schemes(side).items()
    }
    ways: list[dict[str, Any]] = requirements or [{}]
    return {frozenset(essence.get(name, name) for name in way) for way in ways}


def _schemes(side: Side) -> dict[str, Any]:
    return (side.document.get("components") or {}).get(_SECTION) or {}


def _written(requirements: list[Any]) -> Prose:
    ways = [" with ".join(map(code, sorted(w))) or "nothing" for w in requirements]
    return Prose(" or ".join(ways) or "nothing")
