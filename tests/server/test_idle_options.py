"""Options that do nothing without another: refused where that one is missing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.__main__ import main
from assistants_server.commands.serve import configured
from assistants_server.configuration.needs import refuse_idle_options
from assistants_server.configuration.shown import shown
from assistants_server.configuration.table import OPTIONS
from assistants_server.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.storeless

UPSTREAM = "--engine chat or --engine responses"
URL = "http://127.0.0.1:1/v1"
DATABASE = "postgresql://ada@db/chats"
# A value that isn't the default, what is needed, and what has it.
IDLE: dict[str, tuple[str, str, list[str]]] = {
    "upstream": (URL, UPSTREAM, ["--engine", "chat"]),
    "upstream-key-file": ("key", UPSTREAM, ["--engine", "responses"]),
    "model": ("*=m", UPSTREAM, ["--engine", "chat"]),
    "built-in": ("file_search", "--engine responses", ["--engine", "responses"]),
    "leave-out": ("file_search", UPSTREAM, ["--engine", "chat"]),
    "thoughts": ("show", UPSTREAM, ["--engine", "responses"]),
    "role": ("developer", "--engine chat", ["--engine", "chat"]),
    "no-check": ("true", UPSTREAM, ["--engine", "chat"]),
    "embeddings-model": ("m", "--embeddings URL", ["--embeddings", URL]),
    "embeddings-key": ("key", "--embeddings URL", ["--embeddings", URL]),
    "metrics-host": ("0.0.0.0", "--metrics-port PORT", ["--metrics-port", "0"]),
    "lease": ("20", "--store postgresql://", ["--store", DATABASE]),
}
# What looks like another's, and isn't enough.
SIMILAR: dict[str, list[str]] = {
    "built-in": ["--engine", "chat"],
    "role": ["--engine", "responses"],
    "thoughts": ["--engine", "my.engines:parrot"],
    "upstream": ["--engine", "my.engines:parrot"],
    "lease": ["--store", "state.db"],
}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("ASSISTANTS_"):
            monkeypatch.delenv(name)


def given(name: str) -> list[str]:
    value = IDLE[name][0]
    return [f"--{name}"] if value == "true" else [f"--{name}", value]


@pytest.mark.parametrize("name", IDLE)
def test_what_would_do_nothing_is_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for others in ([], SIMILAR.get(name, [])):
        assert main([*given(name), *others]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"assistants_server: --{name} needs {IDLE[name][1]}")


@pytest.mark.parametrize("name", IDLE)
def test_what_does_something_is_not(name: str) -> None:
    refuse_idle_options(configured([*given(name), *IDLE[name][2]]), OPTIONS)


def test_it_is_named_as_it_was_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.toml"
    file.write_text('metrics-host = "::1"\n', "utf-8")
    assert main(["--config", str(file)]) == 2
    said = capsys.readouterr().err
    assert (
        said == f"assistants_server: {file}: metrics-host needs --metrics-port PORT\n"
    )
    monkeypatch.setenv("ASSISTANTS_LEASE", "20")
    assert main([]) == 2
    assert "ASSISTANTS_LEASE needs --store postgresql:" in capsys.readouterr().err


def test_what_is_the_default_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(shown(configured([]), OPTIONS), "utf-8")
    found = configured(["--config", str(file)])
    assert found.origins["lease"] == found.origins["metrics-host"] == str(file)
    refuse_idle_options(found, OPTIONS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"metrics_host": "::1"}, "the address of metrics, ::1, needs a metrics port"),
        ({"lease": 20}, "a lease needs a store in PostgreSQL"),
        ({"lease": 20, "store": "state.db"}, "a lease needs a store in PostgreSQL"),
    ],
    ids=str,
)
def test_settings_are_refused_likewise(settings: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        LocalServer(**settings)
