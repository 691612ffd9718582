"""Run single passes of the normaliser, and see that they keep their promises."""

from __future__ import annotations

import copy
from typing import Any

from codegen.normalise import PASSES
from tests.codegen.specs import NULL, Document, document


def run(name: str, given: Document) -> tuple[Document, int]:
    """Run one pass; see that it is pure, idempotent, and counts what it changes."""
    before = copy.deepcopy(given)
    found, count = PASSES[name](given)
    assert given == before, "the pass has changed its input"
    again, more = PASSES[name](copy.deepcopy(found))
    assert again == found, "a second run changes more"
    assert more == 0, "a second run counts"
    assert (found != given) == (count > 0), "the count is wrong"
    return found, count


def on_schema(name: str, schema: Any, **others: Any) -> tuple[Any, int]:
    """Run a pass on a document with one schema, `S`; return that and the count."""
    found, count = run(name, document(S=schema, **others))
    return found["components"]["schemas"]["S"], count


def optional(schema: Any, **outside: Any) -> Document:
    """Write what may be null."""
    return {**outside, "anyOf": [schema, NULL]}
