"""Imports go one way, between the packages and between the rooms of each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from codegen.__main__ import COMMANDS
from harness.imports import SOURCE_ROOTS, Import, all_imports, imports_of, modules
from tests.cases import each_case, some
from tests.rooms import ROOMS, TYPED_BELOW

if TYPE_CHECKING:
    from collections.abc import Callable

DEVELOPMENT_ONLY = {"bench", "codegen", "generated", "harness", "scripts", "tests"}

# Third-party packages that the generated code may import, and where.
GENERATED_MAY_IMPORT = {
    "attrs": None,
    "dateutil": {"datetimes"},
    "httpx": {"client"},
    # Where it is built for that: `python -m codegen build --http httpx2`.
    "httpx2": {"client"},
}
# The client asks `_library` for the one that is used; httpx is named for types.
FOR_ONE_LIBRARY_ONLY = {"httpcore", "httpcore2", "httpx2"}
DOORS = {
    "assistants_api": {"assistants_client._api", "assistants_server._api"},
    "model_api": {"assistants_cli._model_api", "assistants_server._model_api"},
}

PACKAGES = (
    *("assistants_archive", "assistants_cli", "assistants_client"),
    "assistants_server",
)

# What would be I/O, a clock, chance or concurrency in a flow.
NOT_IN_FLOWS = {
    *("asyncio", "concurrent", "httpx", "httpx2", "io", "logging", "os", "random"),
    *("select", "signal", "socket", "subprocess", "sys", "tempfile", "threading"),
    *("time", "urllib.request", "warnings"),
}


def test_nothing_shipped_imports_development_code() -> None:
    shipped = (*DOORS, *PACKAGES)
    assert _breaking(*shipped, rule=_is_shippable) == []


def test_generated_code_imports_itself_relatively_and_few_others() -> None:
    assert _breaking(*DOORS, rule=_is_fine_in_generated) == []


def test_codegen_imports_nothing_that_is_made_later() -> None:
    assert _breaking("codegen", rule=_is_fine_in_codegen) == []


def test_a_command_of_codegen_imports_nothing_that_only_others_need() -> None:
    """`__main__` imports the one that runs; each takes a while."""
    assert _breaking("codegen", rule=_is_for_this_command) == []


def test_one_door_each_leads_to_generated_code() -> None:
    assert _breaking(*PACKAGES, rule=_goes_through_the_door) == []


def test_the_server_and_the_client_know_nothing_of_each_other() -> None:
    both = ("assistants_client", "assistants_server")
    assert _breaking(*both, rule=_keeps_the_server_apart) == []


def test_the_command_knows_what_is_public_in_the_client_alone() -> None:
    assert _breaking("assistants_cli", rule=_is_public) == []


def test_the_format_of_archives_knows_nobody() -> None:
    others = {*PACKAGES, *DOORS} - {"assistants_archive"}
    rule = lambda found: found.top not in others  # noqa: E731 - as the next one
    assert _breaking("assistants_archive", rule=rule) == []


def test_nothing_needs_the_command() -> None:
    both = ("assistants_client", "assistants_server")
    assert _breaking(*both, rule=lambda found: found.top != "assistants_cli") == []


def test_the_client_is_written_for_no_one_http_library() -> None:
    assert _breaking("assistants_client", rule=_is_for_every_library) == []


def test_what_only_type_checkers_bring_along_is_imported_for_them_alone() -> None:
    for found in some(all_imports("assistants_client")):
        assert found.typing_only or found.top != "typing_extensions", str(found)


@pytest.mark.parametrize("package", ROOMS)
def test_every_module_is_in_a_room(package: str) -> None:
    found = {_room(name) for name, _ in modules(package)}
    assert found == set(ROOMS[package])
    assert len(found) == len(ROOMS[package])


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_only_those_above_them(package: str) -> None:
    assert _breaking(package, rule=_goes_up) == []


@pytest.mark.parametrize("package", ROOMS)
def test_what_only_types_need_from_below_is_listed(package: str) -> None:
    below = {
        _rooms(found)
        for found in all_imports(package)
        if found.typing_only and not _is_above(found)
    }
    assert below == TYPED_BELOW[package].keys()


def test_flows_and_events_know_no_io_no_clock_and_no_chance() -> None:
    imports = [
        found
        for found in all_imports("assistants_client")
        if _rooms(found)[0] in ("_flows", "_events")
    ]
    assert len(imports) > 30
    assert [str(found) for found in imports if not _is_pure(found)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    names = {name for name, _ in modules(package)}
    needs: dict[str, set[str]] = {name: set() for name in names}
    for found in all_imports(package):
        if found.relative and not found.typing_only and found.imported in names:
            needs[found.importer].add(found.imported)
    # Take away what imports nothing that is left, until nothing can be taken away.
    left = set(names)
    while free := {name for name in left if not needs[name] & (left - {name})}:
        left -= free
    assert sorted(left) == []


def test_all_modules_were_looked_at() -> None:
    found = {package: len([*modules(package)]) for package in SOURCE_ROOTS}
    assert found["assistants_api"] > 200
    assert found["model_api"] > 400
    assert found["codegen"] > 10
    assert found["assistants_client"] > 30
    assert found["assistants_server"] > 20
    assert found["assistants_cli"] > 10


@each_case(
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
    (found,) = imports_of(source, "here.inner.module", "here.inner")
    assert found.imported == imported


@each_case(
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
    (found,) = imports_of(source, importer, importer.rpartition(".")[0])
    assert _is_fine_in_generated(found) is fine


@each_case(
    ("importer", "source", "fine"),
    [
        ("client.client", "from ._flows import call", True),
        ("client._flows.call", "from .._effects import Send", True),
        ("client._flows.call", "from . import retry", True),
        ("client._flows.call", "from ..client import Client", False),
        ("client._flows.call", "def f():\n    from ..client import Client", False),
        ("client._flows.call", "if TYPE_CHECKING:\n    from .. import client", True),
        ("client._events.parse", "from .._flows import poll", False),
        ("server.app", "from .operations import projects", True),
        ("server.store.postgres.rates", "from ..rates import Level", True),
        ("server.store.postgres.rates", "from ...keys import Key", False),
        ("server.http.errors", "from .. import app", False),
        ("server.http.errors", "from starlette.responses import Response", True),
    ],
)
def test_rule_of_the_rooms_can_be_broken(
    importer: str, source: str, *, fine: bool
) -> None:
    name = f"assistants_{importer}"
    (found,) = imports_of(source, name, name.rpartition(".")[0])
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
    (found,) = imports_of(source, "assistants_client._flows.call", "")
    assert _is_pure(found) is fine


@pytest.mark.parametrize(
    ("importer", "fine"),
    [("assistants_client._api", True), ("assistants_client.objects", False)],
)
def test_rule_of_the_door_can_be_broken(importer: str, *, fine: bool) -> None:
    (found,) = imports_of("from assistants_api import models", importer, "")
    assert _goes_through_the_door(found) is fine


@each_case(
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
        ("assistants_client._embedded", "assistants_server", True),
    ],
)
def test_rule_of_the_server_can_be_broken(
    importer: str, imported: str, *, fine: bool
) -> None:
    (found,) = imports_of(f"import {imported}", importer, "")
    assert _keeps_the_server_apart(found) is fine


@each_case(
    ("source", "fine"),
    [
        ("from assistants_client import Client", True),
        ("from assistants_client.objects.runs import Run", True),
        ("from assistants_client._errors import APIError", False),
        ("from assistants_client.objects._live import Live", False),
        ("def f():\n    import assistants_server", False),
        ("from assistants_api import models", False),
        ("from typer.core import TyperGroup", True),
    ],
)
def test_rule_of_the_command_can_be_broken(source: str, *, fine: bool) -> None:
    (found,) = imports_of(source, "assistants_cli.app", "assistants_cli")
    assert _is_public(found) is fine


def _is_shippable(found: Import) -> bool:
    return found.top not in DEVELOPMENT_ONLY


def _is_fine_in_generated(found: Import) -> bool:
    package, _, module = found.importer.partition(".")
    if found.relative:
        return found.top == package
    if found.top in GENERATED_MAY_IMPORT:
        places = GENERATED_MAY_IMPORT[found.top]
        return places is None or module in places
    return found.top in sys.stdlib_module_names


def _is_fine_in_codegen(found: Import) -> bool:
    later = {"assistants_client", "generated", "scripts", "tests", *DOORS}
    return found.top not in later


def _is_for_this_command(found: Import) -> bool:
    place, _, command = found.imported.rpartition(".")
    if place == "codegen.commands" and command in COMMANDS:
        return False
    room = ".".join(found.imported.split(".")[:2])
    if room not in ("codegen.diff", "codegen.vendor"):
        return True
    return found.importer.replace(".commands", "").startswith(room)


def _goes_through_the_door(found: Import) -> bool:
    return found.top not in DOORS or found.importer in DOORS[found.top]


def _is_for_every_library(found: Import) -> bool:
    return found.top not in FOR_ONE_LIBRARY_ONLY


def _keeps_the_server_apart(found: Import) -> bool:
    own = found.importer.partition(".")[0]
    if found.importer == "assistants_client._embedded":
        # Which is imported where somebody asks for a server.
        own = found.top
    return found.top not in {"assistants_client", "assistants_server"} - {own}


def _is_public(found: Import) -> bool:
    private = any(part.startswith("_") for part in found.imported.split("."))
    ours = found.top == "assistants_client" and not private
    if found.importer in DOORS.get(found.top, ()):
        return True
    if found.importer == "assistants_cli.commands.import_store":
        # Which imports into a store of the server's, where the server is installed.
        ours = ours or found.imported.startswith("assistants_server.archive")
    return ours or found.top not in {"assistants_client", "assistants_server", *DOORS}


def _rooms(found: Import) -> tuple[str, str]:
    """Return the rooms of one package that an import leads from and to."""
    return _room(found.importer), _room(found.imported)


def _room(name: str) -> str:
    """Return the room of a module in its package; "" for the package itself."""
    return name.partition(".")[2].partition(".")[0]


def _goes_up(found: Import) -> bool:
    return found.typing_only or _is_above(found)


def _is_above(found: Import) -> bool:
    package = found.importer.partition(".")[0]
    if found.top != package:
        return True
    own, other = _rooms(found)
    rooms = ROOMS[package]
    return own == other or rooms.index(other) < rooms.index(own)


def _is_pure(found: Import) -> bool:
    return found.top not in NOT_IN_FLOWS and found.imported not in NOT_IN_FLOWS


def _breaking(*packages: str, rule: Callable[[Import], bool]) -> list[str]:
    """List the imports of some packages that break a rule."""
    return [
        str(found)
        for package in packages
        for found in all_imports(package)
        if not rule(found)
    ]
