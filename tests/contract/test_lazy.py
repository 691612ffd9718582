"""Whoever imports one endpoint pays for what that endpoint needs, and nothing more."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import assistants_api
from harness.contract.document import (
    OPERATIONS,
    SCHEMAS,
    Operation,
    reachable,
    references,
    snake,
)
from harness.contract.each import for_each

GENERATED = Path(assistants_api.__path__[0]).parent

# One process for all, since starting one takes longer than all the imports: what an
# import brought is put away before the next.
IMPORT_EACH = """
import importlib, json, sys

def loaded():
    return sorted(name for name in sys.modules if name not in before)

def forget():
    for name in [name for name in sys.modules if name.startswith("assistants_api")]:
        del sys.modules[name]

class Answer:
    status_code, headers = 200, {}
    def __init__(self, content): self.content = content
    def json(self): return json.loads(self.content)

sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
import assistants_api
found = {"": loaded()}
import assistants_api.models
found["models"] = loaded()
for name in json.loads(sys.argv[2]):
    forget()
    module = importlib.import_module(name)
    found[name] = loaded()
    module.parse_response(Answer(b"{}"))
    found[name + " used"] = loaded()
    forget()
print(json.dumps(found))
"""


@cache
def _loaded() -> dict[str, Any]:
    names = json.dumps([operation.module_name for operation in OPERATIONS])
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, str(GENERATED), names],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("what", ["", "models"])
def test_package_alone_loads_no_library_and_no_model(what: str) -> None:
    modules = _loaded()[what]
    assert "assistants_api" in modules
    for heavy in ("httpx", "attrs", "attr", "dateutil", "ssl", "asyncio"):
        assert heavy not in modules
    assert _models(modules) == set()


@for_each(OPERATIONS)
def test_endpoint_loads_no_model_that_it_does_not_need(operation: Operation) -> None:
    names = [operation.success, operation.failure, operation.event, operation.body]
    needed = reachable(*[name for name in names if name])
    needed |= {
        name
        for parameter in operation.parameters
        for name in reachable(*references(parameter.schema))
    }
    found = _models(_loaded()[operation.module_name])
    assert found <= needed


@for_each(OPERATIONS)
def test_reading_loads_no_model_of_something_else(operation: Operation) -> None:
    found = _models(_loaded()[f"{operation.module_name} used"])
    assert operation.success in found
    assert found <= reachable(operation.success)


@for_each(OPERATIONS)
def test_endpoint_needs_no_http_library_until_it_is_called(
    operation: Operation,
) -> None:
    """Import the HTTP library only where a client is made."""
    others = {each.module_name for each in OPERATIONS} - {operation.module_name}
    for when in ("", " used"):
        modules = set(_loaded()[operation.module_name + when])
        assert not modules & {"httpx", "dateutil", *others}


def _models(modules: list[str]) -> set[str]:
    prefix = "assistants_api.models."
    by_module = {snake(name): name for name in SCHEMAS}
    return {
        by_module[name.removeprefix(prefix)]
        for name in modules
        if name.startswith(prefix)
    }
