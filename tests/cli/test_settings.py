"""Which server is used, and as whom."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from assistants_cli.connection import client_of
from assistants_cli.failures import WrongUse
from assistants_cli.settings import Settings
from assistants_client import Client, ConfigurationError
from assistants_server import LocalServer
from tests.cases import each_case
from tests.cli.invocation import CLEAN, run

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-2b7e151628aed2a6abf7158809cf4f3c"
PROJECT = "https://name.services.ai.azure.example/api/projects/p"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)


def options_of(**given: Any) -> Any:
    with client_of(Settings(**given)) as client:
        return client.options


def test_options_stand_before_the_command_or_behind_it() -> None:
    with LocalServer() as server:
        words = ("assistants", "list", "--json")
        wrong = ("--base-url", "http://127.0.0.1:9/v1")
        right = ("--base-url", server.url)
        assert run(*right, *words).code == 0
        assert run(*words, *right).code == 0
        assert run(*wrong, *words, *right).code == 0
        assert run(*words, url=wrong[1], env={"OPENAI_BASE_URL": server.url}).code == 0
        assert run("--max-retries", "0", *words, *wrong).code == 1
        assert run("--json", "assistants", "list", *right).code == 0


def test_servers_on_this_machine_need_no_key() -> None:
    assert options_of(base_url="http://localhost:8000/v1").api_key == "none"


def test_others_need_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = "https://api.example/v1"
    with pytest.raises(WrongUse, match="set OPENAI_API_KEY, or pass --api-key-file"):
        options_of(base_url=url)
    monkeypatch.setenv("OPENAI_API_KEY", "of-environment")
    assert options_of(base_url=url).api_key == "of-environment"
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", "utf-8")
    assert options_of(base_url=url, api_key_file=file).api_key == KEY


@each_case("url", ["localhost:8000/v1", "127.0.0.1:8000", "ftp://a/v1", "http://[/v1"])
def test_a_url_that_is_none_is_refused_before_a_key_is_missed(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url must be like http://"):
        options_of(base_url=url)


@each_case(
    "given, says",
    [
        ({}, "there is no server: pass --base-url URL, or set OPENAI_BASE_URL"),
        ({"embedded": True, "base_url": "http://x/v1"}, "leave the others out"),
        ({"azure_endpoint": PROJECT, "base_url": "http://x/v1"}, "either --base-url"),
        ({"azure_endpoint": PROJECT}, "install azure-identity"),
    ],
)
def test_what_is_missing_is_said(given: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongUse) as caught:
        options_of(**given)
    assert says in str(caught.value)


def test_a_key_file_has_to_be_text(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"sk-\xff\xfe")
    for path, why in ((file, "it is not text"), (tmp_path, "Is a directory")):
        with pytest.raises(WrongUse, match=why) as caught:
            options_of(base_url="https://api.example/v1", api_key_file=path)
        assert "sk-" not in str(caught.value)


def test_azure_gets_a_token_that_is_read_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("first", "utf-8")
    monkeypatch.setenv("AZURE_AI_PROJECT_ENDPOINT", PROJECT)
    options = options_of(api_key_file=file)
    assert options.base_url == PROJECT
    assert options.default_query == {"api-version": "v1"}
    assert options.api_key() == "first"
    file.write_text("second", "utf-8")
    assert options.api_key() == "second"
    # Another server that is named counts more than the environment's project.
    here = options_of(base_url="http://localhost:8000/v1", api_key_file=file)
    assert here.base_url == "http://localhost:8000/v1"


def test_azure_gets_tokens_of_who_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    identity: Any = ModuleType("azure.identity")
    identity.DefaultAzureCredential = lambda: "me"
    identity.get_bearer_token_provider = lambda who, scope: lambda: f"{who} {scope}"
    monkeypatch.setitem(sys.modules, "azure", ModuleType("azure"))
    monkeypatch.setitem(sys.modules, "azure.identity", identity)
    options = options_of(azure_endpoint=PROJECT)
    assert options.api_key() == "me https://ai.azure.com/.default"


def test_an_embedded_server_is_used_for_now() -> None:
    done = run("ask", "--embedded", "--model", "any", "Good day!")
    assert (done.code, done.out) == (0, "You said: Good day!\n")


def test_requests_are_shown_on_stderr_without_the_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY, "utf-8")
    with LocalServer(key=KEY) as server:
        words = ("ask", "--model", "m", "--api-key-file", str(file), "Good day!")
        for level in ("0", "1", "2", "3", "debug"):
            done = run(*words, "--verbosity", level, url=server.url)
            assert done.out == "You said: Good day!\n"
            assert ("-> POST /v1/assistants" in done.err) == (level in "123")
            assert KEY not in done.out + done.err
        file.write_text(f"{KEY}-wrong", "utf-8")
        done = run(*words, "--verbosity", "debug", url=server.url)
        assert done.code == 1
        assert "401" in done.err
        assert KEY not in done.err


def test_settings_are_those_of_the_client() -> None:
    options = options_of(
        base_url="http://localhost:8000/v1/",
        timeout=7.0,
        max_retries=5,
        verbosity="2",
    )
    assert isinstance(
        options, type(Client(base_url="http://x/v1", api_key="k").options)
    )
    assert (options.timeout, options.max_retries, options.verbosity) == (7.0, 5, 2)
    assert (
        options_of(base_url="http://localhost/v1", verbosity="debug").verbosity is None
    )
