"""The Python names of all named schemas, each once."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from codegen.errors import json_path, shorten
from codegen.identifiers import class_name, free, module_name

# Names that generated modules import, which no name of a schema must hide.
_IMPORTED = {
    *("ABSENT", "Any", "AsyncGenerator", "Client", "ClassVar", "FileTypes", "Final"),
    "Generator",
    *("Literal", "Mapping", "Model", "NotRequired", "Request", "Required", "Response"),
    *("ResponseLike", "Self", "Sequence", "TYPE_CHECKING", "TypeAlias", "TypedDict"),
    *(
        "Callable",
        "Candidate",
        "Candidates",
        "Fitting",
        "UNSET",
        "Union",
        "UnknownObject",
        "Unset",
    ),
    *("AsyncIterable", "BytesLike", "DateLike", "DateTimeLike", "DecimalLike"),
    *("DetailedResponse", "DurationLike", "Iterable", "PathLike", "UuidLike"),
    *("Variants", "read_dict", "read_list"),
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

    @property
    def all(self) -> tuple[str, ...]:
        """Return all of them; modules and functions share one name space."""
        derived = (self.dict_, self.options, self.known, self.reader)
        return (self.class_, self.module.lower(), *derived)


class Names:
    """The names of all schemas, each once: the first who needs a name has it.

    Attributes:
        notes: what is called otherwise than its name says, and why.
    """

    def __init__(self, schemas: Iterable[str]) -> None:
        self.notes: list[str] = []
        self._names: dict[str, SchemaNames] = {}
        self._taken: dict[str, str] = {}
        for schema in schemas:
            self._names[schema] = self._choose(schema)

    def __getitem__(self, schema: str) -> SchemaNames:
        return self._names[schema]

    def more(self, name: str) -> str:
        """Take another name for what belongs to a schema, with a number if need be."""
        result = free(name, self._taken)
        self._taken[result] = name
        return result

    def _choose(self, schema: str) -> SchemaNames:
        class_, module = class_name(schema), module_name(schema)
        names = _names_of(schema, class_, module)
        if {class_, names.dict_} & _IMPORTED or keyword.iskeyword(class_):
            class_ += "Schema"
        if names.reader in _IMPORTED:
            module += "_schema"
        names = _names_of(schema, class_, module)
        met = [name for name in names.all if name in self._taken]
        numbers = count(2)
        while any(name in self._taken for name in names.all):
            number = next(numbers)
            names = _names_of(schema, f"{class_}{number}", f"{module}_{number}")
        if met:
            at = json_path(("components", "schemas", schema))
            holder = shorten(self._taken[met[0]])
            self.notes.append(f"{at} is {names.class_}: {holder} needs {met[0]}")
        self._taken.update(dict.fromkeys(names.all, schema))
        return names


def _names_of(schema: str, class_: str, module: str) -> SchemaNames:
    derived = (
        f"{class_}Dict",
        f"{class_}OptionalDict",
        f"Known{class_}",
        f"read_{module}",
    )
    return SchemaNames(schema, class_, module, *derived)
