"""Type checkers accept every package, as strictly as they can."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from codegen.select import Selection
from harness.contract import upstream
from tests.codegen.conftest import built
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
    ROOT,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
    written,
)
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from pathlib import Path

# It is kept, since most of the time is that of reading what the packages import.
CACHE = ROOT / ".mypy_cache" / "of_tests"
FILES = Selection(("/assistants", "/threads", "/files", "/vector_stores"))


def everything() -> Document:
    """Return a document of what the zoo lacks: odd unions, bodies, answers, streams."""
    part = ref("Part")
    text_or_enum = {"anyOf": [TEXT, {**TEXT, "enum": ["a", "b"]}]}
    schemas = {
        "Part": obj("n", n={"type": "integer"}, more=array(part)),
        "Other": obj("m", m=TEXT),
        "Either": {"anyOf": [part, ref("Other"), TEXT, array(part), {"type": "null"}]},
        "Values": {"anyOf": [TEXT, array(ref("Values"))]},
        "Names": {"type": "object", "additionalProperties": array(part)},
        "Choice": text_or_enum,
        "Codes": {"type": "integer", "enum": [1, 2]},
        "Odd": obj(
            "class",
            "kind",
            **{
                "class": part,
                "kind": const("odd"),
                "x-y": ref("Either"),
                "names": ref("Names"),
                "values": ref("Values"),
                "choice": ref("Choice"),
                "codes": ref("Codes"),
                "at": {**TEXT, "format": "date-time"},
                "free": {},
                "list": array(array(part)),
            },
        ),
    }
    bodies = {
        JSON: {"schema": ref("Odd")},
        "multipart/form-data": {"schema": obj(f={**TEXT, "format": "binary"})},
        "application/x-www-form-urlencoded": {"schema": part},
        "application/octet-stream": {"schema": {**TEXT, "format": "binary"}},
        "text/plain": {"schema": TEXT},
    }

    def answer(schema: Document, media_type: str = JSON) -> Document:
        return {"description": "Said.", "content": {media_type: {"schema": schema}}}

    answers = {
        "200": answer(ref("Either")),
        "201": answer(array(part)),
        "202": answer(TEXT, "text/plain"),
        "204": {"description": "Nothing."},
        "206": answer({**TEXT, "format": "binary"}, "image/png"),
        "404": answer(ref("Odd")),
        "5XX": answer(ref("Names")),
        "default": answer(ref("Values")),
    }
    stream = {"200": answer(part, "text/event-stream")}
    both = {"200": {**answer(part), "content": {}}}
    for code in (answer(part), answer(ref("Either"), "text/event-stream")):
        both["200"]["content"] |= code["content"]
    # What code needs for itself: builtins, helpers, and names of its own.
    named = [
        parameter(name, schema={"type": "integer"})
        for name in (
            *("str", "int", "list", "dict", "bool", "bytes", "object", "property"),
            *("deep", "form", "texts", "to_json", "success", "result", "request"),
            *("client", "body", "models", "self", "class", "type", "response"),
        )
    ]
    query = [
        parameter("deep", schema=part, style="deepObject"),
        parameter("form", schema=array(TEXT), explode=False, required=True),
        parameter("x-header", "header"),
        parameter("cookie", "cookie"),
    ]
    return document(
        {
            "/send/{id}": {
                "parameters": [parameter("id", "path")],
                "post": operation("send", *query, body=bodies, responses=answers),
                "get": operation("watch", responses=stream),
                "put": operation("both", body={JSON: {"schema": part}}, responses=both),
                "patch": operation("named", *named, schema=TEXT),
                "delete": operation("drop", responses={"204": {"description": "Ok."}}),
            }
        },
        **schemas,
    )


def test_packages_pass_mypy_at_its_strictest(tmp_path: Path) -> None:
    """One run for all: the checker reads httpx and attrs only once."""
    documents = {"zoo": zoo(), "everything": everything()}
    orders = [
        (written(tmp_path, given, f"{name}.json"), f"of_{name}", EVERYTHING)
        for name, given in documents.items()
    ]
    newest = upstream.for_prose()[-1:]
    orders += [(str(path), "of_upstream", FILES) for path in newest]
    together = tmp_path / "together"
    together.mkdir()
    for spec, name, selection in orders:
        folder = built(spec, tmp_path / name, name=name, selection=selection)
        shutil.move(folder, together / name)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file="),
            *("--python-version=3.11", "--cache-dir", CACHE),
            *("--enable-error-code=redundant-expr", "--warn-unreachable"),
            "--enable-error-code=possibly-undefined",
            *("--enable-error-code=truthy-bool", "--enable-error-code=deprecated"),
            *(name for _, name, _ in orders),
        ],
        cwd=together,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
