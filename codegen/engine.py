"""Ask openapi-python-client for a second opinion of a document.

It reads the document by rules of its own. What it would leave out or can't read is
worth a note, and no more: the plan has it. Only an operation that it finds and the plan
lacks is an error, because that one would be lost.
"""

from __future__ import annotations

import copyreg
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from codegen.document import Schema, restricts_only, rewrite_schemas
from codegen.errors import BuildError, Path, json_path
from codegen.plan import Package
from codegen.plan.literal import plain_text
from codegen.source import Document

# It wants to write defaults into code, and knows enums of one type only.
_VALUES = ("default", "enum", "const")
# It compares each property of an object with each other one.
_MOST_PROPERTIES = 200
_FIELD_PREFIX = "field_"
_IN_PATH = re.compile(r"\{[^{}]*\}")
_OPERATION = re.compile(r"parsing ([A-Z]+) (/\S*) within")
_SCHEMA = re.compile(r"/components/schemas/(\w+)")
_ADDRESS = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")


def second_opinion(document: Document, package: Package) -> list[str]:
    """Return what the engine reads otherwise than the plan does."""
    # Imported here, because it takes longer than all else that a build imports.
    from openapi_python_client.parser.errors import GeneratorError

    try:
        parsed = _parse(document)
    except Exception as error:  # noqa: BLE001 - however it fails, the plan stands
        return [f"it can't read the document: {plain_text(repr(error))}"]
    if isinstance(parsed, GeneratorError):
        return [f"it can't read the document: {_line(parsed)}"]
    warnings = list(parsed.errors)
    found = set()
    for collection in parsed.endpoint_collections_by_tag.values():
        warnings += collection.parse_errors
        for endpoint in collection.endpoints:
            warnings += endpoint.errors
            found.add(_call(endpoint.method, endpoint.path.get_untrusted_value()))
    planned = {_call(op.method_name, op.path) for op in package.operations}
    if found - planned:
        raise BuildError(
            "openapi-python-client finds operations that would be lost:",
            [
                *map(plain_text, sorted(found - planned)),
                "this is a fault of the generator; until it is mended, --skip with",
                "their JSONPaths builds the rest",
            ],
        )
    classes = {model.class_info.name for model in parsed.models}
    missing = _missing_schemas(package, classes)
    return list(dict.fromkeys([*map(_line, warnings), *missing]))


def _parse(document: Document) -> Any:
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.openapi import Endpoint

    # It copies each operation three times with every model that belongs to it, which
    # takes it six times as long as all else; and has no use for the original any more.
    copyreg.pickle(Endpoint, _kept)
    nowhere = FilePath("package")
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        document_source=nowhere,
        file_encoding="utf-8",
        overwrite=True,
        output_path=nowhere,
    )
    # It writes into what it reads.
    readable = _copied(rewrite_schemas(document, _readable))
    return GeneratorData.from_dict(readable, config=config)


def _kept(endpoint: Any) -> tuple[Callable[[], Any], tuple[()]]:
    """Let `copy` return an endpoint itself."""
    return partial(_same, endpoint), ()


def _same(value: Any) -> Any:
    return value


def _copied(value: Any) -> Any:
    """Return a value of JSON with objects and lists of its own."""
    if isinstance(value, dict):
        return {str(key): _copied(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [*map(_copied, value)]
    return value


def _readable(schema: Schema, at: Path) -> Schema:
    """Drop what it stumbles over, although no class or argument comes from it."""
    result = {
        key: value
        for key, value in schema.items()
        if key not in _VALUES
        and not (key in ("anyOf", "oneOf") and restricts_only(value))
    }
    if len(result.get("properties") or ()) > _MOST_PROPERTIES:
        first = islice(result["properties"].items(), _MOST_PROPERTIES)
        result["properties"] = dict(first)
        result.pop("required", None)
    return result


def _missing_schemas(package: Package, classes: Iterable[str]) -> Iterator[str]:
    from openapi_python_client.strings import ClassName

    for schema in package.schemas:
        name = schema.names.schema
        if schema.kind == "object" and ClassName(name, _FIELD_PREFIX) not in classes:
            at: Path = ("components", "schemas", name)
            yield f"{json_path(at)}: it makes no class of this object"


def _call(method: str, path: str) -> str:
    """Return method and path, whatever the arguments in the path are called."""
    return f"{method.upper()} {_IN_PATH.sub('{}', path)}"


def _line(error: Any) -> str:
    """Return a warning of the engine, with JSON paths where it names a place."""
    text = plain_text(f"{error.header}: {error.detail or ''}")
    found = _OPERATION.search(text)
    at = json_path(("paths", found[2], found[1].lower())) + ": " if found else ""
    return at + _ADDRESS.sub("(a name)", _SCHEMA.sub(r"$.components.schemas.\1", text))
