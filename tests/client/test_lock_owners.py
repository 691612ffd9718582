"""A method that is locked runs once at a time, whichever thread calls it."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistants_client._locks import lock_of, locked
from harness.soak.forks import said_by_child


class Counter:
    def __init__(self) -> None:
        self._lock = lock_of(self)
        self.within = threading.Event()
        self.go_on = threading.Event()

    @locked
    def wait(self, *, fails: bool = False) -> str:
        """Wait while within."""
        self.within.set()
        assert self.go_on.wait(20)
        if fails:
            raise ValueError("no")
        return self.again()

    @locked
    def again(self) -> str:
        """Return a word."""
        return "done"


@pytest.mark.parametrize("fails", [False, True])
def test_others_wait_until_it_has_ended(fails: bool) -> None:
    counter = Counter()
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(counter.wait, fails=fails)
        assert counter.within.wait(20)
        assert not counter._lock.acquire(blocking=False)
        counter.go_on.set()
        if fails:
            with pytest.raises(ValueError, match="no"):
                waiting.result(20)
        else:
            assert waiting.result(20) == "done"
        assert counter._lock.acquire(blocking=False)
        counter._lock.release()
    assert counter.again.__name__ == "again"


# vacuous: it is for other systems
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")
def test_a_process_that_is_forked_has_it_free() -> None:
    counter = Counter()
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(counter.wait)
        assert counter.within.wait(20)
        assert said_by_child(counter.again) == "done"
        counter.go_on.set()
        assert waiting.result(20) == "done"
