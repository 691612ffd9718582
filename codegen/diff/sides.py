"""One of the two documents: where it is found, and the form that code is made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from codegen import overlay, source
from codegen.attempts import prepared, settled
from codegen.document import (
    Operation,
    Schema,
    at_path,
    component_schemas,
    mapped_reference,
    operations,
    reference_path,
    references,
    resolve,
    rewrite_schemas,
    schema_name,
    union_key,
)
from codegen.errors import Origins, Path, SpecError, origin, shorten
from codegen.git import GitError, git
from codegen.normalise import normalise
from codegen.paths import PINNED
from codegen.plan import Package, plan_package
from codegen.plan.literal import plain_text
from codegen.plan.models import SchemaModule
from codegen.plan.naming import Names
from codegen.plan.operations import OperationModule
from codegen.plan.types import Types
from codegen.prose import without_prose
from codegen.select import Selection, select, written_out
from codegen.source import MAX_BYTES, Document, Source

_SCHEMAS = ("components", "schemas")


class Known(NamedTuple):
    """An operation of the document, and the module planned for it."""

    operation: Operation
    module: OperationModule


@dataclass(frozen=True)
class Side:
    """A document, what is made from it, and who meets its schemas.

    Attributes:
        described: the normalised document with its prose.
        document: the same without prose.
        origins: where the schemas stood that normalising named.
        models: the planned modules of the schemas, by the schemas' names.
        operations: the operations with their planned modules.
        sent: the schemas that requests are made of, and the unreferenced ones.
        read: the schemas that responses are made of, and the unreferenced ones.
        hints: the enums that only ever stand beside any other text.
    """

    described: Document
    document: Document
    origins: Origins
    package: Package
    types: Types
    models: dict[str, SchemaModule]
    operations: list[Known]
    sent: frozenset[str]
    read: frozenset[str]
    hints: frozenset[str]

    @property
    def schemas(self) -> dict[str, Any]:
        """Return the named schemas."""
        return self.types.schemas

    def place(self, name: str) -> Path:
        """Return where a schema is in the document as it was given."""
        return origin((*_SCHEMAS, name), self.origins)

    def annotation(self, schema: Any) -> str:
        """Return the type of a schema in the code."""
        try:
            return self.types.of(schema, ()).annotation
        except SpecError:
            # A union that code can read only by its name.
            key = union_key(schema)
            return " | ".join(map(self.annotation, schema[key])) if key else "Any"

    def component(self, section: str, node: Any, at: Path) -> tuple[Any, Path]:
        """Return what a part of an operation refers to, and where that stands."""
        return resolve(self.document, node, at, section)


@cache
def _repairs() -> Document:
    return overlay.load()


def repaired(given: Document | Source) -> Document:
    """Apply our overlay to a document, with the other files of one that was read."""
    if not isinstance(given, Source):
        given = Source("", "", given)
    whole, _ = prepared(given.document, _repairs(), given.folder, name=given.name)
    return settled(whole)[0].document


def has_any(document: Document, selection: Selection) -> bool:
    """Return whether a selection matches an operation of a document."""
    return any(map(selection.keeps, operations(written_out(document))))


def side_of(document: Document, selection: Selection) -> Side:
    """Prepare the selected part of a repaired document as `build` does."""
    taken = normalise(select(document, selection))
    return _planned(taken.document, taken.origins)


def empty_side() -> Side:
    """Return the side of a document that has no operation."""
    return _planned({"openapi": "3.1.0", "paths": {}, "components": {}}, {})


def _planned(document: Document, origins: Origins) -> Side:
    described = {**document, "info": document.get("info") or {}}
    bare = without_prose(described)
    package = plan_package(bare)
    schemas = component_schemas(bare)
    modules = {module.place: module for module in package.operations}
    known = [Known(op, modules[op.at]) for op in operations(bare)]
    arguments = [(op.data.get("parameters"), op.at) for op, _ in known]
    arguments += [(op.shared_parameters, op.at) for op, _ in known]
    arguments += [(op.data.get("requestBody"), op.at) for op, _ in known]
    sent = _reached(bare, arguments)
    read = _reached(bare, [(op.data.get("responses"), op.at) for op, _ in known])
    # Nobody knows who meets the unreferenced ones, so it may be everybody.
    others = frozenset(schemas) - sent - read
    return Side(
        described=described,
        document=bare,
        origins=origins,
        package=package,
        types=Types(schemas, Names(schemas)),
        models={module.names.schema: module for module in package.schemas},
        operations=known,
        sent=sent | others,
        read=read | others,
        hints=_hints(bare),
    )


def _reached(document: Document, roots: list[tuple[Any, Path]]) -> frozenset[str]:
    """Return the schemas that some parts of a document refer to, however deep."""
    seen: set[Path] = set()
    pending = roots
    while pending:
        node, at = pending.pop()
        for place, reference in references(node, at):
            path = reference_path(mapped_reference(reference), place)[:3]
            if path not in seen:
                seen.add(path)
                pending.append((at_path(document, path), path))
    return frozenset(str(path[2]) for path in seen if path[:2] == _SCHEMAS)


def _hints(document: Document) -> frozenset[str]:
    """Return the enums whose values are only examples of what a text may be."""
    uses: Counter[str] = Counter()
    beside: Counter[str] = Counter()

    def rule(schema: Schema, at: Path) -> Schema:
        if "$ref" in schema:
            uses[schema_name(schema["$ref"], at)] += 1
        key = union_key(schema)
        members = schema[key] if key else []
        if any(map(_is_free_text, members)):
            beside.update(schema_name(m["$ref"], at) for m in members if "$ref" in m)
        return schema

    rewrite_schemas(document, rule)
    return frozenset(name for name in beside if beside[name] == uses[name])


def _is_free_text(schema: Any) -> bool:
    """Return whether a schema accepts any text."""
    return (
        isinstance(schema, dict)
        and schema.get("type") == "string"
        and not schema.keys() & {"enum", "const", "format", "pattern"}
    )


# --- Finding a document ---------------------------------------------------------------


def find(text: str, *, pinned: FilePath = PINNED) -> Source:
    """Read the document that a text names.

    Args:
        text: a file, a URL, a git revision (then of the pinned document), or one with a
            colon and the path of another file. A file comes before a revision of the
            same name.
        pinned: the pinned document, in the repository that revisions are of.

    Raises:
        SpecError: it is none of them, or can't be read.
    """
    if text.startswith(("http://", "https://")) or FilePath(text).is_file():
        return source.load(text)
    if text and FilePath(text).is_dir():
        raise SpecError(f"{plain_text(text)} is a folder, not a document")
    revision, _, path = text.partition(":")
    folder = pinned.parent
    blob = f"{_commit(folder, revision, text)}:{path or f'./{pinned.name}'}"
    try:
        if int(git(folder, "cat-file", "-s", blob)) > MAX_BYTES:
            raise SpecError(f"{plain_text(text)} is larger than {MAX_BYTES >> 20} MiB")
        data = git(folder, "cat-file", "blob", blob)
    except GitError as error:
        raise SpecError(
            f"the revision {shorten(revision)} has no file "
            f"{shorten(path or pinned.name)}: {error}",
            hint="Where it had another name then, give REVISION:PATH.",
        ) from error
    return source.parse(data, name=text)


def _commit(folder: FilePath, revision: str, text: str) -> str:
    # What git is asked for must never begin like an option.
    if not revision or revision.startswith("-") or "\0" in text:
        reason = f"{shorten(revision)} can't be a revision"
    else:
        try:
            commit = f"{revision}^{{commit}}"
            return git(folder, "rev-parse", "--verify", commit).decode().strip()
        except GitError as error:
            reason = str(error)
            if "Needed a single revision" in reason:
                reason = "git knows no such revision"
    raise SpecError(
        f"{shorten(text)} is neither a file nor a revision: there is no file of that "
        f"name, and {reason}",
        hint="Give a file, a URL, a revision such as HEAD~3, or REVISION:PATH.",
    )
