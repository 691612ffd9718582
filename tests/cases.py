"""One test over many cases: all of them are tried, and all that fail are reported.

pytest takes some two milliseconds to list, run and report a test, in each process that
runs tests; which is many times what most small cases take.
"""

from __future__ import annotations

import inspect
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from harness.rows import run_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")


def each_case(
    names: str | Sequence[str],
    cases: Iterable[Any],
    *,
    ids: Iterable[str] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a test go through cases, in place of `pytest.mark.parametrize`.

    It is for tests that leave nothing behind: the cases share what fixtures give.

    Args:
        names: the arguments, as for `parametrize`.
        cases: what they are, a tuple for each case where there are several.
        ids: what to call the cases; without them, their arguments say it.
    """
    keys = (
        [each.strip() for each in names.split(",")] if isinstance(names, str) else names
    )
    known = [case if len(keys) > 1 else (case,) for case in cases]
    titles = [*ids] if ids is not None else [repr(case)[:200] for case in known]
    assert known, "there are no cases"
    arguments = [dict(zip(keys, case, strict=True)) for case in known]

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def over_all(**fixtures: Any) -> None:
            calls = [partial(test, **fixtures, **given) for given in arguments]
            run_rows(zip(titles, calls, strict=True))

        taken = inspect.signature(test).parameters
        left = [each for name, each in taken.items() if name not in keys]
        over_all.__signature__ = inspect.Signature(left)  # type: ignore[attr-defined]
        # By this, pytest would find all arguments of the test itself.
        del over_all.__dict__["__wrapped__"]
        return over_all

    return decorate


def some(items: Iterable[T]) -> list[T]:
    """Return items, of which there are some: what is said of none of them says nothing.

    `harness.vacuity` wants it wherever a test looks at items that may be missing.
    """
    found = [*items]
    assert found, "there is nothing to look at"
    return found
