"""Name every target of a reference, so that references lead to names only.

A reference may lead into a path, to `$defs`, to a property of another schema or into
another file. What stands there moves to the components, under a name that says where it
stood, and a reference takes its place. Other files are those below the document's own
folder, or one that somebody names; nothing is fetched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import unquote

from codegen import source
from codegen.anchors import without_anchors
from codegen.document import objects, references
from codegen.errors import Origins, Path, Problems, SpecError, pointer, shorten
from codegen.identifiers import free, pascal_case
from codegen.source import Document

FILES = "x-files"
_SECTIONS = ("parameters", "responses", "requestBodies", "headers")
# The sections of components, those of extensions not among them.
_NAMED = {
    *("schemas", "responses", "parameters", "examples", "requestBodies", "headers"),
    *("securitySchemes", "links", "callbacks", "pathItems", "mediaTypes"),
}
_SUFFIXES = {"responses": "Response", "requestBody": "Request"}
# Steps that say nothing about what stands there.
_DULL = {
    *("properties", "schema", "content", "components", "paths", "200"),
    "application/json",
}
_HINT = "Bundle it into one document first, or name the folder of all by --files."


@dataclass(frozen=True)
class Bundled:
    """A document with its other files below `x-files`.

    Attributes:
        failures: why a reference could not be followed, by what it says.
    """

    document: Document
    failures: dict[str, SpecError]


@dataclass(frozen=True)
class Named:
    """A document whose references all lead to components.

    Attributes:
        origins: where the components stood that had no name.
    """

    document: Document
    origins: Origins


def bundle(
    document: Document,
    folder: FilePath | None = None,
    name: str = "",
    files: FilePath | None = None,
) -> Bundled:
    """Put the other files of a document into it, and lead references there.

    Args:
        document: the document as it was read.
        folder: where its other files are, if it has any.
        name: what its own file is called there, to which the others may refer.
        files: the folder below which they all have to be; None: its own folder.
    """
    if not any(_names_file(found, at) for at, found in _all_references(document)):
        return Bundled(document, {})
    work = _Bundling(deepcopy(document), folder, name, files or folder)
    work.run()
    return Bundled(work.document, work.failures)


def name_targets(given: Bundled) -> Named:
    """Return a document whose references all lead to components.

    Raises:
        SpecError: references lead to nothing, or out of the folder.
    """
    document = given.document
    if all(_is_plain(document, found) for _, found in _all_references(document)):
        return Named({k: v for k, v in document.items() if k != FILES}, {})
    work = _Naming(deepcopy(document), given.failures)
    work.run()
    return Named(work.document, work.origins)


def _is_plain(document: Document, reference: Any) -> bool:
    """Return whether a reference leads to a component, or is no text at all."""
    if not isinstance(reference, str):
        return True
    steps = reference.split("/")
    if steps[:2] != ["#", "components"] or len(steps) != 4 or steps[2] not in _NAMED:
        return False
    return "%" not in reference or _find(document, _steps(reference)) is not None


def _all_references(document: Document) -> Iterator[tuple[Path, Any]]:
    parts = ("paths", "webhooks", "components", FILES)
    return (
        found for part in parts for found in references(document.get(part), (part,))
    )


class _Bundling:
    def __init__(
        self,
        document: Document,
        folder: FilePath | None,
        name: str,
        files: FilePath | None,
    ) -> None:
        self.document = document
        self._limit = files.resolve() if files else None
        self._name = name
        self.failures: dict[str, SpecError] = {}
        self._folder = folder
        self._files: dict[str, Any] = document.get(FILES) or {}

    def run(self) -> None:
        """Read the files that references name, and those that these name in turn."""
        pending: list[tuple[Any, str]] = [(self.document, "")]
        pending += [(node, file) for file, node in self._files.items()]
        while pending:
            node, file = pending.pop()
            for holder, key, at in _holders(node, skipped=FILES):
                reference = holder[key]
                if not isinstance(reference, str) or reference.startswith("#/" + FILES):
                    continue
                path, _, fragment = reference.partition("#")
                if not _names_file(reference, at):
                    # What a discriminator maps to may be the bare name of a schema.
                    if file and (fragment or not _is_mapped(at)):
                        holder[key] = _within(file, fragment)
                    continue
                try:
                    target = self._resolved(path, file)
                    if target == self._name:
                        holder[key] = f"#{fragment}"
                        continue
                    if target not in self._files:
                        loaded = source.load(self._path(target)).document
                        self._files[target] = without_anchors(loaded)
                        pending.append((self._files[target], target))
                    if fragment and not fragment.startswith("/"):
                        fragment = self._anchored(target, fragment)
                except SpecError as error:
                    message = error.message.replace(f"{self._folder}/", "")
                    self.failures[reference] = SpecError(message, hint=error.hint)
                else:
                    holder[key] = _within(target, fragment)
        if self._files:
            self.document[FILES] = self._files

    def _anchored(self, target: str, name: str) -> str:
        """Return the fragment of the place that has a name in a file."""
        places = [
            at for n, at in objects(self._files[target]) if n.get("$anchor") == name
        ]
        if not places:
            raise SpecError(f"nothing in {target} is called {shorten(name)}")
        return pointer(places[0])[1:]

    def _path(self, target: str) -> FilePath:
        assert self._folder is not None
        return self._folder / target

    def _resolved(self, path: str, file: str) -> str:
        """Return a path as it is below the document's folder."""
        if self._folder is None or "://" in path or path.startswith("/"):
            message = f"the reference {shorten(path)} leaves the document"
            raise SpecError(message, hint=_HINT)
        root = self._folder.resolve()
        limit = self._limit or root
        target = (root / FilePath(file).parent / unquote(path)).resolve()
        if not target.is_relative_to(limit):
            message = f"the reference {shorten(path)} leaves the document's folder"
            raise SpecError(message, hint=_HINT)
        return FilePath(os.path.relpath(target, root)).as_posix()


