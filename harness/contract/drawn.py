"""Values that hypothesis has drawn, which it need not draw again while nothing changes.

A few values for each of hundreds of schemas are always the same ones, and to draw them
took several times as long as all that tests do with them.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from harness.contract.document import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

_HERE = Path(__file__).resolve().parent
_KEPT: Final = _HERE.parents[1] / ".pytest_cache" / "drawn"


def drawn(
    strategy: Callable[..., SearchStrategy[T]], *arguments: Any, number: int
) -> list[T]:
    """Return what a strategy draws, always the same: new objects for each caller.

    Args:
        strategy: a function of this folder, whose name stands for what it does.
        arguments: what it takes; their `repr` says all of them.
        number: how many values.
    """
    found: list[T] = pickle.loads(_pickled(strategy, arguments, number))
    return found


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


def _pickled(
    strategy: Callable[..., SearchStrategy[Any]], arguments: Any, number: int
) -> bytes:
    what = f"{strategy.__module__}.{strategy.__qualname__}{arguments!r}{number}"
    path = _KEPT / hashlib.sha256(_inputs() + what.encode()).hexdigest()[:32]
    with contextlib.suppress(OSError):
        return path.read_bytes()
    found: list[Any] = []

    @settings(examples(number), phases=[Phase.generate])
    @given(strategy(*arguments))
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    data = pickle.dumps(found)
    _KEPT.mkdir(parents=True, exist_ok=True)
    # Several processes may come to it at once.
    handle, unfinished = tempfile.mkstemp(dir=_KEPT)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(unfinished).replace(path)
    return data


@functools.cache
def _inputs() -> bytes:
    """Return a digest of all that has a say in what is drawn."""
    digest = hashlib.sha256(repr(DOCUMENT).encode("utf-8", "surrogatepass"))
    for path in sorted(_HERE.glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(f"{hypothesis.__version__} {sys.version}".encode())
    return digest.digest()
