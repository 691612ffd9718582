"""What an update does to a repository, and what it says."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from codegen import source
from codegen.pipeline import PACKAGE, Order, check
from scripts.updating import tree
from scripts.updating.options import DONE, FAILED, UNUSABLE
from tests.codegen.specs import TEXT, operation, parameter, ref
from tests.update.small import changed, properties

if TYPE_CHECKING:
    from pathlib import Path

    from tests.codegen.specs import Document
    from tests.update.conftest import Repository

REWRITTEN = {name for name in tree.REWRITTEN if name != tree.GENERATED}
LATER = "upstream-2025-09-10.json"


def with_more(given: Document) -> None:
    """Add a value, a property and an operation."""
    properties(given)["state"]["enum"].append("locked")
    properties(given)["colour"] = {**TEXT, "description": "Words of theirs."}
    path = given["paths"]["/threads/{thread_id}"]
    path["delete"] = operation(
        "dropThread", parameter("thread_id", "path"), schema=ref("Thread")
    )


def test_all_that_goes_with_a_document_is_updated(
    repository: Repository, untyped: None, capsys: pytest.CaptureFixture[str]
) -> None:
    report = repository.root.parent / "report.md"
    given = changed(with_more)
    assert repository.update(given, "--report", str(report), name=LATER) == DONE
    said = capsys.readouterr().out

    assert {n for n in repository.differing() if "generated" not in n} == REWRITTEN
    pinned = source.load(repository.root / tree.DOCUMENT).document
    thread = pinned["components"]["schemas"]["Thread"]
    assert thread["description"] == "Ours."
    assert thread["properties"]["colour"]["description"] == "(not described yet)"
    assert "theirs" not in "".join(map(repository.text, REWRITTEN))
    lock = json.loads(repository.text(tree.SOURCE_LOCK))
    assert (lock["name"], lock["date"]) == (LATER, "2025-09-10")
    digest = json.loads(repository.text(tree.DIGEST))
    assert digest["source"]["sha256"] == lock["sha256"]
    assert "colour" in json.dumps(digest["document"])

    order = Order(str(repository.root / tree.DOCUMENT), repository.root / "generated")
    assert (order.name, check(order, lambda _: None)) == (PACKAGE, [])
    assert "drop_thread" in repository.text("generated/API.md")
    assert '__version__ = "0.1.1"' in repository.text(tree.VERSION)
    before, new, after = repository.text(tree.CHANGELOG).partition("### A new document")
    assert before.endswith("- Something of ours.\n\n")
    assert LATER in new + after
    assert after.index("drop_thread") < after.index("## 0.1.0 - 2025-02-03")

    # What is said of it, and what a person has to do.
    for told in ("colour", "0.1.0 to 0.1.1", "describe ", "git add openapi.yaml"):
        assert told in said
    failing = "  tests/contract/test_prose.py::test_every_place_is_described\n"
    assert said.endswith(f"tests that fail until then:\n{failing}")
    assert "  $.components.schemas.Thread.properties.colour\n" in said
    assert "dropThread (DELETE /threads/{thread_id})" in report.read_text("utf-8")

    once = repository.files
    assert repository.update(given, name=LATER) == DONE
    assert "nothing changed" in capsys.readouterr().out
    assert repository.files == once


def _prose(given: Document) -> None:
    given["info"] |= {"title": "Another", "description": "Long."}
    given["components"]["schemas"]["Thread"]["description"] = "Other words."
    given["paths"]["/elsewhere"]["get"]["operationId"] = "renamed"
    given["x-more"] = True


@pytest.mark.parametrize("change", [lambda _: None, _prose], ids=["nothing", "words"])
def test_where_nothing_of_ours_changed_nothing_is_touched(
    repository: Repository, change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository.root / tree.CHANGELOG).write_text("Not committed.\n", encoding="utf-8")
    before = repository.files
    assert repository.update(changed(change), "--report", "/dev/null") == DONE
    assert "nothing changed" in capsys.readouterr().out
    assert repository.files == before


def test_what_code_doesn_t_see_gets_no_entry_and_no_version(
    repository: Repository, untested: None, capsys: pytest.CaptureFixture[str]
) -> None:
    given = changed(lambda given: given["info"].update(version="1.1.0"))
    assert repository.update(given) == DONE
    found = repository.differing()
    assert tree.DOCUMENT in found
    assert "generated/API.md" in found or "generated/codegen.lock" in found
    assert not {tree.CHANGELOG, tree.VERSION} & found
    wrote = f"wrote {tree.DOCUMENT}, {tree.SOURCE_LOCK}, {tree.DIGEST}, generated\n"
    assert wrote in capsys.readouterr().out


def test_a_dry_run_shows_and_writes_nothing(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--dry-run", "--date", "2024-12-31")
    assert repository.update(changed(with_more), *options, name="a.json") == DONE
    said = capsys.readouterr().out
    assert "older than what is pinned, which is of 2025-01-02" in said
    for told in ("colour", "drop_thread", "0.1.0 to 0.1.1", "nothing was written"):
        assert told in said
    assert repository.is_as_made()


def test_what_breaks_raises_the_second_part_of_the_version_once(
    repository: Repository, untested: None, unbuilt: None
) -> None:
    def without(given: Document) -> None:
        del properties(given)["state"]

    def without_more(given: Document) -> None:
        without(given)
        del properties(given, "Page")["data"]
        del given["components"]["schemas"]["Page"]["required"]

    for change in (without, without_more):
        assert repository.update(changed(change)) == DONE
        # No release came in between.
        assert '__version__ = "0.2.0"' in repository.text(tree.VERSION)
    assert repository.text(tree.CHANGELOG).count("### A new document") == 2


def test_operations_that_are_gone_need_a_word(
    repository: Repository,
    untested: None,
    unbuilt: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = changed(lambda given: given["paths"].pop("/threads"))
    assert repository.update(given) == UNUSABLE
    told = capsys.readouterr().err
    assert "1 operation of ours gone" in told
    assert "listThreads (GET /threads)" in told
    assert "--allow-removal" in told
    assert repository.is_as_made()
    assert repository.update(given, "--allow-removal") == DONE
    assert "listThreads" not in repository.text(tree.DOCUMENT)


def with_shape(given: Document) -> None:
    properties(given)["shape"] = TEXT


def test_a_fact_that_is_wrong_stops_the_update_unless_told_otherwise(
    repository: Repository,
    untyped: None,
    unbuilt: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = changed(with_shape)
    assert repository.update(given, "--tests", "tests/contract") == FAILED
    said = capsys.readouterr()
    assert "tests/contract/test_small.py::test_no_shape: Asser" in said.out
    assert "test_prose" not in said.out.partition("is wrong")[2]
    assert "tests fail; nothing was written" in said.err
    assert repository.is_as_made()

    assert repository.update(given, "--despite-tests") == FAILED
    assert "shape" in repository.text(tree.DOCUMENT)
    assert "- mend what 1 test or check found" in capsys.readouterr().out


def test_types_that_are_wrong_stop_the_update(
    repository: Repository,
    untested: None,
    unbuilt: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = 'assistants_client/a.py:1: error: "Thread" has no "b"'
    monkeypatch.setattr("scripts.updating.__main__.check_types", lambda _: [found])
    assert repository.update(changed(with_more)) == FAILED
    assert f"  {found}" in capsys.readouterr().out
    assert repository.is_as_made()


def test_the_copy_that_is_tested_has_no_file_that_is_gone(
    repository: Repository,
) -> None:
    new, copy = repository.root.parent / "new", repository.root.parent / "copy"
    tree.copy_rewritten(repository.root, new)
    (new / "generated" / "API.md").unlink()
    (repository.root / "generated" / "__pycache__").mkdir()
    (repository.root / "generated" / "__pycache__" / "a.pyc").write_bytes(b"")
    (repository.root / ".hidden").write_bytes(b"")
    tree.copy_repository(repository.root, new, copy)
    found = {path.relative_to(copy).as_posix() for path in copy.rglob("*")}
    assert repository.made.keys() - found == {"generated/API.md"}
    assert not [name for name in found if "__pycache__" in name or ".hidden" in name]


def _git(root: Path, *arguments: str) -> None:
    options = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    subprocess.run(["git", *options, *arguments], cwd=root, check=True)


def test_what_git_doesn_t_know_is_not_overwritten(
    repository: Repository,
    untested: None,
    unbuilt: None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _git(repository.root, "init", "--quiet")
    _git(repository.root, "add", ".")
    _git(repository.root, "commit", "--quiet", "--message", "All")
    edited = repository.root / "generated" / "API.md"
    edited.write_text("Edited.\n", encoding="utf-8")
    (repository.root / "generated" / "notes.txt").write_text("Mine.", encoding="utf-8")
    (repository.root / "new.txt").write_text("Of no matter.", encoding="utf-8")
    before = {n: d for n, d in repository.files.items() if ".git/" not in n}
    assert repository.update(changed(with_more)) == UNUSABLE
    told = capfd.readouterr().err
    assert "\n  generated/API.md\n  generated/notes.txt\n  Commit them" in told
    assert {n: d for n, d in repository.files.items() if ".git/" not in n} == before
    assert repository.update(changed(with_more), "--allow-uncommitted") == DONE
