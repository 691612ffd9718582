"""One of the two documents, brought into the form that code is made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from codegen import overlay
from codegen.document import (
    Operation,
    Schema,
    component_schemas,
    mapped,
    mapped_reference,
    operations,
    reference_path,
    references,
    resolve,
    rewrite_schemas,
    schema_name,
    union_key,
)
from codegen.errors import Path, SpecError
from codegen.pipeline import facts
from codegen.plan import Package, plan_package
from codegen.plan.models import SchemaModule
from codegen.plan.naming import Names
from codegen.plan.operations import OperationModule
from codegen.plan.types import Types
from codegen.prose import without_prose
from codegen.select import Selection, check_version
from codegen.source import Document
from codegen.structure import check_structure

_SCHEMAS = ("components", "schemas")


@dataclass(frozen=True)
class Side:
    """A document, what is made from it, and who meets its schemas.

    Attributes:
        described: the normalised document with its prose.
        document: the same without prose.
        origins: where the schemas stood that were given names of their own.
        package: the plan of the code.
        types: the types of all schemas.
        models: the planned modules of the schemas, by the schemas' names.
        sent: the schemas that requests are made of, and those that nothing refers to.
        read: the schemas that answers are made of, and those likewise.
        hints: the enums that only ever stand beside any other text.
    """

    described: Document
    document: Document
    origins: dict[str, Path]
    package: Package
    types: Types
    models: dict[str, SchemaModule]
    sent: frozenset[str]
    read: frozenset[str]
    hints: frozenset[str]
    operations: list[tuple[Operation, OperationModule]] = field(default_factory=list)

    @property
    def schemas(self) -> dict[str, Any]:
        """Give the named schemas."""
        return self.types.schemas

    def place(self, name: str) -> Path:
        """Give where a schema stands in the document as it was given."""
        return self.origins.get(name, (*_SCHEMAS, name))

    def annotation(self, schema: Any) -> str:
        """Give the type of a schema in the code."""
        try:
            return self.types.of(schema, ()).annotation
        except SpecError:
            # A union that code can read only by its name.
            key = union_key(schema)
            return " | ".join(map(self.annotation, schema[key])) if key else "Any"


def repaired(document: Document, repairs: Document) -> Document:
    """Apply our overlay to a document.

    Raises:
        SpecError: the document is none of OpenAPI 3.0 or 3.1, or has not its shape.
    """
    check_version(document)
    check_structure(document)
    return overlay.apply(document, repairs).document


def matches(document: Document, selection: Selection) -> bool:
    """Tell whether a selection keeps anything of a document."""
    items = {
        path: resolve(document, item, ("paths", path), "pathItems")[0]
        for path, item in (document.get("paths") or {}).items()
    }
    return any(selection.keeps(one) for one in operations({"paths": items}))


def nothing() -> Document:
    """Give a normalised document that has no operation."""
    return {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {}}


def side_of(document: Document, selection: Selection) -> Side:
    """Take the chosen part of a repaired document as `build` does.

    Raises:
        SpecError: `build` would refuse it.
    """
    taken = facts(document, selection, None)
    return planned(taken.document, taken.origins)


def planned(document: Document, origins: dict[str, Path]) -> Side:
    """Plan the code of a normalised document."""
    described = {**document, "info": document.get("info") or {}}
    bare = without_prose(described)
    package = plan_package(bare)
    schemas = component_schemas(bare)
    by_place = {module.place: module for module in package.operations}
    found = list(operations(bare))
    sent = _reached(bare, [_sent(op) for op in found])
    read = _reached(bare, [(op.data.get("responses"), op.at) for op in found])
    # Nobody knows who meets the others, so that it may be everybody.
    others = frozenset(schemas) - sent - read
    return Side(
        described=described,
        document=bare,
        origins=origins,
        package=package,
        types=Types(schemas, Names(schemas)),
        models={module.names.schema: module for module in package.schemas},
        sent=sent | others,
        read=read | others,
        hints=_hints(bare),
        operations=[(op, by_place[op.at]) for op in found],
    )


def _sent(operation: Operation) -> tuple[Any, Path]:
    data = operation.data
    parts = [data.get("parameters"), operation.shared_parameters]
    return [*parts, data.get("requestBody")], operation.at


def _reached(document: Document, roots: list[tuple[Any, Path]]) -> frozenset[str]:
    """Name the schemas that one gets to from some parts of a document."""
    seen: set[Path] = set()
    pending = roots
    while pending:
        node, at = pending.pop()
        for place, reference in [*references(node, at), *mapped(node, at)]:
            path = reference_path(mapped_reference(reference), place)[:3]
            if path not in seen:
                seen.add(path)
                target: Any = document
                for step in path:
                    target = target.get(step) if isinstance(target, dict) else None
                pending.append((target, path))
    return frozenset(str(path[2]) for path in seen if path[:2] == _SCHEMAS)


def _hints(document: Document) -> frozenset[str]:
    """Find the enums whose values are only examples of what a text may be."""
    uses: Counter[str] = Counter()
    beside: Counter[str] = Counter()

    def rule(schema: Schema, at: Path) -> Schema:
        if "$ref" in schema:
            uses[schema_name(schema["$ref"], at)] += 1
        key = union_key(schema)
        members = schema[key] if key else []
        if any(is_free_text(member) for member in members):
            beside.update(schema_name(m["$ref"], at) for m in members if "$ref" in m)
        return schema

    rewrite_schemas(document, rule)
    return frozenset(name for name in beside if beside[name] == uses[name])


def is_free_text(schema: Any) -> bool:
    """Tell whether a schema accepts any text."""
    return (
        isinstance(schema, dict)
        and schema.get("type") == "string"
        and not schema.keys() & {"enum", "const", "format", "pattern"}
    )
