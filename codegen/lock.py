"""codegen.lock: what a package was made from, and a hash of each of its files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from codegen.errors import BuildError
from codegen.paths import CLIENT, CODEGEN, METHODS, TEMPLATES

LOCK = "codegen.lock"
FORMATTED = "formatted"
"""The key of the lock that has, for each file, what ties it to what was formatted."""

_TOOLS = ("openapi-python-client", "ruff", "jinja2")
# Parts of the generator that have no say in what is written.
_BESIDE = {"__main__.py", "commands", "diff", "vendor"}
_CAUSES = {
    "spec": "the document has changed (spec)",
    "overlay": "the overlay has changed",
    "overlays": "the overlays have changed",
    "templates": "the templates have changed",
    "generator": "the generator has changed",
    "settings": "the settings have changed",
}
_NONE: Mapping[str, str] = {}
_DRIFTS = {"gone": "missing", "new": "should not be there", "changed": "differs"}


def write_lock(
    folder: Path,
    inputs: dict[str, Any],
    raw: Mapping[str, str],
    known: Mapping[str, str],
) -> None:
    """Write the lock of the package in a folder.

    Args:
        folder: where it is.
        inputs: what it was made from.
        raw: the hashes that files had before they were formatted.
        known: the hashes of files that are known already.
    """
    found = hashes(folder, known)
    ties = {name: tie(raw[name], found[name]) for name in raw}
    record = {**inputs, "files": found, FORMATTED: ties}
    text = json.dumps(record, indent=1, sort_keys=True) + "\n"
    (folder / LOCK).write_text(text, encoding="utf-8", newline="\n")


def tie(raw: str, formatted: str) -> str:
    """Return a hash that says what formatting made of what, by the hashes of both."""
    return hash_of(f"{raw} {formatted}".encode())[:16]


def read_lock(folder: Path) -> dict[str, Any]:
    """Read the lock of the package in a folder."""
    try:
        record = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    except ValueError as error:
        raise BuildError(f"{folder.name}/{LOCK} is damaged: {error}") from error
    if not isinstance(record, dict):
        raise BuildError(f"{folder.name}/{LOCK} is damaged: no object")
    return record


def drift(wanted: dict[str, Any], folder: Path, methods: dict[str, str]) -> list[str]:
    """Return why a folder differs from a lock, and then the files that do.

    Args:
        wanted: the lock that would be written now.
        folder: the folder of the package.
        methods: the hashes of the client's files that are made with it.
    """
    causes = list(_causes(wanted, read_lock(folder)))
    found = differences(wanted["files"], hashes(folder))
    found |= {
        f"{CLIENT.name}/{path}": kind
        for path, kind in differences(wanted.get("methods", {}), methods).items()
    }
    drifted = [f"{_DRIFTS[kind]}: {name}" for name, kind in found.items()]
    if drifted and not causes:
        causes = ["edited by hand: all inputs are as they were"]
    return causes + drifted


def _causes(wanted: dict[str, Any], locked: dict[str, Any]) -> Iterator[str]:
    for key, meaning in _CAUSES.items():
        if wanted.get(key) != locked.get(key):
            yield meaning
    for key, prefix in (("settings", ""), ("tools", "tool versions have changed: ")):
        before = locked.get(key, {})
        for name, found in wanted.get(key, {}).items():
            if found != before.get(name):
                was = before.get(name, "nothing")
                yield f"{prefix}{name} is {found}, was {was}"


def tool_inputs() -> dict[str, Any]:
    """Return what the code depends on besides the document and the overlay."""
    sources = {**_sources(CODEGEN), **_hashes([METHODS], CODEGEN)}
    return {
        "templates": _templates(TEMPLATES),
        "generator": hash_of_json(sources),
        "tools": dict(_versions()),
    }


# What runs was read once, and so it is looked at once, however much a process builds.


@cache
def _templates(folder: Path) -> str:
    return hash_of_json(_hashes(folder.rglob("*.jinja"), folder))


@cache
def _sources(folder: Path) -> Mapping[str, str]:
    sources = (
        path
        for path in folder.rglob("*.py")
        if path.relative_to(folder).parts[0] not in _BESIDE
    )
    return _hashes(sources, folder)


@cache
def _versions() -> Mapping[str, str]:
    return {tool: version(tool) for tool in _TOOLS}


def hashes(folder: Path, known: Mapping[str, str] = _NONE) -> dict[str, str]:
    """Return the sha256 of every file in a folder, by those that are known already.

    Excepted are caches, the lock, and other builds within, which have locks themselves.
    """
    names = (name for name in _names(folder) if name != LOCK)
    return {n: known.get(n) or hash_of((folder / n).read_bytes()) for n in names}


def _names(folder: Path) -> Iterator[str]:
    """Return the files in a folder, caches and builds within left out."""
    out = {each.name for each in nested(folder)}
    pending = [""]
    for start in pending:
        with os.scandir(folder / start) as entries:
            for entry in entries:
                name = start + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__" and name not in out:
                        pending.append(f"{name}/")
                elif entry.is_file():
                    yield name


def nested(folder: Path) -> list[Path]:
    """Return the folders within a build that hold builds of their own."""
    return [lock.parent for lock in folder.glob(f"*/{LOCK}")]


def _hashes(paths: Iterable[Path], root: Path) -> dict[str, str]:
    # Of the folder that one is in, a path says nothing.
    start = len((root / "_").as_posix()) - 1
    return {path.as_posix()[start:]: hash_of(path.read_bytes()) for path in paths}


def differences(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Return the files that differ, by their hashes: "new", "gone" or "changed"."""
    return {
        name: "new" if name not in old else "changed" if name in new else "gone"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def hash_of(data: bytes) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(data).hexdigest()


def hash_of_json(value: Any) -> str:
    """Return the sha256 of a JSON value, whatever the order of its keys."""
    return hash_of(json.dumps(value, sort_keys=True).encode())