class _Naming:
    """Name what references lead to, the innermost first."""

    def __init__(self, document: Document, failures: dict[str, SpecError]) -> None:
        self.document = document
        self.origins: dict[Path, Path] = {}
        self._failures = failures
        self._taken: dict[str, set[str]] = {}

    def run(self) -> None:
        problems = Problems()
        wanted: dict[Path, str] = {}
        named: dict[Path, Path] = {}
        for at, reference in _all_references(self.document):
            if not isinstance(reference, str):
                continue
            with problems:
                path = self._target(reference, at)
                if path and not _has_name(path):
                    wanted.setdefault(path, _section(at))
                    if at[0] == "components" and len(at) == 3:
                        named.setdefault(path, at)
        problems.raise_any()
        for path in sorted(wanted, key=len, reverse=True):
            self._move(path, named.get(path) or self._free(path, wanted[path]))
        for holder, key, at in _holders(self.document):
            reference = holder[key]
            if isinstance(reference, str) and ("/" in reference or reference == "#"):
                path = self._target(reference, at)
                holder[key] = pointer(path) if path else reference
        self.document.pop(FILES, None)

    def _target(self, reference: str, at: Path) -> Path | None:
        """Return where a reference leads, past those that stand on its way.

        A mapping may lead nowhere, and whether there is a component is found out where
        it is known to be needed: None stands for both.
        """
        for inner in _around(reference, at):
            if _find(self.document, inner) is not None:
                return _follow(self.document, inner)
        if reference.startswith("#/"):
            # Some write the steps percent-encoded, as a URL wants them, some don't.
            for way in (_steps(reference), _steps(unquote(reference))):
                found = _follow(self.document, way)
                if found is not None:
                    return found
        if _is_mapped(at) or _is_plain(self.document, reference):
            return None
        failure = self._failures.get(reference)
        if failure is not None:
            raise SpecError(failure.message, at=at, hint=failure.hint, keyword="$ref")
        if not reference.startswith("#/"):
            message, hint = f"{shorten(reference)} is no place", _HINT
        else:
            message, hint = f"nothing stands at {shorten(reference)}", ""
        raise SpecError(message, at=at, hint=hint, keyword="$ref")

    def _free(self, path: Path, section: str) -> Path:
        """Return a component that isn't there yet, named as the way to a place says."""
        if section not in self._taken:
            members = self.document.setdefault("components", {}).setdefault(section, {})
            self._taken[section] = {name.lower() for name in members}
        taken = self._taken[section]
        wanted = _name(path)
        name = wanted if wanted.lower() not in taken else free(wanted.lower(), taken)
        taken.add(name.lower())
        return ("components", section, name)

    def _move(self, path: Path, place: Path) -> None:
        """Put what stands at a place into a component, and a reference in its place."""
        holder = _find(self.document, path[:-1])
        step: Any = path[-1]
        step = int(step) if isinstance(holder, list) else step
        _find(self.document, place[:-1])[place[-1]] = holder[step]
        self.origins[place] = path
        holder[step] = {"$ref": pointer(place)}


