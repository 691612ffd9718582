"""The embedded server, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

EXPIRES_AFTER = 8
"""Seconds after which runs expire that wait for outputs of tools."""
_PATIENCE = 20
ROOT = Path(__file__).resolve().parent.parent.parent


class Served:
    """A server that keeps its state in a file, from `with` on."""

    def __init__(self, store: Path, folder: Path) -> None:
        """Prepare it.

        Args:
            store: the file of the state.
            folder: where its log goes.
        """
        self._log = folder / "log"
        self._store = store
        self.url = ""

    def __enter__(self) -> Self:
        options = ("--port", "0", "--pace", "0", "--poll-after", "10")
        expiring = ("--expires-after", str(EXPIRES_AFTER))
        roots = (ROOT, ROOT / "generated")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "assistants_server", *options),
                    *(*expiring, "--store", str(self._store)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))},
                text=True,
            )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().partition(" ")[0]
        if not self.url:
            self._end()
            raise RuntimeError(
                f"the server didn't start: {self._log.read_text('utf-8')}"
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._end()

    def problems(self) -> list[str]:
        lines = self._log.read_text("utf-8").splitlines()
        return [f"the server: {each}" for each in lines if each.startswith("ERROR")]

    def _end(self) -> None:
        try:
            self._process.wait(_PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
