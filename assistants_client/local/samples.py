"""Values that fit a JSON schema: always the same ones, made to be read by people."""

from __future__ import annotations

import itertools
import json
from typing import Any

from ._checking import CHECKER, NoSampleError
from ._likely import Place
from ._schemas import flaw
from ._searching import Search

__all__ = ["NoSampleError", "flaw", "sample"]


def sample(schema: Any, *, name: str = "value") -> Any:
    """Give a value that fits a JSON schema, always the same for the same schema.

    What the schema proposes comes first: `const`, `default`, `examples`, `enum`.
    Objects have all the properties that they can have, but not those that would repeat
    the schema inside itself. The formats that people use are respected.

    Work is bounded by counting, never by a clock. So is the size of the value, and what
    patterns cost: a text is compared with one only after the number of ways to do so
    was found to be small. Nothing is fetched.

    Args:
        schema: as draft 2020-12 has it.
        name: what a text says that may say anything, outside of any property.

    Raises:
        NoSampleError: it is no schema, no value fits, or none was found in time.
    """
    problem = flaw(schema)
    if problem is not None:
        raise NoSampleError(f"this is no JSON schema: {problem}")
    search = Search(schema)
    failures = []
    token = CHECKER.set(search)
    try:
        for lavish, again in itertools.product((True, False), (0, 2)):
            if (lavish and search.exhausted) or (again and not search.denied):
                continue
            found = search.found(Place("$", name), lavish, again)
            if found is not None:
                return json.loads(found.text)
            failures.append(search.failure)
    finally:
        CHECKER.reset(token)
    raise NoSampleError(failures[0])
