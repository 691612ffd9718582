"""What goes into a copy: a build, the client, and what our project says of itself."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from codegen.errors import BuildError, listed, shorten
from codegen.git import GitError, git
from codegen.lock import LOCK, differences, hashes
from codegen.paths import GENERATED, ROOT

FACADE = "assistants_client"
LICENCES = ("LICENSE", "NOTICE")
# The distributions whose name differs from that of what one imports.
_DISTRIBUTIONS = {
    "attr": "attrs",
    "dateutil": "python-dateutil",
    "opentelemetry": "opentelemetry-api",
}
_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
# What a copy is made of: changes elsewhere don't make it another.
_SOURCES = (FACADE, "generated", "codegen/vendor", *LICENCES, "pyproject.toml")


@dataclass(frozen=True)
class Built:
    """A generated package, as it was built."""

    files: dict[str, bytes]
    document: dict[str, str]


def built(folder: Path = GENERATED) -> Built:
    """Read a build."""
    try:
        lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
        locked: dict[str, str] = lock["files"]
        name = str(lock["settings"]["package"])
        spec = str(lock["spec"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildError(
            f"{folder} holds no build: {LOCK} is missing or damaged",
            ["run scripts/regen, or `python -m codegen build --out FOLDER`"],
        ) from error
    present = hashes(folder)
    drifted = [*differences(locked, present)]
    if drifted:
        raise BuildError(
            f"{folder} is not as it was built, and is not copied:",
            [*listed(drifted), "run scripts/regen, or build it again"],
        )
    files = {
        path.removeprefix(f"{name}/"): (folder / path).read_bytes()
        for path in sorted(present)
        if path.startswith(f"{name}/")
    }
    try:
        version = str(json.loads(files["openapi.json"])["info"]["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(
            f"{folder} holds no package {shorten(name)} with its document",
            ["build it again"],
        ) from error
    return Built(files, {"version": version, "sha256": spec})


def client() -> dict[str, bytes]:
    """Read the client."""
    folder = ROOT / FACADE
    paths = [*folder.rglob("*.py"), folder / "py.typed"]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(paths)}


def licences() -> dict[str, bytes]:
    """Read the licence, and the notice of what it doesn't cover alone."""
    return {name: (ROOT / name).read_bytes() for name in LICENCES}


def commit(root: Path = ROOT) -> dict[str, str | bool] | None:
    """Return our commit, and whether sources were changed since; None without git."""
    try:
        top = os.fsdecode(git(root, "rev-parse", "--show-toplevel")).strip()
        # Unpacked somewhere within another repository, we have no commit.
        if Path(top).resolve() != root.resolve():
            return None
        found = git(root, "rev-parse", "--verify", "HEAD").decode().strip()
        status = git(root, "status", "--porcelain", "--", *_SOURCES)
    except GitError:
        return None
    return {"commit": found, "modified": bool(status.strip())}


@dataclass(frozen=True)
class Project:
    """What pyproject.toml says."""

    name: str
    version: str
    licence: str
    python: str
    dependencies: tuple[str, ...]
    extras: tuple[str, ...]

    def needs(
        self, imported: Iterable[str], certain: Container[str] = ()
    ) -> tuple[list[str], list[str]]:
        """Return the requirements behind imports: those always needed, and the others.

        What is certain is needed always, even if it is an extra of ours.
        """
        always, optional = set[str](), set[str]()
        for name in imported:
            distribution = canonicalize_name(_DISTRIBUTIONS.get(name, name))
            needed, extra = (
                {
                    r
                    for r in some
                    if canonicalize_name(Requirement(r).name) == distribution
                }
                for some in (self.dependencies, self.extras)
            )
            if not needed and not extra:
                raise BuildError(
                    f"the copy imports {name}, which pyproject.toml doesn't name",
                    ["name it there among the dependencies"],
                )
            if needed or name in certain:
                always |= needed or extra
            else:
                optional |= extra
        return sorted(always), sorted(optional)


def project() -> Project:
    """Read pyproject.toml, and the version that it leads to."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    about: dict[str, Any] = settings["project"]
    others: dict[str, list[str]] = about.get("optional-dependencies", {})
    path = ROOT / settings["tool"]["hatch"]["version"]["path"]
    version = _VERSION.search(path.read_text(encoding="utf-8"))
    if version is None:
        raise BuildError(f"{path.name} has no __version__")
    return Project(
        name=about["name"],
        version=version[1],
        licence=about["license"],
        python=about["requires-python"],
        dependencies=tuple(about["dependencies"]),
        extras=tuple(
            r for extra, some in others.items() if extra != "dev" for r in some
        ),
    )
