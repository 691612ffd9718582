"""Navigate an OpenAPI document: schemas, references, operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from codegen.errors import Path, Problems, SpecError, not_a_reference, shorten
from codegen.identifiers import called
from codegen.source import Document

Schema = dict[str, Any]
SchemaRule = Callable[[Schema, Path], Schema]

METHODS = (
    *("get", "put", "post", "delete", "options", "head", "patch", "trace", "query"),
)

# Keywords of a schema that hold one schema, a list of them, or named ones.
_ONE = (
    *("items", "additionalProperties", "not", "contains", "propertyNames"),
    *("unevaluatedProperties", "unevaluatedItems", "if", "then", "else"),
)
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas")
_ALL = (*_ONE, *_MANY, *_NAMED)
_HOLDING = frozenset(_ALL)
_HOLDERS = (dict, list)

# Values of these keys are data of the API, whatever they look like.
_OPAQUE = {"example", "examples", "default", "enum", "const", "mapping", "required"}
# Values of these keys are maps whose keys are names, not keywords.
_NAME_MAPS = {
    *("properties", "patternProperties", "$defs", "dependentSchemas", "paths"),
    *("webhooks", "schemas", "responses", "parameters", "requestBodies", "headers"),
    *("securitySchemes", "content", "callbacks", "links", "encoding", "variables"),
}


@dataclass(frozen=True)
class Operation:
    """One operation where it stands in the document."""

    path: str
    method: str
    data: dict[str, Any]
    shared_parameters: list[Any]

    @property
    def at(self) -> Path:
        """Return its place in the document."""
        return ("paths", self.path, self.method)

    @property
    def name(self) -> str:
        """Return its operationId, or method and path where it has none."""
        name = self.data.get("operationId")
        if isinstance(name, str) and name:
            return name
        return f"{self.method} {self.path}"


def operations(document: Document) -> Iterator[Operation]:
    """Yield the operations in the order of the document."""
    for path, item in mapping(document.get("paths"), ("paths",)).items():
        item = mapping(item, ("paths", path))
        for method in methods_of(item):
            data = mapping(item[method], ("paths", path, method))
            shared = item.get("parameters") or []
            yield Operation(path, method, data, shared)


def methods_of(item: dict[str, Any]) -> list[str]:
    """Return the methods of a path, in capitals those that OpenAPI has no name for."""
    named = [method for method in METHODS if method in item]
    return named + [key for key in item if is_method(key) and key not in METHODS]


def is_method(key: object) -> bool:
    """Return whether a key of a path item is a method; others are in small letters."""
    return key in METHODS or (isinstance(key, str) and key.isupper())


def parameters(document: Document, operation: Operation) -> Iterator[tuple[Any, Path]]:
    """Yield an operation's parameters, resolved, its own before shared ones."""
    seen = set()
    own = operation.data.get("parameters") or []
    for at, group in (
        (operation.at, own),
        (operation.at[:2], operation.shared_parameters),
    ):
        for index, item in enumerate(group):
            place = (*at, "parameters", index)
            item = mapping(item, place)
            parameter, place = resolve(document, item, place, "parameters")
            key = (parameter.get("name"), parameter.get("in"))
            if key not in seen:
                seen.add(key)
                yield parameter, place


def request_body(document: Document, operation: Operation) -> tuple[Any, Path]:
    """Return the body of a request, `{}` where it has none, and its place."""
    at: Path = (*operation.at, "requestBody")
    data = mapping(operation.data.get("requestBody"), at)
    return resolve(document, data, at, "requestBodies")


def media_schemas(holder: dict[str, Any], at: Path) -> Iterator[tuple[str, Any, Path]]:
    """Yield each media type of a body or a response, its schema, and its place."""
    at = (*at, "content")
    for media_type, media in mapping(holder.get("content"), at).items():
        place = (*at, media_type)
        yield media_type, mapping(media, place).get("schema", {}), (*place, "schema")


