"""The public workflows call what exists, with no more rights than they need."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from codegen import source
from scripts.update.checkout import REWRITTEN
from scripts.update.options import options
from tests.cases import some
from tests.codegen.specs import ROOT

GITHUB = ROOT / ".github"
PROPOSING = GITHUB / "propose-update"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS: dict[str, Any] = {
    path.name: source.load(path).document
    for path in sorted((GITHUB / "workflows").iterdir())
}
# The rights that a job has to write, by its name.
WRITING = {"propose": {"contents": "write", "pull-requests": "write"}}
MOST_MINUTES = 60
# Of GitHub; anything else is code of strangers.
ACTIONS = {"checkout", "setup-python", "upload-artifact", "download-artifact"}
_PINNED = re.compile(r"actions/([\w-]+)@[0-9a-f]{40}\Z")
_NOTED = re.compile(r"uses: (\S+@[0-9a-f]{40}) # v\d+\.\d+\.\d+$", re.MULTILINE)
_OURS = re.compile(r"(?<![\w/.-])((?:scripts|\.github|\.ci|\.venv/bin)/[\w./-]+)")


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for workflow in WORKFLOWS.values():
        yield from workflow["jobs"].items()


def steps() -> Iterator[dict[str, Any]]:
    for _, job in jobs():
        yield from job["steps"]


def commands() -> str:
    """Return all that the workflows run."""
    return "\n".join(step["run"] for step in steps() if "run" in step)


def test_there_are_two_workflows_that_start_when_they_should() -> None:
    starts = {name: set(workflow["on"]) for name, workflow in WORKFLOWS.items()}
    assert starts == {
        "ci.yml": {"push", "pull_request", "workflow_dispatch"},
        "upstream.yml": {"schedule", "workflow_dispatch"},
    }
    # Where YAML is read by older rules, `on` is a truth value; so GitHub reads it.
    for path in some((GITHUB / "workflows").iterdir()):
        assert True in yaml.safe_load(path.read_text("utf-8")), path.name


def test_jobs_end_and_have_no_rights_but_those_they_need() -> None:
    for workflow in some(WORKFLOWS.values()):
        assert workflow["permissions"] == {}
        assert workflow["concurrency"]["group"]
    for name, job in some(jobs()):
        assert 0 < job["timeout-minutes"] <= MOST_MINUTES, name
        assert job["permissions"] == WRITING.get(name, {"contents": "read"}), name
        assert "container" not in job


def test_what_may_write_runs_nothing_that_the_document_made() -> None:
    proposing = [job for name, job in jobs() if name in WRITING]
    assert len(proposing) == len(WRITING)
    for job in proposing:
        assert [step["run"] for step in job["steps"] if "run" in step] == [
            ".github/propose-update"
        ]
    text = PROPOSING.read_text("utf-8")
    # What it runs begins a line, or follows a word of the shell.
    begins = r"(?:^|[|&;(]|\b(?:if|then|do|exec)\b) *"
    run = set(re.findall(begins + r"([\w./]+)(?![\w./*])", text, re.MULTILINE))
    assert {"git", "gh"} <= run
    assert not [each for each in run if "/" in each or "python" in each]


def test_actions_are_github_s_own_and_pinned() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert {found[1] for each in used if (found := _PINNED.match(each))} == ACTIONS
    noted = [
        each
        for path in (GITHUB / "workflows").iterdir()
        for each in _NOTED.findall(path.read_text("utf-8"))
    ]
    assert sorted(noted) == sorted(used)
    for step in some(steps()):
        if "actions/checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] == "false" or (
                step["with"]["persist-credentials"] is False
            )


def test_no_expression_is_put_into_a_command() -> None:
    """A value that somebody chose would be run with the rest of the line."""
    assert "${{" not in commands()


def test_what_is_called_exists() -> None:
    called = set(_OURS.findall(commands()))
    for name in called:
        if name.startswith(".venv/"):
            assert name == ".venv/bin/python"
            continue
        assert os.access(ROOT / name, os.X_OK), name
    ci = "\n".join(
        step.get("run", "")
        for job in WORKFLOWS["ci.yml"]["jobs"].values()
        for step in job["steps"]
    )
    # All that `.ci/run` asks for, and the check for drift; but no machine of GitHub has
    # the documents that scripts/upstream needs.
    asked = set(_OURS.findall((ROOT / ".ci" / "run").read_text("utf-8")))
    wanted = asked - {".ci/run", "scripts/upstream"} | {"scripts/regen"}
    assert wanted <= set(_OURS.findall(ci))
    assert {"scripts/update-spec", ".github/propose-update"} <= called


def test_the_update_is_called_with_options_that_it_has(tmp_path: Path) -> None:
    (step,) = (step for step in steps() if "update-spec" in step.get("run", ""))
    line = step["run"].replace("\\\n", " ").split("scripts/update-spec", 1)[1]
    line = line.splitlines()[0].replace('"$(date -u +%F)"', "2026-01-02")
    removal = 'ALLOW_REMOVAL:+"$ALLOW_REMOVAL"'
    assert f"${{{removal}}}" in line
    words = shlex.split(line.replace(f"${{{removal}}}", "--allow-removal"))
    words = [word.replace("$HANDED_OVER", str(tmp_path)) for word in words]
    given = options(words)
    assert (given.source, given.date, given.allow_removal) == (
        "$DOCUMENT",
        "2026-01-02",
        True,
    )
    assert str(given.report) == str(tmp_path / "report.md")
    assert step["env"]["DOCUMENT"].count("https://") == 1


def test_a_proposal_holds_what_an_update_rewrites() -> None:
    said = WORKFLOWS["upstream.yml"]["env"]
    named = [*said["DOCUMENT_FILES"].split(), *said["GENERATED"].split()]
    assert sorted(named) == sorted(REWRITTEN)


def test_the_pythons_are_those_that_we_support() -> None:
    pattern = re.compile(r"Programming Language :: Python :: (3\.\d+)\Z")
    wanted = [
        found[1] for each in PROJECT["classifiers"] if (found := pattern.match(each))
    ]
    matrix = WORKFLOWS["ci.yml"]["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == wanted
    others = {
        step["with"]["python-version"]
        for step in steps()
        if "python-version" in step.get("with", {})
    }
    assert others <= {*wanted, "${{ matrix.python }}"}
    for step in some(steps()):
        if "cache-dependency-path" in step.get("with", {}):
            for name in some(step["with"]["cache-dependency-path"].split()):
                assert (ROOT / name).is_file()


def test_scripts_are_bash_that_can_be_read() -> None:
    for path in (ROOT / "scripts" / "update-spec", PROPOSING):
        assert os.access(path, os.X_OK)
        assert "\nset -euo pipefail\n" in path.read_text("utf-8")
        subprocess.run(["bash", "-n", path], check=True)
    for step in steps():
        if "run" in step:
            subprocess.run(["bash", "-n", "-c", step["run"]], check=True)
