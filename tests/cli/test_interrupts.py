"""An interrupt that comes too early for a wait breaks it off all the same."""

from __future__ import annotations

import signal
from threading import Thread

import pytest

from assistants_cli import interrupts
from assistants_cli.interrupts import noticed_at_once


def test_a_wait_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "_SECONDS_UNTIL_AWAKE", 0.001)
    seen: list[int] = []
    earlier = signal.signal(signal.SIGURG, signal.SIG_IGN)
    try:
        with noticed_at_once():
            monkeypatch.setattr(
                "signal.pthread_kill", lambda _, number: seen.append(number)
            )
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGURG) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGURG, earlier)
    assert seen == [signal.SIGURG]
    assert signal.set_wakeup_fd(-1) == -1


def test_other_threads_change_no_signals() -> None:
    before = signal.getsignal(signal.SIGURG)
    inside: list[object] = []

    def work() -> None:
        with noticed_at_once():
            inside.append(signal.getsignal(signal.SIGURG))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert inside == [before]