def plain_media_type(media_type: str) -> str:
    """Return a media type without its parameters, in small letters."""
    return media_type.split(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Return whether a media type is JSON."""
    plain = plain_media_type(called(media_type))
    return plain == "application/json" or plain.endswith("+json")


def component_schemas(document: Document) -> dict[str, Any]:
    """Return the named schemas; an empty dict where there are none."""
    components = mapping(document.get("components"), ("components",))
    return mapping(components.get("schemas"), ("components", "schemas"))


def mapping(value: Any, at: Path) -> dict[str, Any]:
    """Return an object of the document, an empty one for nothing."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SpecError(f"an object is due here, not {shorten(value)}", at=at)
    return value


def reference_path(reference: object, at: Path) -> Path:
    """Split a local reference into the keys that lead to its target."""
    if not isinstance(reference, str):
        raise not_a_reference(reference, at)
    if not reference.startswith("#/"):
        raise SpecError(
            f"the reference {shorten(reference)} leaves the document",
            at=at,
            hint="Nothing is fetched while building; bundle it into one first.",
            keyword="$ref",
        )
    parts = reference[2:].split("/")
    if "~" in reference:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in parts]
    return tuple(parts)


def schema_name(reference: object, at: Path) -> str:
    """Return the name of the component schema that a reference points to."""
    path = reference_path(reference, at)
    if len(path) != 3 or path[:2] != ("components", "schemas"):
        raise SpecError(
            f"the reference {shorten(reference)} points to no named schema",
            at=at,
            hint="Move its target to #/components/schemas and give it a name.",
            keyword="$ref",
        )
    return str(path[2])


def reference_to(name: str) -> str:
    """Write the reference to a component schema."""
    return "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1")


def resolve(
    document: Document, node: dict[str, Any], at: Path, section: str
) -> tuple[Any, Path]:
    """Follow the references of a node; return its target and where that stands."""
    seen: set[str] = set()
    while "$ref" in node:
        reference = node["$ref"]
        if reference in seen:
            message = f"{shorten(reference)} refers to itself"
            raise SpecError(message, at=at, keyword="$ref")
        path = reference_path(reference, at)
        seen.add(reference)
        if path[:2] != ("components", section):
            message = f"{shorten(reference)} is none of components.{section}"
            raise SpecError(message, at=at, keyword="$ref")
        target = at_path(document, path)
        if not isinstance(target, dict):
            message = f"nothing stands at {shorten(reference)}"
            raise SpecError(message, at=at, keyword="$ref")
        node, at = target, path
    return node, at


def at_path(document: Document, path: Path) -> Any:
    """Return what stands at a place, None where nothing does."""
    target: Any = document
    for step in path:
        target = target.get(step) if isinstance(target, dict) else None
    return target


