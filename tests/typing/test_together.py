"""What mypy says of all that it is to read while tests run."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

from tests.typing.mistakes import MISTAKES, PREAMBLE
from tests.typing.together import COPY, PROJECT, checked

if TYPE_CHECKING:
    from collections.abc import Callable

    # Returns the lines about what is within a folder or file.
    Told = Callable[[str], list[str]]

MISTAKEN = f"{PROJECT}/mistaken.py"


@pytest.fixture
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    lines = checked(tmp_path_factory)

    def about(path: str) -> list[str]:
        found = [PurePath(line.partition(":")[0]) for line in lines]
        return [line for at, line in zip(found, lines, strict=True) if within(at, path)]

    return about


def within(at: PurePath, path: str) -> bool:
    return at.is_relative_to(path)


def test_packages_pass_mypy_at_its_strictest(told: Told) -> None:
    for package in ("of_zoo", "of_everything", "of_upstream"):
        assert told(package) == []


def test_a_copy_passes_mypy_where_it_is(told: Told) -> None:
    assert told(COPY.replace(".", "/")) == []
    assert told(f"{PROJECT}/talking.py") == []


def test_what_was_added_to_the_document_is_typed(told: Told) -> None:
    assert told(f"{PROJECT}/untouched.py") == []
    assert told(f"{PROJECT}/methods.py") == []


def test_lists_of_narrower_types_are_welcome_as_arguments(told: Told) -> None:
    assert told(f"{PROJECT}/calling.py") == []


def test_nothing_else_is_said_than_of_mistakes(told: Told) -> None:
    assert told(".") == told(MISTAKEN)


def test_the_argument_is_named_in_a_short_message(told: Told) -> None:
    lines = told(MISTAKEN)
    for number, (call, argument) in enumerate(MISTAKES.items(), len(PREAMBLE) + 1):
        about = [line for line in lines if f":{number}: error: " in line]
        message = about[0].partition("error: ")[2]
        assert f'"{argument}"' in message, (call, about)
        assert len(message) < 200, message
