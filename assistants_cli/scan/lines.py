"""The lines of code that is read as text, and its comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

_LOOK: Final = 1_000
_BEHIND: Final = re.compile(r"[\s;{}()]//")
# How lines of comments begin, by what a file is read as.
_HASH: Final = ("#",)
_SLASHES: Final = ("//", "/*", "*", "<!--")
_COMMENTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys((".py", ".pyi", ".rb", ".rake", ".r", ".ex", ".exs", ".pl"), _HASH),
    **dict.fromkeys((".sh", ".bash", ".zsh", ".fish", ".ps1", ".jl"), _HASH),
    **dict.fromkeys((".yaml", ".yml", ".toml", ".env", ".conf", ".cfg"), _HASH),
    **dict.fromkeys((".properties", ".tf", ".hurl"), _HASH),
    **dict.fromkeys((".http", ".rest", ".php"), (*_HASH, *_SLASHES)),
    ".ini": ("#", ";"),
    **dict.fromkeys((".lua", ".sql"), ("--",)),
    **dict.fromkeys((".bat", ".cmd"), ("rem ", "REM ", "::")),
    ".vb": ("'",),
}


class Lines:
    """Where the lines of a text begin, and what of them is a comment."""

    def __init__(self, text: str, suffix: str) -> None:
        self._text = text
        self._comments = _COMMENTS.get(suffix, _SLASHES)
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def place(self, position: int) -> tuple[int, int]:
        """Return the line and column of a position, both from 1 on."""
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1

    def is_comment(self, position: int) -> bool:
        """Return whether a position is behind what begins a comment."""
        line, _ = self.place(position)
        start = self._starts[line - 1]
        # A line may be as long as the file.
        first = self._text[start : min(position, start + _LOOK)]
        if first.lstrip().startswith(self._comments):
            return True
        before = self._text[max(start, position - _LOOK) : position]
        # Behind code, and not within a URL.
        return "//" in self._comments and bool(_BEHIND.search(before))