def _around(reference: str, at: Path) -> Iterator[Path]:
    """Yield where a reference leads that was written for a schema standing alone."""
    is_schema = at[:2] == ("components", "schemas")
    if reference == "#" and is_schema:
        yield at[:3]
    steps = place_of(reference)
    if is_schema and steps[:1] in (("$defs",), ("definitions",)):
        for length in range(len(at), 2, -1):
            yield (*at[:length], *steps)


def _holders(node: Any, skipped: str = "") -> list[tuple[Any, str, Path]]:
    """List what holds a reference: the object, the key, and where it stands."""
    found: list[tuple[Any, str, Path]] = []
    inside = [*objects(node)]
    if isinstance(node, dict) and FILES in node and skipped != FILES:
        inside += objects(node[FILES], (FILES,))
    for value, at in inside:
        if isinstance(value.get("$ref"), str):
            found.append((value, "$ref", at))
        discriminator = value.get("discriminator")
        mapped = discriminator.get("mapping") if isinstance(discriminator, dict) else 0
        if isinstance(mapped, dict):
            place = (*at, "discriminator", "mapping")
            found += [(mapped, key, (*place, key)) for key in mapped]
    return found


def _is_mapped(at: Path) -> bool:
    """Return whether a discriminator maps a value there."""
    return at[-3:-1] == ("discriminator", "mapping")


def _names_file(reference: Any, at: Path) -> bool:
    """Return whether a reference, or what a discriminator maps to, names a file."""
    path = reference.partition("#")[0] if isinstance(reference, str) else ""
    return bool(path) and (not _is_mapped(at) or "/" in path or "." in path)


def _within(file: str, fragment: str) -> str:
    return pointer((FILES, file)) + fragment.rstrip("/")


def _steps(reference: str) -> Path:
    return tuple(
        part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/")
    )


def place_of(reference: object) -> Path:
    """Return the place that a reference within the document leads to, () for none."""
    is_local = isinstance(reference, str) and reference.startswith("#/")
    return _steps(str(reference)) if is_local else ()


def _find(node: Any, path: Path) -> Any:
    """Return what stands at a place, None where nothing does."""
    for step in path:
        if isinstance(node, list) and str(step).isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            node = node.get(step) if isinstance(node, dict) else None
    return node


def _follow(document: Document, path: Path, most: int = 50) -> Path | None:
    """Return the place of what a path leads to, past references; None for nothing."""
    for length in range(1, len(path) + 1):
        node = _find(document, path[:length])
        if node is None:
            return None
        # A component that is a reference has a name all the same.
        if (length == len(path) and _has_name(path)) or not isinstance(node, dict):
            continue
        if isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if most == 0 or not reference.startswith("#"):
                return None
            steps = _steps(reference)
            ways = (
                *_around(reference, path[:length]),
                steps,
                _steps(unquote(reference)),
            )
            way = next((w for w in ways if _find(document, w) is not None), steps)
            return _follow(document, (*way, *path[length:]), most - 1)
    return path


def _has_name(path: Path) -> bool:
    """Return whether a component stands at a place."""
    return len(path) == 3 and path[0] == "components" and path[1] in _NAMED


def _section(at: Path) -> str:
    """Return the section of components that the target of a reference belongs to."""
    if at[:2] == ("components", "schemas") or "schema" in at[:-1] or at[-1] == "schema":
        return "schemas"
    if at[:1] in (("paths",), ("webhooks",)) and len(at) == 2:
        return "pathItems"
    if at[-1] == "requestBody":
        return "requestBodies"
    return next((s for s in _SECTIONS if s in at[-2:-1]), "schemas")


def _name(path: Path) -> str:
    """Return a name for what stands at a place, by the way to it."""
    steps = [str(step) for step in path]
    if steps[0] == FILES:
        file, *steps = steps[1:]
        steps = steps or [FilePath(file).stem.partition(".")[0]]
    for mark in ("$defs", "definitions", "schemas"):
        if mark in steps[:-1]:
            steps = steps[steps.index(mark) + 1 :]
    kept = [_SUFFIXES.get(s, s) for s in steps if s not in _DULL]
    return "".join(map(pascal_case, kept or steps[-1:]))
