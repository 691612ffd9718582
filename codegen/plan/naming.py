"""The Python names of all named schemas, each once."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import dataclass

from codegen.errors import SpecError, shorten
from codegen.identifiers import class_name, module_name

# Names that generated modules import, which a class must not hide.
_IMPORTED = {
    *("Any", "AsyncGenerator", "Client", "ClassVar", "FileTypes", "Generator"),
    *("Literal", "Mapping", "Model", "NotRequired", "Request", "Required", "Response"),
    *("ResponseLike", "Self", "Sequence", "TYPE_CHECKING", "TypeAlias", "TypedDict"),
    *("UnknownObject", "Unset", "Variants"),
}


@dataclass(frozen=True)
class SchemaNames:
    """How a named schema is called in Python.

    Attributes:
        dict_: its TypedDict.
        options: the TypedDict of the optional properties of a body.
        known: a union without objects of unknown kinds.
        reader: the function that reads a union.
    """

    schema: str
    class_: str
    module: str

    dict_: str
    options: str
    known: str
    reader: str


class Names:
    """Names of all schemas, guarded against two that become the same."""

    def __init__(self, schemas: Iterable[str]) -> None:
        self._names: dict[str, SchemaNames] = {}
        taken: dict[str, str] = {}
        for schema in schemas:
            names = _names_of(schema)
            for name in (
                *(names.class_, names.dict_, names.options, names.known),
                names.module.lower(),
            ):
                other = taken.setdefault(name, schema)
                if other != schema:
                    raise SpecError(
                        f"this schema and {shorten(other)} would both be called {name}",
                        at=("components", "schemas", schema),
                        hint="Rename one of them in the overlay.",
                    )
            self._names[schema] = names

    def __getitem__(self, schema: str) -> SchemaNames:
        return self._names[schema]


def _names_of(schema: str) -> SchemaNames:
    at = ("components", "schemas", schema)
    if "/" in schema or "~" in schema:
        raise SpecError("neither / nor ~ may stand in this name", at=at)
    class_, module = class_name(schema, at), module_name(schema, at)
    if class_ in _IMPORTED or keyword.iskeyword(class_):
        class_ += "Schema"
    derived = (
        f"{class_}Dict",
        f"{class_}OptionalDict",
        f"Known{class_}",
        f"read_{module}",
    )
    return SchemaNames(schema, class_, module, *derived)
