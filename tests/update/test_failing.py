"""Whatever fails, and wherever an update is stopped: the repository stays as it was."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pytest

from codegen import pin as pinning
from codegen import swap
from scripts.updating import __main__ as updating
from scripts.updating import making, swapping, tree
from scripts.updating.options import DONE, INTERRUPTED, UNUSABLE
from tests.codegen.specs import TEXT, put_tree
from tests.contract import upstream_facts
from tests.update.small import changed, document, properties

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.specs import Document
    from tests.update.conftest import Repository

# All that an update does, in turn.
STEPS: list[tuple[Any, str]] = [
    (swapping, "recover"),
    (swapping, "prepare"),
    (updating, "taken"),
    (pinning, "pin"),
    (upstream_facts, "digest_of"),
    (making, "compare"),
    (tree, "uncommitted"),
    (making, "build"),
    (updating, "write_entry"),
    (updating, "write_version"),
    (tree, "copy_repository"),
    (updating, "check_imports"),
    (updating, "check_types"),
    (updating, "run_tests"),
    (swapping, "_replace"),
    (swap, "write_atomically"),
    (swap, "replace_folder"),
]
# From here on, the facts have been taken.
LATER = 6
# Before the step or after it, what happens, the exit code, what is said.
FAULTS = (
    (True, OSError(errno.ENOSPC, "No space left on device"), UNUSABLE, "No space"),
    (False, KeyboardInterrupt(), INTERRUPTED, "interrupted; nothing was written"),
)


def coloured(given: Document) -> None:
    properties(given)["colour"] = TEXT


def test_a_fault_at_any_step_leaves_all_as_it_was(
    repository: Repository,
    untested: None,
    unbuilt: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    remembered = _Remembered()
    wrong = []
    for place, (before, fault, code, told) in product(STEPS, FAULTS):
        with pytest.MonkeyPatch.context() as patch:
            if place not in STEPS[:LATER]:
                patch.setattr(updating, "take_facts", remembered)
            module, name = place
            patch.setattr(module, name, _failing(place, fault, before=before))
            got = repository.update(changed(coloured))
        said = capsys.readouterr().err
        if got != code or told not in said or not repository.is_as_made():
            wrong.append((place[1], before, got, said, repository.differing()))
    assert not wrong
    # It would all be worth nothing if an update went wrong anyway.
    assert repository.update(changed(coloured)) == DONE
    assert len(repository.differing()) == len(tree.REWRITTEN)


class _Remembered:
    """Take the facts once, and then from memory: that is most of the time."""

    def __init__(self) -> None:
        self._taken: tuple[making.Facts, dict[str, bytes]] | None = None

    def __call__(self, source: Any, path: Path, date: Any, folder: Path) -> Any:
        if self._taken is None:
            facts = making.take_facts(source, path, date, folder)
            self._taken = facts, tree.snapshot(folder)
        facts, files = self._taken
        put_tree(files, folder)
        return replace(facts, folder=folder)


def _failing(
    place: tuple[Any, str], fault: BaseException, *, before: bool
) -> Callable[..., Any]:
    """Fail the first time: what is called again is to put things right."""
    original = getattr(*place)
    failed: list[object] = []

    def fail(*arguments: Any, **options: Any) -> Any:
        if failed:
            return original(*arguments, **options)
        failed.append(place)
        if not before:
            original(*arguments, **options)
        raise fault

    return fail


def _no_page(given: Document) -> None:
    del given["components"]["schemas"]["Page"]


def _foreign_page(given: Document) -> None:
    given["components"]["schemas"]["Page"] = {"$ref": "file:///etc/passwd"}


def _no_stream(given: Document) -> None:
    del given["components"]["schemas"]["AssistantStreamEvent"]


_ALIASES = [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in pairwise("abcdefghi")]
UNUSABLE_TEXTS = {
    "{": "is not valid",
    '{"swagger": "2.0", "paths": {}}': "Swagger 2",
    json.dumps(changed(lambda given: given.update(paths={}))): "none of our operations",
    json.dumps(changed(_no_page)): "nothing stands at '#/components/schemas/Page'",
    json.dumps(changed(_foreign_page)): "file:///etc/passwd",
    json.dumps(changed(_no_stream)): "upstream_facts.py can't read given.yaml",
    "\n".join(["a: &a [1, 1, 1, 1, 1, 1, 1, 1]", *_ALIASES]): "by its aliases",
}


def test_a_document_that_is_unusable_changes_nothing(
    repository: Repository, untested: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repository.root.parent / "given.yaml"
    sources = {f"{path}.none": "can't read", str(repository.root): "can't read"}
    sources["http://127.0.0.1:9/openapi.yaml?key=sk-secret"] = "can't fetch http://"
    for source, told in sources.items():
        assert repository.update(source) == UNUSABLE
        said = capsys.readouterr().err
        assert told in said
        assert "nothing was written" in said
        assert "sk-secret" not in said
    for text, told in UNUSABLE_TEXTS.items():
        path.write_text(text, encoding="utf-8")
        assert repository.update(str(path)) == UNUSABLE, text
        said = capsys.readouterr().err
        assert told in said
        assert "Traceback" not in said
    assert repository.is_as_made()


def test_a_document_that_can_t_be_built_changes_nothing(
    repository: Repository, untested: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """It can be pinned; what is wrong is seen when code is to be made from it."""

    def clash(given: Document) -> None:
        path = given["paths"]["/threads/{thread_id}"]
        path["put"] = {**path["get"], "operationId": "get_thread"}

    assert repository.update(changed(clash)) == UNUSABLE
    said = capsys.readouterr()
    assert "pinning " in said.out
    assert said.err.startswith("error: ")
    assert "get_thread" in said.err
    assert repository.is_as_made()


def test_a_repository_that_can_t_be_updated_is_told_so_first(
    repository: Repository, untested: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text, told in (
        (tree.VERSION, '__version__ = "new"\n', "'new' is no version"),
        (tree.VERSION, "", "one line __version__"),
        (tree.CHANGELOG, "## Unreleased\n\n## Unreleased\n", "two sections"),
        (tree.CHANGELOG, "\udcff", "CHANGELOG.md is not UTF-8: byte 0"),
        (tree.DIGEST, "{", "upstream_facts.json is damaged: Expecting"),
        (tree.SOURCE_LOCK, "[]", "source.lock is damaged: no object\n  git restore"),
        (tree.DOCUMENT, "- 1\n", "openapi.yaml holds no object"),
    ):
        path = repository.root / name
        kept = path.read_bytes()
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        before = repository.files
        assert repository.update(changed(coloured)) == UNUSABLE
        assert told in capsys.readouterr().err
        assert repository.files == before
        path.write_bytes(kept)
    (repository.root / tree.VERSION).unlink()
    assert repository.update(changed(coloured)) == UNUSABLE
    assert "there is no assistants_client/_version.py" in capsys.readouterr().err


def test_options_that_can_t_be_meant_are_refused(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, told in (
        (["--tests", "a.py"], "--tests a.py: there is no such file"),
        (["--tests", "-x"], "expected one argument"),
        (["--tests=-x"], "--tests -x: there is no such file"),
        (["--tests", "tests", "--all-tests"], "leave --all-tests out"),
        (["--report", "/no/folder/a.md"], "there is no such folder"),
        (["--date", "yesterday"], "invalid _day value"),
    ):
        try:
            code = repository.update(document(), *options)
        except SystemExit as error:
            code = int(error.code or 0)
        assert code == UNUSABLE
        assert told in capsys.readouterr().err
    assert repository.is_as_made()


def test_files_that_change_meanwhile_are_not_overwritten(
    repository: Repository,
    untested: None,
    unbuilt: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def edit(*_: Any) -> list[str]:
        path = repository.root / tree.CHANGELOG
        path.write_text("Edited meanwhile.\n", encoding="utf-8")
        return []

    monkeypatch.setattr(updating, "check_types", edit)
    assert repository.update(changed(coloured)) == UNUSABLE
    assert "CHANGELOG.md changed while the update was" in capsys.readouterr().err
    assert repository.differing() == {tree.CHANGELOG}
    assert repository.text(tree.CHANGELOG) == "Edited meanwhile.\n"


def test_a_second_update_at_the_same_time_is_refused(
    repository: Repository,
    untested: None,
    unbuilt: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with swapping.alone(repository.root):
        assert repository.update(changed(coloured)) == UNUSABLE
    assert "another update" in capsys.readouterr().err
    assert repository.is_as_made()
