"""Compare how requests have to authenticate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.diff import rules
from codegen.diff.pairs import Pair, form
from codegen.diff.report import Change
from codegen.diff.sides import Side
from codegen.diff.sites import SENT, Site
from codegen.diff.words import Prose, code
from codegen.document import Operation

_SECTION = "securitySchemes"
# What a scheme is; the rest only describes it.
_ESSENTIAL = ("type", "scheme", "name", "in")


def compare_security(pair: Pair) -> Iterator[Change]:
    """Compare what is required of all operations, and the schemes themselves."""
    at = ("security",)
    site = Site("package", "security", "", Prose("every request"), at, at, SENT)
    old, new = pair.old.document, pair.new.document
    if old.get("paths") and new.get("paths"):
        yield from _requirements(pair, old.get("security"), new.get("security"), site)
    was, now = _schemes(pair.old), _schemes(pair.new)
    for name in was:
        if name in now and form(was[name], {}) != form(now[name], {}):
            place = ("components", _SECTION, name)
            scheme = code(name)
            site = Site("package", "security", "", scheme, place, place, SENT, name)
            kept = all(was[name].get(k) == now[name].get(k) for k in _ESSENTIAL)
            yield site.change(rules.SCHEME_DESCRIBED if kept else rules.SCHEME)


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
    schemes = _schemes(side)
    return {
        frozenset(form(schemes.get(name, name), {}) for name in requirement)
        for requirement in requirements or [{}]
    }


def _schemes(side: Side) -> dict[str, Any]:
    return (side.document.get("components") or {}).get(_SECTION) or {}


def _written(requirements: list[Any]) -> Prose:
    ways = [" with ".join(map(code, sorted(w))) or "nothing" for w in requirements]
    return Prose(" or ".join(ways) or "nothing")
