"""Mutations of operations, and of what a document says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.fuzz.spec_mutant import MEDIA, STATUSES, Mutant
from tests.codegen.specs import TEXT, parameter

if TYPE_CHECKING:
    from collections.abc import Callable


def information(it: Mutant) -> None:
    """Put hostile text into what a document says of itself."""
    text = it.text()
    places: list[Any] = [
        *(("info", "title"), ("info", "description"), ("info", "version")),
        *(("info", "x-any"), ("info", "license"), ("info",), ("tags",), ("servers",)),
        *(("security",), ("openapi",)),
    ]
    tags = [{"name": text, "description": text}, {"name": text}]
    values: list[Any] = [text, tags, {"title": text, "version": text}, [{text: [text]}]]
    it.put(it.random.choice(places), it.random.choice([text, *values]))


def path(it: Mutant) -> None:
    """Change where an operation is."""
    place, _ = it.operation()
    old = str(place[1])
    changes = [
        *(
            old.replace("{", ""),
            old.replace("}", ""),
            old.replace("{", "{{"),
            old + "/",
        ),
        *(old.replace("_id}", "}"), old + "/{more}", old + "/{thread_id}", old.upper()),
        *(old + "?a={b}", old + "#x", old[1:], "//" + old, old + "/..", "", "x"),
        *(f"{old}/{it.text()}", f"/{it.odd_name()}", f"{old}/{{{it.odd_name()}}}"),
        f"{old}/{{{it.text()}}}",
    ]
    it.name(place[:2], it.random.choice(changes))


def parameters(it: Mutant) -> None:
    """Add a parameter that is odd in one way or another."""
    place, operation = it.operation()
    where = it.random.choice(["query", "path", "header", "cookie", "body", it.text()])
    name = it.random.choice(
        [it.odd_name(), it.text(), "limit", "client", "body", "a[b]"]
    )
    more: list[dict[str, Any]] = [
        *({}, {}, {"style": "deepObject"}, {"style": it.text()}, {"explode": False}),
        *({"required": False}, {"required": True}, {"allowReserved": True}),
        *({"content": {it.random.choice(MEDIA): {"schema": TEXT}}}, {"$ref": "#/x"}),
        *({"description": it.text()}, {"deprecated": True}, {"schema": None}),
    ]
    new = {**parameter(name, where, it.small_schema()), **it.random.choice(more)}
    old = operation.get("parameters")
    if isinstance(old, list):
        at_ = it.random.randrange(len(old) + 1)
        it.put((*place, "parameters", at_), new)
    else:
        it.put((*place, "parameters"), [new])


def body(it: Mutant) -> None:
    """Change what an operation is sent."""
    place, operation = it.operation()
    media = it.random.choice([*MEDIA, it.text()])
    content = {media: {"schema": it.small_schema()}}
    old = operation.get("requestBody")
    if isinstance(old, dict) and isinstance(old.get("content"), dict):
        content = it.random.choice([content, {**old["content"], **content}])
    values: list[Any] = [
        *(
            {"content": content},
            {"required": True, "content": content},
            {"content": {}},
        ),
        *({"$ref": "#/components/requestBodies/None"}, {"content": {media: {}}}),
        {"required": False, "content": content, "description": it.text()},
    ]
    it.put((*place, "requestBody"), it.random.choice(values))


def answers(it: Mutant) -> None:
    """Change what an operation answers."""
    place, _ = it.operation()
    media = it.random.choice([*MEDIA, it.text()])
    status = it.random.choice([*STATUSES, it.text()])
    schema = it.small_schema()
    headers = {it.odd_name(): {"schema": TEXT, "description": it.text()}}
    values: list[Any] = [
        *({"description": it.text()}, {"description": "", "content": {}}, {}),
        {"description": "", "content": {media: {"schema": schema}}},
        {"description": "", "content": {m: {"schema": schema} for m in MEDIA[:6]}},
        *(
            {"$ref": "#/components/responses/None"},
            {"description": "", "headers": headers},
        ),
        {"description": "", "content": {"text/event-stream": {"schema": schema}}},
    ]
    it.put((*place, "responses", status), it.random.choice(values))


def operation_named(it: Mutant) -> None:
    """Change the names that modules get."""
    place, _ = it.operation()
    key = it.random.choice(["operationId", "tags"])
    others = [
        "createRun",
        "create_run",
        "CreateRun",
        "sync",
        "stream",
        "class",
        "client",
    ]
    name = it.random.choice([it.odd_name(), it.text(), *others])
    values: list[Any] = (
        [name, name, ""] if key == "operationId" else [[name], [], [name] * 2]
    )
    it.put((*place, key), it.random.choice(values))


KINDS: list[Callable[[Mutant], None]] = [
    *(information, path, parameters, body, answers, operation_named)
]
