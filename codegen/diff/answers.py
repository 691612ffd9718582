"""Compare what an operation answers: its result, its errors, its stream of events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from codegen.diff.matching import Known
from codegen.diff.report import (
    BROKEN,
    HARMLESS,
    NOTED,
    WIDENED,
    Change,
    Effect,
    Verdict,
)
from codegen.diff.side import Side
from codegen.diff.sites import BOTH, READ, Site
from codegen.diff.values import Pair, compare_values
from codegen.diff.words import code
from codegen.document import Operation, resolve
from codegen.errors import Path
from codegen.plan.responses import EVENT_STREAM

_HEADER_GONE = Effect(Verdict.NONE, Verdict.MIND)
_PLAIN = {"text": "str", "bytes": "bytes", "none": "None"}


@dataclass(frozen=True)
class _Read:
    """How the answer of one status is read.

    Attributes:
        status: the status, a range of them, or "default".
        schemas: what the document says of each media type that is JSON.
        plain: what else may come: text, bytes, or none where there is no content.
        annotation: its type in the code.
        at: where that stands.
        data: the whole response.
    """

    status: str
    schemas: dict[str, Any]
    plain: frozenset[str]
    annotation: str
    at: Path
    data: dict[str, Any]

    @property
    def is_success(self) -> bool:
        return self.status.startswith("2")

    @property
    def subject(self) -> str:
        if self.is_success:
            return f"the answer {code(self.status)}"
        if self.status == "default":
            return "the answer of any other status"
        return f"the error {code(self.status)}"


def compare_answers(pair: Pair, old: Known, new: Known, site: Site) -> Iterator[Change]:
    """Tell how the answers of an operation changed."""
    before, after = _reads(pair.old, old[0]), _reads(pair.new, new[0])
    reads = replace(site, use=READ)
    one_each = [[s for s in found if s.startswith("2")] for found in (before, after)]
    moved = len(one_each[0]) == len(one_each[1]) == 1 and one_each[0] != one_each[1]
    if moved:
        (was,), (now,) = one_each
        text = f"the answer has status {code(now)}, was {code(was)}"
        yield _at(reads, before[was], after[now]).tell(text, HARMLESS)
        yield from _both(pair, before.pop(was), after.pop(now), reads)
    for status, read in after.items():
        if status in before:
            yield from _both(pair, before[status], read, reads)
        else:
            yield from _added(pair, before, read, reads)
    for status, read in before.items():
        if status not in after:
            yield from _gone(pair, read, after, reads)
    yield from _streams(pair, old, new, site)


def _at(site: Site, was: _Read, now: _Read) -> Site:
    place = replace(site, old=was.at, new=now.at, subject=now.subject)
    return replace(place, element=now.status)


def _reads(side: Side, operation: Operation) -> dict[str, _Read]:
    result = {}
    for status, data in (operation.data.get("responses") or {}).items():
        at: Path = (*operation.at, "responses", status)
        response, at = resolve(side.document, data, at, "responses")
        content = response.get("content") or {}
        if status.startswith("2"):
            content = {k: v for k, v in content.items() if k != EVENT_STREAM}
        schemas, plain = _contents(content)
        annotations = [side.annotation(schema) for schema in schemas.values()]
        annotations += [_PLAIN[kind] for kind in sorted(plain, reverse=True)]
        annotation = " | ".join(dict.fromkeys(annotations))
        if "Any" in annotations:
            annotation = "Any"
        if schemas:
            at = (*at, "content", next(iter(schemas)), "schema")
        read = _Read(status, schemas, frozenset(plain), annotation, at, response)
        result[status] = read
    return result


def _contents(content: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Sort media types by how they are read: JSON by its schemas, all else plainly."""
    schemas: dict[str, Any] = {}
    plain = set() if content else {"none"}
    for media_type, media in content.items():
        name = media_type.split(";")[0].strip().lower()
        if name == "application/json" or name.endswith("+json"):
            given = isinstance(media, dict)
            schemas[media_type] = media.get("schema", {}) if given else {}
        else:
            plain.add("text" if name.startswith("text/") else "bytes")
    return schemas, plain


def _both(pair: Pair, was: _Read, now: _Read, site: Site) -> Iterator[Change]:
    place = _at(site, was, now)
    found = []
    matched = _matched(was, now)
    gained = now.plain - was.plain or any(
        media_type not in matched.values() and not _has(pair, was, schema)
        for media_type, schema in now.schemas.items()
    )
    lost = was.plain - now.plain or was.schemas.keys() - matched.keys()
    shown = f"{code(now.annotation)} now, was {code(was.annotation)}"
    if gained:
        found.append(place.tell(f"{now.subject} is {shown}", WIDENED))
    elif lost and was.annotation != now.annotation:
        found.append(place.tell(f"{now.subject} is {shown}", HARMLESS))
    for old, new in matched.items():
        inner = replace(
            place,
            old=(*was.at[:-2], old, "schema"),
            new=(*now.at[:-2], new, "schema"),
        )
        found += compare_values(pair, was.schemas[old], now.schemas[new], inner)
    found += _headers(pair, was, now, place)
    if not found and not pair.same(_unstreamed(was.data), _unstreamed(now.data)):
        text = f"{now.subject} is described otherwise, but read the same"
        found.append(place.tell(text, HARMLESS))
    yield from found


