"""Write what only OpenAPI 3.2 has in the words of 3.1.

Additional operations become operations like others, whose methods are in capitals. The
parameter that is the whole query string becomes one whose properties are parameters. A
stream's `itemSchema` becomes the `schema` that other steps read: of an event stream, it
is the type of an event, or of its data where events have no names; of other streams,
the type of an item of the array that they stand for.
"""

from __future__ import annotations

from typing import Any

from codegen.document import Schema, component_schemas, is_json, plain_media_type
from codegen.normalise.strip import outside_schemas
from codegen.references import place_of
from codegen.source import Document

EVENT_STREAM = "text/event-stream"
_FORM = "application/x-www-form-urlencoded"
_UNIONS = ("oneOf", "anyOf")


def without_novelties(document: Document) -> Document:
    """Return a document without what only OpenAPI 3.2 has."""
    work = _Older(document)
    result: Document = outside_schemas(document, work.node)
    result = {**result, "paths": _spread(result["paths"])}
    components = dict(result.get("components") or {})
    if "pathItems" in components:
        components["pathItems"] = _spread(components["pathItems"])
    if work.schemas:
        components["schemas"] = work.schemas
    return {**result, "components": components} if components else result


def _spread(items: dict[str, Any]) -> dict[str, Any]:
    """Return path items whose operations stand side by side."""
    result = {}
    for path, item in items.items():
        if path.startswith("x-"):
            continue
        more = item.get("additionalOperations") or {}
        named = {method.upper(): operation for method, operation in more.items()}
        known = {k: v for k, v in item.items() if not k.isupper()}
        known.pop("additionalOperations", None)
        result[path] = {**known, **named}
    return result


class _Older:
    def __init__(self, document: Document) -> None:
        self.schemas = dict(component_schemas(document))
        self._seen: dict[str, Schema] = {}

    def node(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return a node outside of schemas."""
        if isinstance(node.get("content"), dict):
            content = {k: self._media(k, v) for k, v in node["content"].items()}
            node = {**node, "content": content}
        return _query(node) if node.get("in") == "querystring" else node

    def _media(self, media_type: str, media: Any) -> Any:
        if not isinstance(media, dict) or "itemSchema" not in media:
            return media
        rest = {k: v for k, v in media.items() if k != "itemSchema"}
        if "schema" in media:
            return rest
        item = media["itemSchema"]
        if plain_media_type(media_type) == EVENT_STREAM:
            return {**rest, "schema": self._event(item)}
        return {**rest, "schema": {"type": "array", "items": item}}

    def _event(self, schema: Any) -> Any:
        """Return the type of an event: with its name, where it has one, or its data."""
        if not isinstance(schema, dict):
            return schema
        target = place_of(schema.get("$ref"))
        if target[:-1] == ("components", "schemas"):
            return self._named(str(target[-1]), schema)
        for key in _UNIONS:
            if isinstance(schema.get(key), list):
                members = [self._event(member) for member in schema[key]]
                if members == schema[key]:
                    return schema
                # Of the data, it is another one.
                rest = {k: v for k, v in schema.items() if k != "discriminator"}
                return {**rest, key: members}
        properties = _properties(schema)
        if "data" not in properties:
            return schema
        data = _content(properties["data"])
        if "event" not in properties:
            return data
        return {**schema, "properties": {**properties, "data": data}}

    def _named(self, name: str, reference: Schema) -> Any:
        """Return the type of an event that has a name, which what has a name keeps."""
        if name in self.schemas and name not in self._seen:
            self._seen[name] = reference
            schema = self.schemas[name]
            written = self._event(schema)
            if "event" in _properties(written) or _is_union(written):
                self.schemas[name] = written
            elif written != schema:
                self._seen[name] = written
        return self._seen.get(name, reference)


def _query(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return the query string as a parameter whose properties stand apart."""
    content = parameter.get("content") or {}
    media_type = next(iter(content), "")
    if plain_media_type(media_type) != _FORM:
        return parameter
    rest = {k: v for k, v in parameter.items() if k != "content"}
    schema = (content[media_type] or {}).get("schema", {})
    return {**rest, "in": "query", "schema": schema, "style": "form", "explode": True}


def _properties(schema: Any) -> dict[str, Any]:
    return schema.get("properties") or {} if isinstance(schema, dict) else {}


def _is_union(schema: Any) -> bool:
    return isinstance(schema, dict) and any(key in schema for key in _UNIONS)


def _content(schema: Any) -> Any:
    """Return the schema of JSON within a text: it is read with the event."""
    if not isinstance(schema, dict) or "contentSchema" not in schema:
        return schema
    media_type = str(schema.get("contentMediaType", "application/json"))
    return schema["contentSchema"] if is_json(media_type) else schema
