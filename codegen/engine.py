"""Let openapi-python-client read the document, and compare notes.

It reads by its own rules. What it warns of, or sees and we don't, would be lost, and
fails. It lends us the environment that templates are rendered in.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from codegen.document import (
    Operation,
    Schema,
    operations,
    parameters,
    restricts_only,
    rewrite_schemas,
)
from codegen.errors import BuildError, Path, json_path
from codegen.plan import Package
from codegen.plan.literal import plain_text
from codegen.source import Document

_FIELD_PREFIX = "field_"
_IN_PATH = re.compile(r"\{([^{}]*)\}")
_OPERATION = re.compile(r"parsing ([A-Z]+) (/\S*) within")
_COMPONENT = re.compile(r"/components/schemas/(\w+)")
_ADDRESS = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")

# Keywords that our plan reads and the engine would stumble over: it wants to write
# defaults into code, and knows enums of one type only.
_OURS = ("default", "enum", "const")
_BYTES = "application/octet-stream"
_KNOWN_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", _BYTES)


def engine_environment(
    document: Document, templates: FilePath, target: FilePath, package: Package
) -> Any:
    """Give the engine's environment for templates, after it has read the document.

    Args:
        document: a normalised document.
        templates: the folder of our templates.
        target: where the package is going to be.
        package: what we have planned for the document.

    Raises:
        BuildError: the engine warns, or comes to other operations or classes.
    """
    from openapi_python_client import Project
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.errors import GeneratorError

    config = Config.from_sources(
        ConfigFile(post_hooks=[], package_name_override=target.name),
        MetaType.NONE,
        document_source=target,
        file_encoding="utf-8",
        overwrite=True,
        output_path=target,
    )
    read, paths = _as_it_reads(document, package)
    parsed = GeneratorData.from_dict(read, config=config)
    if isinstance(parsed, GeneratorError):
        # What it can't read at all, `codegen.structure` has refused before.
        lines = (parsed.detail or "").splitlines()
        raise BuildError(parsed.header, map(plain_text, lines))
    _compare(parsed, package, paths)
    project = Project(openapi=parsed, config=config, custom_template_path=templates)
    project.env.auto_reload = False
    return project.env


def _as_it_reads(
    document: Document, package: Package
) -> tuple[Document, dict[str, str]]:
    """Write the document in the words that the engine knows.

    With it comes what its paths are in the document itself.
    """
    aliases = {s.names.schema for s in package.schemas if s.kind == "alias"}

    def rule(schema: Schema, at: Path) -> Schema:
        if at[:2] == ("components", "schemas") and len(at) == 3 and at[2] in aliases:
            # It can't read one that stands within itself.
            return {}
        return {
            key: value
            for key, value in schema.items()
            if key not in _OURS
            and not (key in ("anyOf", "oneOf") and restricts_only(value))
        }

    result: Document = json.loads(json.dumps(rewrite_schemas(document, rule)))
    paths: Document = {}
    known: dict[str, str] = {}
    for operation in operations(result):
        path, data = _operation(result, operation, len(paths))
        known[path] = operation.path
        paths.setdefault(path, {})[operation.method] = data
    result["paths"] = paths
    result["info"] = {"title": "API", "version": "0"}
    # No code comes from these.
    for section in ("securitySchemes", "headers"):
        result["components"].pop(section, None)
    for body in (result["components"].get("requestBodies") or {}).values():
        _lower_types(body)
    for response in (result["components"].get("responses") or {}).values():
        _lower_response(response)
    return result, known


def _operation(
    document: Document, operation: Operation, number: int
) -> tuple[str, dict[str, Any]]:
    """Give an operation with its parameters written out, those of the path renamed.

    The engine accepts only identifiers there.
    """
    names = {
        name: f"p{number}x{index}"
        for index, name in enumerate(_IN_PATH.findall(operation.path))
    }
    path = _IN_PATH.sub(lambda found: f"{{{names[found.group(1)]}}}", operation.path)
    data = dict(operation.data)
    data["parameters"] = [
        _lowered(parameter, names) for parameter, _ in parameters(document, operation)
    ]
    if isinstance(data.get("requestBody"), dict):
        _lower_types(data["requestBody"])
    for response in data["responses"].values():
        _lower_response(response)
    return path, data


def _lowered(parameter: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    if parameter["in"] == "path":
        name = names.get(parameter["name"], parameter["name"])
        return {**parameter, "name": name}
    if parameter["in"] in ("header", "cookie"):
        # It knows no arrays there; we do.
        return {**parameter, "schema": {"type": "string"}}
    return parameter


def _lower_response(response: dict[str, Any]) -> None:
    if "$ref" not in response:
        response.setdefault("description", "")
        response.pop("headers", None)
        _lower_types(response)


def _lower_types(holder: dict[str, Any]) -> None:
    """Take media types that the engine doesn't know for bytes, as we do."""
    if not isinstance(holder.get("content"), dict):
        return
    content: dict[str, Any] = {}
    for media_type, media in holder["content"].items():
        plain = media_type.split(";")[0].strip().lower()
        if plain == "application/json" or plain.endswith("+json"):
            plain = "application/json"
        elif plain not in _KNOWN_TYPES:
            plain, media = _BYTES, {"schema": {"type": "string", "format": "binary"}}
        content.setdefault(plain, media)
    holder["content"] = content


def _compare(parsed: Any, package: Package, paths: Mapping[str, str]) -> None:
    from openapi_python_client.strings import ClassName

    warnings = list(parsed.errors)
    seen: Counter[str] = Counter()
    for collection in parsed.endpoint_collections_by_tag.values():
        warnings += collection.parse_errors
        for endpoint in collection.endpoints:
            warnings += endpoint.errors
            path = endpoint.path.get_untrusted_value()
            seen[f"{endpoint.method.upper()} {_IN_PATH.sub('{}', path)}"] += 1
    if warnings:
        raise BuildError(
            f"the engine would drop {len(warnings)} parts of the document:",
            dict.fromkeys(_line(error, paths) for error in warnings),
        )
    ours = Counter(
        f"{op.method_name} {_IN_PATH.sub('{}', op.path)}" for op in package.operations
    )
    classes = {model.class_info.name for model in parsed.models}
    lost = [f"operation {plain_text(o)}" for o in sorted((seen - ours) + (ours - seen))]
    lost += [
        f"schema {json_path(('components', 'schemas', schema.names.schema))}"
        for schema in package.schemas
        if schema.kind == "object"
        and ClassName(schema.names.schema, _FIELD_PREFIX) not in classes
    ]
    if lost:
        raise BuildError("the engine and the plan disagree about:", lost)


def _line(error: Any, paths: Mapping[str, str]) -> str:
    """Write a warning of the engine, with JSON paths where it names a place.

    Args:
        error: the warning.
        paths: what its paths are in the document itself.
    """
    text = plain_text(f"{error.header}: {error.detail or ''}")
    found = _OPERATION.search(text)
    at = ""
    if found:
        path = paths.get(found[2], found[2])
        text = text.replace(found[2], path)
        at = json_path(("paths", path, found[1].lower())) + ": "
    text = _COMPONENT.sub(r"$.components.schemas.\1", text)
    return at + _ADDRESS.sub("(a name)", text)
