"""The extra `server`: imported by who asks for the server, and by nobody else."""

from __future__ import annotations

import importlib.metadata
import json
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

from assistants_server.extras import install_command

pytestmark = pytest.mark.storeless

TIMEOUT = 60.0
ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "assistants_client"
CLIENT = [
    ".".join(("assistants_client", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
]
"""All modules of the client, those for itself included."""
WATCHING = ("opentelemetry", "prometheus_client")
"""What spans and metrics are made with."""
IMPORT = """
import json, sys
from importlib import import_module

names, hidden = json.loads(sys.argv[1])

class Hiding:
    '''A finder that doesn't find some packages, as if they weren't installed.'''

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            return None
        return self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Hiding, sys.meta_path)
said, after = None, []
try:
    for name in names:
        import_module(name)
        after.append(sorted({each.partition(".")[0] for each in sys.modules}))
except ImportError as error:
    said = [type(error).__name__, error.name, str(error)]
print(json.dumps({"said": said, "after": after}))
"""
SERVER = ("assistants_server", "assistants_server.commands.serve")
# What judges a schema of the user's is imported when there is one.
JUDGING = "assistants_server.engines.samples"


def test_importing_the_server_imports_nothing_that_asks_models() -> None:
    _, imported, _ = _import(*SERVER, JUDGING).after
    assert "starlette" in imported
    assert not {"httpx", "model_api", "attr", *WATCHING} & imported


def test_importing_the_packages_imports_no_server() -> None:
    done = _import("assistants_client", "assistants_api")
    assert done.said is None
    of_a_server = {*_extra(), *WATCHING, "anyio", "h11", "click", "sqlite3"}
    assert of_a_server & done.after[-1] == set()


def test_whole_client_needs_nothing_of_the_extra() -> None:
    """Nor does it import the server, in whatever module it is looked for."""
    assert len(CLIENT) > 5
    done = _import(*CLIENT, "assistants_api.api.runs.create_run", hidden=_extra())
    assert done.said is None
    assert {*_extra()} & done.after[-1] == set()


def test_server_imports_what_the_extra_promises() -> None:
    done = _import(*SERVER, JUDGING)
    assert done.said is None
    _, served, judged = done.after
    assert {*_extra()} - served == {"jsonschema"}
    assert judged >= {*_extra()}


@pytest.mark.parametrize(
    "missing", [*("starlette", "uvicorn", "jsonschema", "python_multipart"), None]
)
def test_missing_extra_is_said_with_its_name(missing: str | None) -> None:
    hidden = (missing,) if missing else _extra()
    done = _import("assistants_server", hidden=hidden)
    assert done.said is not None
    kind, name, text = done.said
    assert kind == "ImportError"
    assert name in hidden
    for each in hidden:
        assert each.replace("_", "-") in text
    assert 'pip install "assistants-client[server]"' in text


def test_command_without_the_extra_says_so_in_one_line() -> None:
    program = IMPORT.partition("said = None")[0] + (
        "import runpy; sys.argv[0] = '-m';"
        "runpy.run_module('assistants_server', alter_sys=True)"
    )
    done = _run(program, (), ("uvicorn",))
    assert done.returncode == 1
    command = 'pip install "assistants-client[server]"'
    assert done.stderr == f"assistants_server needs uvicorn: {command}\n"


def test_checkout_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    assert install_command("search") == 'pip install "assistants-client[search]"'
    monkeypatch.setattr(importlib.metadata, "distribution", nothing)
    assert install_command("search") == "pip install -e '.[search]' in the checkout"
    *command, what = shlex.split(install_command("server", with_path=True))
    assert command == ["pip", "install", "-e"]
    assert what == f"{ROOT}[server]"


def _extra() -> tuple[str, ...]:
    """Return what the extra requires, as it is imported."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = project["optional-dependencies"]["server"]
    return tuple(Requirement(each).name.replace("-", "_") for each in needed)


class _Imported(NamedTuple):
    """What was there after each import, and the error that ended them."""

    after: list[set[str]]
    said: list[str] | None


@cache
def _import(*names: str, hidden: tuple[str, ...] = ()) -> _Imported:
    """Import modules in a new interpreter, one after the other."""
    done = _run(IMPORT, names, hidden)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    return _Imported([*map(set, found["after"])], found["said"])


def _run(
    program: str, names: tuple[str, ...], hidden: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, json.dumps([names, hidden])],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
