"""Files in, findings out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from .advice import FROM_OPENAI
from .findings import Finding
from .patterns import in_text, suffix_of
from .python_code import Unparsable, in_python
from .walk import Unread, files_of, text_in

_PYTHON = (".py", ".pyi", ".ipynb")


@dataclass
class Scan:
    """What became of a scan, so far.

    Attributes:
        read: how many files were read.
        unread: files that could not be read, and why.
    """

    read: int = 0
    unread: list[tuple[Path, str]] = field(default_factory=list)

    def findings(
        self, roots: Iterable[Path], today: date
    ) -> Iterator[tuple[Path, list[Finding]]]:
        """Return what is found, file by file; those without findings are left out.

        Where anything uses the API, what other modules import from `openai` may be for
        it: a client that is made in a module of its own, errors that are caught in one.
        This is found at the end.

        Args:
            roots: folders and files.
            today: the present day, by which models are retired.
        """
        others: list[tuple[Path, str, str]] = []
        is_used = False
        for root in roots:
            for path in files_of(root, self.unread):
                suffix = suffix_of(path.name)
                if suffix is None:
                    continue
                try:
                    text = text_in(path)
                except Unread as error:
                    self.unread.append((path, str(error)))
                    continue
                if text is None:
                    continue
                self.read += 1
                found = findings_in(text, suffix, today)
                if any(each.page == FROM_OPENAI for each in found):
                    is_used = True
                elif suffix in _PYTHON and "openai" in text:
                    others.append((path, text, suffix))
                if found:
                    yield path, found
        for path, text, suffix in others if is_used else ():
            found = findings_in(text, suffix, today, elsewhere=True)
            if found:
                yield path, found


def findings_in(
    text: str, suffix: str, today: date, *, elsewhere: bool = False
) -> list[Finding]:
    """Return what is found in a text, in order.

    Args:
        text: the text.
        suffix: what it is read as, such as ".py".
        today: the present day.
        elsewhere: whether to find what other modules may use for the Assistants API,
            and nothing else; of Python alone.
    """
    if suffix == ".ipynb":
        return _in_notebook(text, today, elsewhere)
    if suffix in _PYTHON:
        return _in_python(text, today, elsewhere)
    return sorted(set(in_text(text, suffix, today)))


def _in_python(text: str, today: date, elsewhere: bool) -> list[Finding]:
    try:
        return in_python(text, today, elsewhere=elsewhere)
    except Unparsable:
        return [] if elsewhere else sorted(set(in_text(text, ".py", today)))


def _in_notebook(text: str, today: date, elsewhere: bool) -> list[Finding]:
    """Return what is in the code of a notebook; names are known from cell to cell."""
    try:
        cells: Any = json.loads(text)["cells"]
        sources = [_source(each) for each in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [] if elsewhere else sorted(set(in_text(text, ".ipynb", today)))
    whole = "\n".join(sources)
    starts: list[int] = []
    line = 1
    for source in sources:
        starts.append(line)
        line += source.count("\n") + 1
    found = []
    for each in _in_python(whole, today, elsewhere):
        index = max(n for n, start in enumerate(starts) if start <= each.line)
        here = each.line - starts[index] + 1
        found.append(replace(each, line=here, cell=index + 1))
    return found


def _source(cell: Any) -> str:
    """Return the code of a cell, without what only notebooks understand."""
    if cell.get("cell_type") != "code":
        return ""
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(source)
    if text.startswith("%%"):
        return "\n" * text.count("\n")
    lines = (
        "pass" if line.lstrip().startswith(("%", "!", "?")) else line
        for line in text.split("\n")
    )
    return "\n".join(lines)
