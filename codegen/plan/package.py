"""Plan a whole package: its models, its operations, its tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from codegen.document import (
    component_schemas,
    is_json,
    media_schemas,
    operations,
    request_body,
    schema_name,
)
from codegen.errors import Problems, SpecError, json_path, shorten
from codegen.identifiers import free
from codegen.plan.literal import plain_text
from codegen.plan.models import SchemaModule, plan_schema
from codegen.plan.naming import Names
from codegen.plan.operations import OperationModule, plan_operation
from codegen.plan.security import Security, plan_security
from codegen.plan.servers import Servers, plan_servers
from codegen.plan.types import Types
from codegen.source import Document
from codegen.unions import leaves


@dataclass(frozen=True)
class Tag:
    """A package of operations."""

    name: str
    title: str
    description: str
    operations: list[OperationModule]


@dataclass(frozen=True)
class Package:
    """All that templates are rendered from.

    Attributes:
        notes: what is called otherwise than its name says, and why.
    """

    title: str
    version: str
    description: str
    schemas: list[SchemaModule]
    tags: list[Tag]
    notes: list[str]
    security: Security = field(default_factory=Security)
    servers: Servers = field(default_factory=Servers)

    @property
    def operations(self) -> list[OperationModule]:
        """Return all operations, tag by tag."""
        return [operation for tag in self.tags for operation in tag.operations]

    @property
    def needs(self) -> list[str]:
        """Name the modules that not every package has, but this one."""
        needed = {
            "writing": any(one.writes or one.sends_forms for one in self.operations),
            **dict.fromkeys(
                ("forms", "sources", "worker"),
                any(one.sends_forms for one in self.operations),
            ),
            "streaming": any(one.responses.stream for one in self.operations),
            "datetimes": any(schema.times for schema in self.schemas)
            or any(one.responses.reads_times for one in self.operations),
            "headers": any(one.responses.reads_headers for one in self.operations),
            "security": bool(self.security.schemes),
            "oauth": self.security.has_oauth,
            "servers": bool(self.servers.all),
            "checking": bool(self.schemas),
        }
        return [name for name, is_needed in needed.items() if is_needed]


def plan_package(document: Document, order: Sequence[str] = ()) -> Package:
    """Plan the package of a normalised document.

    Args:
        document: the document in its one form.
        order: the schemas in the order in which they choose their names; others follow.
    """
    schemas = component_schemas(document)
    # Those of the document itself, for they may have labels.
    keys = {name: name for name in schemas}
    first = [keys[name] for name in order if name in keys]
    names = Names(dict.fromkeys([*first, *schemas]))
    forms = _forms(document, schemas)
    types = Types(schemas, names, notes=names.notes, forms=forms)
    problems = Problems()
    try:
        bodies = _bodies(document)
        modules = []
        for name in schemas:
            with problems:
                modules.append(plan_schema(types, name, is_body=name in bodies))
    except RecursionError as error:
        raise SpecError(
            "schemas refer to schemas too many times in a row",
            at=("components", "schemas"),
        ) from error
    info = document.get("info") or {}
    security = Security()
    with problems:
        security = plan_security(document, types.notes)
    tags = _tags(document, types, security, problems)
    servers = Servers()
    with problems:
        servers = plan_servers(document)
    problems.raise_any()
    return Package(
        title=plain_text(str(info.get("title") or "API")),
        version=plain_text(str(info.get("version") or "")),
        description=str(info.get("description") or ""),
        schemas=sorted(modules, key=lambda module: module.names.module),
        tags=tags,
        notes=types.notes,
        security=security,
        servers=servers,
    )


def _bodies(document: Document) -> set[str]:
    """Name the schemas that are the body of an operation."""
    return {
        schema_name(schema["$ref"], at)
        for operation in operations(document)
        for _, schema, at in media_schemas(*request_body(document, operation))
        if isinstance(schema, dict) and "$ref" in schema
    }


def _forms(document: Document, schemas: dict[str, Any]) -> frozenset[str]:
    """Name the schemas whose properties are the parts of a form."""
    return frozenset(
        name
        for operation in operations(document)
        for media_type, schema, at in media_schemas(*request_body(document, operation))
        if not is_json(media_type)
        for name, _ in leaves(schema, schemas, at)
    )


def _tags(
    document: Document, types: Types, security: Security, problems: Problems
) -> list[Tag]:
    described = {
        tag.get("name"): str(tag.get("description") or "")
        for tag in document.get("tags") or []
    }
    result: dict[str, Tag] = {}
    taken: dict[str, dict[str, str]] = {}
    packages: dict[str, str] = {}
    titles: dict[str, str] = {}
    for operation in operations(document):
        planned = None
        with problems:
            planned = plan_operation(document, types, operation, security)
        if planned is None:
            continue
        title = planned.tag_title
        if title not in packages:
            packages[title] = free(planned.tag, titles)
            titles[packages[title]] = title
            if packages[title] != planned.tag:
                types.notes.append(
                    f"{json_path((*operation.at, 'tags', 0))} is {packages[title]}: "
                    f"{shorten(titles[planned.tag])} needs {planned.tag}"
                )
        planned = replace(planned, tag=packages[title])
        names = taken.setdefault(planned.tag, {})
        name = free(planned.name, names)
        if name != planned.name:
            types.notes.append(
                f"{json_path(operation.at)} is the module {planned.tag}.{name}: "
                f"{shorten(names[planned.name])} needs {planned.name}"
            )
            planned = replace(planned, name=name)
        names[name] = planned.operation_id
        description = described.get(title, "")
        tag = Tag(planned.tag, plain_text(title), description, [])
        result.setdefault(planned.tag, tag).operations.append(planned)
    return list(result.values())
