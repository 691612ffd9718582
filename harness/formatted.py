"""Code that was formatted before, for tests that build many small packages.

Most modules of a package are the same in all of them, and to start ruff twice takes
longer than all else in a small build. Processes that tests start have the real thing.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from codegen import finish, pipeline
from codegen.methods import files
from harness.kept import kept

if TYPE_CHECKING:
    from collections.abc import Iterable

_KNOWN: dict[bytes, bytes] = {}


class _UnknownError(Exception):
    """Nobody has formatted it yet."""


def keep_formatted_code() -> None:
    """Have builds of this process format what nobody formatted yet, and no more."""
    format_code = finish.format_code
    rules = [version("ruff").encode(), Path(finish.__file__).read_bytes()]

    def keep(text: bytes, formatted: bytes | None = None) -> bytes:
        def made() -> bytes:
            if formatted is None:
                raise _UnknownError
            return formatted

        if text not in _KNOWN:
            _KNOWN[text] = kept([*rules, text], made)
        return _KNOWN[text]

    def format_some(folder: Path, names: Iterable[str]) -> None:
        unknown = {}
        for path in (folder / name for name in names if name.endswith(".py")):
            text = path.read_bytes()
            try:
                path.write_bytes(keep(text))
            except _UnknownError:
                unknown[path] = text
        format_code(folder, [str(path.relative_to(folder)) for path in unknown])
        for path, text in unknown.items():
            keep(text, path.read_bytes())

    for module in (pipeline, files):
        vars(module)["format_code"] = format_some
