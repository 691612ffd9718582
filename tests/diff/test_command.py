"""The command: what it takes for documents, how it ends, what it writes."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from codegen.commands import diff
from codegen.diff import sides
from codegen.errors import SpecError
from tests.codegen.specs import (
    PINNED,
    ROOT,
    TEXT,
    Document,
    document,
    obj,
    operation,
    ref,
    tree,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., "Result"]


class Result(NamedTuple):
    """What the command said and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run() -> Run:
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(diff.diff)

    def command(*arguments: Any) -> Result:
        done = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Result(done.exit_code, done.stdout, done.stderr)

    return command


def _things(tag: str = "things", **properties: Any) -> Document:
    paths = {"/threads": {"get": operation("getThing", schema=ref("Thing"), tag=tag)}}
    return document(paths, Thing=obj(id=TEXT, **properties))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    return {
        "old": written(tmp_path, _things(size=TEXT), "old.json"),
        "more": written(tmp_path, _things(size=TEXT, mood=TEXT), "more.json"),
        "less": written(tmp_path, _things(), "less.json"),
    }


def test_the_exit_code_tells_the_gravity(run: Run, files: dict[str, str]) -> None:
    found = {
        (name, level): run(files["old"], files[name], "--fail-on", level).code
        for name in files
        for level in ("any", "mind", "breaking", "never")
    }
    levels = ("any", "mind", "breaking", "never")
    assert [found["old", level] for level in levels] == [0, 0, 0, 0]
    assert [found["more", level] for level in levels] == [3, 0, 0, 0]
    assert [found["less", level] for level in levels] == [4, 4, 4, 0]
    assert run(files["old"], files["less"]).code == 4


def test_formats_and_files(run: Run, files: dict[str, str], tmp_path: Path) -> None:
    text = run(files["old"], files["less"])
    assert "old: old.json (version 1)\nnew: less.json (version 1)\n" in text.out
    assert "`Thing.size` is gone" in text.out
    assert text.err == ""
    assert run(files["old"], files["less"], "--format", "markdown").out.startswith(
        "`old.json (version 1)` to `less.json (version 1)`\n"
    )
    order = [files["old"], files["less"], "--format", "json"]
    assert json.loads(run(*order).out)["bump"] == "minor"
    result = run(*order, "--out", tmp_path / "report.json")
    assert (result.code, result.out) == (4, "wrote report.json\n")
    assert json.loads((tmp_path / "report.json").read_text())["breaking"] is True


def test_a_document_of_several_files_is_compared_with_all_of_them(
    run: Run, tmp_path: Path
) -> None:
    names = ["old", "new"]
    for name, size in zip(names, [TEXT, {"type": "integer"}], strict=True):
        folder = tmp_path / name
        folder.mkdir()
        given = document({"/threads": {"$ref": "paths.json#/threads"}})
        item = {"get": operation("getThing", schema={"$ref": "#/Thing"})}
        written(folder, given, "api.json")
        written(folder, {"threads": item, "Thing": obj(size=size)}, "paths.json")
    found = run(*(tmp_path / name / "api.json" for name in names))
    assert (found.code, found.err) == (4, "")
    assert "`Thing.size`" in found.out


@pytest.mark.parametrize("media_type", ["*/*", "application/x-ndjson"])
def test_responses_of_every_media_type_are_compared(
    run: Run, tmp_path: Path, media_type: str
) -> None:
    def of(size: Document) -> Document:
        content = {media_type: {"schema": obj(size=size)}}
        answer = {"200": {"description": "So.", "content": content}}
        return document({"/threads": {"get": operation("getThing", responses=answer)}})

    old = written(tmp_path, of(TEXT), "old.json")
    new = written(tmp_path, of({"type": "integer"}), "new.json")
    assert run(old, old).code == 0
    assert run(old, new).code == 4


def test_help_says_what_the_codes_and_verdicts_mean(run: Run) -> None:
    said = " ".join(run("--help").out.split())
    for words in (
        *("0 no difference that code can see", "3 differences", "4 breaking for"),
        *("2 an error", "callers", "readers", "HEAD~3", "REVISION:PATH", "mind"),
        *("--format", "--out", "--fail-on", "--path", "--tag", "--all", "/threads"),
    ):
        assert words in said, words
    assert str(ROOT) not in said


def test_what_is_compared_can_be_chosen(run: Run, tmp_path: Path) -> None:
    old, new = _things(), _things(more=TEXT)
    new["paths"]["/pets"] = {"get": operation("getPet", schema=TEXT, tag="pets")}
    before, after = written(tmp_path, old, "a.json"), written(tmp_path, new, "b.json")
    for options, due in (
        ([], ["Thing"]),
        (["--all"], ["pets.get_pet", "Thing"]),
        (["--path", "/pets"], ["pets.get_pet"]),
        (["--tag", "pets"], ["pets.get_pet"]),
        (["--tag", "pets", "--path", "/threads"], ["pets.get_pet", "Thing"]),
    ):
        said = run(before, after, "--format", "json", *options).out
        assert [c["name"] for c in json.loads(said)["changes"]] == due, options
    gone = run(after, before, "--tag", "pets", "--format", "json")
    assert [c["text"] for c in json.loads(gone.out)["changes"]] == [
        "the operation is gone"
    ]


