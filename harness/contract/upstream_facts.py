"""The facts of the upstream document, without a word of its prose.

`upstream_facts.json` holds them, so that openapi.yaml can be compared with upstream
where the upstream document is not at hand. Write it anew after a new pin:

    python -m harness.contract.upstream_facts PATH-OF-THE-UPSTREAM-DOCUMENT
"""

from __future__ import annotations

import copy
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import jsonpath_rfc9535

from harness.contract import upstream
from harness.contract.upstream import ROOT

DIGEST = ROOT / "tests" / "contract" / "upstream_facts.json"
OVERLAY = ROOT / "codegen" / "overlay.yaml"

PATHS = ("/assistants", "/threads", "/files", "/vector_stores", "/models")
# No path of upstream leads to the events of a stream.
ALSO = ("#/components/schemas/AssistantStreamEvent",)
PROSE = {"description", "summary", "title", "example", "examples", "externalDocs"}
# Upstream's way to say `const`.
CONST = "x-stainless-const"

# Keys below these are names, whatever they look like.
_NAMES = {
    "properties",
    "patternProperties",
    "schemas",
    "responses",
    "headers",
    "securitySchemes",
    "paths",
    "content",
}
_VALUES = {"enum", "const", "default", "required"}


def digest_of(path: Path) -> dict[str, Any]:
    """Return the facts of an upstream document, and which document it was."""
    document = upstream.load(path)
    return {
        "source": {
            "name": path.name,
            "version": document["info"]["version"],
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        },
        "document": facts_of(document),
    }


def load() -> dict[str, Any]:
    """Read the committed digest."""
    digest: dict[str, Any] = json.loads(DIGEST.read_text("utf-8"))
    return digest


def facts_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the Assistants part of a document: facts only, in upstream's own shape."""
    paths = {
        path: item for path, item in document["paths"].items() if path.startswith(PATHS)
    }
    components: dict[str, Any] = {}
    todo = [*ALSO, *_references(paths)]
    while todo:
        _, _, section, name = todo.pop().split("/")
        if name not in components.setdefault(section, {}):
            found = document["components"][section][name]
            components[section][name] = found
            todo += _references(found)
    security = document.get("security", [])
    used = {name for choice in security for name in choice}
    components["securitySchemes"] = {
        name: document["components"]["securitySchemes"][name] for name in used
    }
    facts: dict[str, Any] = _without_prose(
        {
            "info": {"version": document["info"]["version"]},
            "security": security,
            "paths": paths,
            "components": components,
        }
    )
    return facts


def repaired(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the actions of our overlay applied."""
    result = copy.deepcopy(document)
    for action in upstream.load(OVERLAY)["actions"]:
        for node in reversed(jsonpath_rfc9535.find(action["target"], result)):
            if not node.location:
                _merge(result, action["update"])
                continue
            holder: Any = result
            for step in node.location[:-1]:
                holder = holder[step]
            last = node.location[-1]
            if action.get("remove"):
                del holder[last]
            else:
                holder[last] = _merge(holder[last], action["update"])
    return result


def _merge(value: Any, update: Any) -> Any:
    """Merge as OpenAPI Overlay 1.0 has it: into objects, onto lists, else replace."""
    if isinstance(value, dict) and isinstance(update, dict):
        for key, new in update.items():
            value[key] = _merge(value.get(key), new)
        return value
    if isinstance(value, list):
        return value + copy.deepcopy(update if isinstance(update, list) else [update])
    return copy.deepcopy(update)


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [each for item in node for each in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [each for item in node.values() for each in _references(item)]


def _without_prose(node: Any, *, names: bool = False) -> Any:
    if isinstance(node, list):
        return [_without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        if names:
            result[key] = _without_prose(value)
        elif key in _VALUES:
            result[key] = value
        elif key not in PROSE and (key == CONST or not key.startswith("x-")):
            result[key] = _without_prose(value, names=key in _NAMES)
    return result


def main() -> None:
    """Write the digest of the document that the one argument names."""
    (path,) = map(Path, sys.argv[1:])
    text = json.dumps(digest_of(path), indent=1, sort_keys=True, ensure_ascii=False)
    DIGEST.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
