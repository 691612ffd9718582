"""A plugin of pytest that notes which tests call which functions.

`CALLERS` names the folder that gets a file from each process. Only tests that pass
count.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

CALLERS = "ASSISTANTS_CALLERS"
ROOT = Path(__file__).resolve().parents[1]
_ROOMS = tuple(
    str(ROOT / each) + os.sep
    for each in (
        *("assistants_archive", "assistants_cli", "assistants_client"),
        *("assistants_server", "codegen", "generated"),
    )
)
_calls: dict[str, dict[str, float]] = {}
_called: set[CodeType] = set()


def _note(frame: FrameType, event: str, argument: Any) -> None:
    _called.add(frame.f_code)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note what is called while a test runs, in threads that begin there, too."""
    _called.clear()
    threading.settrace(_note)
    sys.settrace(_note)
    try:
        return (yield)
    finally:
        sys.settrace(None)


@pytest.hookimpl
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a test called that has passed."""
    if report.when != "call" or not report.passed:
        return
    for code in [*_called]:
        if code.co_filename.startswith(_ROOMS):
            path = Path(code.co_filename).relative_to(ROOT).as_posix()
            name = f"{path}:{code.co_firstlineno}"
            _calls.setdefault(name, {})[report.nodeid] = report.duration


def pytest_sessionfinish() -> None:
    """Write down what was called."""
    folder = Path(os.environ[CALLERS])
    (folder / f"{os.getpid()}.json").write_text(json.dumps(_calls), "utf-8")


def read(folder: Path) -> dict[str, dict[str, float]]:
    """Return the tests that call a function, with the seconds that each one takes.

    Functions are named by their files and lines.
    """
    found: dict[str, dict[str, float]] = {}
    for path in folder.glob("*.json"):
        for name, tests in json.loads(path.read_text("utf-8")).items():
            found.setdefault(name, {}).update(tests)
    return found
