"""Interrupts, also where they come in the moment before a wait begins."""

from __future__ import annotations

import signal
import socket
import time
from contextlib import contextmanager
from threading import Thread, main_thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Python acts on a signal between two steps of its code, or when the signal itself
# breaks off a wait of the system. One that comes after the last step before such a wait
# is kept until the wait is over, which may be minutes later: seen with about one Ctrl-C
# of twenty. What breaks off the wait can come too early as well, so it is repeated.
_SECONDS_BETWEEN: Final = 0.02


@contextmanager
def noticed_at_once() -> Iterator[None]:
    """Break off the wait of the main thread that an interrupt came too early for.

    Nothing is done outside the main thread, or where threads can't be signalled.
    """
    if not hasattr(signal, "pthread_kill"):
        yield
        return
    received, sent = socket.socketpair()
    sent.setblocking(False)
    waker = _Waker(received)
    with received, sent:
        try:
            earlier = signal.signal(signal.SIGURG, waker.notice)
        except ValueError:
            # Another thread than the main one.
            yield
            return
        earlier_fd = signal.set_wakeup_fd(sent.fileno(), warn_on_full_buffer=False)
        waker.start()
        try:
            yield
        finally:
            waker.is_over = True
            signal.set_wakeup_fd(earlier_fd)
            signal.signal(signal.SIGURG, earlier)
            sent.close()
            waker.join()


class _Waker(Thread):
    """Breaks off waits of the main thread until it has noticed each interrupt.

    It does so by SIGURG, which does nothing by itself. Python handles signals in the
    order of their numbers, so one that is handled comes after any interrupt.
    """

    def __init__(self, signals: socket.socket) -> None:
        super().__init__(daemon=True)
        self._signals = signals
        self._is_noticed = False
        self.is_over = False

    def notice(self, *_: object) -> None:
        """Handle SIGURG."""
        self._is_noticed = True

    def run(self) -> None:
        """Read the numbers of signals as they come."""
        main = main_thread().ident
        assert main is not None
        while numbers := self._signals.recv(64):
            if signal.SIGINT in numbers or signal.SIGTERM in numbers:
                self._is_noticed = False
                while not (self._is_noticed or self.is_over):
                    time.sleep(_SECONDS_BETWEEN)
                    signal.pthread_kill(main, signal.SIGURG)
