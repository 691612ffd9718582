"""Values that fit a JSON schema: always the same ones, made to be read by people.

What does the work is imported on use: with the library behind it, that takes longer
than all else of the server, and most have no schema of their own to look at.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from ._sampling import NoSampleError

__all__ = ["NoSampleError", "flaw", "sample"]


def flaw(schema: Any) -> str | None:
    """Say why a value is no valid JSON schema of draft 2020-12, in one sentence.

    Returns:
        Where, as JSON path, and what is wrong; nothing where all is well.
    """
    from . import json_schemas as _schemas

    return _schemas.flaw(schema)


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
    from ._checker import CHECKER
    from ._likely import Place
    from ._searching import Search

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
