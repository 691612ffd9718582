"""An event loop and a uvicorn server that start and stop at once."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

import uvicorn

from .engines.interface import close
from .interrupts import StopNow

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Iterator

    from .execution.scheduler import Scheduler
    from .http.connections import Connections
    from .library.indexer import Indexer
    from .store import Store

# Seconds that unfinished responses have when the server stops, and then what was to
# send them, to see that nobody is there any more.
_GRACE, _LAST = 0.3, 1.0
# Seconds between two complaints of the same kind.
_SILENCE = 60.0
_log = logging.getLogger("assistants_server")
# Tasks that don't end are kept: to be collected would wake them up once more.
_given_up: set[asyncio.Task[Any]] = set()


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run an event loop for the server.

    `asyncio.run` would wait for every task at the end, also for engines that swallow
    being cancelled.
    """
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_Complaints())
    task = loop.create_task(main)
    try:
        while not task.done():
            try:
                loop.run_until_complete(task)
            except (SystemExit, KeyboardInterrupt) as error:
                if task.done() and not task.cancelled():
                    # Which is to say that it was seen.
                    task.exception()
                if task.done() or _is_meant(error):
                    raise
                # A task that an engine left behind raised it, and the loop stopped.
                _log.error("an engine raised %s", type(error).__name__, exc_info=error)
    finally:
        # What is broken off by who can't wait has nothing to complain about.
        with _silence() if isinstance(sys.exception(), StopNow) else nullcontext():
            _end_tasks(loop)
        loop.close()


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        _, stuck = loop.run_until_complete(asyncio.wait(left, timeout=_GRACE))
        _given_up.update(stuck)


@contextmanager
def _silence() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _stop_now() -> None:
    raise StopNow


def _is_meant(error: BaseException) -> bool:
    """Return whether an interruption comes from who runs the server."""
    if isinstance(error, StopNow):
        return True
    is_main = threading.current_thread() is threading.main_thread()
    by_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return isinstance(error, KeyboardInterrupt) and is_main and by_default


class _Complaints:
    """What the event loop complains about, but nothing of it again and again.

    Where no more files can be opened, it complains with each turn that it can't accept
    connections, two thousand times each.
    """

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def __call__(self, loop: asyncio.AbstractEventLoop, context: Any) -> None:
        now = loop.time()
        if now - self._said.get(context["message"], -_SILENCE) >= _SILENCE:
            self._said[context["message"]] = now
            loop.default_exception_handler(context)


class UvicornServer(uvicorn.Server):
    """A uvicorn server that reports when it is ready, and stops at once."""

    def __init__(
        self,
        config: uvicorn.Config,
        store: Store,
        scheduler: Scheduler,
        indexer: Indexer,
        connections: Connections,
        ready: Callable[[], None],
        *,
        drain: float = 0.0,
    ) -> None:
        super().__init__(config)
        self._drain = drain
        self._store = store
        self._scheduler = scheduler
        self._indexer = indexer
        self._connections = connections
        self._ready = ready
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._called_off = False

    def stop(self) -> None:
        """Stop soon; called from another thread."""
        self.should_exit = True
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stopping.set)

    def handle_exit(self, sig: int, frame: object) -> None:
        """Stop soon, or at the second Ctrl-C now; called by a signal."""
        if self.should_exit and sig == signal.SIGINT:
            if self._called_off:
                # An engine holds up the loop.
                raise StopNow
            self._called_off = True
            # Not here, where it could be in the middle of anything: what answers a
            # request would be told, and not the loop.
            self._loop.call_soon_threadsafe(_stop_now)
            return
        super().handle_exit(sig, frame)  # type: ignore[arg-type]
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Wait until it is time to stop."""
        counter = 0
        while not await self.on_tick(counter):
            counter += 10
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let turns end, then the streams and the other responses, and close."""
        await self._scheduler.drain(self._drain)
        await self._scheduler.close()
        state = self.server_state
        await self._wait_while(lambda: state.tasks, _GRACE)
        await self._stop_accepting()
        # Not by what uvicorn does here, which waits for a tenth of a second first.
        for listener in self.servers:
            listener.close()
        for each in sockets or ():
            each.close()
        self._connections.abort()
        await self._wait_while(lambda: state.connections or state.tasks, _LAST)
        for task in state.tasks:
            task.cancel()
        await self._indexer.close()
        with suppress(Exception):
            async with asyncio.timeout(_GRACE):
                await close(self._scheduler.engine)
        # Here, because a signal that ends the process is raised again after this.
        self._store.close()

    async def _stop_accepting(self) -> None:
        """Leave who connects from now on to the system, and see to who was accepted.

        Where a listener is closed a turn of the loop after it has accepted a
        connection, the connection is lost track of, and stays open for as long as the
        process (https://github.com/python/cpython/issues/109564).
        """
        for listener in self.servers:
            for each in listener.sockets:
                # Other loops than that of POSIX have no readers.
                with suppress(NotImplementedError):
                    self._loop.remove_reader(each.fileno())
        # One turn makes a transport of what was accepted, another one a connection.
        for _ in range(2):
            await asyncio.sleep(0)

    async def _wait_while(self, busy: Callable[[], object], seconds: float) -> None:
        """Wait until nothing is busy any more, but no longer than some seconds."""
        deadline = self._loop.time() + seconds
        pause = 0.0
        while busy() and self._loop.time() < deadline:
            await asyncio.sleep(pause)
            # What is at its end is so at once.
            pause = min(pause + 0.001, 0.01)