def references(node: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every `$ref` below a node, and what discriminators map to, with its place.

    Examples and the like are passed over.
    """
    for value, place in objects(node, at):
        if "$ref" in value:
            yield place, value["$ref"]
        discriminator = value.get("discriminator")
        if isinstance(discriminator, dict):
            mapping_ = discriminator.get("mapping")
            mapped = mapping_.items() if isinstance(mapping_, dict) else ()
            for key, target in mapped:
                mapped_at = (*place, "discriminator", "mapping", key)
                yield mapped_at, mapped_reference(str(target))


def objects(node: Any, at: Path = ()) -> Iterator[tuple[dict[str, Any], Path]]:
    """Yield every object below a node, itself included, with its place.

    Outer ones come first. Objects that only name others, such as `properties`, are
    none of them, and examples and the like are passed over.
    """
    pending: list[tuple[Any, Path, bool]] = [(node, at, False)]
    while pending:
        value, place, names = pending.pop()
        if isinstance(value, list):
            pending.extend((x, (*place, i), False) for i, x in enumerate(value))
            continue
        if not isinstance(value, dict):
            continue
        if not names:
            yield value, place
        for key, child in value.items():
            if not isinstance(child, _HOLDERS):
                continue
            if names:
                pending.append((child, (*place, key), False))
            elif not _is_data(key):
                named = key in _NAME_MAPS and isinstance(child, dict)
                pending.append((child, (*place, key), named))


def mapped_reference(name: str) -> str:
    """Return the reference that a value of a discriminator's mapping stands for.

    It is either a reference or the bare name of a schema.
    """
    return name if "/" in name or "#" in name else reference_to(name)


def rewrite_schemas(document: Document, rule: SchemaRule) -> Document:
    """Copy a document with every schema replaced by what `rule` makes of it.

    Inner schemas come before those that hold them. The rule gets a copy of its own,
    one level deep, and may change it. What is wrong in several schemas is one error.
    """
    problems = Problems()

    def whole(schema: Any, at: Path) -> Any:
        with problems:
            return rewrite_schema(schema, at, rule)
        return schema

    result: Document = rewrite_outer(document, (), whole)
    problems.raise_any()
    return result


def count_rewrites(document: Document, rule: SchemaRule) -> tuple[Document, int]:
    """Do what `rewrite_schemas` does, and count the schemas that changed."""
    count = 0

    def counted(schema: Schema, at: Path) -> Schema:
        nonlocal count
        before = dict(schema)
        result = rule(schema, at)
        count += result != before
        return result

    return rewrite_schemas(document, counted), count


def rewrite_outer(
    value: Any, at: Path, rule: Callable[[Any, Path], Any], *, names: bool = False
) -> Any:
    """Copy a part of a document with the schemas replaced that stand in no other one.

    Where the part is a map whose keys are names, `names` is true.
    """
    if isinstance(value, list):
        return [
            rewrite_outer(x, (*at, i), rule) if isinstance(x, _HOLDERS) else x
            for i, x in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    if at == ("components", "schemas"):
        return {key: rule(child, (*at, key)) for key, child in value.items()}
    result = value.copy()
    for key, child in value.items():
        if key == "schema" and not names:
            result[key] = rule(child, (*at, key))
        elif isinstance(child, _HOLDERS) and (names or not _is_data(key)):
            named = not names and key in _NAME_MAPS and isinstance(child, dict)
            result[key] = rewrite_outer(child, (*at, key), rule, names=named)
    return result


def _is_data(key: str) -> bool:
    """Return whether the value of a key is data, whatever it looks like."""
    return key in _OPAQUE or key.startswith("x-")


def rewrite_schema(schema: Any, at: Path, rule: SchemaRule) -> Any:
    """Copy one schema, its inner schemas first."""
    if isinstance(schema, bool):
        # Written as the schemas that true and false stand for.
        return {} if schema else {"not": {}}
    if not isinstance(schema, dict):
        raise SpecError(f"a schema is due here, not {shorten(schema)}", at=at)
    result = schema.copy()
    # Most hold none.
    if not _HOLDING.isdisjoint(schema):
        for key in _holding(schema):
            held = schema[key]
            if key in _ONE:
                if _is_one(key, held):
                    result[key] = rewrite_schema(held, (*at, key), rule)
            elif key in _MANY:
                if isinstance(held, list):
                    result[key] = [
                        rewrite_schema(child, (*at, key, index), rule)
                        for index, child in enumerate(held)
                    ]
            elif isinstance(held, dict):
                result[key] = {
                    name: rewrite_schema(child, (*at, key, name), rule)
                    for name, child in held.items()
                }
    return rule(result, at)


def subschemas(schema: Schema, at: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the schemas directly inside a schema, each with its place."""
    for key in _holding(schema):
        held = schema[key]
        if key in _ONE:
            if _is_one(key, held):
                yield (*at, key), held
        elif key in _MANY:
            if isinstance(held, list):
                for index, child in enumerate(held):
                    yield (*at, key, index), child
        elif isinstance(held, dict):
            for name, child in held.items():
                yield (*at, key, name), child


def _holding(schema: Schema) -> Iterable[str]:
    """Return the keywords of a schema that may hold others, always in one order."""
    # Most have none, many one: to look for each keyword takes long.
    found = _HOLDING.intersection(schema)
    return found if len(found) < 2 else filter(found.__contains__, _ALL)


def _is_one(key: str, held: Any) -> bool:
    """Return whether a keyword that may hold one schema does."""
    return isinstance(held, dict) or (isinstance(held, bool) and key == "items")


def union_key(schema: Schema) -> str | None:
    """Return the keyword by which a schema is a union: `anyOf`, `oneOf` or None."""
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list) and not restricts_only(schema[key]):
            return key
    return None


def restricts_only(members: list[Any]) -> bool:
    """Return whether the members of a union only say which properties must be there."""
    return all(isinstance(m, dict) and set(m) <= {"required", "not"} for m in members)


def is_null(schema: Any) -> bool:
    """Return whether a schema accepts null and nothing else."""
    return isinstance(schema, dict) and schema.get("type") == "null"
