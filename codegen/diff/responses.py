"""Compare the responses of an operation: its result, its errors, its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from codegen.diff import rules
from codegen.diff.pairs import Pair
from codegen.diff.report import Change, Prose, code
from codegen.diff.rules import BOTH, READ, Site
from codegen.diff.sides import Known, Side
from codegen.diff.values import compare_values
from codegen.document import Operation, media_schemas
from codegen.errors import Path
from codegen.plan.responses import EVENT_STREAM, kind_of

# What is read without a schema; all else is JSON, or may be.
_PLAIN = {"text": "str", "bytes": "bytes", "none": "None"}


@dataclass(frozen=True)
class _Response:
    """How the response of one status is read.

    Attributes:
        status: the status, a range of them, or "default".
        schemas: what the document says of each media type that is JSON.
        plain: what else may come: text, bytes, or none where there is no content.
        annotation: its type in the code.
        at: where that stands.
        data: what the document says, its stream of events aside.
        events: the schema of its stream of events, and where that stands.
    """

    status: str
    schemas: dict[str, Any]
    plain: frozenset[str]
    annotation: str
    at: Path
    data: dict[str, Any]
    events: tuple[Any, Path] | None

    @property
    def is_success(self) -> bool:
        return self.status.startswith("2")

    @property
    def subject(self) -> Prose:
        if self.status == "default":
            return Prose("the response of any other status")
        noun = "response" if self.is_success else "error"
        return Prose(f"the {noun} {code(self.status)}")

    def has(self, pair: Pair, schema: Any) -> bool:
        """Return whether this, of the old document, has a schema of the new one."""
        return any(pair.same(known, schema) for known in self.schemas.values())

    def same(self, pair: Pair, new: _Response) -> bool:
        """Return whether one of the new document is read as this one."""
        return (
            self.plain == new.plain
            and len(self.schemas) == len(new.schemas)
            and all(self.has(pair, schema) for schema in new.schemas.values())
        )


_Responses = Mapping[str, _Response]


def compare_responses(
    pair: Pair, old: Known, new: Known, site: Site
) -> Iterator[Change]:
    """Compare the responses of an operation."""
    before = _responses(pair.old, old.operation)
    after = _responses(pair.new, new.operation)
    reads = replace(site, use=READ)
    events = _events(before, old), _events(after, new)
    results = [[s for s in found if s.startswith("2")] for found in (before, after)]
    if len(results[0]) == len(results[1]) == 1 and results[0] != results[1]:
        (former,), (status,) = results
        was, now = before.pop(former), after.pop(status)
        yield _at(reads, was, now).change(rules.STATUS, was=former, now=status)
        yield from _both(pair, was, now, reads)
    for status, now in after.items():
        if status in before:
            yield from _both(pair, before[status], now, reads)
        else:
            yield _added(pair, before, now, _at(reads, now, now))
    for status, was in before.items():
        if status not in after:
            yield _gone(pair, was, after, _at(reads, was, was))
    yield from _streams(pair, old, new, events, site)


def _at(site: Site, was: _Response, now: _Response) -> Site:
    place = replace(site, old=was.at, new=now.at, subject=now.subject)
    return replace(place, element=now.status)


def _responses(side: Side, operation: Operation) -> dict[str, _Response]:
    result = {}
    for status, data in (operation.data.get("responses") or {}).items():
        at: Path = (*operation.at, "responses", status)
        response, at = side.component("responses", data, at)
        content = {m: (schema, at) for m, schema, at in media_schemas(response, at)}
        events = content.pop(EVENT_STREAM, None) if status.startswith("2") else None
        kinds = {media_type: kind_of(media_type) for media_type in content}
        schemas = {m: content[m][0] for m, kind in kinds.items() if kind not in _PLAIN}
        plain = frozenset({*kinds.values()} & {*_PLAIN} if kinds else {"none"})
        annotations = [side.annotation(schema) for schema in schemas.values()]
        annotations += [_PLAIN[kind] for kind in sorted(plain, reverse=True)]
        annotation = " | ".join(dict.fromkeys(annotations))
        if "Any" in annotations:
            annotation = "Any"
        others = response.get("content") or {}
        others = {k: media for k, media in others.items() if k != EVENT_STREAM}
        if schemas:
            at = content[next(iter(schemas))][1]
        result[status] = _Response(
            *(status, schemas, plain, annotation, at),
            *({**response, "content": others}, events),
        )
    return result


def _both(pair: Pair, was: _Response, now: _Response, site: Site) -> Iterator[Change]:
    place = _at(site, was, now)
    types = {"was": was.annotation, "now": now.annotation}
    found = []
    matched = _matched(was, now)
    if now.plain - was.plain or any(
        media_type not in matched.values() and not was.has(pair, schema)
        for media_type, schema in now.schemas.items()
    ):
        found.append(place.change(rules.RESPONSE_WIDER, **types))
    elif was.annotation != now.annotation and (
        was.plain - now.plain or was.schemas.keys() - matched.keys()
    ):
        found.append(place.change(rules.RESPONSE_NARROWER, **types))
    for old, new in matched.items():
        old_at, new_at = (*was.at[:-2], old, "schema"), (*now.at[:-2], new, "schema")
        inner = replace(place, old=old_at, new=new_at)
        found += compare_values(pair, was.schemas[old], now.schemas[new], inner)
    found += _headers(pair, was, now, place)
    if not found and not pair.same(was.data, now.data):
        found.append(place.change(rules.RESPONSE_DESCRIBED))
    yield from found


def _matched(was: _Response, now: _Response) -> dict[str, str]:
    """Match the media types that are JSON: by their names, or one with one."""
    if len(was.schemas) == len(now.schemas) == 1:
        return {next(iter(was.schemas)): next(iter(now.schemas))}
    return {name: name for name in was.schemas if name in now.schemas}


def _headers(
    pair: Pair, was: _Response, now: _Response, site: Site
) -> Iterator[Change]:
    before, after = (
        {
            name: side.component("headers", header, response.at)[0]
            for name, header in (response.data.get("headers") or {}).items()
        }
        for side, response in ((pair.old, was), (pair.new, now))
    )
    for name in after:
        if name not in before:
            yield site.change(rules.HEADER_NEW, name=name)
        elif not pair.same(before[name], after[name]):
            yield site.change(rules.HEADER, name=name)
    for name in before:
        if name not in after:
            yield site.change(rules.HEADER_GONE, name=name)


def _added(pair: Pair, before: _Responses, now: _Response, place: Site) -> Change:
    known = any(was.same(pair, now) for was in before.values())
    was = _fallback(before, now.status)
    if now.is_success:
        rule = rules.RESULT_NEW_KNOWN if known else rules.RESULT_NEW
    elif was is None:
        rule = rules.ERROR_NEW_KNOWN if known else rules.ERROR_NEW
    elif was.same(pair, now):
        rule = rules.ERROR_NAMED
    else:
        rule = rules.RESPONSE_KNOWN if known else rules.RESPONSE_WIDER
    return place.change(rule, was=was.annotation if was else "", now=now.annotation)


def _gone(pair: Pair, was: _Response, after: _Responses, place: Site) -> Change:
    now = _fallback(after, was.status)
    if was.is_success:
        left = any(response.is_success for response in after.values())
        rule = rules.RESULT_GONE if left else rules.LAST_RESULT_GONE
    elif now is None:
        rule = rules.ERROR_GONE
    else:
        rule = rules.ERROR_UNNAMED if was.same(pair, now) else rules.ERROR_MERGED
    types = {"was": was.annotation, "now": now.annotation if now else ""}
    return place.change(rule, raised="UnexpectedStatus", **types)


def _fallback(responses: _Responses, status: str) -> _Response | None:
    """Return what is read for a status that is not named itself."""
    return responses.get(f"{status[0]}XX") or responses.get("default")


# --- Events -------------------------------------------------------------------------


def _events(responses: _Responses, known: Known) -> tuple[Any, Path]:
    found = [response.events for response in responses.values() if response.events]
    return found[0] if found else ({}, (*known.operation.at, "responses"))


def _streams(
    pair: Pair,
    old: Known,
    new: Known,
    events: tuple[tuple[Any, Path], tuple[Any, Path]],
    site: Site,
) -> Iterator[Change]:
    was, now = old.module.responses.stream, new.module.responses.stream
    (before, old_at), (after, new_at) = events
    place = replace(site, element="stream", use=BOTH, old=old_at, new=new_at)
    if bool(was) != bool(now):
        functions = Prose(f"{code('stream')} and {code('stream_async')}")
        rule = rules.STREAM_NEW if now else rules.STREAM_GONE
        yield replace(place, subject=functions).change(rule)
    elif was and now:
        event = replace(place, subject=Prose("an event of the stream"), use=READ)
        yield from compare_values(pair, before, after, event)
        if was.enveloped != now.enveloped:
            rule = rules.ENVELOPED if now.enveloped else rules.BARE
            yield event.change(rule, event="event", data="data")
        if was.switch != now.switch:
            switches = [one.switch or "nothing" for one in (was, now)]
            yield place.change(rules.SWITCH, was=switches[0], now=switches[1])
