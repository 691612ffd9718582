"""Write what makes a distribution of a package: pyproject.toml, README, NOTICE."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from codegen.errors import BuildError, counted, shorten
from codegen.paths import LICENCE, TEMPLATES
from codegen.plan import Package
from codegen.plan.literal import plain_text
from codegen.plan.operations import OperationModule
from codegen.render import environment
from codegen.source import Document

_FILES = ("pyproject.toml", "README.md", "NOTICE")
_PYTHON = ">=3.11"
# As in pyproject.toml of the generator, where the reasons are.
_NEEDED = ("attrs>=23.1", "attrs>=25.4; python_version >= '3.14'")
_LIBRARIES = {"httpx": "httpx>=0.27,<1", "httpx2": "httpx2>=2.12,<3"}
_TIMES = "python-dateutil>=2.9"
_SECRET = '"..."'
_AUTHOR = re.compile(r"(?P<name>[^<>]*?)\s*(<(?P<email>[^<>\s]+@[^<>\s]+)>)?\Z")


def write_distribution(
    package: Package,
    document: Document,
    folder: Path,
    name: str,
    http: str,
    wanted: Mapping[str, Any],
) -> list[str]:
    """Write the files beside a package; return notes about what was chosen.

    Args:
        package: what was planned.
        document: what it was planned from.
        folder: the folder in which the package is.
        name: the name of the package.
        http: the HTTP library that it imports.
        wanted: the metadata that somebody chose.

    Raises:
        BuildError: something that was chosen is no such metadata.
    """
    version, notes = _version(package.version, wanted.get("version"))
    example = next((op for op in package.operations if _is_plain(op)), None)
    values = {
        "name": _name(wanted.get("name", name.replace("_", "-"))),
        "package": name,
        "version": version,
        "description": wanted.get("description") or f"A client of {package.title}.",
        "license": wanted.get("license", ""),
        "authors": wanted.get("authors", []),
        "keywords": wanted.get("keywords", []),
        "urls": wanted.get("urls", {}),
        "requires_python": wanted.get("requires-python", _PYTHON),
        "dependencies": [
            *_NEEDED,
            _LIBRARIES[http],
            *([_TIMES] if "datetimes" in package.needs else []),
        ],
        "operations": counted(len(package.operations), "operation"),
        "models": counted(len(package.schemas), "model"),
        "example": example,
        "credentials": _credentials(package, example),
        "has_server": bool(package.servers.default),
        "terms": _terms(document),
        "ours": LICENCE.read_text(encoding="utf-8").strip(),
    }
    templates = environment(TEMPLATES / "distribution")
    templates.filters.update(toml=_toml, author=_author)
    for file in _FILES:
        text = templates.get_template(f"{file}.jinja").render(**values)
        (folder / file).write_text(text, encoding="utf-8", newline="\n")
    return notes


def _version(said: str, wanted: str | None) -> tuple[str, list[str]]:
    """Return a version as Python has it, and a note where that is another one."""
    if wanted is not None:
        try:
            return str(Version(wanted)), []
        except InvalidVersion as error:
            message = f"package.version: {shorten(wanted)} is no version of Python's"
            raise BuildError(message) from error
    try:
        found = str(Version(said))
    except InvalidVersion:
        numbers = re.findall(r"[0-9]{1,18}", said)[:4]
        found = str(Version(".".join(numbers) or "0"))
    note = f"$.info.version: the version of the distribution is {found}, not {said}"
    return found, [] if found == said else [note]


def _name(wanted: str) -> str:
    try:
        found = Requirement(wanted)
    except InvalidRequirement:
        found = None
    if found is None or found.name != wanted:
        raise BuildError(f"package.name: {shorten(wanted)} can't name a distribution")
    return wanted


def _terms(document: Document) -> list[str]:
    """Return what a document says of its licence."""
    info = document.get("info")
    found = info.get("license") if isinstance(info, dict) else None
    if not isinstance(found, dict):
        return []
    keys = ("name", "identifier", "url")
    return [plain_text(str(found[key])) for key in keys if found.get(key)]


def _is_plain(operation: OperationModule) -> bool:
    """Return whether an operation can be called without arguments, and may be."""
    needed = [p for p in operation.parameters if p.required]
    return not (needed or operation.body_required or operation.deprecated)


def _credentials(package: Package, example: OperationModule | None) -> str:
    """Write what the example needs to be given, "" where it needs nothing."""
    schemes = package.security.usual.get(example.place, []) if example else []
    values = {"basic": '("user", "password")'}
    return ", ".join(f"{s.attribute}={values.get(s.kind, _SECRET)}" for s in schemes)


def _toml(value: Any) -> str:
    """Write a text, or a list of texts, as TOML."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(plain_text(value), ensure_ascii=False).replace("\x7f", "")


def _author(text: str) -> str:
    """Write `Name <address>` as the table that TOML has for it."""
    found = _AUTHOR.match(plain_text(text))
    parts = found.groupdict() if found else {"name": text}
    return (
        "{ " + ", ".join(f"{key} = {_toml(v)}" for key, v in parts.items() if v) + " }"
    )
