"""Whatever fails, and wherever an update is stopped: the repository stays as it was."""

from __future__ import annotations

import errno
import json
import signal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codegen import pin as pinning
from codegen import source
from harness.contract import upstream_facts
from scripts.update import __main__ as update
from scripts.update import facts
from scripts.update.checkout import (
    CHANGELOG,
    DIGEST,
    DOCUMENT,
    METHODS,
    MODEL_API,
    REWRITTEN,
    SOURCE_LOCK,
    VERSION,
    Checkout,
)
from scripts.update.checks import Findings
from scripts.update.options import DONE, INTERRUPTED, UNUSABLE
from tests.codegen.specs import TEXT, written
from tests.forked import forked
from tests.update.resting import RESTING, update_and_rest
from tests.update.small import changed, document, git, properties

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.codegen.specs import Document
    from tests.update.conftest import Repository

# All that an update does, in turn.
STEPS: list[tuple[Any, str]] = [
    (update, "fetch"),
    (pinning, "pin"),
    (upstream_facts, "digest_of"),
    (facts, "compare"),
    (Checkout, "check_committed"),
    (update, "build"),
    (update, "write_words"),
    (update, "_check"),
    (None, "restore"),
]


def coloured(given: Document) -> None:
    properties(given)["colour"] = TEXT


