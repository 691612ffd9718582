"""What needs a package that is not installed says which, and how it is installed."""

from __future__ import annotations

import sys
from importlib import util
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import Client, ConfigurationError, imitate_openai
from assistants_server.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.sqlite("it names its own store, and none is opened")

DATABASE = "postgresql://ada@127.0.0.1:9/chats"
URL = "http://127.0.0.1:9/v1"
# The module that looks for a package, options that need it, and what is said.
OPTIONS: dict[str, tuple[str, list[str], str, str]] = {
    "numpy": (
        *("assistants_server.search.embeddings", ["--embeddings", URL]),
        *("searching by embeddings needs numpy", "search"),
    ),
    "psycopg": (
        *("assistants_server.store.place", ["--store", DATABASE]),
        *("a store in PostgreSQL needs psycopg and its pool", "postgres"),
    ),
    "psycopg_pool": (
        *("assistants_server.store.place", ["--store", DATABASE]),
        *("a store in PostgreSQL needs psycopg and its pool", "postgres"),
    ),
    "boto3": (
        *(
            "assistants_server.contents.s3",
            ["--store", "s", "--files", "s3://bucket/p"],
        ),
        *("files in S3 need boto3", "s3"),
    ),
    "prometheus_client": (
        *("assistants_server.telemetry.metrics", ["--metrics-port", "0"]),
        *("metrics need prometheus-client", "metrics"),
    ),
}


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Provide a function that has a module find all packages but one."""

    def hide(module: str, package: str) -> None:
        def find(name: str, *more: Any) -> Any:
            return None if name == package else util.find_spec(name, *more)

        monkeypatch.setattr(f"{module}.find_spec", find)

    return hide


@pytest.mark.parametrize("package", OPTIONS)
def test_an_option_of_the_server(
    package: str,
    hide: Callable[[str, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module, options, what, extra = OPTIONS[package]
    monkeypatch.chdir(tmp_path)
    hide(module, package)
    assert main(["--port", "0", *options]) == 2
    printed, complained = capsys.readouterr()
    command = f'pip install "assistants-client[{extra}]"'
    assert complained == f"assistants_server: {what}: {command}\n"
    assert printed == ""


def test_spans_of_the_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    assert main(["--port", "0", "--traces"]) == 2
    command = 'pip install "assistants-client[traces]"'
    assert capsys.readouterr().err == (
        f"assistants_server: traces need opentelemetry-api: {command}\n"
    )


def test_a_package_that_can_not_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is there, and what it needs of the system isn't."""

    def broken(name: str) -> None:
        raise ImportError("no pq wrapper available.")

    monkeypatch.setattr("assistants_server.store.place.import_module", broken)
    assert main(["--port", "0", "--store", DATABASE]) == 2
    said = "psycopg can't be used: no pq wrapper available."
    assert capsys.readouterr().err == f"assistants_server: {said}\n"


def test_a_server_within_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own message is `test_imports`' matter; here, it is an error of the client."""
    monkeypatch.setitem(sys.modules, "assistants_server", None)
    with pytest.raises(ConfigurationError, match="assistants_server"):
        Client.embedded()


def test_what_is_to_be_imitated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai.types", None)
    with pytest.raises(ConfigurationError, match="to imitate: pip install openai"):
        imitate_openai()
