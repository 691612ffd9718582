"""Models: those that the engine says it has."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from assistants_server.engines import with_models
from tests.server.api import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server import Engine, Output, Turn
    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")


@with_models("small", "org/large:7b")
def parrot(turn: Turn) -> Iterator[Output]:
    yield turn.question


def unnamed(turn: Turn) -> Iterator[Output]:
    yield turn.question


def test_the_deterministic_engine_has_a_few(api: Api) -> None:
    page = api.get("/models")
    assert page["object"] == "list"
    assert "deterministic" in [each["id"] for each in page["data"]]
    for each in page["data"]:
        assert api.get(f"/models/{each['id']}") == each


def test_an_engine_says_which_it_has(
    api: Api, use_engine: Callable[[Engine], None]
) -> None:
    use_engine(parrot)
    names = [each["id"] for each in api.get("/models")["data"]]
    assert names == ["small", "org/large:7b"]
    for path in ("org/large:7b", quote("org/large:7b", safe="")):
        found = api.http.get(f"/models/{path}")
        assert found.json()["id"] == "org/large:7b"
    use_engine(unnamed)
    assert [each["id"] for each in api.get("/models")["data"]] == ["unnamed"]


@pytest.mark.parametrize(
    "name", ["gpt-0", "a/b", "DETERMINISTIC", "deterministic/", ""]
)
def test_unknown_models_are_not_found(api: Api, name: str) -> None:
    for method in ("GET", "DELETE"):
        error = refused(api.http.request(method, f"/models/{name}"), 404)
        assert repr(name) in error["message"]
        assert error["code"] == "model_not_found"


def test_models_that_are_not_fine_tuned_stay(api: Api) -> None:
    error = refused(api.http.delete("/models/deterministic"), 403)
    assert "fine-tuned" in error["message"]
    api.get("/models/deterministic")


def test_runs_may_name_any_model(api: Api) -> None:
    run = api.run(api.thread("Hi"), api.assistant(), model="something-else")
    assert (run["status"], run["model"]) == ("completed", "something-else")
