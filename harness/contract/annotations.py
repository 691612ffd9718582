"""Types in a comparable form: what a schema asks for, and what an annotation says.

The form is a string with the members of a union sorted: `None | list[ToolOutput]`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from harness.contract.document import (
    SCHEMAS,
    class_name,
    is_map,
    is_object,
    reference,
    resolve,
    variants,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from harness.contract.document import Schema

SCALARS = {
    "boolean": "bool",
    "integer": "int",
    "null": "None",
    "number": "float",
    "string": "str",
}


def expected(schema: Schema) -> str:
    """Return the type of a value that a schema describes."""
    if name := reference(schema):
        return class_name(name)
    if alternatives := variants(schema):
        return union(map(expected, alternatives))
    if "const" in schema:
        return literal([schema["const"]])
    if "enum" in schema:
        kinds = {type(value).__name__ for value in schema["enum"]}
        return union([literal(schema["enum"]), *kinds])
    if "type" not in schema:
        return "Any"
    if schema.get("format") == "binary":
        return "FileTypes"
    if schema["type"] == "array":
        return f"list[{expected(schema['items'])}]"
    if is_map(schema):
        values = schema.get("additionalProperties", True)
        # Nothing but the empty object, too.
        free = isinstance(values, bool)
        return f"dict[str, {'Any' if free else expected(values)}]"
    return SCALARS[schema["type"]]


def expected_alias(name: str) -> str:
    """Return what the name of a schema without properties stands for."""
    schema = SCHEMAS[name]
    open_end = ["UnknownObject"] if may_grow(schema) else []
    return union([expected(schema), *open_end])


def may_grow(schema: Schema) -> bool:
    """Return whether a union is of objects, none of which has properties of any name.

    Only then may an object be of an unknown kind.
    """
    targets = list(leaves(schema))
    # Of one class and of what is no object, the class takes all objects.
    is_choice = sum(map(_has_objects, variants(schema))) > 1 or (
        bool(variants(schema)) and all(map(_has_objects, variants(schema)))
    )
    return is_choice and any(map(is_object, targets)) and not any(map(is_map, targets))


def _has_objects(schema: Schema) -> bool:
    return any(map(is_object, leaves(schema)))


def leaves(schema: Schema) -> list[Schema]:
    """Return what a schema stands for, unions of unions opened."""
    target = resolve(schema)
    if alternatives := variants(target):
        return [leaf for each in alternatives for leaf in leaves(each)]
    return [target]


def expanded(annotation: str, aliases: Mapping[str, str]) -> set[str]:
    """Return the members of a union with the unions among them opened, one by one.

    What is inside of a list is opened too.
    """
    found: set[str] = set()
    for part in parts(annotation):
        if part in aliases:
            found |= expanded(aliases[part], aliases)
        elif match := re.fullmatch(r"(?:list|Sequence)\[(.*)\]", part):
            found |= {f"list of {each}" for each in expanded(match[1], aliases)}
        elif match := re.fullmatch(r"(?:dict|Mapping)\[str, (.*)\]", part):
            found |= {f"map of {each}" for each in expanded(match[1], aliases)}
        else:
            found.add(part)
    return found


def source_aliases(path: Path) -> dict[str, str]:
    """Read the aliases that a module defines, without running it."""
    return {
        node.target.id: _spell(node.value)
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and ast.unparse(node.annotation) == "TypeAlias"
        and node.value is not None
    }


def expected_argument(schema: Schema, *, required: bool) -> str:
    return union([expected(schema), *([] if required else ["Unset"])])


def expected_attribute(schema: Schema, *, required: bool) -> str:
    return union([expected(schema), *([] if required else ["None"])])


def union(members: Iterable[str]) -> str:
    return " | ".join(sorted({part for each in members for part in _split(each)}))


def literal(values: Iterable[Any]) -> str:
    return f"Literal[{', '.join(sorted(map(repr, values)))}]"


def spelled(annotation: Any) -> str:
    """Bring an annotation, as it stands in the code, into the comparable form."""
    assert isinstance(annotation, str), f"not a string: {annotation!r}"
    return _spell(ast.parse(annotation, mode="eval").body)


def parts(annotation: str) -> set[str]:
    return set(_split(annotation))


def _spell(node: ast.expr) -> str:
    match node:
        case ast.BinOp(left, ast.BitOr(), right):
            return union([_spell(left), _spell(right)])
        case ast.Constant(None):
            return "None"
        case ast.Constant(str(text)):
            return spelled(text)
        case ast.Name(name) | ast.Attribute(_, name):
            return name
        case ast.Subscript(ast.Name("Literal"), content):
            items = content.elts if isinstance(content, ast.Tuple) else [content]
            return literal(map(ast.literal_eval, items))
        case ast.Subscript(ast.Name("Union"), ast.Tuple(members)):
            return union(map(_spell, members))
        case ast.Subscript(generic, content):
            items = content.elts if isinstance(content, ast.Tuple) else [content]
            return f"{_spell(generic)}[{', '.join(map(_spell, items))}]"
    message = f"no form of a type that these tests know: {ast.unparse(node)}"
    raise AssertionError(message)


def _split(annotation: str) -> list[str]:
    """Split at the bars that are not inside of brackets."""
    found, depth, start = [], 0, 0
    quoted = False
    for at, character in enumerate(annotation):
        quoted ^= character == "'"
        depth += (character in "[") - (character in "]") if not quoted else 0
        if character == "|" and depth == 0:
            found.append(annotation[start:at].strip())
            start = at + 1
    return [*found, annotation[start:].strip()]
