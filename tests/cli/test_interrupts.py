"""An interrupt that comes too early for a wait breaks it off all the same."""

from __future__ import annotations

import signal
import socket
import time
from threading import Thread, get_ident

import pytest

from assistants_cli import interrupts
from assistants_cli.interrupts import noticed_at_once

_KILL = signal.pthread_kill


def interrupt() -> None:
    """Interrupt from a thread of its own.

    The signal doesn't wake the main thread then, just as if it had come between the
    last step of its code and the wait.
    """
    time.sleep(0.03)
    _KILL(get_ident(), signal.SIGINT)


def wait(thread: Thread, there: socket.socket) -> None:
    thread.start()
    there.recv(1)


def test_waits_are_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "_SECONDS_BETWEEN", 0.01)
    # The first ones come too early as well.
    missed = [signal.SIGURG] * 3
    monkeypatch.setattr(
        "signal.pthread_kill",
        lambda *given: missed.pop() if missed else _KILL(*given),
    )
    earlier = signal.signal(signal.SIGURG, signal.SIG_IGN)
    here, there = socket.socketpair()
    here.settimeout(5)
    try:
        with here, there, noticed_at_once():
            for _ in range(2):
                thread = Thread(target=interrupt)
                with pytest.raises(KeyboardInterrupt):
                    wait(thread, here)
                thread.join()
        assert signal.getsignal(signal.SIGURG) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGURG, earlier)
    assert signal.set_wakeup_fd(-1) == -1


def test_an_interrupt_that_ends_everything_leaves_nothing_behind() -> None:
    before = signal.getsignal(signal.SIGURG)
    with pytest.raises(KeyboardInterrupt), noticed_at_once():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGURG) == before
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
