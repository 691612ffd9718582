"""One test over many names, each of which is named where it fails.

Hundreds of schemas times dozens of tests would be thousands of tests of a fraction of a
millisecond each, which pytest takes ten times as long to list and report.
"""

from __future__ import annotations

import os
from functools import partial, wraps
from typing import TYPE_CHECKING, TypeVar

from harness.rows import run_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


Named = TypeVar("Named")

# Of a document of thousands of schemas, a test may look at each nth only.
EVERY = int(os.environ.get("ASSISTANTS_EVERY", "1"))


def for_each(
    names: Collection[Named],
) -> Callable[[Callable[[Named], None]], Callable[[], None]]:
    """Have a test called with each of some names; all that fail are reported.

    Operations may stand for their names.
    """
    assert names

    def decorate(test: Callable[[Named], None]) -> Callable[[], None]:
        def over_all() -> None:
            call_each([*names][::EVERY], test)

        wraps(test)(over_all)
        # What wraps() leaves behind would tell pytest of an argument.
        del over_all.__dict__["__wrapped__"]
        return over_all

    return decorate


def call_each(names: Collection[Named], test: Callable[[Named], None]) -> None:
    """Call a test with each of some names, and then report all that failed."""
    run_rows((str(name), partial(test, name)) for name in names)
