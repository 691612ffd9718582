"""Programs in processes of their own, which are there with all that they import.

A process forks them that has nothing else to do: to start Python and import the
generator takes ten times as long as a small build.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from codegen.__main__ import main
from tests.fork_server import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

TIMEOUT = 60
_BEGUN = "begun\n"


@dataclass
class Running:
    """A program that runs.

    Attributes:
        stdout, stderr: what it says.
    """

    process: ForkServerProcess
    stdout: IO[str]
    stderr: IO[str]

    def send_signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid or 0, number)

    def ended(self) -> tuple[int, str]:
        """Wait for its end; return its exit code, a signal's below 0, and stderr."""
        said = self.stderr.read()
        self.process.join(TIMEOUT)
        assert self.process.exitcode is not None, "it doesn't end"
        return self.process.exitcode, said


@contextmanager
def forked(program: Callable[..., Any], *arguments: Any) -> Iterator[Running]:
    """Have a function run as if it were the whole of a program."""
    reading, writing = zip(*map(CONTEXT.Pipe, (False, False)), strict=True)
    process = CONTEXT.Process(target=_run, args=(writing, program, arguments))
    process.start()
    for end in writing:
        end.close()
    with (
        reading[0],
        reading[1],
        os.fdopen(os.dup(reading[0].fileno()), encoding="utf-8") as stdout,
        os.fdopen(os.dup(reading[1].fileno()), encoding="utf-8") as stderr,
    ):
        try:
            assert stdout.readline() == _BEGUN
            yield Running(process, stdout, stderr)
        finally:
            process.kill()
            process.join(TIMEOUT)


def generate(*arguments: str) -> None:
    """Be the generator's command."""
    sys.argv = ["codegen", *arguments]
    main()


def _run(
    said: tuple[Connection, ...], program: Callable[..., Any], arguments: Any
) -> None:
    for number, end in enumerate(said, 1):
        os.dup2(end.fileno(), number)
        end.close()
    sys.stdout = os.fdopen(1, "w", 1, encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8")
    try:
        # Whoever forks us ignores interrupts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.stdout.write(_BEGUN)
        try:
            program(*arguments)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
    except KeyboardInterrupt:
        # As Python itself does with what nobody catches.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
