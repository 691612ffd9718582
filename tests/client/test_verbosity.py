"""Where the level comes from: the call, the client, the context, the environment."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistants_client._errors import AssistantsError
from assistants_client._verbosity import VARIABLE, checked, resolved, verbosity
from tests.cases import each_case


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_the_nearest_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolved(None, None) == 0
    monkeypatch.setenv(VARIABLE, "1")
    assert resolved(None, None) == 1
    with verbosity(2):
        assert resolved(None, None) == 2
        assert resolved(None, 3) == 3
        assert resolved(0, 3) == 0
        with verbosity(0):
            assert resolved(None, None) == 0
        assert resolved(None, None) == 2
    assert resolved(None, None) == 1


@each_case("level", [-1, 4, 1.5, "1", True, None, [], 2**70])
def test_anything_else_is_a_value_error(level: Any) -> None:
    with pytest.raises(ValueError, match="verbosity must be 0, 1, 2 or 3, not"):
        checked(level)
    with pytest.raises(AssistantsError), verbosity(level):
        pass


@pytest.mark.parametrize("text", ["4", "-1", "one", "0.5", "01"])
def test_so_is_anything_else_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ValueError, match=f"{VARIABLE} must be 0, 1, 2 or 3, not"):
        resolved(None, None)
    assert resolved(None, 1) == 1


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    assert resolved(None, None) == 0


def test_an_error_within_leaves_no_level_behind() -> None:
    with pytest.raises(RuntimeError), verbosity(3):
        raise RuntimeError
    assert resolved(None, None) == 0


def test_tasks_have_levels_of_their_own() -> None:
    async def look(level: Any) -> int:
        with verbosity(level):
            await asyncio.sleep(0)
            return resolved(None, None)

    async def main() -> list[int]:
        return [*await asyncio.gather(look(1), look(2), look(3))]

    assert asyncio.run(main()) == [1, 2, 3]
