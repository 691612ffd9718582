"""Compare the body of a request: whether it must be there, its forms, its type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from codegen.diff.matching import Known
from codegen.diff.report import BROKEN, HARMLESS, NARROWED, NOTED, Change
from codegen.diff.side import Side
from codegen.diff.sites import Site
from codegen.diff.values import Pair, compare_values
from codegen.diff.words import code
from codegen.document import Operation, resolve
from codegen.errors import Path


def compare_bodies(pair: Pair, old: Known, new: Known, site: Site) -> Iterator[Change]:
    """Tell how the body of an operation changed."""
    was, old_at = _body(pair.old, old[0])
    now, new_at = _body(pair.new, new[0])
    site = replace(site, element="body", subject=f"argument {code('body')}")
    site = replace(site, old=old_at, new=new_at)
    if was is None and now is None:
        return
    if was is None or now is None:
        yield _only_one(now, site)
        return
    if new[1].body_required and not old[1].body_required:
        yield site.tell(f"{site.subject} became required", NARROWED)
    elif old[1].body_required and not new[1].body_required:
        yield site.tell(f"{site.subject} became optional", HARMLESS)
    yield from _forms(pair, was["content"], now["content"], site)
    first_old, first_new = old[1].bodies[0].media_type, new[1].bodies[0].media_type
    known = {body.media_type for body in old[1].bodies}
    if first_old != first_new and first_new in known:
        text = f"{site.subject} is sent as {code(first_new)} unless told otherwise"
        yield site.tell(f"{text}, was {code(first_old)}", NOTED)
    if (len(old[1].bodies) > 1) != (len(new[1].bodies) > 1):
        word = code("media_type")
        if len(new[1].bodies) > 1:
            yield site.tell(f"argument {word} is new", HARMLESS)
        else:
            yield site.tell(f"argument {word} is gone", BROKEN)


def _body(side: Side, operation: Operation) -> tuple[dict[str, Any] | None, Path]:
    at: Path = (*operation.at, "requestBody")
    data = operation.data.get("requestBody")
    if data is None:
        return None, at
    return resolve(side.document, data, at, "requestBodies")


def _only_one(now: dict[str, Any] | None, site: Site) -> Change:
    if now is None:
        return site.tell(f"{site.subject} is gone", BROKEN, gone=True)
    if now.get("required") is True:
        return site.tell(f"{site.subject} is new and required", NARROWED)
    return site.tell(f"{site.subject} is new", HARMLESS)


def _forms(
    pair: Pair, was: dict[str, Any], now: dict[str, Any], site: Site
) -> Iterator[Change]:
    """Compare the media types, and what each of them holds."""
    if len(was) == len(now) == 1 and was.keys() != now.keys():
        (before,), (after,) = was, now
        text = f"{site.subject} is sent as {code(after)} now, was {code(before)}"
        yield site.tell(text, BROKEN)
        yield from _form(pair, (was[before], now[after]), site, after)
        return
    for media_type, data in now.items():
        if media_type in was:
            yield from _form(pair, (was[media_type], data), site, media_type)
        else:
            text = f"{site.subject} may now also be sent as {code(media_type)}"
            yield site.tell(text, HARMLESS)
    for media_type in was:
        if media_type not in now:
            text = f"{site.subject} can no longer be sent as {code(media_type)}"
            yield site.tell(text, BROKEN)


def _form(
    pair: Pair, media: tuple[Any, Any], site: Site, media_type: str
) -> Iterator[Change]:
    was, now = (one if isinstance(one, dict) else {} for one in media)
    inner = site.inside(site.subject, "content", media_type, "schema")
    found = compare_values(pair, was.get("schema", {}), now.get("schema", {}), inner)
    yield from found
    rest = [{k: v for k, v in one.items() if k != "schema"} for one in (was, now)]
    if not pair.same(*rest):
        text = f"{site.subject} is written otherwise as {code(media_type)}"
        yield site.tell(text, NOTED)
