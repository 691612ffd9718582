"""Read what goes into a copy, and what our own project says of itself."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.errors import BuildError, shorten
from codegen.lock import LOCK, hashes
from codegen.paths import GENERATED, ROOT

FACADE = "assistants_client"
LICENCES = ("LICENSE", "NOTICE")
# How distributions are called that aren't called as what they are imported as.
_DISTRIBUTIONS = {"attr": "attrs", "dateutil": "python-dateutil"}
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Built:
    """A generated package, whole and untouched.

    Attributes:
        name: how it is called where it was built.
        files: its files by their names, relative to it.
        document: what it was made from: its version and its hash.
    """

    name: str
    files: dict[str, bytes]
    document: dict[str, str]


def built(folder: Path = GENERATED) -> Built:
    """Read a build.

    Raises:
        BuildError: there is none, or it isn't as it was built.
    """
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
    drifted = [n for n in sorted(locked | present) if locked.get(n) != present.get(n)]
    if drifted:
        raise BuildError(
            f"{folder} is not as it was built, and is not copied:",
            [*drifted[:20], "run scripts/regen, or build it again"],
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
    return Built(name, files, {"version": version, "sha256": spec})


def facade() -> dict[str, bytes]:
    """Read the hand-written client, whole."""
    folder = ROOT / FACADE
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.suffix == ".py" or path.name == "py.typed"
    }
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if name.partition("/")[0] != "__pycache__"
    }


def licences() -> dict[str, bytes]:
    """Read the licence, and the notice of what it doesn't cover alone."""
    return {name: (ROOT / name).read_bytes() for name in LICENCES}


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
        """Give the requirements behind imports: those always needed, and the others.

        Args:
            imported: the packages of others that are imported somewhere.
            certain: those of them that are needed even if they are an extra of ours.

        Raises:
            BuildError: something is imported that pyproject.toml doesn't name.
        """
        always: set[str] = set()
        optional: set[str] = set()
        for name in imported:
            wanted = _canonical(_DISTRIBUTIONS.get(name, name))
            beside = always if name in certain else optional
            for given, taken in ((self.dependencies, always), (self.extras, beside)):
                found = {each for each in given if _named(each) == wanted}
                taken |= found
                if found:
                    break
            else:
                raise BuildError(
                    f"the copy imports {name}, which pyproject.toml doesn't name",
                    ["name it there among the dependencies"],
                )
        return sorted(always), sorted(optional)


def project() -> Project:
    """Read pyproject.toml, and the version that it leads to."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    about: dict[str, Any] = settings["project"]
    others: dict[str, list[str]] = about.get("optional-dependencies", {})
    extras = [each for extra, some in others.items() if extra != "dev" for each in some]
    return Project(
        name=about["name"],
        version=_version(ROOT / settings["tool"]["hatch"]["version"]["path"]),
        licence=about["license"],
        python=about["requires-python"],
        dependencies=tuple(about["dependencies"]),
        extras=tuple(extras),
    )


def _version(path: Path) -> str:
    for node in ast.parse(path.read_bytes()).body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id="__version__")],
                value=ast.Constant(value=str(version)),
            ):
                return version
    raise BuildError(f"{path.name} says no __version__")


def _named(requirement: str) -> str:
    found = _REQUIREMENT.match(requirement)
    return _canonical(found[0]) if found else ""


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
