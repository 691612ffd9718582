"""What an update does to a repository, and what it says."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from codegen import source
from codegen.pipeline import PACKAGE, Order, check
from scripts.update import __main__ as update
from scripts.update.checkout import (
    CHANGELOG,
    CLIENT,
    DIGEST,
    DOCUMENT,
    GENERATED,
    METHODS,
    MODEL_API,
    MODEL_LOCK,
    REWRITTEN,
    SOURCE_LOCK,
    VERSION,
)
from scripts.update.checks import Findings
from scripts.update.options import DONE, FAILED, UNUSABLE
from tests.codegen.specs import TEXT, operation, parameter, ref
from tests.update.small import changed, git, properties

if TYPE_CHECKING:
    from pathlib import Path

    from tests.codegen.specs import Document
    from tests.update.conftest import Repository

FILES = {*REWRITTEN} - {GENERATED, *METHODS}
LATER = "upstream-2025-09-10.json"


def with_more(given: Document) -> None:
    """Add a value, two properties and an operation."""
    properties(given)["state"]["enum"].append("locked")
    properties(given)["colour"] = {**TEXT, "description": "Words of theirs."}
    properties(given, "Answer")["shade"] = TEXT
    path = given["paths"]["/threads/{thread_id}"]
    path["delete"] = operation(
        "dropThread", parameter("thread_id", "path"), schema=ref("Thread")
    )


def test_the_methods_of_the_client_are_updated_too(
    repository: Repository, untyped: None
) -> None:
    def with_order(given: Document) -> None:
        listing = given["paths"]["/threads"]["get"]
        listing["parameters"].append(parameter("order"))

    assert repository.update(changed(with_order), name=LATER) == DONE
    module = f"{CLIENT}/resources/threads.py"
    assert "order: str = NOT_GIVEN" in repository.text(module)
    assert repository.differing() >= {module, f"{CLIENT}/resources/async_threads.py"}
    client, target = repository.root / CLIENT, repository.root / GENERATED
    order = Order(str(repository.root / DOCUMENT), target, client=client)
    assert check(order, lambda _: None) == []


def test_all_that_goes_with_a_document_is_updated(
    repository: Repository, untyped: None, capsys: pytest.CaptureFixture[str]
) -> None:
    report = repository.root.parent / "report.md"
    given = changed(with_more)
    assert repository.update(given, "--report", str(report), name=LATER) == DONE
    output = capsys.readouterr().out

    assert {n for n in repository.differing() if "generated" not in n} == FILES
    pinned = source.load(repository.root / DOCUMENT).document
    thread = pinned["components"]["schemas"]["Thread"]
    assert thread["description"] == "Ours."
    assert thread["properties"]["colour"]["description"] == "(not described yet)"
    assert "theirs" not in "".join(map(repository.text, FILES))
    lock = json.loads(repository.text(SOURCE_LOCK))
    assert (lock["name"], lock["date"]) == (LATER, "2025-09-10")
    digest = json.loads(repository.text(DIGEST))
    assert digest["source"]["sha256"] == lock["sha256"]
    assert "colour" in json.dumps(digest["document"])

    client = repository.root / CLIENT
    pinned_file, target = repository.root / DOCUMENT, repository.root / "generated"
    order = Order(str(pinned_file), target, client=client)
    assert (order.name, check(order, lambda _: None)) == (PACKAGE, [])
    assert "drop_thread" in repository.text("generated/API.md")
    assert '__version__ = "0.1.1"' in repository.text(VERSION)
    before, new, after = repository.text(CHANGELOG).partition("### A new document")
    assert before.endswith("- Something of ours.\n\n")
    assert LATER in new + after
    assert after.index("drop_thread") < after.index("## 0.1.0 - 2025-02-03")

    answer = repository.text("generated/upstream/model_api/models/answer.py")
    assert "shade: str" in answer
    assert "what models are asked by has 1 change: see " in output

    # What is printed of it, and what a person has to do.
    for expected in ("colour", "0.1.0 to 0.1.1", "- describe ", "git add openapi.yaml"):
        assert expected in output
    failing = "- `tests/contract/test_prose.py::test_every_place_is_described`\n"
    assert output.endswith(f"### Tests that fail until all is described\n\n{failing}")
    assert "- `$.components.schemas.Thread.properties.colour`\n" in output
    assert "dropThread (DELETE /threads/{thread_id})" in report.read_text("utf-8")
    # Nothing is committed or staged.
    assert git(repository.root, "diff", "--cached", "--name-only") == ""
    assert git(repository.root, "status", "--porcelain", "--", DOCUMENT)

    once = repository.files
    assert repository.update(given, name=LATER) == DONE
    assert "nothing changed" in capsys.readouterr().out
    assert repository.files == once


def test_what_models_are_asked_by_may_be_all_that_changed(
    repository: Repository, unchecked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    given = changed(lambda given: properties(given, "Answer").update(shade=TEXT))
    assert repository.update(given) == DONE
    found = repository.differing()
    assert found >= {MODEL_API, "generated/upstream/API.md"}
    assert not {DOCUMENT, VERSION, "generated/API.md"} & found
    output = capsys.readouterr().out
    assert f"assistants_server/upstream should use what is new in {MODEL_API}" in output


def test_a_document_without_all_that_models_are_asked_by_leaves_it_alone(
    repository: Repository, unchecked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    def without(given: Document) -> None:
        with_more(given)
        del given["paths"]["/createResponse"], given["paths"]["/deleteFile"]

    assert repository.update(changed(without)) == DONE
    found = repository.differing()
    assert DOCUMENT in found
    assert not {MODEL_API, MODEL_LOCK} & found
    assert "it lacks createResponse, deleteFile, by" in capsys.readouterr().out


def _prose(given: Document) -> None:
    given["info"] |= {"title": "Another", "description": "Long."}
    given["components"]["schemas"]["Thread"]["description"] = "Other words."
    given["paths"]["/elsewhere"]["get"]["operationId"] = "renamed"
    given["x-more"] = True


@pytest.mark.parametrize("change", [lambda _: None, _prose], ids=["nothing", "words"])
def test_where_nothing_of_ours_changed_nothing_is_touched(
    repository: Repository, change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository.root / CHANGELOG).write_text("Not committed.\n", encoding="utf-8")
    before = repository.files
    assert repository.update(changed(change), "--report", "/dev/null") == DONE
    assert "nothing changed" in capsys.readouterr().out
    assert repository.files == before


def test_what_code_doesn_t_see_gets_no_entry_and_no_version(
    repository: Repository, unchecked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    given = changed(lambda given: given["info"].update(version="1.1.0"))
    assert repository.update(given) == DONE
    found = repository.differing()
    assert DOCUMENT in found
    assert "generated/API.md" in found or "generated/codegen.lock" in found
    assert not {CHANGELOG, VERSION} & found
    files = DOCUMENT, SOURCE_LOCK, MODEL_API, MODEL_LOCK, DIGEST, GENERATED
    wrote = f"wrote {', '.join(files)}\n"
    assert wrote in capsys.readouterr().out


def test_a_dry_run_shows_and_writes_nothing(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--dry-run", "--date", "2024-12-31")
    assert repository.update(changed(with_more), *options, name="a.json") == DONE
    output = capsys.readouterr().out
    assert "older than what is pinned, which is of 2025-01-02" in output
    for expected in ("colour", "drop_thread", "0.1.0 to 0.1.1", "nothing was written"):
        assert expected in output
    assert repository.is_as_made()


def test_what_breaks_raises_the_second_part_of_the_version_once(
    repository: Repository, unchecked: None, unbuilt: None
) -> None:
    def without(given: Document) -> None:
        del properties(given)["state"]

    def without_more(given: Document) -> None:
        without(given)
        del properties(given, "Page")["data"]
        del given["components"]["schemas"]["Page"]["required"]

    for change in (without, without_more):
        assert repository.update(changed(change)) == DONE
        repository.commit()
        # No release came in between.
        assert '__version__ = "0.2.0"' in repository.text(VERSION)
    assert repository.text(CHANGELOG).count("### A new document") == 2


def test_operations_that_are_gone_need_a_word(
    repository: Repository,
    unchecked: None,
    unbuilt: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = changed(lambda given: given["paths"].pop("/threads"))
    assert repository.update(given) == UNUSABLE
    expected = capsys.readouterr().err
    assert "1 operation of ours gone" in expected
    assert "listThreads (GET /threads)" in expected
    assert "--allow-removal" in expected
    assert repository.is_as_made()
    assert repository.update(given, "--allow-removal") == DONE
    assert "listThreads" not in repository.text(DOCUMENT)


def with_shape(given: Document) -> None:
    properties(given)["shape"] = TEXT


def test_a_fact_that_is_wrong_stops_the_update_unless_told_otherwise(
    repository: Repository,
    untyped: None,
    unbuilt: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = changed(with_shape)
    assert repository.update(given) == FAILED
    output = capsys.readouterr()
    assert "tests/contract/test_small.py::test_no_shape - Asser" in output.err
    assert "test_prose" not in output.err
    assert "tests fail; nothing was written" in output.err
    assert repository.is_as_made()

    assert repository.update(given, "--despite-tests") == FAILED
    assert "shape" in repository.text(DOCUMENT)
    assert "- mend what 1 test or check found" in capsys.readouterr().out


def test_a_checkout_may_be_a_folder_of_another_one(
    repository: Repository, unchecked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(repository.root / ".git")
    outer = repository.root.parent
    git(outer, "init", "--quiet", "--template=")
    git(outer, "add", ".")
    git(outer, "commit", "--quiet", "--message", "All")
    given = changed(lambda given: properties(given).update(colour=TEXT))
    assert repository.update(given, name=LATER) == DONE
    assert f"wrote {DOCUMENT}, {SOURCE_LOCK}, " in capsys.readouterr().out
    assert "colour" in repository.text(DOCUMENT)


def test_types_that_are_wrong_stop_the_update(
    repository: Repository,
    unbuilt: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = 'assistants_client/a.py:1: error: "Thread" has no "b"'
    monkeypatch.setattr(update, "check_types", lambda _: [found])
    monkeypatch.setattr(update, "run_tests", lambda *_: Findings(1))
    assert repository.update(changed(with_more)) == FAILED
    assert f"  {found}" in capsys.readouterr().err
    assert repository.is_as_made()


def test_files_with_changes_are_not_overwritten_and_other_changes_come_along(
    repository: Repository,
    unbuilt: None,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    seen: list[str] = []

    def check(worktree: Path, _: Path) -> Findings:
        seen.append((worktree / "pyproject.toml").read_text("utf-8"))
        return Findings(1)

    monkeypatch.setattr(update, "_check", check)
    (repository.root / "pyproject.toml").write_text("# Mine.\n", encoding="utf-8")
    (repository.root / "new.txt").write_text("Of no matter.", encoding="utf-8")
    edited = [repository.root / "generated" / name for name in ("API.md", "notes.txt")]
    for path in edited:
        path.write_text("Mine.\n", encoding="utf-8")
    before = repository.files
    assert repository.update(changed(with_more)) == UNUSABLE
    expected = capfd.readouterr().err
    assert "\n  generated/API.md\n  generated/notes.txt\n  Commit them" in expected
    assert repository.files == before
    git(repository.root, "restore", "generated")
    edited[1].unlink()
    assert repository.update(changed(with_more)) == DONE
    assert seen == ["# Mine.\n"]
    assert repository.text("pyproject.toml") == "# Mine.\n"


def test_a_document_may_come_through_a_pipe(
    repository: Repository, unchecked: None, unbuilt: None
) -> None:
    pipe = repository.root.parent / "pipe.json"
    os.mkfifo(pipe)
    given = json.dumps(changed(with_more)).encode()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(pipe.write_bytes, given)
        assert repository.update(str(pipe)) == DONE
        assert writing.result() == len(given)
    assert "colour" in repository.text(DOCUMENT)
