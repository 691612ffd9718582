"""The threads of an export end with it, except at an interrupt."""

from __future__ import annotations

import threading

import pytest

from assistants_cli.archive.workers import each_of
from tests.cases import each_case


class _Work:
    """Work of two items, the second of which takes its time."""

    def __init__(self, time: float, error: Exception | None = None) -> None:
        self.time, self.error = time, error
        self.begun, self.ended = threading.Event(), threading.Event()
        self.released = threading.Event()

    def __call__(self, item: int) -> None:
        if item == 2:
            self.begun.set()
            self.released.wait(self.time)
            self.ended.set()
            return
        self.begun.wait(5)
        if self.error:
            raise self.error

    def perform(self, error: BaseException) -> None:
        """Perform both, and raise an error when there is a first result."""
        with each_of(self, [1, 2], count=2) as found:
            assert next(found) == (1, None)
            raise error


@each_case("error", (ValueError("of the work"), None))
def test_after_an_error_what_was_begun_is_waited_for(error: Exception | None) -> None:
    work = _Work(0.05, error)
    with pytest.raises(ValueError, match="of the work" if error else "of mine"):
        work.perform(ValueError("of mine"))
    assert work.ended.is_set()


def test_an_interrupt_waits_for_nothing() -> None:
    work = _Work(5)
    with pytest.raises(KeyboardInterrupt):
        work.perform(KeyboardInterrupt())
    assert not work.ended.is_set()
    work.released.set()
