"""All that type checkers are to read while tests run: packages, a copy, programs.

They read all of it at once, since most of the time goes into what everything imports:
httpx, attrs and the standard library, and the client, which is large.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest import mock

from codegen.pipeline import PACKAGE, Order, build
from codegen.select import Selection
from codegen.vendor import manifest
from harness.contract import upstream
from harness.kept import contents, installed, kept
from tests.by_hand import document, programs
from tests.by_hand.editing import apply
from tests.codegen.conftest import built, silent
from tests.codegen.once import once
from tests.codegen.specs import EVERYTHING, ROOT, written
from tests.codegen.zoo import zoo
from tests.typing.everything import CALLING, everything
from tests.typing.mistakes import MISTAKES, PREAMBLE
from tests.vendor.projects import TALKING, vendor

if TYPE_CHECKING:
    import pytest

# It is kept, since most of the time is that of reading what is imported.
CACHE = ROOT / ".mypy_cache" / "of_tests"
FILES = Selection(("/assistants", "/threads", "/files", "/vector_stores"))
PROJECT: Final = "small_project"
COPY: Final = f"{PROJECT}._vendor.threads_api"
_COPIED = ("openapi.yaml", "pyproject.toml", "LICENSE", "NOTICE")
_INPUTS = [
    ROOT / name
    for name in (
        *("assistants_client", "codegen", *_COPIED),
        *("harness/contract/upstream.py", "tests/by_hand", "tests/codegen"),
        *("tests/typing", "tests/vendor"),
    )
]

# What checks at its strictest finds in a copy is up to those who have it.
_SETTINGS = """\
[mypy]
strict = true
python_version = 3.11
enable_error_code = {codes}
warn_unreachable = true

[mypy-{copy}.*]
disable_error_code = {codes}
warn_unreachable = false
"""
_CODES = "deprecated, possibly-undefined, redundant-expr, truthy-bool"


def checked(factory: pytest.TempPathFactory) -> list[str]:
    """Return what mypy has to say of it all, line by line, once in a run of tests.

    It says the same as long as nothing changes that is built, builds or checks.
    """

    def tell(folder: Path) -> None:
        inputs = [installed(), *contents(*_INPUTS, *_newest())]
        (folder / "told").write_text(kept(inputs, lambda: _check(folder)), "utf-8")

    return (once(factory, "typed", tell) / "told").read_text("utf-8").splitlines()


def _check(folder: Path) -> str:
    names = [*_packages(folder), _project(folder)]
    (folder / "mypy.ini").write_text(_SETTINGS.format(codes=_CODES, copy=COPY), "utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--config-file=mypy.ini"),
            *("--cache-dir", CACHE, "--no-error-summary"),
            *(part for name in names for part in ("-p", name)),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    # It has found something, as it should; anything else isn't about types.
    assert (done.returncode, done.stderr) == (1, ""), done.stdout + done.stderr
    return done.stdout


def _newest() -> list[Path]:
    """Return upstream's newest document, where it is at hand."""
    return upstream.for_prose()[-1:]


def _packages(folder: Path) -> list[str]:
    """Build packages of odd documents, and of upstream's newest where it is at hand."""
    documents = {"of_zoo": zoo(), "of_everything": everything()}
    orders = [
        (written(folder, given, f"{name}.json"), name, EVERYTHING)
        for name, given in documents.items()
    ]
    orders += [(str(path), "of_upstream", FILES) for path in _newest()]
    for spec, name, selection in orders:
        made = built(spec, folder / f"built_{name}", name=name, selection=selection)
        shutil.move(made, folder / name)
    return [name for _, name, _ in orders]


def _project(folder: Path) -> str:
    """Make a project with a copy of what a person has added to, and its programs."""
    edited = folder / "edited"
    for name in ("assistants_client", "codegen"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, edited / name, ignore=ignored)
    for name in _COPIED:
        shutil.copy(ROOT / name, edited)
    for edits in (*document.ADDED, document.METHODS):
        apply(edits, edited)
    generated, client = edited / "generated", edited / "assistants_client"
    spec = str(edited / "openapi.yaml")
    build(Order(spec, generated, client=client), silent)
    package = folder / PROJECT
    with mock.patch.object(manifest, "ROOT", edited):
        done = vendor(
            *(package / "_vendor", "--name", "threads_api"),
            *("--with-client", "--generated", generated),
        )
    assert done.code == 0, done
    texts = {
        "__init__.py": "",
        "_vendor/__init__.py": "",
        "talking.py": TALKING,
        "untouched.py": programs.UNTOUCHED,
        "methods.py": programs.METHODS,
        "calling.py": CALLING,
        "mistaken.py": "\n".join([*PREAMBLE, *MISTAKES, ""]),
    }
    for name, text in texts.items():
        for ours, theirs in (
            (PACKAGE, f"{COPY}.{PACKAGE}"),
            ("assistants_client", COPY),
        ):
            text = text.replace(f"from {ours}", f"from {theirs}")
        (package / name).write_text(text, "utf-8")
    return PROJECT
