"""The same document gives the same bytes, whatever surrounds the build."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen import overlay, pipeline
from codegen.errors import BuildError
from codegen.lock import tool_inputs
from codegen.paths import METHODS
from codegen.pipeline import Order, build, check
from codegen.select import Selection
from tests.codegen.conftest import built, silent
from tests.codegen.specs import EVERYTHING, ROOT, TEXT, tree, written
from tests.codegen.zoo import zoo

RUFF_TOML = """
line-length = 40
indent-width = 2
target-version = "py38"
[format]
quote-style = "single"
line-ending = "cr-lf"
indent-style = "tab"
[lint]
select = ["ALL"]
"""
PYPROJECT = "[tool.ruff]\nline-length = 50\n[tool.ruff.format]\nquote-style='single'\n"
EDITORCONFIG = "root = true\n[*]\nindent_style = tab\nend_of_line = crlf\n"
# It would turn the code into something else, and its name is first on PATH.
OTHER_RUFF = "#!/bin/sh\nfind . -name '*.py' -exec sh -c 'echo broken > {}' \\;\n"


def surrounded(folder: Path) -> Path:
    """Put settings of other people into a folder and its parent."""
    inner = folder / "inner"
    inner.mkdir(parents=True)
    for place in (folder, inner):
        (place / "ruff.toml").write_text(RUFF_TOML, encoding="utf-8")
        (place / ".ruff.toml").write_text(RUFF_TOML, encoding="utf-8")
        (place / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
        (place / ".editorconfig").write_text(EDITORCONFIG, encoding="utf-8")
        (place / ".git").mkdir()
        (place / ".gitignore").write_text("*\n", encoding="utf-8")
    programs = inner / "bin"
    programs.mkdir()
    (programs / "ruff").write_text(OTHER_RUFF, encoding="utf-8")
    (programs / "ruff").chmod(0o755)
    config = inner / "config" / "ruff"
    config.mkdir(parents=True)
    (config / "ruff.toml").write_text(RUFF_TOML, encoding="utf-8")
    return inner


def in_another_world(
    folder: Path, arguments: list[str], *, umask: int, **variables: str
) -> str:
    """Run the generator in a process with other settings; return what it said."""
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "RUFF_CONFIG": str(folder / "ruff.toml"),
        "PYTHONPATH": str(ROOT),
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=folder,
        env=environment,
        umask=umask,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode()


PLAIN = {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Kathmandu"}
TURKISH = {
    "PYTHONHASHSEED": "4242",
    "LC_ALL": "tr_TR.UTF-8",
    "LANG": "tr_TR.UTF-8",
    "TZ": "America/St_Johns",
    "PYTHONUTF8": "0",
    "COLUMNS": "20",
    "PYTHONOPTIMIZE": "2",
}


# The spinner and the names of a document have to be shown somehow.
WITHOUT_UTF_8 = {
    "PYTHONIOENCODING": "ascii",
    "FORCE_COLOR": "1",
    "TTY_COMPATIBLE": "1",
}


def test_surroundings_have_no_say(tmp_path: Path, old_tree: dict[str, bytes]) -> None:
    folder = surrounded(tmp_path / "outer")
    spec = written(tmp_path, zoo(), "日本.json")
    order = ["--spec", spec, "--all", "--name", "built", "--out", "out"]
    world = {**PLAIN, **WITHOUT_UTF_8}
    said = in_another_world(folder, ["build", *order], umask=0o077, **world)
    assert "read ??.json (version 1.0)" in said
    assert tree(folder / "out") == old_tree
    assert {path.name for path in folder.iterdir()} == {
        *("ruff.toml", ".ruff.toml", "pyproject.toml", ".editorconfig"),
        *(".git", ".gitignore", "bin", "config", "out"),
    }
    in_another_world(folder, ["check", *order], umask=0o077, **PLAIN)


def test_the_pinned_document_gives_the_same_bytes_in_another_world(
    tmp_path: Path, pinned_build: Path
) -> None:
    folder = surrounded(tmp_path / "outer")
    in_another_world(folder, ["build", "--out", "out"], umask=0o002, **TURKISH)
    assert tree(folder / "out") == tree(pinned_build)


def test_where_the_document_lies_is_no_part_of_what_is_written(
    tmp_path: Path, old_tree: dict[str, bytes]
) -> None:
    place = tmp_path / "Ünï cödé" / "x"
    place.mkdir(parents=True)
    built(written(place, zoo(), "an'other\".json"), place / "out")
    assert tree(place / "out") == old_tree
    for name, data in old_tree.items():
        assert str(tmp_path).encode() not in data, name
        assert b"\r" not in data, name


# --- check ---------------------------------------------------------------------------


@pytest.fixture
def order(old: Path, tmp_path: Path) -> Order:
    """Return the order that the tree `old` was built by."""
    return Order(written(tmp_path, zoo()), old, "built", EVERYTHING)


def test_nothing_has_drifted_right_after_a_build(order: Order) -> None:
    before = tree(order.target)
    assert check(order, silent) == []
    assert tree(order.target.parent) == {f"generated/{n}": d for n, d in before.items()}


def test_files_that_are_edited_missing_or_extra_are_named(order: Order) -> None:
    cat = order.target / "built" / "models" / "cat.py"
    cat.write_text(cat.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    (order.target / "built" / "models" / "dog.py").unlink()
    (order.target / "built" / "notes.txt").write_text("x", encoding="utf-8")
    (order.target / "API.md").write_text("x", encoding="utf-8")
    before = tree(order.target)
    assert check(order, silent) == [
        "edited by hand: all inputs are as they were",
        "differs: API.md",
        "differs: built/models/cat.py",
        "missing: built/models/dog.py",
        "should not be there: built/notes.txt",
    ]
    assert tree(order.target) == before


def test_compiled_files_are_no_drift(order: Order) -> None:
    cache = order.target / "built" / "__pycache__"
    cache.mkdir()
    (cache / "client.cpython-311.pyc").write_bytes(b"x")
    assert check(order, silent) == []


def test_a_changed_document_is_the_cause(order: Order, tmp_path: Path) -> None:
    given = zoo()
    given["components"]["schemas"]["Cat"]["properties"]["name"] = TEXT
    written(tmp_path, given)
    assert check(order, silent) == [
        "the document has changed (spec)",
        "differs: API.md",
        "differs: built/models/cat.py",
        "differs: built/openapi.json",
    ]


def test_a_document_that_changed_without_effect_is_told_too(
    order: Order, tmp_path: Path
) -> None:
    written(tmp_path, {**zoo(), "x-note": 1})
    assert check(order, silent) == ["the document has changed (spec)"]


def test_a_changed_overlay_is_the_cause(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    repairs = overlay.load()
    update = {"description": "Another cat."}
    action = {"target": "$.components.schemas.Cat", "update": update}
    # Ours leaves documents of others alone.
    everywhere = {k: v for k, v in repairs.items() if k != "x-applies-to"}
    changed = {**everywhere, "actions": [action]}
    monkeypatch.setattr(overlay, "load", lambda: changed)
    assert check(order, silent) == [
        "the overlay has changed",
        "differs: built/models/cat.py",
    ]


def test_another_package_or_selection_is_the_cause(order: Order) -> None:
    other = Order(order.spec, order.target, "built", Selection(("/animals",)))
    found = check(other, silent)
    assert found[0] == "the settings have changed"
    assert "should not be there: built/api/files/upload_file.py" in found


@pytest.mark.parametrize(
    ("part", "cause"),
    [
        ("templates", "the templates have changed"),
        ("generator", "the generator has changed"),
    ],
)
def test_a_changed_generator_is_the_cause(
    order: Order, monkeypatch: pytest.MonkeyPatch, part: str, cause: str
) -> None:
    inputs = {**tool_inputs(), part: "0" * 64}
    monkeypatch.setattr(pipeline, "tool_inputs", lambda: inputs)
    assert check(order, silent) == [cause]


def test_a_changed_template_is_seen(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real thing: a template with another line, in a copy of them all."""
    from codegen import lock, paths, render

    templates = tmp_path / "templates"
    shutil.copytree(paths.TEMPLATES, templates)
    lazy = templates / "lazy.py.jinja"
    lazy.write_text(lazy.read_text("utf-8") + "\n# More.\n", encoding="utf-8")
    monkeypatch.setattr(render, "TEMPLATES", templates)
    monkeypatch.setattr(lock, "TEMPLATES", templates)
    assert check(order, silent) == [
        "the templates have changed",
        "differs: built/_lazy.py",
    ]


