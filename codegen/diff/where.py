"""Find a document by what a user calls it: a file, a URL, a git revision."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from codegen import source
from codegen.errors import SpecError, shorten
from codegen.paths import PINNED
from codegen.plan.literal import plain_text
from codegen.source import MAX_BYTES, Source

_PATIENCE = 60.0
"""Seconds that git may take for one answer."""

# Where a hook of another repository calls us, these mean that repository.
_ELSEWHERE = {
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
}


def find(text: str, *, pinned: Path = PINNED) -> Source:
    """Read the document that a text names.

    Args:
        text: a file, a URL, a git revision (then of the pinned document), or one with a
            colon and the path of another file. A file comes before a revision of the
            same name.
        pinned: the pinned document; its repository is asked for revisions.

    Raises:
        SpecError: it is none of them, or can't be read.
    """
    if text.startswith(("http://", "https://")) or Path(text).is_file():
        return source.load(text)
    if text and Path(text).is_dir():
        raise SpecError(f"{plain_text(text)} is a folder, not a document")
    revision, _, path = text.partition(":")
    if not revision or revision.startswith("-") or "\0" in text:
        raise _neither(text, f"{shorten(revision)} can't be a revision")
    folder = pinned.parent
    try:
        commit = _git(folder, "rev-parse", "--verify", f"{revision}^{{commit}}")
    except _FailedError as failed:
        raise _neither(text, failed.reason) from failed
    blob = f"{commit.decode().strip()}:{path or f'./{pinned.name}'}"
    try:
        if int(_git(folder, "cat-file", "-s", blob)) > MAX_BYTES:
            raise SpecError(f"{plain_text(text)} is larger than {MAX_BYTES >> 20} MiB")
        data = _git(folder, "cat-file", "blob", blob)
    except _FailedError as failed:
        raise SpecError(
            f"the revision {shorten(revision)} has no file "
            f"{shorten(path or pinned.name)}: {failed.reason}",
            hint="Where it had another name then, give REVISION:PATH.",
        ) from failed
    return source.parse(data, name=text)


class _FailedError(Exception):
    """Git has no answer: why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _git(folder: Path, *arguments: str) -> bytes:
    """Ask git; what it is asked for never begins like an option."""
    surroundings = {k: v for k, v in os.environ.items() if k not in _ELSEWHERE}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            env={**surroundings, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _FailedError(f"git can't be asked: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = plain_text(said[0]).removeprefix("fatal: ") if said else "it fails"
        if "Needed a single revision" in reason:
            raise _FailedError("git knows no such revision")
        raise _FailedError(f"git says: {reason}")
    return done.stdout


def _neither(text: str, reason: str) -> SpecError:
    return SpecError(
        f"{shorten(text)} is neither a file nor a revision: there is no file of that "
        f"name, and {reason}",
        hint="Give a file, a URL, a revision such as HEAD~3, or REVISION:PATH.",
    )
