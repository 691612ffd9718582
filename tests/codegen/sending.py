"""Documents of one operation that sends something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.codegen.specs import (
    TEXT,
    Document,
    document,
    operation,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make


FLAG = {"type": "boolean"}


NUMBER = {"type": "integer"}


BINARY = {**TEXT, "format": "binary"}


FORM, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"


def sending(make: Make, *parameters: Document, path: str = "/a", **options: Any) -> Any:
    """Build one operation; give its module."""
    schemas = options.pop("schemas", {})
    item = {"post": operation("sendIt", *parameters, **options)}
    return make(document({path: item}, **schemas)).api.things.send_it
