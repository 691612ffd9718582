"""The files that an update rewrites, and the repository that they are part of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.updating.errors import UpdateError

DOCUMENT = "openapi.yaml"
SOURCE_LOCK = "codegen/source.lock"
GENERATED = "generated"
DIGEST = "tests/contract/upstream_facts.json"
CHANGELOG = "CHANGELOG.md"
VERSION = "assistants_client/_version.py"

REWRITTEN = (DOCUMENT, SOURCE_LOCK, DIGEST, GENERATED, CHANGELOG, VERSION)
"""All that an update writes, in the order in which it is put in place."""

_CACHE = "__pycache__"
_UNLISTED = re.compile(rf"(^|/)(\.|{_CACHE}(/|$))")


def snapshot(root: Path) -> dict[str, bytes]:
    """Read the files that an update rewrites, by their names below `root`."""
    found = {}
    for name in REWRITTEN:
        for path in _files(root / name):
            found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def copy_rewritten(root: Path, target: Path) -> None:
    """Copy the files that an update rewrites, those that are there."""
    for name in REWRITTEN:
        for path in _files(root / name):
            copy = target / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)


def copy_repository(root: Path, new: Path, target: Path) -> None:
    """Copy what belongs to the repository, with new files where there are such.

    Args:
        root: the repository; what git doesn't know yet belongs to it.
        new: has the files that an update rewrites.
        target: a folder that isn't there yet.
    """
    copy_rewritten(new, target)
    for name in listed(root):
        if name.startswith(REWRITTEN):
            continue
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, copy, follow_symlinks=False)


def listed(root: Path) -> list[str]:
    """Give the files of the repository by name; without git, all that isn't hidden."""
    output = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    if output is None:
        paths = (path.relative_to(root).as_posix() for path in root.rglob("*"))
        names = [name for name in paths if not _UNLISTED.search(name)]
    else:
        names = [name for name in output.split("\0") if name]
    # A file may be listed that was deleted, and a folder where another git begins.
    return sorted(name for name in names if (root / name).is_file())


def uncommitted(root: Path) -> list[str] | None:
    """Give what git knows nothing of among the files that an update rewrites.

    Returns:
        Their names; None where there is no git to ask.
    """
    options = ("--porcelain", "-z", "--untracked-files=all", "--no-renames")
    output = _git(root, "status", *options, "--", *REWRITTEN)
    if output is None:
        return None
    # Two letters and a blank, then the name; it is relative to the top of the
    # repository, which may be above `root`.
    names = [entry[3:] for entry in output.split("\0") if entry]
    return [name for name in names if _CACHE not in name.split("/")]


def check_complete(root: Path) -> None:
    """Refuse a folder that is none of ours.

    Raises:
        UpdateError: a file is missing that an update has to rewrite.
    """
    for name in REWRITTEN:
        if not (root / name).exists():
            raise UpdateError(f"there is no {name} in {root}; git restore brings it")


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name != _CACHE]
        yield from (Path(folder, name) for name in names)


def _git(root: Path, *arguments: str) -> str | None:
    """Ask git, and give None where there is none, or no repository of it."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.decode(errors="surrogateescape") if not done.returncode else None
