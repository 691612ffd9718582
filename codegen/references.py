"""Name every target of a reference, so that references lead to names only.

A reference may lead into a path, to `$defs`, to a property of another schema or into
another file. What stands there moves to the components, under a name that says where it
stood, and a reference takes its place. Other files are those below the document's own
folder; nothing is fetched.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import unquote

from codegen import source
from codegen.document import references
from codegen.errors import Path, SpecError, shorten
from codegen.identifiers import free, pascal_case
from codegen.source import Document

FILES = "x-files"
_SECTIONS = ("parameters", "responses", "requestBodies", "headers")
_SUFFIXES = {"responses": "Response", "requestBody": "Request"}
# Steps that say nothing about what stands there.
_DULL = {
    *("properties", "schema", "content", "components", "paths", "200"),
    "application/json",
}
_HINT = "Bundle it into one document first, or put the files below its folder."


def name_targets(document: Document, folder: FilePath | None = None) -> Document:
    """Return a document whose references all lead to components.

    Args:
        document: the document as it was read.
        folder: where its other files are, if it has any.

    Raises:
        SpecError: a reference leads to nothing, or out of the folder.
    """
    if all(_is_plain(document, target) for _, target in _all_references(document)):
        return document
    work = _Naming(deepcopy(document), folder)
    work.bundle()
    work.run()
    return work.document


def _all_references(document: Document) -> list[tuple[Path, Any]]:
    parts = ("paths", "webhooks", "components", FILES)
    return [
        found for part in parts for found in references(document.get(part), (part,))
    ]


def _is_plain(document: Document, reference: Any) -> bool:
    """Return whether a reference leads to a component, or is no text at all."""
    if not isinstance(reference, str):
        return True
    steps = reference.split("/")
    if steps[:2] != ["#", "components"] or len(steps) != 4:
        return False
    return "%" not in reference or _find(document, _steps(reference)) is not None


class _Naming:
    def __init__(self, document: Document, folder: FilePath | None) -> None:
        self.document = document
        self._folder = folder
        self._names: dict[Path, str] = {}

    # --- Other files ------------------------------------------------------------------

    def bundle(self) -> None:
        """Put the other files into the document, and lead references there."""
        pending: list[tuple[Any, str]] = [(self.document, "")]
        files: dict[str, Any] = {}
        while pending:
            node, file = pending.pop()
            for holder, key, at in _holders(node):
                reference = holder[key]
                if not isinstance(reference, str) or not _leaves(reference, key):
                    if file and isinstance(reference, str) and key == "$ref":
                        holder[key] = _within(file, reference.removeprefix("#"))
                    continue
                path, _, fragment = reference.partition("#")
                target = self._resolved(path, file, at) if path else file
                if target not in files:
                    files[target] = self._loaded(target, at)
                    pending.append((files[target], target))
                holder[key] = _within(target, fragment)
        if files:
            self.document[FILES] = files

    def _resolved(self, path: str, file: str, at: Path) -> str:
        """Return a path as it is below the document's folder."""
        if self._folder is None or "://" in path or path.startswith("/"):
            raise SpecError(
                f"the reference {shorten(path)} leaves the document", at=at, hint=_HINT
            )
        root = self._folder.resolve()
        target = (root / FilePath(file).parent / unquote(path)).resolve()
        if not target.is_relative_to(root):
            raise SpecError(
                f"the reference {shorten(path)} leaves the document's folder",
                at=at,
                hint=_HINT,
            )
        return target.relative_to(root).as_posix()

    def _loaded(self, path: str, at: Path) -> Any:
        assert self._folder is not None
        try:
            return source.load(self._folder / path).document
        except SpecError as error:
            raise SpecError(error.message, at=at, hint=error.hint) from error

    # --- Names ------------------------------------------------------------------------

    def run(self) -> None:
        """Name what references lead to, the innermost first."""
        while True:
            wanted: dict[Path, tuple[str, Path]] = {}
            for at, reference in _all_references(self.document):
                if isinstance(reference, str):
                    path = self._target(reference, at)
                    if path[:1] != ("components",) or len(path) != 3:
                        wanted.setdefault(path, (_section(at), at))
            if not wanted:
                break
            path = max(wanted, key=len)
            self._move(path, *wanted[path])
        for holder, key, at in _holders(self.document):
            if isinstance(holder[key], str) and "/" in holder[key]:
                holder[key] = _pointer(self._target(holder[key], at))
        self.document.pop(FILES, None)

    def _target(self, reference: str, at: Path) -> Path:
        """Return where a reference leads, past those that stand on its way."""
        if not reference.startswith("#/"):
            raise SpecError(f"{shorten(reference)} is no place", at=at, hint=_HINT)
        # Some write the steps percent-encoded, as a URL wants them, and some don't.
        for way in (_steps(reference), _steps(unquote(reference))):
            found = _follow(self.document, way)
            if found is not None:
                return found
        raise SpecError(f"nothing stands at {shorten(reference)}", at=at)

    def _move(self, path: Path, section: str, at: Path) -> None:
        holder = _find(self.document, path[:-1])
        step: Any = path[-1]
        step = int(step) if isinstance(holder, list) else step
        target = holder[step]
        members = self.document.setdefault("components", {}).setdefault(section, {})
        taken = {name.lower() for name in members}
        wanted = _name(path)
        name = wanted if wanted.lower() not in taken else free(wanted.lower(), taken)
        members[name] = target
        holder[step] = {"$ref": _pointer(("components", section, name))}


def _holders(node: Any) -> list[tuple[Any, str, Path]]:
    """List what holds a reference: the object, the key, and where it stands."""
    found: list[tuple[Any, str, Path]] = []
    pending: list[tuple[Any, Path]] = [(node, ())]
    while pending:
        value, at = pending.pop()
        if isinstance(value, list):
            pending += [(child, (*at, i)) for i, child in enumerate(value)]
        elif isinstance(value, dict):
            if isinstance(value.get("$ref"), str) and at[-1:] != ("properties",):
                found.append((value, "$ref", at))
            if at[-1:] == ("mapping",) and at[-2:-1] == ("discriminator",):
                found += [(value, key, at) for key in value]
            pending += [
                (child, (*at, key))
                for key, child in value.items()
                if key not in ("example", "examples", "default", "enum", "const")
            ]
    return found


def _leaves(reference: str, key: str) -> bool:
    """Return whether a reference, or what a discriminator maps to, names a file."""
    path = reference.partition("#")[0]
    return bool(path) and (key == "$ref" or "/" in path or "." in path)


def _within(file: str, fragment: str) -> str:
    return _pointer((FILES, file)) + fragment.rstrip("/")


def _steps(reference: str) -> Path:
    return tuple(
        part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/")
    )


def _pointer(path: Path) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#/" + "/".join(steps)


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
        is_named = length == len(path) == 3 and path[0] == "components"
        if is_named or not isinstance(node, dict):
            continue
        if isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if most == 0 or not reference.startswith("#/"):
                return None
            return _follow(document, (*_steps(reference), *path[length:]), most - 1)
    return path


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
