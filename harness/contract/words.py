"""Sentences, and whether one is upstream's.

A sentence counts as taken from upstream when eight words in a row are the same,
whatever their case and punctuation.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from harness.contract import upstream
from harness.contract.upstream import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH = 8
PROSE = {"description", "summary", "title"}
EXAMPLES = {"example", "examples"}

_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
_DROPPED = re.compile(r"['\u2019]|\]\((?:https?:|/|#)[^)\s]*\)")
_ESCAPED = re.compile(r"\\[nrt]")


def words(text: str) -> list[str]:
    return _WORD.findall(_DROPPED.sub("", _ESCAPED.sub(" ", text)).lower())


def shingles(text: str) -> Iterator[str]:
    """Return every run of eight words of a text."""
    found = words(text)
    for start in range(len(found) - LENGTH + 1):
        yield " ".join(found[start : start + LENGTH])


@cache
def prose_of(document: Path) -> frozenset[str]:
    """Return every run of eight words in the prose and examples of a document.

    Facts are no prose: the values of an enum in their order, and data in an example,
    that is runs with no words but names and values that the document defines.
    """
    prose: set[str] = set()
    examples: set[str] = set()
    lists: list[str] = []
    names: set[str] = set()
    for keys, group in groupby(upstream.scalars(document), key=itemgetter(0)):
        values = [value for _, value in group]
        names.update(keys)
        if not EXAMPLES.isdisjoint(keys):
            examples.update(run for value in values for run in shingles(value))
        elif keys[-1] in PROSE:
            prose.update(run for value in values for run in shingles(value))
        elif keys[-2:] == ("enum", "[]"):
            lists.append(" ".join(values))
        elif keys[-1] == "type":
            names.update(values)
    for each in lists:
        prose.difference_update(shingles(each))
    known = {"true", "false", "null", *words(" ".join([*names, *lists]))}
    return frozenset(prose | {run for run in examples if not _is_data(run, known)})


def _is_data(run: str, names: set[str]) -> bool:
    return all(
        word in names or word.isdigit() or len(word) == 1 for word in run.split()
    )


def borrowed(text: str, prose: frozenset[str]) -> list[str]:
    """Return the runs of eight words that a text shares with upstream's prose."""
    return [each for each in shingles(text) if each in prose]


def files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [Path(name) for name in listed.stdout.split("\0") if name]
    else:
        # An unpacked sdist: what git would not know there is hidden, or a cache.
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        hidden = re.compile(r"(^|/)(\.|__pycache__/)")
        names = [name for name in names if not hidden.search(name.as_posix())]
    return [ROOT / name for name in names if (ROOT / name).is_file()]
