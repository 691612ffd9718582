"""Commands find the store where the server does: by flag, environment and file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from assistants_server.__main__ import main
from assistants_server.archive import Report
from assistants_server.commands import archive, copy
from assistants_server.copying import CopyReport

SECRET = "sk-that-nobody-may-see"


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Any, ...]]:
    """Provide what the commands did with which store and files."""
    for name in [*os.environ]:
        if name.startswith("ASSISTANTS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    found: list[tuple[Any, ...]] = []

    def import_into(store: Any, folder: Path, **how: Any) -> Report:
        found.append(("import", str(store), how["files"]))
        return Report()

    def copy_store(source: Any, target: Any, **how: Any) -> CopyReport:
        found.append(("copy", str(source), how["source_files"]))
        return CopyReport()

    class Keys:
        where = "nowhere"

        def all(self) -> list[Any]:
            return []

        def close(self) -> None:
            pass

    def open_keys(store: Any) -> Keys:
        found.append(("keys", str(store), None))
        return Keys()

    monkeypatch.setattr(archive, "import_into", import_into)
    monkeypatch.setattr(copy, "copy_store", copy_store)
    monkeypatch.setattr("assistants_server.commands.keys.open_keys", open_keys)
    return found


COMMANDS = [("keys", "list"), ("import", "folder"), ("copy", "target.db")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each[0])
def test_the_nearest_counts(
    command: tuple[str, ...],
    asked: list[tuple[Any, ...]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    has_files = command[0] != "keys"
    file = tmp_path / "server.toml"
    file.write_text('store = "file.db"\nfiles = "uploads"\nport = 8080\n')
    assert main([*command, "--config", str(file)]) == 0
    monkeypatch.setenv("ASSISTANTS_CONFIG", str(file))
    assert main(command) == 0
    assert asked == [(command[0], "file.db", "uploads" if has_files else None)] * 2
    monkeypatch.setenv("ASSISTANTS_STORE", "variable.db")
    monkeypatch.setenv("ASSISTANTS_FILES", "elsewhere")
    assert main(command) == 0
    expected = (command[0], "variable.db", "elsewhere" if has_files else None)
    assert asked[2] == expected
    if command[0] != "copy":
        assert main([*command, "--store", "flag.db"]) == 0
        assert asked[3][:2] == (command[0], "flag.db")


def test_a_copy_from_a_named_store_has_nothing_to_do_with_the_server_s(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANTS_STORE", "variable.db")
    monkeypatch.setenv("ASSISTANTS_FILES", "elsewhere")
    assert main(["copy", "source.db", "target.db"]) == 0
    assert asked == [("copy", "source.db", None)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each[0])
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "which store? Name it"),
        ({"ASSISTANTS_STORE": " "}, "which store? Name it"),
        ({"ASSISTANTS_STOR": "a.db"}, "did you mean ASSISTANTS_STORE?"),
        ({"ASSISTANTS_STORE": f"mysql://u:{SECRET}@h/d"}, "ASSISTANTS_STORE: expected"),
        ({"ASSISTANTS_CONFIG": "none.toml"}, "none.toml: No such file"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_one_line(
    command: tuple[str, ...],
    asked: list[tuple[Any, ...]],
    variables: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(command) == 2
    printed, complained = capsys.readouterr()
    assert complained.startswith("assistants_server: ")
    assert said in complained
    assert (printed, complained.count("\n"), SECRET in complained) == ("", 1, False)
    assert asked == []
