"""Read `codegen.toml`, or the table `tool.assistants-codegen` of a pyproject.toml.

`TABLES` is its schema: every key, and what stands there. A key that isn't known is
refused, with the one that may have been meant. Paths are relative to the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen.adjustments import Adjustments
from codegen.errors import BuildError, Problems, SpecError, meant, shorten

PYPROJECT = "pyproject.toml"
TABLE = "assistants-codegen"

# A table of names of the document's and what they are called or read as.
_NAMES = Mapping
_NAMED = ("schemas", "properties", "operations", "parameters", "tags")
TABLES: dict[str, dict[str, Any]] = {
    "": {
        "spec": str,
        "out": str,
        "name": str,
        "http": str,
        "all": bool,
        "any-host": bool,
        "files": str,
        "paths": list,
        "tags": list,
        "overlays": list,
        "skip": list,
        "skip-broken": bool,
    },
    "names": dict.fromkeys(_NAMED, _NAMES),
    "formats": {"*": str},
    "media-types": {"*": str},
    "package": {
        "name": str,
        "version": str,
        "description": str,
        "license": str,
        "authors": list,
        "urls": _NAMES,
        "keywords": list,
        "requires-python": str,
    },
}
_WORDS = {
    str: "a text",
    bool: "true or false",
    list: "a list of texts",
    Mapping: "a table of texts",
}


@dataclass(frozen=True)
class Config:
    """What a file says of a build.

    Attributes:
        options: the values of options, by the options' names.
        adjustments: what is read as what.
        package: the metadata of a distribution; None where there is no such table.
    """

    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    adjustments: Adjustments = field(default_factory=Adjustments)
    package: Mapping[str, Any] | None = None


def load(path: Path) -> Config:
    """Read a configuration.

    Raises:
        BuildError: it can't be read, or something in it is not as it has to be.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BuildError(f"can't read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BuildError(f"{path.name} is not TOML: {error}") from error
    if path.name == PYPROJECT:
        data = data.get("tool", {}).get(TABLE)
        if data is None:
            raise BuildError(f"{path} has no table tool.{TABLE}")
    problems = Problems()
    _check(data, "", problems)
    try:
        problems.raise_any()
    except SpecError as error:
        raise BuildError(f"{path.name}:", [e.message for e in error.all]) from error
    return _read(data, path.parent)


def found(folder: Path) -> Config:
    """Return what the pyproject.toml of a folder says, if it has such a table."""
    path = folder / PYPROJECT
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return Config()
    return load(path) if TABLE in data.get("tool", {}) else Config()


def _check(data: Mapping[str, Any], at: str, problems: Problems) -> None:
    """Refuse what the schema doesn't have."""
    known = TABLES[at]
    inner = [name for name in TABLES if name and not at]
    for key, value in data.items():
        place = f"{at}.{key}" if at else key
        due = known.get(key, known.get("*"))
        with problems:
            if key in inner:
                if not isinstance(value, dict):
                    raise SpecError(f"{place} must be a table, not {shorten(value)}")
                _check(value, key, problems)
            elif due is None:
                close = meant(key, [*known, *inner])
                raise SpecError(f"there is no key {place}{close}")
            elif not _is(value, due):
                raise SpecError(f"{place} must be {_WORDS[due]}, not {shorten(value)}")


def _is(value: Any, due: Any) -> bool:
    if due is list:
        return isinstance(value, list) and all(isinstance(x, str) for x in value)
    if due is Mapping:
        return isinstance(value, dict) and all(
            isinstance(x, str) for x in value.values()
        )
    return isinstance(value, due)


def _read(data: dict[str, Any], folder: Path) -> Config:
    options = {k.replace("-", "_"): v for k, v in data.items() if k in TABLES[""]}
    for key in ("spec", "out"):
        if key in options and "://" not in options[key]:
            options[key] = str(folder / options[key])
    if "files" in options:
        options["files"] = folder / options["files"]
    options["overlays"] = [folder / each for each in options.get("overlays", ())]
    adjustments = Adjustments(
        **data.get("names", {}),
        formats=data.get("formats", {}),
        media_types=data.get("media-types", {}),
    )
    return Config(options, adjustments, data.get("package"))
