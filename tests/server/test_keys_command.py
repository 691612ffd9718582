"""The command that makes, lists and revokes keys."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistants_server.__main__ import main
from assistants_server.durations import seconds_of
from assistants_server.keys.opened import open_keys
from assistants_server.store.key import id_of, is_same
from tests.cases import each_case
from tests.server.keyed import setting

if TYPE_CHECKING:
    from assistants_server.keys import Key

    Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.storeless


@pytest.fixture
def store(tmp_path: Path) -> str:
    return setting(tmp_path / "state.db")


def all_keys(store: str) -> list[Key]:
    with closing(open_keys(store)) as keys:
        return keys.all()


def run(*arguments: str, capture: Capture) -> tuple[int, str, str]:
    """Return the exit code of the command, and what it printed and complained of."""
    code = main(["keys", *arguments])
    printed, said = capture.readouterr()
    return code, printed, said


def test_a_key_is_printed_once_alone(store: str, capsys: Capture) -> None:
    limits = ("--requests-per-minute", "60", "--tokens-per-minute", "9000")
    code, printed, said = run(
        *("create", "--store", store, "--project", "web", "--name", "front end"),
        *("--scope", "read", "--expires", "30d", *limits),
        capture=capsys,
    )
    assert code == 0
    token = printed.removesuffix("\n")
    assert id_of(token)
    assert token not in said
    with closing(open_keys(store)) as keys:
        assert f"{keys.where} has a hash of it" in said
    (key,) = all_keys(store)
    assert is_same(key.digest, token)
    assert (key.id, key.project, key.name) == (id_of(token), "web", "front end")
    assert (key.scope, key.requests, key.tokens) == ("read", 60, 9000)
    assert key.expires_at == key.created_at + 30 * 86_400
    code, printed, said = run("list", "--store", store, capture=capsys)
    assert (code, said) == (0, "")
    (line,) = printed.splitlines()
    for part in (key.id, "project web", "read", "valid", "60 requests/min"):
        assert part in line
    for secret in (token.split("-", 3)[3], key.digest):
        assert secret not in line


def test_keys_are_listed_by_project_and_for_programs(
    store: str, capsys: Capture
) -> None:
    for project in ("a", "b"):
        run("create", "--store", store, "--project", project, capture=capsys)
    _, printed, _ = run("list", "--store", store, "--json", capture=capsys)
    each = [json.loads(line) for line in printed.splitlines()]
    assert sorted(one["project"] for one in each) == ["a", "b"]
    assert {one["state"] for one in each} == {"valid"}
    assert "digest" not in printed
    _, printed, _ = run("list", "--store", store, "--project", "b", capture=capsys)
    assert len(printed.splitlines()) == 1
    code, printed, said = run(
        "list", "--store", store, "--project", "c", capture=capsys
    )
    assert (code, printed, said) == (0, "", "no keys\n")


def test_a_key_is_revoked_once(store: str, capsys: Capture) -> None:
    _, printed, _ = run("create", "--store", store, capture=capsys)
    token = printed.strip()
    id = id_of(token)  # noqa: A001 - that of a key
    assert id
    # By what its owner has at hand, too.
    revoke = ("revoke", "--store", store)
    code, printed, said = run(*revoke, token, capture=capsys)
    assert (code, printed, said) == (0, "", f"{id} is revoked\n")
    code, _, said = run(*revoke, id, capture=capsys)
    assert (code, "no such key" in said) == (1, True)
    code, _, said = run(*revoke, f"{token}x", capture=capsys)
    assert (code, "no such key" in said, token in said) == (1, True, False)
    _, printed, _ = run("list", "--store", store, capture=capsys)
    assert f"{id}  project default  write  revoked" in printed


def test_the_store_may_be_named_by_the_environment(
    store: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANTS_STORE", store)
    assert run("create", capture=capsys)[0] == 0
    assert len(all_keys(store)) == 1
    monkeypatch.setenv("ASSISTANTS_STORE", "")
    code, printed, said = run("create", capture=capsys)
    assert (code, printed) == (2, "")
    assert "which store? Name it by --store" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "--project", "a/b"], "'a/b' is no name of a project"),
        (["create", "--expires", "3w"], "'3w' is no duration; one is 30d"),
        (["create", "--expires", "0d"], "'0d' is no duration"),
        (["create", "--tokens-per-minute", "0"], "tokens per minute must be 1 to"),
        (["create", "--store", "/nowhere/state.db"], "/nowhere is no folder"),
        (["list", "--store", "/nowhere/state.db"], "/nowhere is no folder"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    store: str, capsys: Capture, arguments: list[str], said: str
) -> None:
    command, *options = arguments
    code, printed, complained = run(command, "--store", store, *options, capture=capsys)
    assert (code, printed) == (2, "")
    (line,) = complained.splitlines()
    assert line.startswith(f"assistants_server: {said}")


def test_a_store_of_another_kind_is_refused(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        run("list", "--store", "mysql://host/db", capture=capsys)
    said = "--store: expected the path of a file, or a URL with postgresql://, found"
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), (" 1d ", 86_400)],
)
def test_durations(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@each_case("text", ["", "d", "1", "-1d", "1.5h", "1w", "1d2h", "\u0661d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        seconds_of(text)


# vacuous: it is for other systems
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is always full")
def test_a_key_that_can_not_be_printed_opens_nothing(
    store: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        code = main(["keys", "create", "--store", store])
    (key,) = all_keys(store)
    said = capsys.readouterr().err
    assert (code, key.revoked_at is None) == (1, False)
    assert said.endswith(
        f"{key.id} is revoked, as it could not be printed\n"
        "assistants_server: the output: No space left on device\n"
    )
