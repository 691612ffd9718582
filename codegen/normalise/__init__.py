"""Bring a document into the one form that code is made from.

Each pass is pure and idempotent, and the whole changes nothing in `openapi.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from codegen.document import component_schemas
from codegen.errors import Origins, Path, SpecError
from codegen.normalise import (
    containers,
    hoist,
    implied,
    inheritance,
    merge,
    nullable,
    objects,
    strip,
    unions,
)
from codegen.source import Document

Pass = Callable[[Document], tuple[Document, int]]
HOIST = "hoist-inline"

PASSES: dict[str, Pass] = {
    "name-operations": objects.name_operations,
    "list-tags": objects.list_tags,
    "recursive-references": objects.recursive_references,
    "said-beside": objects.said_beside,
    "constants": objects.constants,
    "null-types": nullable.null_types,
    "inheritance": inheritance.inheritance,
    "merge-all-of": merge.merge_all_of,
    "containers": containers.containers,
    "simplify-unions": unions.simplify_unions,
    "object-types": objects.object_types,
    "implied": implied.implied,
    "required-properties": objects.required_properties,
    "null-where-used": nullable.null_where_used,
    "flatten-unions": unions.simplify_unions,
    HOIST: lambda document: hoist.hoist(document, {}),
    "discriminators": unions.discriminators,
    "strip": strip.strip,
    "order": strip.order,
}


@dataclass(frozen=True)
class Normalised:
    """A document in its one form, and how often each pass changed something.

    Attributes:
        origins: where the schemas stood that were given names of their own.
        unused_actions: the actions of the overlay that found nothing.
        order: the names of schemas that the document itself has, in its order.
        notes: what of it was left out.
    """

    document: Document
    changes: dict[str, int]
    origins: Origins
    unused_actions: list[str] = field(default_factory=list[str])
    order: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list[str])


Watch = Callable[[str, Document, Origins], None]
"""What is called after each step, with its name, and what it made of the document."""


def unwatched(step: str, document: Document, origins: Origins) -> None:
    """Do nothing after a step."""


def normalise(document: Document, watch: Watch = unwatched) -> Normalised:
    """Run all passes in order."""
    changes = {}
    names = tuple(component_schemas(document))
    origins: dict[Path, Path] = {}
    for name, run in PASSES.items():
        try:
            if name == HOIST:
                document, changes[name] = hoist.hoist(document, origins)
            else:
                document, changes[name] = run(document)
            watch(name, document, origins)
        except SpecError as error:
            raise error.traced(origins) from error
        except RecursionError as error:
            raise SpecError(
                "schemas refer to schemas too many times in a row",
                at=("components", "schemas"),
            ) from error
    return Normalised(document, changes, origins, order=names)
