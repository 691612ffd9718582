"""Spoiling what was right: JSON at any path, its text, and bytes; all from a seed."""

from __future__ import annotations

import copy
import json
import math
from random import Random
from typing import Any

from harness.contract.document import SCHEMAS, Schema, reference, variants

# A text that stands for a piece of JSON which no value gives when it is written.
_RAW = "\ue000{}\ue000"
PIECES = (
    *("[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000),
    *("[" * 600 + "]" * 600, '{"a":' * 500 + "null" + "}" * 500, "[{}]" * 3),
    *("NaN", "-Infinity", "Infinity", "1e999", "-0", "-0.0", "1E2", "1.50"),
    *("1" + "0" * 400, "-1" + "0" * 40, "1" + "0" * 5_000, "18446744073709551616"),
    *("0.1e-9999", "9" * 25, "123456789012345678.123456789"),
    *('"\\ud800"', '"\\udc00\\ud83d"', '"\\u0000"', "'single'", "undefined", "01"),
    *('{"id":1,"id":2}', '{"":{"":""}}', '"\x01"', "[1,]", "/**/1", "+1", ".5", "nul"),
)
WORDS = (
    *("", " ", "null", "true", "0", "id", "run_1", "msg_1", "step_1", "call_0", "add"),
    *(
        "\u2028",
        "\x85",
        "\x00",
        "\x1b[31m",
        "a\r\nb",
        "\ufeff",
        "é\U0001f600",
        "\ud800",
    ),
    *("thread.run", "thread.message.delta", "requires_action", "completed", "list"),
    *("in_progress", "napping", "function", "text", "../..", "{}", "[DONE]", "{0}%s"),
    *("x" * 3_000, "__class__", "additional_properties", "from_dict", "self", "UNSET"),
)
NUMBERS = (
    *(0, -1, 1, 1e30, -1e30, 2**31, 2**63, 2**64, -(2**63) - 1, 10**19, 10**400),
    *(
        math.nan,
        math.inf,
        -math.inf,
        0.5,
        -0.0,
        5e-324,
        1e308,
        253402300800,
        -62135596801,
    ),
    *(1790000000.5, 1790000000000),
)


def weird(rng: Random) -> Any:
    """Return a value that is hardly ever right."""
    match rng.randrange(8):
        case 0:
            return None
        case 1:
            return rng.random() < 0.5
        case 2 | 3:
            return rng.choice(NUMBERS)
        case 4:
            return rng.choice(WORDS)
        case 5:
            return [weird(rng) for _ in range(rng.randrange(3))]
        case 6:
            return {rng.choice(WORDS): weird(rng) for _ in range(rng.randrange(3))}
    return _RAW.format(rng.randrange(len(PIECES)))


def spoil(rng: Random, value: Any) -> Any:
    """Return the value with one thing changed, anywhere in it; it itself stays."""
    value = copy.deepcopy(value)
    places = list(_places(value))
    if not places or rng.random() < 0.02:
        return weird(rng)
    holder, key = rng.choice(places)
    match rng.randrange(9):
        case 0 | 1 | 2:
            holder[key] = weird(rng)
        case 3:
            del holder[key]
        case 4 if isinstance(holder, dict):
            holder[rng.choice([*WORDS, f"{key}_", key.upper()])] = holder.pop(key)
        case 5 if isinstance(holder, dict):
            holder[rng.choice(WORDS)] = weird(rng)
        case 6:
            other, at = rng.choice(places)
            holder[key] = copy.deepcopy(other.get(at) if isinstance(other, dict) else 0)
        case 7 if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        case 8:
            holder[key] = rng.choice([[holder[key]], {"a": holder[key]}])
        case _:
            holder[key] = None
    return value


def _places(node: Any) -> Any:
    todo = [node]
    for each in todo:
        keys: Any = ()
        if isinstance(each, list):
            keys = range(len(each))
        elif isinstance(each, dict):
            keys = [*each]
        for key in keys:
            yield each, key
            todo.append(each[key])


def written(value: Any, *, ascii_only: bool = True) -> str:
    """Write JSON, or what resembles it, as no encoder would."""
    text = json.dumps(value, ensure_ascii=False).replace("\ud800", "\\ud800")
    for number, piece in enumerate(PIECES):
        mark = _RAW.format(number)
        text = text.replace(f'"{mark}"', piece).replace(mark, "raw")
    if ascii_only:
        text = "".join(c if c < "\x80" else _escaped(c) for c in text)
    return text


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def spoil_bytes(rng: Random, content: bytes) -> bytes:
    """Return bytes with one change that disregards their meaning."""
    at = rng.randrange(len(content) + 1)
    to = min(len(content), at + rng.choice((1, 2, 8, 100)))
    match rng.randrange(9):
        case 0:
            return content[:at] + rng.randbytes(rng.randrange(1, 5)) + content[to:]
        case 1:
            return content[:at] + content[to:]
        case 2:
            return content[:at]
        case 3:
            return content[:to] + content[at:]
        case 4:
            odd = (
                b"\x00",
                b"\xff\xfe",
                b"\xef\xbb\xbf",
                b"\xe2\x80\xa8",
                b"\xed\xa0\x80",
            )
            return content[:at] + rng.choice(odd) + content[at:]
        case 5:
            marks = (b"\n", b"\r", b"\r\n", b"\n\n", b":", b'"', b"}", b"{", b"[", b",")
            return content[:at] + rng.choice(marks) + content[at:]
        case 6:
            return b"\xef\xbb\xbf" + content
        case 7:
            return content + rng.choice((b" ", b"\n", b"x", b"{}", b"\x00", b"}"))
    text = content.decode("utf-8", "replace")
    return text.encode(rng.choice(("utf-16", "utf-32-le", "utf-16-be", "utf-8-sig")))


def instance(rng: Random, schema: Schema, depth: int = 0) -> Any:
    """Return a value that is right by a schema of the document."""
    if name := reference(schema):
        return instance(rng, SCHEMAS[name], depth)
    if alternatives := variants(schema):
        return instance(rng, rng.choice(alternatives), depth)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    match schema["type"]:
        case "object":
            return _object(rng, schema, depth)
        case "array":
            most = 3 if depth < 3 else 1
            number = rng.randrange(schema.get("minItems", 0), most + 1)
            return [instance(rng, schema["items"], depth + 1) for _ in range(number)]
        case "string":
            return rng.choice(("run_1", "asst_1", "thread_1", "Sunny", "", "{}", "ä"))
        case "integer":
            if schema.get("format") == "unixtime":
                return 1790000000 + rng.randrange(1000)
            return rng.randrange(3)
        case "number":
            return rng.choice((0.5, 1, 1.0))
        case "boolean":
            return rng.random() < 0.5
    return None


def _object(rng: Random, schema: Schema, depth: int) -> dict[str, Any]:
    if "properties" not in schema:
        return {"a": "b"} if rng.random() < 0.5 else {}
    required = set(schema.get("required", []))
    for branch in schema.get("oneOf", [])[:1]:
        required |= set(branch["required"])
    return {
        name: instance(rng, inner, depth + 1)
        for name, inner in schema["properties"].items()
        if name in required or rng.random() < 0.7
    }
