"""Check whether this copy of assistants-client is as it was written.

Run it where the copy is, with nothing but Python's standard library:

    python path/to/this/folder/vendored.py

It compares the files beside it with VENDORED.json. The exit code is 0 where all is as
it was written, 1 where files were changed, are missing or don't belong here, and 2
where that can't be checked. Whether there is something newer to copy, only a clone of
assistants-client knows: `python -m codegen vendor --check FOLDER`.
"""

from __future__ import annotations

import sys

# Run as a file, its folder comes first on the path, and types.py there would hide the
# module of that name that the standard library itself needs.
if __name__ == "__main__" and not __package__ and not sys.flags.safe_path:
    del sys.path[0]

import argparse
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

STAMP = "VENDORED.json"
FORMAT = 1
_MOST_BYTES = 4 * 1024 * 1024
_MOST_FILES = 20_000
_MOST_LEVELS = 8
_HASH = re.compile(r"[0-9a-f]{64}\Z")
# What tools and systems leave in any folder, and the mark of a typed package.
_IGNORED_FOLDERS = {"__pycache__"}
_IGNORED_FILES = {STAMP, "py.typed", ".DS_Store"}
_IGNORED_ENDINGS = (".pyc", ".pyo")


class StampError(Exception):
    """A stamp, or the folder around it, can't be checked: why."""


class Findings(NamedTuple):
    """What differs between a copy and its stamp; names are relative, with slashes.

    Attributes:
        modified: files whose content is not what was written.
        missing: files that were written and are gone.
        foreign: files that nobody wrote; an update would delete them.
    """

    modified: tuple[str, ...]
    missing: tuple[str, ...]
    foreign: tuple[str, ...]


def read_stamp(folder: Path) -> dict[str, Any]:
    """Read and check the stamp of a copy.

    Raises:
        StampError: there is none, or it can't be trusted to be one.
    """
    path = folder / STAMP
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise StampError(f"{STAMP} is no regular file")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise StampError(f"there is no {STAMP}: this is no copy") from error
    except OSError as error:
        raise StampError(f"{STAMP} can't be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES:
        raise StampError(f"{STAMP} is damaged: it has more than {_MOST_BYTES} bytes")
    try:
        stamp = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StampError(f"{STAMP} is damaged: it is no JSON") from error
    if not isinstance(stamp, dict):
        raise StampError(f"{STAMP} is damaged: it is no object")
    if not _is_shallow(stamp, _MOST_LEVELS):
        raise StampError(f"{STAMP} is damaged: it is nested too deeply")
    if stamp.get("format") != FORMAT:
        raise StampError(
            f"{STAMP} has the format {shown(stamp.get('format'))}, and this check "
            f"knows {FORMAT}: use the check that came with the copy"
        )
    _check_files(stamp.get("files"))
    return stamp


def _is_shallow(value: Any, levels: int) -> bool:
    """Return whether a value is nested no deeper; writing it recurses into it."""
    if isinstance(value, dict):
        value = [*value.values()]
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_is_shallow(each, levels - 1) for each in value)


def _check_files(files: Any) -> None:
    if not isinstance(files, dict) or not 0 < len(files) <= _MOST_FILES:
        raise StampError(f"{STAMP} is damaged: it lists no files, or too many")
    for name, digest in files.items():
        parts = name.split("/")
        if "\\" in name or "\0" in name or ":" in name or {"", ".", ".."} & {*parts}:
            raise StampError(
                f"{STAMP} is damaged: it names {shown(name)}, which is no file of the "
                "copy"
            )
        if not isinstance(digest, str) or not _HASH.match(digest):
            raise StampError(f"{STAMP} is damaged: {shown(name)} has no sha256")


def look(folder: Path, stamp: dict[str, Any]) -> Findings:
    """Compare the files of a copy with its stamp.

    What is there is listed and compared by name: a name of the stamp is never opened,
    nor is a link followed.

    Raises:
        StampError: there are far more files than a copy has, or one can't be read.
    """
    written: dict[str, str] = stamp["files"]
    modified, foreign, present = [], [], set()
    try:
        for name, path in _files(folder):
            present.add(name)
            if name in written:
                if digest_of(path) != written[name]:
                    modified.append(name)
            elif not _is_ignored(name):
                foreign.append(name)
    except OSError as error:
        where = shown(str(error.filename))
        raise StampError(f"{error.strerror}: {where}") from error
    missing = sorted(written.keys() - present)
    return Findings(tuple(sorted(modified)), tuple(missing), tuple(sorted(foreign)))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Go through whatever is no folder, with its name within the copy."""
    todo = [("", folder)]
    seen = 0
    while todo:
        prefix, here = todo.pop()
        with os.scandir(here) as entries:
            for entry in entries:
                seen += 1
                if seen > _MOST_FILES:
                    raise StampError(
                        f"there are more than {_MOST_FILES} files: this is no copy"
                    )
                name, path = prefix + entry.name, Path(entry.path)
                if not entry.is_dir(follow_symlinks=False):
                    yield name, path
                elif entry.name not in _IGNORED_FOLDERS:
                    todo.append((f"{name}/", path))


def _is_ignored(name: str) -> bool:
    return name.rpartition("/")[2] in _IGNORED_FILES or name.endswith(_IGNORED_ENDINGS)


def digest_of(path: Path) -> str:
    """Return the hash of a file; "" where it is no file, or far too large for ours."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
        return ""
    return digest(path.read_bytes())


def digest(content: bytes) -> str:
    """Return the sha256 of a content, whatever its line ends are.

    On some systems git writes other line ends, which changes nothing.
    """
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def shown(value: Any) -> str:
    """Write a value that may hold anything on one short line."""
    text = value if isinstance(value, str) else repr(value)
    text = text if text.isprintable() and text.isascii() else ascii(text)
    return text if len(text) <= 200 else f"{text[:200]}..."


def lines(findings: Findings) -> list[str]:
    """Return findings as lines, one for each file."""
    return [
        f"{kind}: {shown(name)}"
        for kind, names in findings._asdict().items()
        for name in names
    ]


def verdicts(findings: Findings) -> list[str]:
    """Return what is wrong: "modified", "incomplete", both or nothing."""
    changed = bool(findings.modified or findings.foreign)
    return ["modified"] * changed + ["incomplete"] * bool(findings.missing)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the copy that this file is in, and return the exit code."""
    parser = argparse.ArgumentParser(
        description="Check whether this copy is as it was written.",
        epilog="Exit codes: 0 it is; 1 it is modified or incomplete; 2 that can't be "
        "checked.",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    as_json = parser.parse_args(arguments).format == "json"
    folder = Path(__file__).resolve().parent
    try:
        stamp = read_stamp(folder)
        findings = look(folder, stamp)
    except StampError as error:
        sys.stderr.write(f"error: {shown(folder.name)}: {error}\n")
        return 2
    found = verdicts(findings)
    if as_json:
        result = {"name": folder.name, "verdicts": found, **findings._asdict()}
        sys.stdout.write(json.dumps(result, indent=1) + "\n")
    else:
        of = f"{shown(stamp.get('project'))} {shown(stamp.get('version'))}"
        verdict = " and ".join(found) or "as it was written"
        summary = f"{shown(folder.name)}, a copy of {of}, is {verdict}"
        sys.stdout.write("\n".join([*lines(findings), summary]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
