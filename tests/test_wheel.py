"""What we ship: built, installed where nothing else is, and imported from there."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import venv
import zipfile
from email import message_from_string
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from email.message import Message

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    "assistants_archive": ROOT,
    "assistants_cli": ROOT,
    "assistants_client": ROOT,
    "assistants_server": ROOT,
    "assistants_api": ROOT / "generated",
    "model_api": ROOT / "generated" / "upstream",
}
DEVELOPMENT_ONLY = ["bench", "codegen", "generated", "harness", "scripts", "tests"]
NEEDED_TO_REGENERATE = {"codegen", "generated", "openapi.yaml", "constraints.txt"}

# It is asked several times, as more and more may be imported.
IMPORT_EVERYTHING = """
import importlib, importlib.util, json, pkgutil, sys
files = {}
for line in sys.stdin:
    packages, absent, left_out = json.loads(line)
    importlib.invalidate_caches()
    for package in map(importlib.import_module, packages):
        files[package.__name__] = package.__file__
        found = pkgutil.walk_packages(
            package.__path__, package.__name__ + ".", lambda n: 0
        )
        for module in found:
            if not module.name.endswith(".__main__") and not any(
                module.name == name or module.name.startswith(name + ".")
                for name in left_out
            ):
                files[module.name] = importlib.import_module(module.name).__file__
    import assistants_client
    print(json.dumps({
        "files": files,
        "importable": [name for name in absent if importlib.util.find_spec(name)],
        "version": assistants_client.__version__,
    }), flush=True)
"""

# How small they get is of no concern here, and to try hard takes longer than all else.
BUILD = """
import gzip, runpy
made = gzip.GzipFile.__init__
gzip.GzipFile.__init__ = lambda *given, **named: made(*given, compresslevel=1, **named)
runpy.run_module("hatchling", run_name="__main__", alter_sys=True)
"""


def test_wheel_holds_all_of_our_packages_and_nothing_else(wheel: Path) -> None:
    ours = {
        path.relative_to(parent).as_posix()
        for package, parent in SOURCES.items()
        for path in (parent / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = {name for name in _contents(wheel) if ".dist-info/" not in name}
    assert shipped == ours
    assert {
        "assistants_client/py.typed",
        "assistants_api/py.typed",
        "assistants_api/openapi.json",
    } <= shipped


def test_metadata_names_the_licence_and_carries_the_notice(wheel: Path) -> None:
    metadata = _metadata(wheel)
    assert metadata["Name"] == "assistants-client"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_all("License-File") == ["LICENSE", "NOTICE"]
    for name in ("LICENSE", "NOTICE"):
        assert _read(wheel, f"licenses/{name}") == (ROOT / name).read_text("utf-8")


def test_wheel_alone_is_enough(wheel: Path, tmp_path: Path) -> None:
    """Import every module, from /, with nothing but the declared dependencies."""
    metadata = _metadata(wheel)
    venv.create(tmp_path / "clean", symlinks=True, with_pip=False)
    python = tmp_path / "clean" / "bin" / "python"
    # What is not compiled now is when it is imported.
    _run(
        *(sys.executable, "-m", "pip", "--isolated", "--python", python, "install"),
        *("-qq", "--disable-pip-version-check", "--no-compile"),
        *("--no-deps", "--no-index", wheel),
    )
    extras = {"assistants_cli", "assistants_server"}
    # The server's fixtures are for those who have pytest, and psycopg is an extra.
    needing_it = ("pgvector", "postgres", "postgres_catalogue", "postgres_vectors")
    left_out = [
        *("assistants_server.fixtures", "assistants_server.store.postgres"),
        *(f"assistants_server.search.{each}" for each in needing_it),
    ]
    # -I keeps PYTHONPATH and the current folder out of it.
    with subprocess.Popen(
        [python, "-I", "-c", IMPORT_EVERYTHING],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for extra, packages in (
            ("", SOURCES.keys() - extras),
            ("cli", SOURCES.keys() - {"assistants_server"}),
            ("server", SOURCES.keys()),
        ):
            _link_dependencies(tmp_path / "clean", metadata, extra)
            _import_everything(process, python, metadata, packages, left_out)


def _import_everything(
    process: subprocess.Popen[str],
    python: Path,
    metadata: Message,
    packages: Collection[str],
    left_out: Sequence[str],
) -> None:
    assert process.stdin
    assert process.stdout
    question = json.dumps([[*packages], DEVELOPMENT_ONLY, left_out])
    process.stdin.write(f"{question}\n")
    process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    assert found["importable"] == []
    assert found["version"] == metadata["Version"]
    assert {*packages} <= found["files"].keys()
    for file in found["files"].values():
        assert Path(file).is_relative_to(python.parent.parent)


def test_sdist_builds_the_same_wheel_and_regenerates(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        # Ours. Python 3.13 asks for a filter; early releases of 3.11 know none.
        archive.extraction_filter = lambda member, _: member
        archive.extractall(tmp_path)
    (source,) = tmp_path.iterdir()
    _build(source, tmp_path / "dist", "wheel")
    (again,) = (tmp_path / "dist").iterdir()
    assert _contents(again) == _contents(wheel)

    assert {path.name for path in source.iterdir()} >= NEEDED_TO_REGENERATE
    _run(sys.executable, "-m", "codegen", "check", cwd=source)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build wheel and sdist, each from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    _build(ROOT, folder, "wheel", "sdist")
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def sdist(built: Path) -> Path:
    (path,) = built.glob("*.tar.gz")
    return path


def _build(source: Path, target: Path, *kinds: str) -> None:
    """Call the backend that pyproject.toml names, as tools do that build."""
    chosen = [part for kind in kinds for part in ("--target", kind)]
    _run(
        *(sys.executable, "-c", BUILD, "build", "--directory", target),
        *chosen,
        cwd=source,
    )


def _link_dependencies(folder: Path, metadata: Message, extra: str) -> None:
    """Put just what the metadata requires into an environment.

    The distributions are linked from the environment that runs the tests, one by one,
    so that no network is needed and nothing undeclared can be imported.
    """
    (site,) = folder.glob("lib/python*/site-packages")
    for name in _with_dependencies(metadata.get_all("Requires-Dist", []), extra):
        installed = distribution(name)
        for top in {file.parts[0] for file in installed.files or []}:
            if top not in {"..", "__pycache__"} and not (site / top).exists():
                (site / top).symlink_to(Path(str(installed.locate_file(top))))


def _with_dependencies(requirements: list[str], extra: str) -> set[str]:
    """Follow requirements, ours with an extra, through the installed distributions."""
    found: set[str] = set()
    todo = [(text, extra) for text in requirements]
    while todo:
        text, wanted = todo.pop()
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        if name not in found and (not marker or marker.evaluate({"extra": wanted})):
            found.add(name)
            todo += [(each, "") for each in distribution(name).requires or []]
    return found


def _contents(wheel: Path) -> dict[str, int]:
    """List the files of a wheel with their checksums."""
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist()}


def _read(wheel: Path, name: str) -> str:
    """Read one file of the wheel's dist-info folder."""
    with zipfile.ZipFile(wheel) as archive:
        (path,) = [
            entry
            for entry in archive.namelist()
            if entry.endswith(f".dist-info/{name}")
        ]
        return archive.read(path).decode()


def _metadata(wheel: Path) -> Message:
    return message_from_string(_read(wheel, "METADATA"))


def _run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command, and show its output if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout
