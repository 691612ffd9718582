"""Settings: where they come from, and what is refused before anything is sent."""

from __future__ import annotations

import math
from typing import Any

import httpx
import httpx2
import pytest

from assistants_client import AsyncClient, Client
from assistants_client._errors import AssistantsError, ConfigurationError
from assistants_client._options import settings
from tests.cases import each_case

URL = "http://127.0.0.1:8000/v1"
KEY = "sk-of-the-test"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "ORG_ID", "PROJECT_ID"):
        monkeypatch.delenv(f"OPENAI_{name}", raising=False)


def test_the_environment_gives_what_arguments_don_t(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{URL}/")
    monkeypatch.setenv("OPENAI_ORG_ID", "org")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "")
    found = settings()
    assert (found.api_key, found.base_url) == (KEY, URL)
    assert (found.organization, found.project) == ("org", None)
    other = settings(api_key="x", base_url="https://h", organization="o", project="p")
    assert (other.api_key, other.base_url) == ("x", "https://h")
    assert (other.organization, other.project) == ("o", "p")


def test_what_is_missing_is_told_with_what_to_do() -> None:
    with pytest.raises(
        ConfigurationError, match="pass api_key=, or set OPENAI_API_KEY"
    ):
        settings(base_url=URL)
    with pytest.raises(ConfigurationError, match="pass base_url=, or set OPENAI_BASE"):
        settings(api_key=KEY)


@each_case(
    ("wrong", "message"),
    [
        ({"api_key": ""}, "api_key is empty"),
        ({"api_key": "a\nb"}, "api_key has characters"),
        ({"api_key": 17}, "api_key must be text or a function, not int"),
        ({"base_url": "127.0.0.1:8000"}, "base_url must be like http"),
        ({"base_url": "ftp://h"}, "base_url must be like http"),
        ({"base_url": "http://"}, "base_url must be like http"),
        ({"base_url": f"{URL}?a=b"}, "pass default_query="),
        ({"base_url": f"{URL}?"}, "pass default_query="),
        ({"base_url": f"{URL}#"}, "pass default_query="),
        ({"base_url": f"{URL}\n"}, "base_url must be like http"),
        ({"base_url": f" {URL}"}, "base_url must be like http"),
        ({"base_url": "http://a b/"}, "base_url must be like http"),
        ({"api_key": f"{KEY}\r\n"}, "api_key begins or ends with white space"),
        ({"api_key": "clé"}, "api_key has characters"),
        ({"base_url": "http://h:0/v1"}, "base_url must be like http"),
        ({"base_url": "http://h:99999/v1"}, "base_url must be like http"),
        *(
            ({"timeout": wrong}, "timeout must be seconds above 0")
            for wrong in (-5, 0, math.inf, math.nan, True, "5")
        ),
        *(
            ({"max_retries": wrong}, "max_retries must be 0 or more")
            for wrong in (-1, True, 1.5)
        ),
        *(
            ({"max_connections": wrong}, "max_connections must be 1 or more")
            for wrong in (0, True, 1.5)
        ),
        *(
            ({"max_response_bytes": wrong}, "max_response_bytes must be 1 or more")
            for wrong in (0, True, 1.5)
        ),
        ({"redact_headers": ("x-a", 5)}, "redact_headers must be a tuple of names"),
        ({"redact_headers": 5}, "redact_headers must be a tuple of names"),
        ({"verbosity": 4}, "verbosity must be 0, 1, 2 or 3"),
    ],
)
def test_what_can_t_be_used_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(AssistantsError, match=message) as caught:
        settings(**{"api_key": KEY, "base_url": URL, **wrong})
    assert isinstance(caught.value, ValueError)
    good = settings(api_key=KEY, base_url=URL)
    with pytest.raises(ConfigurationError, match=message):
        good.with_changes(**wrong)


def test_the_least_that_can_be_used() -> None:
    least: dict[str, Any] = {
        "max_retries": 0,
        "max_connections": 1,
        "max_response_bytes": 1,
    }
    found = settings(api_key=KEY, base_url="http://h:1", timeout=0.001, **least)
    assert {name: getattr(found, name) for name in least} == least
    assert found.timeout == 0.001
    # As with default_headers=None, nothing is set.
    assert found.with_changes(default_query=None).default_query == {}


def test_a_copy_leaves_the_first_as_it_was() -> None:
    first = settings(api_key=KEY, base_url=URL)
    second = first.with_changes(timeout=None, max_retries=0)
    assert (first.timeout, first.max_retries) == (600, 2)
    assert (second.timeout, second.max_retries) == (None, 0)
    assert second.api_key == KEY


def test_secrets_are_not_shown() -> None:
    found = settings(
        api_key=KEY,
        base_url="https://user:password@h:1/v1",
        default_headers={"API-Key": "secret-1", "x-a": "kept"},
        default_query={"sig": "secret-2"},
    )
    shown = repr(found)
    assert "https://h:1/v1" in shown
    assert "'x-a': 'kept'" in shown
    for secret in (KEY, "user", "password", "secret-1", "secret-2"):
        assert secret not in shown
    with pytest.raises(ConfigurationError) as caught:
        settings(api_key=KEY, base_url="ftp://user:password@h")
    assert "password" not in str(caught.value)


def test_headers_of_a_copy_are_added_or_replaced() -> None:
    first = settings(
        api_key=KEY,
        base_url="http://127.0.0.1:1/v1",
        default_headers={"a": "1", "b": "2"},
        default_query={"q": 1},
    )
    added = first.with_changes(default_headers={"b": "3"}, default_query={"r": 2})
    assert added.default_headers == {"a": "1", "b": "3"}
    assert added.default_query == {"q": 1, "r": 2}
    changes: Any = {"set_default_headers": {"c": "4"}, "set_default_query": None}
    replaced = first.with_changes(**changes, base_url="http://127.0.0.1:2/")
    assert (replaced.default_headers, replaced.default_query) == ({"c": "4"}, {})
    assert replaced.base_url == "http://127.0.0.1:2"
    assert first.default_headers == {"a": "1", "b": "2"}
    with pytest.raises(TypeError, match="no setting colour"):
        first.with_changes(colour="blue")
    untyped: Any = first
    with pytest.raises(AttributeError, match=r"with_options\(timeout=\.\.\.\)"):
        untyped.timeout = 3
    assert first == first.with_changes() != added


@pytest.mark.parametrize("kind", [httpx, httpx2])
def test_the_timeout_of_an_http_client_counts_where_none_is_given(kind: Any) -> None:
    settings: Any = {"base_url": "http://127.0.0.1:9/v1", "api_key": "none"}
    for seconds, expected in [
        (kind.Timeout(30, connect=2), kind.Timeout(30, connect=2)),
        (30, kind.Timeout(30)),
        (None, kind.Timeout(None)),
        # What a client has that was made without one.
        (5.0, 600.0),
    ]:
        http = kind.Client(timeout=seconds)
        assert Client(http_client=http, **settings).timeout == expected
        assert Client(http_client=http, timeout=7, **settings).timeout == 7
        awaited = kind.AsyncClient(timeout=seconds)
        assert AsyncClient(http_client=awaited, **settings).timeout == expected
    http = kind.Client(timeout=30)
    copy = Client(**settings).with_options(http_client=http)
    assert copy.timeout == 600.0
