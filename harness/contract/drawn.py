"""Values that hypothesis has drawn, which it need not draw again while nothing changes.

A few values for each of hundreds of schemas are always the same ones, and to draw them
took several times as long as all that tests do with them.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from harness.contract.document import DOCUMENT, OTHER
from harness.kept import kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def drawn(
    strategy: Callable[..., SearchStrategy[T]], *arguments: Any, number: int
) -> list[T]:
    """Return what a strategy draws, always the same: new objects for each caller.

    Args:
        strategy: a function of this folder, whose name stands for what it does.
        arguments: what it takes; their `repr` says all of them.
        number: how many values.
    """
    what = f"{strategy.__module__}.{strategy.__qualname__}{arguments!r}{number}"

    def draw() -> list[T]:
        found: list[T] = []

        @settings(examples(number), phases=[Phase.generate])
        @given(strategy(*arguments))
        def collect(value: T) -> None:
            found.append(value)

        collect()
        return found

    # Other documents are seldom seen twice.
    return draw() if OTHER else kept([_inputs(), what.encode()], draw)


def examples(number: int) -> settings:
    """Settings for a test that tries so many examples, always the same."""
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.too_slow,
        ],
    )


@functools.cache
def _inputs() -> bytes:
    """Return a digest of all that has a say in what is drawn."""
    digest = hashlib.sha256(repr(DOCUMENT).encode("utf-8", "surrogatepass"))
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(f"{hypothesis.__version__} {sys.version}".encode())
    return digest.digest()
