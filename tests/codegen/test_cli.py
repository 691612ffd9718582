"""The command line: what it says, when it fails, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codegen import pin as pinning
from codegen import pipeline
from tests.codegen.conftest import Answer
from tests.codegen.specs import (
    PINNED,
    ROOT,
    TEXT,
    document,
    operation,
    tree,
    written,
)
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return written(tmp_path, zoo())


OPTIONS = [
    "--spec",
    "--out",
    "--name",
    "--path",
    "--tag",
    "--all",
    "--http",
    "--any-host",
    "--overlay",
    "--skip",
    "--skip-broken",
    "--config",
    "--package",
    "--files",
]


# --- Help --------------------------------------------------------------------------


def test_help_names_every_command_and_its_purpose(run: Callable[..., Answer]) -> None:
    for arguments in (["--help"], []):
        answer = run(*arguments)
        said = answer.out + answer.err
        for word in ("pin", "build", "check", "OpenAPI", "package"):
            assert word in said
        assert answer.code == (0 if arguments else 2)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("pin", ["SOURCE", "--date", "--models", "--any-host"]),
        ("build", OPTIONS),
        ("check", OPTIONS),
        ("explain", ["JSONPATH", *OPTIONS]),
    ],
)
def test_help_of_each_command_explains_every_option(
    run: Callable[..., Answer], command: str, options: list[str]
) -> None:
    answer = run(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    entries = {
        line.split()[0]: line.split(None, 2)
        for line in answer.out.splitlines()
        if line.startswith("  ") and line.split()
    }
    for option in options:
        assert option in entries, f"{option} is not explained"
        assert len(entries[option]) > 2, f"{option} has no text"
    assert {name for name in entries if name.startswith("--")} == {
        *(option for option in options if option.startswith("--")),
        "--help",
    }


@pytest.mark.parametrize("command", ["build", "check"])
def test_help_shows_defaults_without_paths_of_this_machine(
    run: Callable[..., Answer], command: str
) -> None:
    said = run(command, "--help").out
    assert str(ROOT) not in said
    for default in ("openapi.yaml", "generated", "assistants_api", "/threads"):
        assert default in said


# --- Success -----------------------------------------------------------------------


def test_build_tells_its_progress_and_a_summary(
    run: Callable[..., Answer],
    spec: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = ["--spec", spec, "--out", tmp_path / "out", "--all", "--name", "zoo_api"]
    first = run("build", *order)
    assert (first.code, first.err) == (0, "")
    lines = first.out.splitlines()
    assert lines[0] == "read spec.json (version 1.0)"
    assert lines[1].startswith("normalised: ")
    assert "get_animal, visit_animal" in first.out
    files = len(tree(tmp_path / "out")) - 1
    assert f"built 3 operations and 11 models in {files} files, 0 dropped" in lines[-1]
    assert lines[-1].endswith(f"{files} files changed")
    assert run("build", *order).out.splitlines()[-1].endswith("; 0 files changed")

    assert run("check", *order) == Answer(0, "out is current\n", "")
    monkeypatch.chdir(tmp_path / "out")
    within = run("check", *order, "--out", ".")
    assert within == Answer(0, "out is current\n", "")
    (tmp_path / "out" / "zoo_api" / "py.typed").write_text("x", encoding="utf-8")
    again = run("check", *order)
    assert again.code == 1
    assert "edited by hand" in again.out
    assert "differs: zoo_api/py.typed" in again.out
    assert again.err == "out is not current: build it again\n"


def test_what_is_made_with_the_client_is_made_by_its_script(
    run: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "check", lambda *_: ["differs: API.md"])
    wanted = "generated is not current: run scripts/regen\n"
    assert run("check") == Answer(1, "differs: API.md\n", wanted)


@pytest.mark.parametrize(
    ("options", "operations"),
    [
        (["--path", "/files"], ["upload_file"]),
        (["--path", "/files", "--path", "/animals"], ["get_animal", "upload_file"]),
        (["--tag", "Files"], ["upload_file"]),
        (["--tag", "Files", "--path", "/animals"], ["get_animal", "upload_file"]),
        (["--tag", "Animals"], ["get_animal"]),
        (["--all"], ["get_animal", "upload_file"]),
    ],
)
def test_operations_are_chosen_by_options(
    run: Callable[..., Answer],
    spec: str,
    tmp_path: Path,
    options: list[str],
    operations: list[str],
) -> None:
    assert run("build", "--spec", spec, "--out", tmp_path / "out", *options).code == 0
    found = {path.stem for path in (tmp_path / "out").glob("*/api/*/*_*.py")}
    assert found - {"__init__", "visit_animal"} == set(operations)


def test_check_shows_a_long_list_in_part(
    run: Callable[..., Answer], spec: str, tmp_path: Path
) -> None:
    order = ["--spec", spec, "--out", tmp_path / "out", "--all"]
    run("build", *order)
    for number in range(60):
        (tmp_path / "out" / f"extra_{number}").write_text("", encoding="utf-8")
    said = run("check", *order).out.splitlines()
    assert len(said) == 41
    assert said[-1] == "... and 21 more"


@pytest.mark.parametrize("date", ["foo", "20300101", "2030-02-30", ""])
def test_pin_takes_days_alone(
    run: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, date: str
) -> None:
    monkeypatch.setattr(pinning, "pin", lambda *_, **__: pytest.fail("it pins"))
    answer = run("pin", PINNED, "--date", date)
    assert answer.code == 2
    assert f"must be a day such as 2026-08-21, not {date!r}" in answer.err


def test_pin_tells_what_lacks_words(
    run: Callable[..., Answer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, lock = tmp_path / "openapi.yaml", tmp_path / "source.lock"
    path.write_bytes(PINNED.read_bytes())
    target = replace(pinning.ASSISTANTS_TARGET, path=path, lock=lock)
    monkeypatch.setattr(pinning, "ASSISTANTS_TARGET", target)
    answer = run("pin", PINNED, "--date", "2030-01-01")
    assert (answer.code, answer.err) == (0, "")
    assert "pinned 47 operations and" in answer.out
    assert "0 places lack a description" in answer.out
    notes = answer.out.count("note: an action of the overlay finds nothing: $.")
    assert f"{notes} actions of the overlay found nothing" in answer.out
    assert notes > 0
    assert json.loads(lock.read_text(encoding="utf-8"))["date"] == "2030-01-01"

    given = document({"/threads/new": {"get": operation("newOne", schema=TEXT)}})
    answer = run("pin", written(tmp_path, given))
    assert "lacks a description: $.operations.newOne.summary" in answer.out
    assert answer.out.splitlines()[-1].startswith("pinned 1 operations and")


# --- Failure -----------------------------------------------------------------------


def told(answer: Answer) -> str:
    """Return what a failed command said: one line, and at most a hint below it.

    Neither what else is wrong nor what an overlay could say is a part of it.
    """
    assert answer.code == 2, answer
    first = answer.err.partition("\n\n")[0].partition("\nerror: ")[0]
    lines = first.splitlines()
    assert lines[0].startswith("error: ")
    assert all(line.startswith("  ") for line in lines[1:])  # vacuous: one may be all
    assert len(lines) <= 2
    return answer.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "can't read {}: No such file or directory"),
        ("folder", "can't read {}: Is a directory"),
        ("", "holds no object, but None"),
        ("hello", "holds no object, but 'hello'"),
        ('{"swagger": "2.0"}', "Swagger 2"),
        ('{"openapi": "3.1.0"}', "is missing"),
        ("a: [", "line 2: not valid YAML: "),
        ("{", "not valid YAML: "),
        ("a: 1\na: 2", "line 2: the key 'a' stands twice"),
    ],
)
@pytest.mark.parametrize("command", ["build", "check", "pin"])
def test_what_is_no_document_is_said_in_one_line(
    run: Callable[..., Answer],
    tmp_path: Path,
    command: str,
    content: str | None,
    message: str,
) -> None:
    path = tmp_path / "given.yaml"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_text(content, encoding="utf-8")
    out = tmp_path / "out"
    if command == "pin":
        before = PINNED.read_bytes(), pinning.LOCK.read_bytes()
        answer = run("pin", path)
        assert (PINNED.read_bytes(), pinning.LOCK.read_bytes()) == before
    else:
        out.mkdir()
        (out / "codegen.lock").write_text("{}", encoding="utf-8")
        answer = run(command, "--spec", path, "--out", out)
        assert [file.name for file in out.iterdir()] == ["codegen.lock"]
    assert message.format(path) in told(answer)


def test_a_swagger_2_document_is_called_by_its_name(
    run: Callable[..., Answer], tmp_path: Path
) -> None:
    given = {"swagger": "2.0", "info": {"title": "x", "version": "1"}, "paths": {}}
    answer = run("build", "--spec", written(tmp_path, given), "--out", tmp_path / "o")
    assert "Swagger 2" in told(answer)


def test_no_matching_operation_is_said_with_the_selection(
    run: Callable[..., Answer], tmp_path: Path
) -> None:
    given = document({"/animals": {"get": operation("animals", schema=TEXT)}})
    out = ["--spec", written(tmp_path, given), "--out", tmp_path / "out"]
    said = told(run("build", *out))
    assert "no operation matches" in said
    assert "/assistants" in said
    assert "--all" in said
    assert "/nothing" in told(run("build", *out, "--path", "/nothing"))
    assert "tag Nobody" in told(run("build", *out, "--tag", "Nobody"))
    assert not (tmp_path / "out").exists()


def test_places_to_write_to_that_won_t_do_are_named(
    run: Callable[..., Answer], spec: str, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("x", encoding="utf-8")
    order = ["build", "--spec", spec, "--all", "--out"]
    said = run(*order, tmp_path / "mine")
    assert (said.code, "mine holds files that were not" in said.err) == (2, True)
    assert "is no folder" in told(run(*order, spec))
    for wrong in (f"{spec}/below", tmp_path / ("x" * 300)):
        said = run(*order, wrong)
        assert said.code == 2
        assert said.err.startswith("error: ")
    assert "name of a package" in told(run(*order, tmp_path / "out", "--name", "a-b"))
    said = run(*order[:-1], "--name", "zoo_api")
    assert (said.code, "--out FOLDER is needed" in said.err) == (2, True)


def test_what_is_no_command_or_option_is_said(run: Callable[..., Answer]) -> None:
    assert run("frobnicate").code == 2
    assert "No such command 'frobnicate'" in run("frobnicate").err
    assert "No such option" in run("build", "--frobnicate").err
    assert "SOURCE" in run("pin").err


def test_control_characters_of_a_document_don_t_reach_the_terminal(
    run: Callable[..., Answer], tmp_path: Path
) -> None:
    evil = "\x1b[2J\u202e\x07[bold red]evil[-]"
    given = zoo()
    given["info"]["version"] = evil
    given["components"]["schemas"][evil] = {"type": evil}
    given["components"]["schemas"]["Cat"]["properties"][evil] = {"$ref": evil}
    out = ["--out", tmp_path / "out", "--all"]
    answer = run("build", "--spec", written(tmp_path, given, evil + ".json"), *out)
    assert answer.code == 2
    assert not {"\x1b", "\u202e", "\x07"} & set(answer.out + answer.err)

    del given["components"]["schemas"]["Cat"]["properties"][evil]
    given["components"]["schemas"][evil] = {"type": "string", "format": evil}
    given["paths"]["/x"] = {"get": {**operation(evil), "tags": [evil]}}
    answer = run("build", "--spec", written(tmp_path, given), *out)
    assert answer.code == 0
    assert not {"\x1b", "\u202e", "\x07"} & set(answer.out + answer.err)


def test_an_interrupt_is_said_in_words(
    run: Callable[..., Answer], spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("build", "check"):
        monkeypatch.setattr(pipeline, name, interrupt)
        answer = run(name, "--spec", spec)
        assert answer.code == 130
        assert answer.err.startswith("interrupted; ")


def test_the_module_runs_from_anywhere() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codegen", "build", "--spec", "gone.yaml"],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: can't read gone.yaml: No such file or directory\n"


# vacuous: it is for other systems
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is always full")
@pytest.mark.parametrize("words", [["--help"], ["diff", str(PINNED), str(PINNED)]])
def test_what_can_not_be_printed_is_an_error_in_a_line(
    run: Callable[..., Answer], words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        answer = run(*words)
        # As Python does at its end, which fails no more.
        full.flush()
    assert answer.code == 2
    assert answer.err == "error: No space left on device\n"
