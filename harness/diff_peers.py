"""Compare our verdicts with those of a comparison of documents that we didn't write.

The changes are those of the tables in tests/diff. The other one judges schemas and
knows of no code, so that it often has another opinion; each difference has its reason
here, and one without a reason, or a reason without a difference, is a failure.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.environments import node, node_with
from harness.processes import ProcessError
from tests.diff import (
    test_models,
    test_operations,
    test_properties,
    test_responses,
    test_unions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.codegen.specs import Document

_TABLES = {
    "values": [test_properties.ROWS],
    "operations": [test_operations.ROWS, test_responses.ROWS],
    "models": [test_models.ROWS, test_unions.ROWS],
}
VERSION = "1.0.6"
TIMEOUT = 120.0
"""Seconds for all comparisons together."""

_PROGRAM = """
const fs = require("fs");
const { apiCompare } = require(process.argv[1]);
const seen = ({ type, path }) => ({ type, path });
const cases = JSON.parse(fs.readFileSync(0, "utf8"));
const judged = cases.map(([old, now]) => apiCompare(old, now).diffs.map(seen));
console.log(JSON.stringify(judged));
"""

REASONS: dict[str, set[str]] = {
    "a wider value is read without a break where the types are open; we say `mind`": {
        *("values: value", "models: value", "models: variant", "models: open"),
        *("values: shorter", "values: a limit", "values: at least", "values: least"),
        *("values: greatest", "values: at most items", "values: least items"),
        *("values: unique", "values: pattern", "values: multiple", "values: keys"),
        *("values: format", "values: limit of items", "models: closed"),
        *("models: size", "models: keys", "models: others typed"),
        *("operations: header", "values: hints"),
    },
    "a property that is gone is gone from the code, whoever uses it": {
        *("values: optional", "values: required", "models: renamed property"),
        *("models: a new class", "models: property spelt otherwise"),
    },
    "another type breaks those who read it, too": {
        *("values: null and another type", "values: null, narrower"),
        *("values: text, number", "values: bytes", "values: items", "values: map"),
        *("values: another class", "values: class, text", "values: class, map"),
        *("values: constant", "values: constant, type", "values: time of another kind"),
        *("models: map", "models: another value", "models: class, any object"),
        *("models: alias, class", "operations: another response"),
        *(
            "operations: no response",
            "operations: another too",
            "operations: no result",
        ),
        *("operations: another error", "operations: error of its own"),
        *("operations: stream", "operations: another JSON besides"),
        "operations: text too",
    },
    "a number may be an integer, but not the reverse": {
        *("values: integer, number", "values: wider items"),
    },
    "null is judged as any other type, in whatever words it is allowed": {
        *("values: null items", "operations: null"),
    },
    "an enum is narrower than its type, which it takes for the reverse": {
        *("values: enum, open", "models: no enum", "operations: items"),
        *("values: both of an enum", "values: true of an enum"),
    },
    "what has no effect is no change": {
        *("values: a limit that is none", "values: a flag that is none"),
        *("values: bound itself", "values: lists, any list"),
        "operations: the same JSON by another name",
    },
    "no code depends on a default or a note, so that we say `mind`": {
        *("values: default", "values: a default", "values: true is not 1"),
        *("values: read-only", "values: write-only", "values: time"),
        *("values: unixtime, null", "values: other format", "models: default"),
        *("models: hint", "operations: default"),
    },
    "code has to be changed, though nothing else is sent or answered": {
        *("values: constant that a call needn't give", "values: open"),
        *("models: renamed class", "models: renamed enum", "models: renamed union"),
        *("operations: name", "operations: tag", "operations: renamed in path"),
        *("operations: order", "operations: new"),
    },
    "told of the variants, not of the union": {
        *("models: told apart", "models: told apart by another"),
    },
    "any 2xx is read like the documented one, any 4xx like its range": {
        *("operations: status", "operations: status too", "operations: error by name"),
    },
    "it has no opinion on arguments of another type or form": {
        *("operations: type", "operations: style", "operations: encoding"),
    },
    "it has no opinion on bodies that are new, and on security": {
        *("operations: body", "operations: another body", "operations: all"),
        *("operations: one way more", "operations: both", "operations: nothing"),
        *("operations: scheme", "operations: scopes of another one"),
    },
}


@dataclass(frozen=True)
class Case:
    """A change: what it is called, its documents, and what we say breaks whom."""

    title: str
    old: Document
    new: Document
    callers: bool
    readers: bool


def cases() -> Iterator[Case]:
    """Go through every change of the tables, and its reverse."""
    for kind, tables in _TABLES.items():
        for row in (row for table in tables for row in table):
            title = f"{kind}: {row.title}"
            there, back = list(row.due.values())[-1]
            yield Case(title, row.old, row.new, there[0] == "B", there[1] == "B")
            if "-" not in back or kind == "operations":
                yield Case(title, row.new, row.old, back[0] == "B", back[1] == "B")


def theirs(found: list[dict[str, Any]]) -> tuple[bool, bool]:
    """Return whether the other one says that callers break, and readers."""
    # What it says of components, it says again where they are used.
    places = [d["path"] for d in found if d["type"] == "breaking"]
    places = [path for path in places if path[0] != "components"]
    return (
        any("responses" not in path for path in places),
        any("responses" in path for path in places),
    )


def main() -> int:
    """Compare, print what differs and why, and return the exit code."""
    argparse.ArgumentParser(prog="scripts/diff-peers", description=__doc__).parse_args()
    every = list(cases())
    try:
        package = node_with(f"api-smart-diff-{VERSION}", f"api-smart-diff@{VERSION}")
    except ProcessError as error:
        print(f"diff-peers: {error}", file=sys.stderr)
        return 2
    done = subprocess.run(
        [node(), "--eval", _PROGRAM, package],
        input=json.dumps([[case.old, case.new] for case in every]),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    if done.returncode:
        print(f"diff-peers: the other one failed:\n{done.stderr[:2000]}")
        return 1
    differing: dict[str, int] = {}
    for case, found in zip(every, json.loads(done.stdout), strict=True):
        if theirs(found) != (case.callers, case.readers):
            differing[case.title] = differing.get(case.title, 0) + 1
    return _print(len(every), differing)


def _print(count: int, differing: dict[str, int]) -> int:
    number = sum(differing.values())
    print(f"{count} verdicts, {count - number} of them the same, {number} other:")
    left = set(differing)
    stale: set[str] = set()
    for reason, titles in REASONS.items():
        print(f"  {sum(differing.get(t, 0) for t in titles):3} {reason}")
        left -= titles
        stale |= titles - differing.keys()
    for title in sorted(left):
        print(f"  without a reason: {title}")
    for title in sorted(stale):
        print(f"  the same, so that it needs no reason: {title}")
    return 1 if left or stale else 0


if __name__ == "__main__":
    sys.exit(main())
