"""The rows of a table in one test: all are tried, and all that fail are reported.

`scripts/test --row TEXT` tries only the rows with this text in their titles.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VARIABLE = "ASSISTANTS_ROW"
"""The environment variable by which the option reaches the tests."""


def run_rows(rows: Iterable[tuple[str, Callable[[], object]]]) -> None:
    """Run rows, each with its title, and raise all that they raised as one group."""
    known = [*rows]
    wanted = os.environ.get(VARIABLE, "")
    chosen = [row for row in known if wanted in row[0]]
    if not chosen:
        pytest.skip(f"no row has {wanted!r} in its title")
    failed = []
    for title, run in chosen:
        try:
            run()
        except Exception as error:  # noqa: BLE001 - raised again below
            error.add_note(f"for {title}")
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(chosen)} rows", failed)
