"""Where requests have ids of objects in them, found in the document."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistants_server.contract.operations import operations
from harness.contract.document import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JSON = dict[str, Any]
_IN_QUERY = ("after", "before", "run_id")
# What a body has besides an id; the ids in it are those of the client itself.
_BODIES: dict[str, JSON] = {
    "createAssistant": {"model": "m"},
    "createMessage": {"role": "user", "content": "Hello"},
    "createThreadAndRun": {"assistant_id": "{assistant_id}"},
    "createRun": {"assistant_id": "{assistant_id}"},
    "createVectorStoreFile": {"file_id": "{file_id}"},
    "createVectorStoreFileBatch": {"file_ids": ["{file_id}"]},
    "updateVectorStoreFileAttributes": {"attributes": {"a": "b"}},
    "searchVectorStore": {"query": "Danube"},
    "submitToolOutputsToRun": {
        "tool_outputs": [{"tool_call_id": "{tool_call_id}", "output": "1"}]
    },
}
# What an item of a list needs besides.
_ITEMS: dict[str, JSON] = {
    "messages": {"role": "user", "content": "Hello"},
    "additional_messages": {"role": "user", "content": "Hello"},
    "attachments": {"tools": [{"type": "file_search"}, {"type": "code_interpreter"}]},
    "content": {"type": "image_file"},
    "tool_outputs": {"output": "1"},
}
# What excludes another.
_INSTEAD = {"files": "file_ids"}


@dataclass(frozen=True)
class Place:
    """A place of a request that an id can be in.

    Attributes:
        operation: the operationId.
        kind: "path", "query" or "body"; "" for none, where the request has no ids.
        name: the name of the parameter, or the path in the body.
    """

    operation: str
    method: str
    path: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.operation} {self.kind} {self.name}".strip()

    def request(self, own: Mapping[str, str], id: str) -> JSON:
        """Return a request that has an id in this place, as arguments of httpx.

        Args:
            own: ids of the client, for all other places.
            id: the id.
        """
        names = {**own, self.name: id} if self.kind == "path" else own
        made: JSON = {"method": self.method, "url": self.path.format(**names)}
        if self.operation == "createFile":
            made["files"] = {"file": ("a.txt", b"text")}
            made["data"] = {"purpose": "assistants"}
        elif self.method == "POST":
            body = _filled(copy.deepcopy(_BODIES.get(self.operation, {})), own)
            if self.kind == "body":
                _put(body, self.name.split("."), id)
            made["json"] = body
        if self.kind == "query":
            made["params"] = {self.name: id}
        return made


def places() -> list[Place]:
    """Return all places of all operations; of one without any, one of no kind."""
    found: list[Place] = []
    for each in operations():
        common = (each.id, each.method, each.path)
        own = [Place(*common, "path", n) for n in re.findall(r"{(\w+)}", each.path)]
        names = [parameter.name for parameter in each.parameters]
        own += [Place(*common, "query", name) for name in names if name in _IN_QUERY]
        schema = {"$ref": f"#/{each.body}"} if each.body else {}
        own += [Place(*common, "body", n) for n in sorted({*_ids_in(schema, "")})]
        found += [place for place in own if place.name != "model"] or [
            Place(*common, "", "")
        ]
    return found


def _ids_in(
    schema: JSON, path: str, seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the paths of a body that are named as ids."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            target = DOCUMENT["components"]["schemas"][name]
            yield from _ids_in(target, path, seen | {name})
    for word in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(word, ()):
            yield from _ids_in(each, path, seen)
    if schema.get("items"):
        yield from _ids_in(schema["items"], f"{path}[]", seen)
    for name, each in schema.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        if name.endswith("_id"):
            yield inner
        elif name.endswith("_ids"):
            yield f"{inner}[]"
        yield from _ids_in(each, inner, seen)


def _filled(value: Any, own: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, own) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, own) for each in value]
    return value.format(**own) if isinstance(value, str) else value


def _put(body: JSON, path: list[str], id: str) -> None:
    first, *rest = path
    name = first.removesuffix("[]")
    body.pop(_INSTEAD.get(name, ""), None)
    if first.endswith("[]"):
        if not rest:
            body[name] = [id]
            return
        items = body[name] = [copy.deepcopy(_ITEMS.get(name, {}))]
        _put(items[0], rest, id)
    elif rest:
        _put(body.setdefault(name, {}), rest, id)
    else:
        body[name] = id
