"""Keep compiled templates where Python keeps compiled modules."""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """Compiled templates in `__pycache__`, as long as their source is the same.

    Like Python itself it writes nothing where that is switched off or can't be done.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "__pycache__"
        # The version of Python stands in the files, that of jinja2 doesn't.
        self._suffix = f"jinja2-{version('jinja2')}.bin"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, if it is there and whole."""
        broken = (OSError, EOFError, pickle.UnpicklingError)
        with suppress(*broken), self._file(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template; at any moment the file is whole."""
        if sys.dont_write_bytecode:
            return
        file = self._file(bucket)
        own = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            own.write_bytes(bucket.bytecode_to_string())
            own.replace(file)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.{self._suffix}"
