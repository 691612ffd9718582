"""Imports go one way, between the packages and between the rooms of the client."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = {
    "assistants_api": ROOT / "generated",
    "assistants_client": ROOT,
    "assistants_server": ROOT,
    "codegen": ROOT,
}
DEVELOPMENT_ONLY = {"bench", "codegen", "generated", "harness", "scripts", "tests"}

# Third-party packages that the generated code may import, and where.
GENERATED_MAY_IMPORT = {
    "attrs": None,
    "dateutil": {"assistants_api.datetimes"},
    "httpx": {"assistants_api.client"},
    # Where it is built for that: `python -m codegen build --http httpx2`.
    "httpx2": {"assistants_api.client"},
}
# The client asks `_library` for the one that is used; httpx is named for types.
FOR_ONE_LIBRARY_ONLY = {"httpcore", "httpcore2", "httpx2"}
DOORS = {"assistants_client._api", "assistants_server._api"}

# The rooms of the client: each may import those above it, and itself.
ROOMS = (
    *("_version", "_text", "_effects", "_json"),
    *("_error_messages", "_errors", "_run_errors", "_verbosity", "_redaction"),
    *("_api", "_signatures", "tools", "_options", "_call", "_operations", "_casts"),
    *("_events", "_flows", "_lists"),
    *("_drive", "_progress", "_transcript", "_transport"),
    *("pages", "responses", "streaming", "objects", "resources"),
    *("azure", "custom_requests", "client", ""),
)
# What only type checkers import from a room below, and why it can't be otherwise.
TYPED_BELOW = {
    ("_operations", "objects"): "an operation names the classes of its results",
    ("streaming", "objects"): "callbacks take live objects",
    ("objects", "client"): "a live object knows its client",
    ("objects", "resources"): "methods of live objects take what resources take",
    ("resources", "client"): "a resource knows its client",
}
# What would be I/O, a clock, chance or concurrency in a flow.
NOT_IN_FLOWS = {
    *("asyncio", "concurrent", "httpx", "httpx2", "io", "logging", "os", "random"),
    *("select", "signal", "socket", "subprocess", "sys", "tempfile", "threading"),
    *("time", "urllib.request", "warnings"),
}


@dataclass(frozen=True)
class Import:
    """One import: the absolute names of the importer and of what it imports."""

    importer: str
    imported: str
    relative: bool
    line: int
    typing_only: bool = False

    @property
    def top(self) -> str:
        return self.imported.partition(".")[0]

    @property
    def rooms(self) -> tuple[str, str]:
        """Return the rooms of the client that an import leads from and to."""
        return _room(self.importer), _room(self.imported)

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def test_nothing_shipped_imports_development_code() -> None:
    found = _breaking(
        "assistants_api", "assistants_client", "assistants_server", rule=_is_shippable
    )
    assert found == []


def test_generated_code_imports_itself_relatively_and_few_others() -> None:
    assert _breaking("assistants_api", rule=_is_fine_in_generated) == []


def test_codegen_imports_nothing_that_is_made_later() -> None:
    assert _breaking("codegen", rule=_is_fine_in_codegen) == []


def test_one_door_each_leads_to_generated_code() -> None:
    both = ("assistants_client", "assistants_server")
    assert _breaking(*both, rule=_goes_through_the_door) == []


def test_the_server_and_the_client_know_nothing_of_each_other() -> None:
    both = ("assistants_client", "assistants_server")
    assert _breaking(*both, rule=_keeps_the_server_apart) == []


def test_the_client_is_written_for_no_one_http_library() -> None:
    assert _breaking("assistants_client", rule=_is_for_every_library) == []


def test_every_module_of_the_client_is_in_a_room() -> None:
    found = {_room(name) for name, _ in _modules("assistants_client")}
    assert found == set(ROOMS)


def test_rooms_of_the_client_import_only_those_above_them() -> None:
    assert _breaking("assistants_client", rule=_goes_up) == []


def test_what_only_types_need_from_below_is_listed() -> None:
    below = {
        found.rooms
        for found in _all_imports("assistants_client")
        if found.typing_only and not _is_above(found)
    }
    assert below == TYPED_BELOW.keys()


def test_flows_and_events_know_no_io_no_clock_and_no_chance() -> None:
    imports = [
        found
        for found in _all_imports("assistants_client")
        if found.rooms[0] in ("_flows", "_events")
    ]
    assert len(imports) > 30
    assert [str(found) for found in imports if not _is_pure(found)] == []


@pytest.mark.parametrize("package", ["assistants_client", "assistants_server"])
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    names = {name for name, _ in _modules(package)}
    needs: dict[str, set[str]] = {name: set() for name in names}
    for found in _all_imports(package):
        if found.relative and not found.typing_only and found.imported in names:
            needs[found.importer].add(found.imported)
    # Take away what imports nothing that is left, until nothing can be taken away.
    left = set(names)
    while free := {name for name in left if not needs[name] & (left - {name})}:
        left -= free
    assert sorted(left) == []


def test_all_modules_were_looked_at() -> None:
    found = {package: len([*_modules(package)]) for package in SOURCE_ROOTS}
    assert found["assistants_api"] > 200
    assert found["codegen"] > 10
    assert found["assistants_client"] > 30
    assert found["assistants_server"] > 20


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import codegen.pin", "codegen.pin"),
        ("from codegen import pin", "codegen"),
        ("def f():\n    import codegen", "codegen"),
        ("if TYPE_CHECKING:\n    from codegen.pin import pin", "codegen.pin"),
        ("import_module('codegen.pin')", "codegen.pin"),
        ("importlib.import_module('codegen')", "codegen"),
        ("importlib.import_module('.pin', __package__)", "here.inner.pin"),
        ("__import__('codegen')", "codegen"),
        ("from . import x", "here.inner.x"),
        ("from .. import x", "here.x"),
        ("from ..other import x", "here.other"),
        ("from .... import x", "(outside).x"),
    ],
)
def test_imports_are_found_wherever_they_hide(source: str, imported: str) -> None:
    (found,) = _imports(source, "here.inner.module", "here.inner")
    assert found.imported == imported


@pytest.mark.parametrize(
    ("importer", "source", "fine"),
    [
        ("assistants_api.client", "import httpx", True),
        ("assistants_api.types", "import httpx", False),
        ("assistants_api.client", "import httpx2", True),
        ("assistants_api.types", "import httpx2", False),
        ("assistants_api.datetimes", "import dateutil.parser", True),
        ("assistants_api.models.x", "from dateutil.parser import isoparse", False),
        ("assistants_api.models.x", "from attrs import define", True),
        ("assistants_api.models.x", "from assistants_api import types", False),
        ("assistants_api.models.x", "from ..types import UNSET", True),
        ("assistants_api.models.x", "from .... import codegen", False),
        ("assistants_api.models.x", "import msgspec", False),
    ],
)
def test_rule_for_generated_code_can_be_broken(
    importer: str, source: str, *, fine: bool
) -> None:
    (found,) = _imports(source, importer, importer.rpartition(".")[0])
    assert _is_fine_in_generated(found) is fine


@pytest.mark.parametrize(
    ("importer", "source", "fine"),
    [
        ("client", "from ._flows import call", True),
        ("_flows.call", "from .._effects import Send", True),
        ("_flows.call", "from . import retry", True),
        ("_flows.call", "from ..client import Client", False),
        ("_flows.call", "def f():\n    from ..client import Client", False),
        ("_flows.call", "if TYPE_CHECKING:\n    from ..client import Client", True),
        ("_events.parse", "from .._flows import poll", False),
    ],
)
def test_rule_of_the_rooms_can_be_broken(
    importer: str, source: str, *, fine: bool
) -> None:
    name = f"assistants_client.{importer}"
    (found,) = _imports(source, name, name.rpartition(".")[0])
    assert _goes_up(found) is fine


@pytest.mark.parametrize(
    ("source", "fine"),
    [
        ("import math", True),
        ("import time", False),
        ("def f():\n    from random import random", False),
        ("from urllib.parse import quote", True),
        ("from urllib.request import urlopen", False),
    ],
)
def test_rule_of_purity_can_be_broken(source: str, *, fine: bool) -> None:
    (found,) = _imports(source, "assistants_client._flows.call", "")
    assert _is_pure(found) is fine


@pytest.mark.parametrize(
    ("importer", "fine"),
    [("assistants_client._api", True), ("assistants_client.objects", False)],
)
def test_rule_of_the_door_can_be_broken(importer: str, *, fine: bool) -> None:
    (found,) = _imports("from assistants_api import models", importer, "")
    assert _goes_through_the_door(found) is fine


@pytest.mark.parametrize(
    ("importer", "imported", "fine"),
    [
        ("assistants_server.app", "assistants_server.store.sqlite", True),
        ("assistants_server.app", "assistants_server._api", True),
        ("assistants_server.app", "assistants_client._api", False),
        ("assistants_server.app", "assistants_client.client", False),
        ("assistants_server.app", "starlette.routing", True),
        ("assistants_client.client", "assistants_client._flows", True),
        ("assistants_client.client", "assistants_server.app", False),
        ("assistants_client.client", "assistants_server", False),
    ],
)
def test_rule_of_the_server_can_be_broken(
    importer: str, imported: str, *, fine: bool
) -> None:
    (found,) = _imports(f"import {imported}", importer, "")
    assert _keeps_the_server_apart(found) is fine


def _is_shippable(found: Import) -> bool:
    return found.top not in DEVELOPMENT_ONLY


def _is_fine_in_generated(found: Import) -> bool:
    if found.relative:
        return found.top == "assistants_api"
    if found.top in GENERATED_MAY_IMPORT:
        places = GENERATED_MAY_IMPORT[found.top]
        return places is None or found.importer in places
    return found.top in sys.stdlib_module_names


def _is_fine_in_codegen(found: Import) -> bool:
    later = {"assistants_api", "assistants_client", "generated", "scripts", "tests"}
    return found.top not in later


def _goes_through_the_door(found: Import) -> bool:
    return found.top != "assistants_api" or found.importer in DOORS


def _is_for_every_library(found: Import) -> bool:
    return found.top not in FOR_ONE_LIBRARY_ONLY


def _keeps_the_server_apart(found: Import) -> bool:
    own = found.importer.partition(".")[0]
    return found.top not in {"assistants_client", "assistants_server"} - {own}


def _room(name: str) -> str:
    """Return the room of a module of the client; "" for the package itself."""
    return name.removeprefix("assistants_client").removeprefix(".").partition(".")[0]


def _goes_up(found: Import) -> bool:
    return found.typing_only or found.top != "assistants_client" or _is_above(found)


def _is_above(found: Import) -> bool:
    if found.top != "assistants_client":
        return True
    own, other = found.rooms
    return own == other or ROOMS.index(other) < ROOMS.index(own)


def _is_pure(found: Import) -> bool:
    return found.top not in NOT_IN_FLOWS and found.imported not in NOT_IN_FLOWS


def _breaking(*packages: str, rule: Callable[[Import], bool]) -> list[str]:
    """List the imports of some packages that break a rule."""
    return [
        str(found)
        for package in packages
        for found in _all_imports(package)
        if not rule(found)
    ]


def _all_imports(package: str) -> Iterator[Import]:
    """Find every import of a package."""
    modules = dict(_modules(package))
    for name, path in modules.items():
        inside = name if path.name == "__init__.py" else name.rpartition(".")[0]
        yield from _imports(path.read_text(encoding="utf-8"), name, inside)


def _modules(package: str) -> Iterator[tuple[str, Path]]:
    """Return the name and the file of every module of a package."""
    root = SOURCE_ROOTS[package]
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def _imports(source: str, importer: str, package: str) -> Iterator[Import]:
    """Find every import of a module, wherever it stands.

    Args:
        source: the code of the module.
        importer: its name.
        package: the package that its relative imports start from.
    """
    tree = ast.parse(source)
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for statement in block.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        for imported, relative in _imported(node, package):
            line = getattr(node, "lineno", 0)
            typed = id(node) in typing_only
            yield Import(importer, imported, relative, line, typed)


def _imported(node: ast.AST, package: str) -> Iterator[tuple[str, bool]]:
    """Name what a statement or a call imports, and whether relatively."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield alias.name, False
        case ast.ImportFrom(module=module, level=0):
            yield module or "", False
        case ast.ImportFrom(module=None, level=level, names=names):
            # What is imported from a package may be a module of it.
            base = _resolved("." * level, package)
            for alias in names:
                yield f"{base}.{alias.name}" if base else alias.name, True
        case ast.ImportFrom(module=module, level=level):
            yield _resolved(f"{'.' * level}{module}", package), True
        case ast.Call(
            func=ast.Name(id="import_module" | "__import__")
            | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            relative = name.startswith(".")
            yield _resolved(name, package) if relative else name, relative


def _resolved(relative: str, package: str) -> str:
    """Return the absolute name of a relative one, such as `..types`."""
    name = relative.lstrip(".")
    up = len(relative) - len(name) - 1
    parts = package.split(".")
    if up >= len(parts):
        return "(outside)"
    return ".".join([*parts[: len(parts) - up], *([name] if name else [])])
