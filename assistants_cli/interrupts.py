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
# is kept until the wait is over, which may be minutes later.
_SECONDS_UNTIL_AWAKE: Final = 0.05


@contextmanager
def noticed_at_once() -> Iterator[None]:
    """Break off the wait of the main thread that an interrupt came too early for.

    Nothing is done outside the main thread, or where threads can't be signalled.
    """
    if not hasattr(signal, "pthread_kill"):
        yield
        return
    noticed, told = socket.socketpair()
    told.setblocking(False)
    try:
        earlier = signal.signal(signal.SIGURG, _do_nothing)
        waker = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    except ValueError:
        # Another thread than the main one.
        noticed.close()
        told.close()
        yield
        return
    thread = Thread(target=_wake, args=(noticed,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGURG, earlier)
        told.close()
        thread.join()
        noticed.close()


def _wake(noticed: socket.socket) -> None:
    """Break off a wait of the main thread after each interrupt."""
    main = main_thread().ident
    assert main is not None
    while signals := noticed.recv(64):
        if signal.SIGINT in signals or signal.SIGTERM in signals:
            # By now it waits, if it is to wait.
            time.sleep(_SECONDS_UNTIL_AWAKE)
            # A signal that does nothing by itself: if the interrupt was seen, no harm.
            signal.pthread_kill(main, signal.SIGURG)


def _do_nothing(*_: object) -> None:
    """Take a signal that only ends a wait."""