def _matched(was: _Read, now: _Read) -> dict[str, str]:
    """Match the media types that are JSON: by their names, or one with one."""
    if len(was.schemas) == len(now.schemas) == 1:
        return {next(iter(was.schemas)): next(iter(now.schemas))}
    return {name: name for name in was.schemas if name in now.schemas}


def _has(pair: Pair, was: _Read, schema: Any) -> bool:
    return any(pair.same(known, schema) for known in was.schemas.values())


def _unstreamed(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out the stream of events, which is told of by itself."""
    content = data.get("content") or {}
    return {**data, "content": {k: v for k, v in content.items() if k != EVENT_STREAM}}


def _headers(pair: Pair, was: _Read, now: _Read, site: Site) -> Iterator[Change]:
    before, after = _headers_of(pair.old, was), _headers_of(pair.new, now)
    for name in after:
        if name not in before:
            text = f"{now.subject} has the header {code(name)} now"
            yield site.tell(text, HARMLESS)
        elif not pair.same(before[name], after[name]):
            text = f"the header {code(name)} of {now.subject} is described otherwise"
            yield site.tell(text, NOTED)
    for name in before:
        if name not in after:
            text = f"{now.subject} has no header {code(name)} any more"
            yield site.tell(text, _HEADER_GONE)


def _headers_of(side: Side, read: _Read) -> dict[str, Any]:
    return {
        name: resolve(side.document, header, read.at, "headers")[0]
        for name, header in (read.data.get("headers") or {}).items()
    }


def _added(
    pair: Pair, before: dict[str, _Read], now: _Read, site: Site
) -> Iterator[Change]:
    place = _at(site, now, now)
    known = any(_same(pair, was, now) for was in before.values())
    if now.is_success:
        text = f"{now.subject} is new: {code(now.annotation)}"
        yield place.tell(text, HARMLESS if known else WIDENED)
        return
    was = _fallback(before, now.status)
    if was is None:
        text = f"{now.subject} is documented now: {code(now.annotation)}"
        yield place.tell(text, NOTED if known else WIDENED)
    elif _same(pair, was, now):
        yield place.tell(f"{now.subject} is named now, and read the same", HARMLESS)
    else:
        text = (
            f"{now.subject} is {code(now.annotation)} now, was {code(was.annotation)}"
        )
        yield place.tell(text, NOTED if known else WIDENED)


def _gone(
    pair: Pair, was: _Read, after: dict[str, _Read], site: Site
) -> Iterator[Change]:
    place = _at(site, was, was)
    if was.is_success:
        text = f"{was.subject} is gone: {code(was.annotation)}"
        left = any(read.is_success for read in after.values())
        yield place.tell(text, HARMLESS if left else BROKEN, gone=True)
        return
    now = _fallback(after, was.status)
    if now is None:
        text = f"{was.subject} is no longer documented, and raises `UnexpectedStatus`"
        yield place.tell(text, BROKEN, gone=True)
    elif _same(pair, was, now):
        text = f"{was.subject} is not named any more, and read the same"
        yield place.tell(text, HARMLESS, gone=True)
    else:
        text = (
            f"{was.subject} is {code(now.annotation)} now, was {code(was.annotation)}"
        )
        yield place.tell(text, WIDENED, gone=True)


def _fallback(reads: dict[str, _Read], status: str) -> _Read | None:
    """Give what is read for a status that is not named itself."""
    return reads.get(f"{status[0]}XX") or reads.get("default")


def _same(pair: Pair, was: _Read, now: _Read) -> bool:
    return (
        was.plain == now.plain
        and len(was.schemas) == len(now.schemas)
        and all(_has(pair, was, schema) for schema in now.schemas.values())
    )


def _streams(pair: Pair, old: Known, new: Known, site: Site) -> Iterator[Change]:
    was, now = old[1].answers.stream, new[1].answers.stream
    functions = f"{code('stream')} and {code('stream_async')}"
    place = replace(site, element="stream", subject="an event of the stream", use=BOTH)
    if now and not was:
        at = _event_schema(pair.new, new[0])[1]
        text = f"{functions} are new: the answer may be a stream of events"
        yield replace(place, new=at).tell(text, HARMLESS)
    elif was and not now:
        at = _event_schema(pair.old, old[0])[1]
        text = f"{functions} are gone: the answer is never a stream of events"
        yield replace(place, old=at).tell(text, BROKEN, gone=True)
    elif was and now:
        before, old_at = _event_schema(pair.old, old[0])
        after, new_at = _event_schema(pair.new, new[0])
        place = replace(place, old=old_at, new=new_at)
        yield from compare_values(pair, before, after, replace(place, use=READ))
        if was.enveloped != now.enveloped:
            text = "an event is now " + ("" if now.enveloped else "no longer ")
            text += f"read as an object with {code('event')} and {code('data')}"
            yield replace(place, use=READ).tell(text, BROKEN)
        if was.switch != now.switch:
            text = f"one asks for a stream by {code(now.switch or 'nothing')} in the "
            text += f"body now, was by {code(was.switch or 'nothing')}"
            yield place.tell(text, NOTED)


def _event_schema(side: Side, operation: Operation) -> tuple[Any, Path]:
    for status, data in (operation.data.get("responses") or {}).items():
        at: Path = (*operation.at, "responses", status)
        response, at = resolve(side.document, data, at, "responses")
        content = response.get("content") or {}
        if EVENT_STREAM in content and status.startswith("2"):
            media = content[EVENT_STREAM]
            place = (*at, "content", EVENT_STREAM, "schema")
            return (media or {}).get("schema", {}), place
    return {}, (*operation.at, "responses")
