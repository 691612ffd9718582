"""Where an upstream may be, which key goes there, and which model is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistants_server.address import Address, key_from
from assistants_server.configuration.upstream import KEY_VARIABLE
from assistants_server.upstream.model_names import ModelNames
from tests.cases import each_case
from tests.engines.upstreams import KEY

if TYPE_CHECKING:
    from pathlib import Path


@each_case(
    "url",
    [
        "https://api.openai.com/v1",
        "http://127.0.0.1:11434/v1",
        "http://[::1]:8080/v1",
        "http://ollama:11434/v1",
        "http://10.0.0.7/v1",
        "http://model.local/v1",
    ],
)
def test_addresses_to_which_a_key_may_go(url: str) -> None:
    assert Address(url, KEY).headers == {"authorization": f"Bearer {KEY}"}
    assert KEY not in repr(Address(url, KEY))


@pytest.mark.parametrize("url", ["http://api.example.com/v1", "http://8.8.8.8/v1"])
def test_addresses_to_which_none_may(url: str) -> None:
    with pytest.raises(ValueError, match="unencrypted; use https://"):
        Address(url, KEY)
    assert Address(url).headers == {}


@each_case(
    "url",
    [
        "ftp://a.test",
        "127.0.0.1:11434",
        "http://",
        "",
        f"https://{KEY}@a.test/v1",
        f"https://a.test/v1?key={KEY}",
        f"https://a.test/v1#{KEY}",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ValueError, match="the URL of the upstream must") as caught:
        Address(url)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("path", ["chat/completions", "responses", "models/"])
def test_addresses_of_an_operation(path: str) -> None:
    """Documentation of servers often names these."""
    with pytest.raises(ValueError, match="its base URL, which doesn't end in /"):
        Address(f"https://a.test/v1/{path}")


@pytest.mark.parametrize("key", ["", "caf\u00e9", "a\nb", "a\x00b"])
def test_keys_that_are_none(key: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        Address("https://a.test", key)


def test_azure_takes_its_keys_by_another_header() -> None:
    url = "https://mine.openai.azure.com/openai/v1"
    assert Address(url, KEY).headers == {"api-key": KEY}
    assert "api-key" not in Address("https://azure.com.evil.test", KEY).headers


def test_which_addresses_are_the_originals() -> None:
    for host in ("api.openai.com", "mine.openai.azure.com", "us.api.openai.com"):
        assert Address(f"https://{host}/v1").is_the_original
    for host in ("openai.com.evil.test", "localhost", "openrouter.ai"):
        assert not Address(f"https://{host}/v1").is_the_original


def test_keys_come_from_a_file_or_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text(f"\n  {KEY}\n")
    monkeypatch.setenv(KEY_VARIABLE, "other")
    assert key_from(file, KEY_VARIABLE) == KEY
    file.write_text(f"\ufeff{KEY}\n", "utf-8")
    assert key_from(file, KEY_VARIABLE) == KEY
    assert key_from(None, KEY_VARIABLE) == "other"
    monkeypatch.delenv(KEY_VARIABLE)
    assert key_from(None, KEY_VARIABLE) is None
    file.write_text(" \n")
    with pytest.raises(ValueError, match="is empty"):
        key_from(file, KEY_VARIABLE)


def test_names_of_models() -> None:
    names = ModelNames.parse(["gpt-4o=llama3.2:3b", "*=qwen", "gpt-4 = x=y"])
    assert names.upstream("gpt-4o") == "llama3.2:3b"
    assert names.upstream("gpt-4") == "x=y"
    assert names.upstream("of the future") == "qwen"
    assert (names.old, names.new) == (
        ["gpt-4o", "gpt-4"],
        ["llama3.2:3b", "qwen", "x=y"],
    )
    assert ModelNames().upstream("gpt-4o") == "gpt-4o"


def test_tables_that_contradict() -> None:
    assert ModelNames.parse(["a=b", "a = b"]).table == {"a": "b"}
    with pytest.raises(ValueError, match="a is given twice: b and c"):
        ModelNames.parse(["a=b", "a=c"])


@pytest.mark.parametrize("pair", ["gpt-4o", "=x", "x=", " = "])
def test_tables_that_are_none(pair: str) -> None:
    with pytest.raises(ValueError, match="is no OLD=NEW"):
        ModelNames.parse([pair])
