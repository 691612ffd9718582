"""Keep the chosen operations and everything that they reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from codegen.document import (
    Operation,
    at_path,
    component_schemas,
    is_method,
    mapping,
    methods_of,
    operations,
    reference_path,
    reference_to,
    references,
    resolve,
)
from codegen.errors import Path, Problems, SpecError, shorten
from codegen.normalise.inheritance import children_of
from codegen.source import Document

_VERSION = re.compile(r"3\.[012](\.|\Z)")
# Parts of a document that are kept as they are.
_KEPT = ("openapi", "info", "servers", "security", "tags")

# Parts of an operation that no client code comes from.
_UNUSED = ("callbacks", "externalDocs")


@dataclass(frozen=True)
class Selection:
    """The operations to keep: by prefix of the path, by tag, by id, or all of them."""

    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    everything: bool = False
    ids: tuple[str, ...] = ()

    def keeps(self, operation: Operation) -> bool:
        """Return whether an operation is among the chosen ones."""
        if self.everything or operation.name in self.ids:
            return True
        path = operation.path
        by_path = any(
            path == p or path.startswith(p.rstrip("/") + "/") for p in self.paths
        )
        tags = operation.data.get("tags") or []
        return by_path or any(tag in self.tags for tag in tags)

    def __str__(self) -> str:
        if self.everything:
            return "all operations"
        chosen = [f"paths under {path}" for path in self.paths]
        chosen += [f"tag {tag}" for tag in self.tags]
        chosen += [f"operation {name}" for name in self.ids]
        return ", ".join(chosen) or "nothing"


ASSISTANTS = Selection(
    paths=("/assistants", "/threads", "/files", "/vector_stores", "/models")
)
# What a model is asked by.
MODELS = Selection(
    ids=(
        "createResponse",
        "createChatCompletion",
        "createEmbedding",
        "listModels",
        # For code that a model runs: what it reads, and what it makes.
        "createFile",
        "deleteFile",
        "RetrieveContainerFileContent",
        # Where threads go that are imported there.
        "createConversation",
        "createConversationItems",
        "getConversation",
        "listConversationItems",
    )
)


def select(document: Document, selection: Selection) -> Document:
    """Return a document with the chosen operations and what they refer to."""
    check_version(document)
    document = written_out(document)
    chosen = [op for op in operations(document) if selection.keeps(op)]
    if not chosen and not selection.everything:
        raise SpecError(
            f"no operation matches the selection ({selection})",
            at=("paths",),
            hint="Choose with --path, --tag or --all.",
        )
    paths: dict[str, Any] = {}
    for operation in chosen:
        item = document["paths"][operation.path]
        item_kept = paths.setdefault(
            operation.path,
            {k: v for k, v in item.items() if not is_method(k) and k not in _UNUSED},
        )
        data = operation.data
        item_kept[operation.method] = {
            k: v
            for k, v in data.items()
            if k not in _UNUSED and not (k == "servers" and not v)
        }
    components = _reached_components(document, paths, selection)
    kept: Document = {"paths": paths, "components": components}
    kept |= {key: document[key] for key in _KEPT if key in document}
    if not kept.get("servers"):
        kept.pop("servers", None)
    # In the order of the document.
    return {key: kept.pop(key) for key in document if key in kept} | kept


def check_object(document: Document) -> None:
    """Refuse a document that is no object."""
    if not isinstance(document, dict):
        raise SpecError(f"an object is due here, not {shorten(document)}", at=())


def check_version(document: Document) -> None:
    """Refuse a document that is none of OpenAPI 3.0, 3.1 or 3.2."""
    check_object(document)
    if "swagger" in document and not document.get("openapi"):
        raise SpecError(
            "this is Swagger 2, and OpenAPI 3 is needed",
            at=("swagger",),
            hint="Convert it: npx swagger2openapi DOCUMENT, or editor.swagger.io "
            "(Edit, Convert to OpenAPI 3).",
        )
    version = document.get("openapi")
    if isinstance(version, int | float) and not isinstance(version, bool):
        # 3.1 without quotation marks.
        version = str(version)
    if not isinstance(version, str) or not _VERSION.match(version):
        raise SpecError(
            f"this is no OpenAPI 3.0, 3.1 or 3.2 document: {shorten(version)}",
            at=("openapi",),
        )


def written_out(document: Document) -> Document:
    """Return a document whose path items are no references."""
    paths = {
        path: resolve(document, item, ("paths", path), "pathItems")[0]
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def _reached_components(
    document: Document, paths: dict[str, Any], selection: Selection
) -> Document:
    """Return the components that the chosen operations lead to.

    Where everything is chosen, all schemas are kept: what no operation leads to, the
    payloads of webhooks for instance, is a part of the document too.
    """
    components = mapping(document.get("components"), ("components",))
    children = children_of(component_schemas(document))
    reached: dict[Path, Any] = {}
    problems = Problems()
    pending = [*references(paths, ("paths",))]
    if selection.everything:
        for name in component_schemas(document):
            at: Path = ("components", "schemas", name)
            pending.append((at, reference_to(name)))
    while pending:
        at, reference = pending.pop()
        path = reference_path(reference, at)
        if len(path) < 3 or path[0] != "components":
            message = f"the reference {shorten(reference)} points to no component"
            problems.add(SpecError(message, at=at, keyword="$ref"))
            continue
        path = path[:3]
        if path in reached:
            continue
        target = at_path(document, path)
        if target is None:
            message = f"nothing stands at {shorten(reference)}"
            problems.add(SpecError(message, at=at, keyword="$ref"))
            continue
        reached[path] = target
        pending += references(target, path)
        if isinstance(target, dict) and "discriminator" in target:
            # Where a base may stand, any of its children may.
            pending += [(at, reference_to(n)) for n in children.get(str(path[2]), ())]
    problems.raise_any()
    result: Document = {}
    for section, members in components.items():
        if section == "securitySchemes":
            members = _used_schemes(document, paths, mapping(members, ("components",)))
        else:
            members = mapping(members, ("components", section))
            names = [n for n in members if ("components", section, n) in reached]
            members = {name: members[name] for name in names}
        if members:
            result[section] = members
    return result


def _used_schemes(document: Document, paths: Document, schemes: Document) -> Document:
    requirements = list(document.get("security") or [])
    for item in paths.values():
        for method in methods_of(item):
            requirements += (item.get(method) or {}).get("security") or []
    used = {name for requirement in requirements for name in requirement}
    return {name: schemes[name] for name in schemes if name in used}