def test_changed_methods_of_the_client_are_seen(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Path.read_bytes

    def changed(path: Path) -> bytes:
        return original(path) + b"\n" * (path == METHODS)

    monkeypatch.setattr(Path, "read_bytes", changed)
    assert check(order, silent) == ["the generator has changed"]


def test_each_changed_tool_is_named_with_both_versions(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = tool_inputs()
    was = inputs["tools"]["ruff"]
    inputs = {**inputs, "tools": {**inputs["tools"], "ruff": "99.1", "new": "1"}}
    monkeypatch.setattr(pipeline, "tool_inputs", lambda: inputs)
    assert set(check(order, silent)) == {
        f"tool versions have changed: ruff is 99.1, was {was}",
        "tool versions have changed: new is 1, was nothing",
    }


def test_a_folder_without_a_lock_was_not_built(order: Order) -> None:
    (order.target / "codegen.lock").unlink()
    assert check(order, silent) == [
        "there is no generated/codegen.lock: build it first"
    ]


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_damaged_lock_is_named(order: Order, text: str) -> None:
    (order.target / "codegen.lock").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r"generated/codegen\.lock is damaged"):
        check(order, silent)
    assert "codegen.lock" not in build(order, silent).changed
    assert check(order, silent) == []


def test_the_lock_names_every_input_and_file(order: Order) -> None:
    lock = json.loads((order.target / "codegen.lock").read_text(encoding="utf-8"))
    assert set(lock) == {
        *("files", "formatted", "generator", "overlay", "settings", "spec"),
        *("templates", "tools"),
    }
    assert set(lock["files"]) == set(tree(order.target)) - {"codegen.lock"}
    chosen = {"package": "built", "selection": "all operations", "http": "httpx"}
    assert lock["settings"] == chosen
    assert set(lock["tools"]) >= {"openapi-python-client", "ruff", "jinja2"}
