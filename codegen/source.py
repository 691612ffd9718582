"""Read an OpenAPI document from a file or a URL, and trust nothing in it.

YAML is read by the JSON-like rules of YAML 1.2: `no`, `on` and `2024-08-06` stay the
text that they are. Aliases are counted as what they expand to, so that a small file
can't fill the memory.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from codegen.errors import SpecError, shorten

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 32 * 1024 * 1024
MAX_NODES = 2_000_000
MAX_DEPTH = 150
# Seconds for one step of a download, and for all of it.
FETCH_TIMEOUT = 30.0
FETCH_DEADLINE = 180.0
_MAX_REDIRECTS = 10
ANY_HOST = "--any-host"
"""The option of commands that lets redirects lead anywhere."""

Document = dict[str, Any]

_TAG = "tag:yaml.org,2002:"
# What a word without quotation marks is, by the core rules of YAML 1.2: the first that
# matches, else text.
_WORDS = {
    "null": re.compile(r"(~|null|Null|NULL|)\Z"),
    "bool": re.compile(r"(true|True|TRUE|false|False|FALSE)\Z"),
    "int": re.compile(r"([-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400})\Z"),
    "float": re.compile(
        r"[-+]?(\.[0-9]{1,400}|[0-9]{1,400}(\.[0-9]{0,400})?)([eE][-+]?[0-9]{1,4})?\Z"
        r"|[-+]?\.(inf|Inf|INF|nan|NaN|NAN)\Z"
    ),
    "merge": re.compile(r"<<\Z"),
}
# The words to try by the first character of what is read.
_FIRSTS = {
    "": ("null",),
    **dict.fromkeys("~nN", ("null",)),
    **dict.fromkeys("tTfF", ("bool",)),
    **dict.fromkeys("+-.0123456789", ("int", "float")),
    "<": ("merge",),
}


@dataclass(frozen=True)
class Source:
    """A document as it was read: its data and what identifies it.

    `folder` is the one that it stands in, None where it came from a URL.
    """

    name: str
    sha256: str
    document: Document
    folder: Path | None = None

    @property
    def version(self) -> str:
        """Return `info.version`, or an empty text where there is none."""
        info = self.document.get("info")
        version = info.get("version") if isinstance(info, dict) else None
        return "" if version is None else str(version)


def load(location: str | Path, *, any_host: bool = False, listed: str = "") -> Source:
    """Read the document at a path or an `http(s)://` URL.

    Args:
        location: where it is.
        any_host: whether a redirect may lead to another host, or away from HTTPS.
        listed: the key under which to put a list that stands alone.

    Raises:
        SpecError: it can't be read, is too large, or is not a JSON or YAML object.
    """
    text = str(location)
    if text.startswith(("http://", "https://")):
        shown = without_secrets(text).rstrip("/")
        data = fetch(text, any_host=any_host)
        return parse(data, name=shown.rpartition("/")[2], listed=listed)
    path = Path(location)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(f"can't read {text}: {error.strerror}") from error
    return replace(parse(data, name=path.name, listed=listed), folder=path.parent)


def parse(data: bytes, *, name: str = "document", listed: str = "") -> Source:
    """Read a document from bytes, JSON or YAML by its first character."""
    if len(data) > MAX_BYTES:
        raise SpecError(
            f"{name} is larger than {MAX_BYTES // 1024 // 1024} MiB",
            hint="No OpenAPI document needs that; is it the right file?",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{name} is not UTF-8: byte {error.start}") from error
    is_json = text.lstrip()[:1] == "{"
    document = _parse_json(text, name) if is_json else _parse_yaml(text, name)
    if listed and isinstance(document, list):
        document = {listed: document}
    if not isinstance(document, dict):
        raise SpecError(f"{name} holds no object, but {shorten(document)}")
    return Source(name, hashlib.sha256(data).hexdigest(), document)


def fetch(url: str, *, any_host: bool = False) -> bytes:
    """Return what stands at a URL, of what is too large the beginning.

    Args:
        url: where it stands.
        any_host: whether a redirect may lead to another host, or away from HTTPS.
    """
    import httpx

    shown = without_secrets(url)
    received = bytearray()
    deadline = time.monotonic() + FETCH_DEADLINE
    try:
        with httpx.Client(timeout=FETCH_TIMEOUT) as client:
            request = client.build_request("GET", url)
            for _ in range(_MAX_REDIRECTS):
                response = client.send(request, stream=True)
                if response.next_request is None:
                    break
                response.close()
                if not any_host:
                    _check_redirect(request.url, response.next_request.url)
                request = response.next_request
            else:
                raise SpecError(
                    f"{shown} is redirected more than {_MAX_REDIRECTS} times"
                )
            response.raise_for_status()
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > MAX_BYTES:
                    break
                if time.monotonic() > deadline:
                    raise SpecError(f"{shown} takes longer than {FETCH_DEADLINE:.0f} s")
    except httpx.HTTPStatusError as error:
        # Its own text names the whole URL.
        status = f"{error.response.status_code} {error.response.reason_phrase}"
        raise SpecError(f"can't fetch {shown}: {status.strip()}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SpecError(f"can't fetch {shown}: {error}") from error
    return bytes(received)


def _check_redirect(before: httpx.URL, after: httpx.URL) -> None:
    """Refuse a redirect to another host, or from HTTPS to something else."""
    target = without_secrets(str(after))
    hint = f"Name that URL if you trust it; build, check and pin take {ANY_HOST}, too."
    shown = without_secrets(str(before))
    if after.host != before.host:
        raise SpecError(f"{shown} redirects to another host: {target}", hint=hint)
    if before.scheme == "https" != after.scheme:
        raise SpecError(f"{shown} redirects away from HTTPS: {target}", hint=hint)


def without_secrets(url: str) -> str:
    """Return a URL without its query and user, which may hold a key."""
    scheme, _, rest = url.partition("://")
    place = re.split("[?#]", rest, maxsplit=1)[0]
    host, slash, path = place.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _parse_json(text: str, name: str) -> Any:
    def refuse_constant(word: str) -> NoReturn:
        raise SpecError(f"{name} holds {word}, which is not JSON")

    try:
        value = json.loads(
            text, parse_constant=refuse_constant, object_pairs_hook=_unique_pairs
        )
    except RecursionError as error:
        raise SpecError(f"{name} is nested too deeply") from error
    except _TwiceError as error:
        # Whoever reads it as YAML knows the line.
        _parse_yaml(text, name, also=error.message)
        raise SpecError(f"{name}: {error.message}") from error
    except ValueError as error:
        # A flow mapping of YAML begins with a brace too.
        if isinstance(error, json.JSONDecodeError):
            return _parse_yaml(text, name, also=str(error))
        raise SpecError(f"{name} is not valid JSON: {error}") from error
    _measure(value, name)
    return value


class _TwiceError(SpecError):
    """A key stands twice in one object."""


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        double = next(key for key, count in counts.items() if count > 1)
        raise _TwiceError(f"the key {shorten(double)} stands twice in one object")
    return result


def _measure(value: Any, name: str) -> None:
    """Refuse what is too deep, too large or not writable as UTF-8."""
    pending: list[tuple[Any, int]] = [(value, 1)]
    nodes = 0
    while pending:
        item, depth = pending.pop()
        nodes += 1
        if depth > MAX_DEPTH:
            raise SpecError(f"{name} is nested more than {MAX_DEPTH} levels deep")
        if nodes > MAX_NODES:
            raise SpecError(f"{name} holds more than {MAX_NODES} values")
        if isinstance(item, dict):
            pending.extend((key, depth) for key in item)
            pending.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            pending.extend((child, depth + 1) for child in item)
        elif isinstance(item, str) and not item.isascii():
            try:
                item.encode()
            except UnicodeEncodeError as error:
                message = f"{name} holds text that is not Unicode: {item!a}"
                raise SpecError(message) from error
        elif isinstance(item, float) and not math.isfinite(item):
            raise SpecError(f"{name} holds a number that is too large for JSON")


def _parse_yaml(text: str, name: str, *, also: str = "") -> Any:
    hint = f"Read as JSON: {also}" if also else ""
    try:
        return _Builder(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"{name}, line {mark.line + 1}" if mark else name
        problem = ", ".join(filter(None, (error.context, error.problem)))
        what = "" if type(error) is yaml.MarkedYAMLError else "not valid YAML: "
        raise SpecError(f"{at}: {what}{problem}", hint=hint) from error
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise SpecError(f"{name} is not valid YAML: {problem}", hint=hint) from error


def reads_as_text(word: str) -> bool:
    """Return whether a word without quotation marks is text in YAML."""
    return word == "<<" or not any(p.match(word) for p in _WORDS.values())


class _Builder:
    """Build plain data by the rules of YAML 1.2, from what libyaml parses."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._anchors: dict[str | None, tuple[Any, Any]] = {}
        self._nodes = 0

    def document(self) -> Any:
        """Return what the one document holds."""
        value, seen = None, False
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise _error(event, "expected a single document in the stream")
                value, seen = self._value(next(self._events), 1), True
        return value

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _error(event, f"found undefined alias {event.anchor!r}")
            return self._copy(self._anchors[event.anchor][1], event, depth)
        self._count(event, depth)
        # Some published documents define an anchor twice: the later one counts. Within
        # what it stands for, it is not defined yet.
        self._anchors.pop(event.anchor, None)
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif event.tag not in (None, "!", _TAG + "seq", _TAG + "map"):
            raise _error(event, f"the tag {shorten(event.tag)} is not known here")
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(event, depth)
        else:
            value = []
            while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                value.append(self._value(item, depth + 1))
        if event.anchor:
            self._anchors[event.anchor] = event, value
        return value

    def _mapping(self, event: Any, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: list[Any] = []
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if isinstance(key, yaml.AliasEvent):
                key, _ = self._anchors.get(key.anchor, (key, None))
            if not isinstance(key, yaml.ScalarEvent):
                raise _error(key, "a key must be a plain word or text")
            if key.anchor:
                self._anchors[key.anchor] = key, _scalar(key)
            value = self._value(next(self._events), depth + 1)
            if key.value == "<<" and _kind(key) == "merge":
                merged += value if isinstance(value, list) else [value]
            elif key.value in result:
                raise _error(key, f"the key {shorten(key.value)} stands twice")
            else:
                result[key.value] = value
        for base in merged:
            if not isinstance(base, dict):
                raise _error(event, "<< merges something that is no mapping")
            result = {**base, **result}
        return result

    def _copy(self, value: Any, event: Any, depth: int) -> Any:
        """Copy what an alias stands for; it counts as often as it is used."""
        self._count(event, depth)
        if isinstance(value, dict):
            return {k: self._copy(v, event, depth + 1) for k, v in value.items()}
        if isinstance(value, list):
            return [self._copy(item, event, depth + 1) for item in value]
        return value

    def _count(self, event: Any, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _error(event, f"more than {MAX_NODES} values, by its aliases")
        if depth > MAX_DEPTH:
            raise _error(event, f"nested more than {MAX_DEPTH} levels deep")


def _kind(event: Any) -> str:
    """Return what a scalar is, by its tag or else by the word that it is."""
    if event.tag not in (None, "!"):
        return str(event.tag).removeprefix(_TAG)
    if event.implicit[0]:
        for kind in _FIRSTS.get(event.value[:1], ()):
            if _WORDS[kind].match(event.value):
                return kind
    return "str"


def _scalar(event: Any) -> Any:
    text: str = event.value
    match _kind(event):
        case "str" | "merge":
            return text
        case "null":
            return None
        case "bool":
            return text[0] in "tT"
        case "int":
            return int(text, 0 if text[1:2] in ("o", "x") else 10)
        case "float":
            number = math.nan if "n" in text.lower() else float(text)
            if math.isfinite(number):
                return number
            raise _error(event, f"{text} is no number that JSON knows")
    raise _error(event, f"the tag {shorten(event.tag)} is not known here")


def _error(event: Any, message: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=message, problem_mark=event.start_mark)
