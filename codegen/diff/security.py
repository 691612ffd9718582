"""Compare what a request has to prove itself with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.diff.forms import form, same
from codegen.diff.report import BROKEN, HARMLESS, NOTED, Change
from codegen.diff.side import Side
from codegen.diff.sites import SENT, Site
from codegen.diff.values import Pair
from codegen.diff.words import code
from codegen.document import Operation

Ways = set[frozenset[str]]


def compare_security(pair: Pair) -> Iterator[Change]:
    """Tell what changed for all operations, and of the schemes themselves."""
    at = ("security",)
    site = Site("package", "security", "", "", "every request", at, at, SENT)
    old, new = pair.old.document, pair.new.document
    if old.get("paths") and new.get("paths"):
        yield from _ways(
            pair, old.get("security") or [], new.get("security") or [], site
        )
    was, now = _schemes(pair.old), _schemes(pair.new)
    for name in was:
        if name in now and not same(was[name], now[name]):
            place = ("components", "securitySchemes", name)
            inner = Site(
                "package", "security", "", name, code(name), place, place, SENT
            )
            kept = all(
                was[name].get(key) == now[name].get(key)
                for key in ("type", "scheme", "name", "in")
            )
            text = f"the security scheme {code(name)} is another one now"
            if kept:
                text = f"the security scheme {code(name)} is described otherwise"
            yield inner.tell(text, NOTED if kept else BROKEN)


def compare_requirements(
    pair: Pair, old: Operation, new: Operation, site: Site
) -> Iterator[Change]:
    """Tell what changed for one operation, unless it did so for all."""
    was, now = old.data.get("security"), new.data.get("security")
    if was is None and now is None:
        return
    default_old = pair.old.document.get("security") or []
    default_new = pair.new.document.get("security") or []
    before = default_old if was is None else was
    after = default_new if now is None else now
    yield from _ways(pair, before, after, site)


def _ways(pair: Pair, was: list[Any], now: list[Any], site: Site) -> Iterator[Change]:
    before, after = _accepted(pair.old, was), _accepted(pair.new, now)
    inner = site.inside("every request" if site.kind == "package" else "the request")
    if before != after:
        kept = all(any(way <= known for way in after) for known in before)
        text = f"{inner.subject} proves itself by {_told(now)} now, was by {_told(was)}"
        yield inner.tell(text, HARMLESS if kept else BROKEN)
    elif _scopes(was) != _scopes(now):
        text = f"{inner.subject} proves itself by {_told(now)} now, was by {_told(was)}"
        if _told(was) == _told(now):
            text = f"{inner.subject} needs other scopes now"
        yield inner.tell(text, NOTED)


def _scopes(requirements: list[Any]) -> list[str]:
    return sorted(form(one, {}) for one in requirements)


def _accepted(side: Side, requirements: list[Any]) -> Ways:
    """Give the ways of which one is enough, each by what its schemes are."""
    schemes = _schemes(side)
    if not requirements:
        return {frozenset()}
    return {
        frozenset(form(schemes.get(name, name), {}) for name in requirement)
        for requirement in requirements
    }


def _schemes(side: Side) -> dict[str, Any]:
    return (side.document.get("components") or {}).get("securitySchemes") or {}


def _told(requirements: list[Any]) -> str:
    ways = [" with ".join(map(code, sorted(w))) or "nothing" for w in requirements]
    return " or ".join(ways) or "nothing"