@pytest.mark.parametrize("step", STEPS, ids=[name for _, name in STEPS])
def test_a_fault_at_any_step_leaves_all_as_it_was(
    step: tuple[Any, str],
    repository: Repository,
    unchecked: None,
    unbuilt: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    module, name = step
    if module is None:
        # Half of the files are in place when git fails.
        failing = _failing_restore(full)
        monkeypatch.setattr(Checkout, "_git", failing)
    else:
        monkeypatch.setattr(module, name, _failing(getattr(*step), full))
    assert repository.update(changed(coloured)) == UNUSABLE
    output = capsys.readouterr().err
    assert "No space left" in output
    assert "nothing was written" in output
    assert repository.is_as_made()


def _failing(original: Callable[..., Any], fault: BaseException) -> Callable[..., Any]:
    """Fail when the step is done: what it has written must go."""

    def fail(*arguments: Any, **options: Any) -> Any:
        original(*arguments, **options)
        raise fault

    return fail


def _failing_restore(fault: BaseException) -> Callable[..., str]:
    original = Checkout._git
    failed: list[str] = []

    def git_(self: Checkout, *arguments: str, **options: Any) -> str:
        if arguments[0] == "restore" and not failed:
            failed.append(arguments[0])
            original(self, *arguments[:-3])
            raise fault
        return original(self, *arguments, **options)

    return git_


def _no_page(given: Document) -> None:
    del given["components"]["schemas"]["Page"]


def _foreign_page(given: Document) -> None:
    given["components"]["schemas"]["Page"] = {"$ref": "file:///etc/passwd"}


def _no_stream(given: Document) -> None:
    del given["components"]["schemas"]["AssistantStreamEvent"]


_ALIASES = [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in pairwise("abcdefghi")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "not valid"),
        ('{"swagger": "2.0", "paths": {}}', "Swagger 2"),
        (
            json.dumps(changed(lambda given: given.update(paths={}))),
            "none of our operations",
        ),
        (
            json.dumps(changed(_no_page)),
            "nothing stands at '#/components/schemas/Page'",
        ),
        (json.dumps(changed(_foreign_page)), "file:///etc/passwd"),
        (json.dumps(changed(_no_stream)), "upstream_facts.py can't read given.yaml"),
        (
            "\n".join(["a: &a [1, 1, 1, 1, 1, 1, 1, 1]", *_ALIASES]),
            "more than 20000 values",
        ),
    ],
    ids=["broken", "swagger", "no-path", "no-page", "foreign", "no-stream", "aliases"],
)
def test_a_document_that_is_unusable_changes_nothing(
    text: str,
    expected: str,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # To count to two millions takes a while.
    monkeypatch.setattr(source, "MAX_NODES", 20_000)
    path = repository.root.parent / "given.yaml"
    path.write_text(text, encoding="utf-8")
    assert repository.update(str(path)) == UNUSABLE
    output = capsys.readouterr().err
    assert expected in output
    assert "nothing was written" in output
    assert "Traceback" not in output
    assert repository.is_as_made()


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/no/such/file", "can't read"),
        ("/", "can't read"),
        ("http://127.0.0.1:9/openapi.yaml?key=sk-secret", "can't fetch http://"),
    ],
)
def test_a_document_that_can_t_be_had_changes_nothing(
    location: str,
    expected: str,
    repository: Repository,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert repository.update(location) == UNUSABLE
    output = capsys.readouterr().err
    assert expected in output
    assert "sk-secret" not in output
    assert repository.is_as_made()


def test_a_document_that_can_t_be_built_changes_nothing(
    repository: Repository, unchecked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """It can be pinned; what is wrong is seen when code is to be made from it."""

    def styled(given: Document) -> None:
        (limit,) = given["paths"]["/threads"]["get"]["parameters"]
        limit["style"] = "zigzag"

    assert repository.update(changed(styled)) == UNUSABLE
    output = capsys.readouterr()
    assert "pinning " in output.out
    assert output.err.startswith("error: ")
    assert "zigzag" in output.err
    assert repository.is_as_made()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (VERSION, '__version__ = "new"\n', "'new' is no version"),
        (VERSION, "", "one line __version__"),
        (CHANGELOG, "## Unreleased\n\n## Unreleased\n", "two sections"),
        (CHANGELOG, "\udcff", "CHANGELOG.md is not UTF-8: byte 0"),
        (DIGEST, "{", "upstream_facts.json is damaged: Expecting"),
        (SOURCE_LOCK, "[]", "source.lock is damaged: "),
        (DOCUMENT, "- 1\n", "openapi.yaml holds no object"),
        (VERSION, None, "there is no assistants_client/_version.py"),
    ],
)
def test_a_repository_that_can_t_be_updated_is_left_alone(
    name: str,
    text: str | None,
    expected: str,
    repository: Repository,
    unchecked: None,
    unbuilt: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = repository.root / name
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    repository.commit()
    before = repository.files
    assert repository.update(changed(coloured)) == UNUSABLE
    assert expected in capsys.readouterr().err
    assert repository.files == before


def test_a_folder_without_git_is_refused(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository.root / ".git").rename(repository.root.parent / "elsewhere")
    assert repository.update(changed(coloured)) == UNUSABLE
    output = capsys.readouterr().err
    assert "is no git checkout" in output
    assert "git init" in output
    assert repository.differing() == set()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--report", "/no/folder/a.md"], "there is no such folder"),
        (["--date", "yesterday"], "must be a day such as 2026-08-21, not"),
        (["--date", "20250102"], "must be a day such as 2026-08-21, not"),
    ],
)
def test_options_that_can_t_be_meant_are_refused(
    options: list[str],
    expected: str,
    repository: Repository,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match=str(UNUSABLE)):
        repository.update(document(), *options)
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("committed", [False, True])
def test_files_that_change_meanwhile_are_not_overwritten(
    committed: bool,
    repository: Repository,
    unbuilt: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def edit(*_: Any) -> Any:
        path = repository.root / CHANGELOG
        path.write_text("Edited meanwhile.\n", encoding="utf-8")
        if committed:
            repository.commit()
        return Findings(1)

    monkeypatch.setattr(update, "_check", edit)
    assert repository.update(changed(coloured)) == UNUSABLE
    assert ("meanwhile" if committed else "CHANGELOG.md") in capsys.readouterr().err
    assert repository.differing() == {CHANGELOG}
    assert repository.text(CHANGELOG) == "Edited meanwhile.\n"


def test_a_second_update_at_the_same_time_is_refused(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    with Checkout(repository.root).alone():
        assert repository.update(changed(coloured)) == UNUSABLE
    assert "another update" in capsys.readouterr().err
    assert repository.is_as_made()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_in_the_middle_leaves_all_as_it_was(
    sent: signal.Signals,
    repository: Repository,
    unchecked: None,
    unbuilt: None,
) -> None:
    given = written(repository.root.parent, changed(coloured))
    with forked(update_and_rest, repository.root, given) as process:
        resting = next(line for line in process.stdout if line.startswith(RESTING))
        process.send_signal(sent)
        code, output = process.ended()
    assert repository.differing() == set()
    if sent is not signal.SIGKILL:
        assert code == INTERRUPTED, output
        assert "interrupted; nothing was written" in output
        assert repository.is_as_made()
    # What was killed leaves its worktree to the next one.
    worktree = Path(resting.removeprefix(RESTING).rstrip("\n"))
    assert worktree.exists() == (sent is signal.SIGKILL)
    assert repository.update(changed(coloured)) == DONE
    assert not worktree.exists()
    assert len(git(repository.root, "worktree", "list").splitlines()) == 1
    stayed = {*METHODS, MODEL_API}
    assert len(repository.differing()) == len({*REWRITTEN} - stayed) + 2