def test_mistakes_are_told_and_nothing_is_written(
    run: Run, files: dict[str, str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"swagger": "2.0"}', encoding="utf-8")
    before = tree(tmp_path)
    old = files["old"]
    for arguments, words in (
        (["nothing.yaml", old], "'nothing.yaml' is neither a file nor a revision"),
        ([old, "HEAD:no/such.yaml"], "no/such.yaml"),
        ([old, "--", "--output=x"], "'--output=x' can't be a revision"),
        ([old, ":openapi.yaml"], "'' can't be a revision"),
        ([old, ""], "'' can't be a revision"),
        ([old, "a\x1b[31mb"], "neither a file nor a revision"),
        ([old, tmp_path], "is a folder, not a document"),
        ([old, bad], "Swagger 2"),
        ([old, old, "--path", "x"], "must begin with a slash"),
        ([old, old, "--all", "--tag", "x"], "leave --path and --tag out"),
        ([old, old, "--tag", "x"], "in neither document"),
        ([old, old, "--out", tmp_path], "is a folder"),
        ([old, old, "--out", tmp_path / "no" / "x"], "there is no folder"),
    ):
        result = run(*arguments)
        assert (result.code, result.out) == (2, ""), arguments
        assert words in result.err
        assert "\x1b" not in result.err
    assert tree(tmp_path) == before


def test_what_is_no_ordinary_file_stays_what_it_is(
    run: Run, files: dict[str, str], tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = run(files["old"], files["more"], "--out", pipe)
    assert (result.code, result.out) == (2, "")
    assert "is no ordinary file" in result.err
    assert pipe.is_fifo()


# --- Revisions ----------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository with two commits, and a change that is in none of them."""
    folder = tmp_path / "repository" / "inner"
    folder.mkdir(parents=True)

    def git(*arguments: str) -> None:
        # Whatever the configuration of this machine is.
        settings = ["user.name=A", "user.email=a@example.org", "commit.gpgsign=false"]
        options = [part for setting in settings for part in ("-c", setting)]
        command = ["git", *options, "-c", "core.hooksPath=none", *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    git("init", "--initial-branch", "trunk", "..")
    for name, given in (("v1", _things()), ("v2", _things(b=TEXT))):
        written(folder, given, "openapi.yaml")
        written(folder, _things(other=TEXT), "other.json")
        git("add", ".")
        git("commit", "--message", name)
        git("tag", name)
    written(folder, _things(c=TEXT), "openapi.yaml")
    return folder


def test_revisions_are_read_from_the_repository_of_the_pinned_document(
    repository: Path,
) -> None:
    pinned = repository / "openapi.yaml"

    def properties(text: str) -> set[str]:
        found = sides.find(text, pinned=pinned).document
        return {*found["components"]["schemas"]["Thing"]["properties"]} - {"id"}

    assert properties("v1") == properties("HEAD~1") == properties("trunk^") == set()
    assert properties("v2") == properties("HEAD") == properties("trunk") == {"b"}
    assert properties(str(pinned)) == {"c"}
    assert properties("v1:inner/other.json") == {"other"}
    assert properties("v2:./other.json") == {"other"}
    for text, words in (
        ("v3", "git knows no such revision"),
        ("v1:other.json", "the revision 'v1' has no file 'other.json'"),
        ("v1:other.json", "had another name then, give REVISION:PATH"),
        ("-v1", "can't be a revision"),
        ("--help", "can't be a revision"),
        ("v1\0", "can't be a revision"),
        ("v1:inner", "has no file"),
    ):
        with pytest.raises(SpecError, match=words):
            sides.find(text, pinned=pinned)


def test_a_hook_of_another_repository_changes_nothing(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(ROOT / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(ROOT))
    found = sides.find("v2", pinned=repository / "openapi.yaml")
    assert "b" in found.document["components"]["schemas"]["Thing"]["properties"]


def test_a_file_comes_before_a_revision(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    written(repository, _things(file=TEXT), "v1")
    found = sides.find("v1", pinned=repository / "openapi.yaml")
    assert "file" in found.document["components"]["schemas"]["Thing"]["properties"]


def test_without_git_the_word_is_clear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpecError, match="neither a file nor a revision"):
        sides.find("HEAD", pinned=PINNED)


def test_the_pinned_document_is_the_one_to_compare_with(
    run: Run, files: dict[str, str]
) -> None:
    result = run(files["old"], "--tag", "Run Steps", "--format", "json")
    changes = json.loads(result.out)["changes"]
    new = [c["name"] for c in changes if c["text"] == "the operation is new"]
    assert new == ["run_steps.get_run_step", "run_steps.list_run_steps"]
