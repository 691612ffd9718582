"""Packages of Debian: what is asked for, and what is said where there are none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from harness import debian
from harness.processes import ProcessError


class Apt:
    """apt-get, which finds a package once it has fetched the lists, if at all."""

    def __init__(self, *, has_lists: bool = True, has_package: bool = True) -> None:
        self.has_lists = has_lists
        self.has_package = has_package
        self.asked: list[str] = []

    def run(self, *words: str | Path) -> str:
        (asked,) = {"update", "install"} & {*map(str, words)}
        self.asked.append(asked)
        if asked == "update":
            self.has_lists = True
        elif not (self.has_lists and self.has_package):
            raise ProcessError("Unable to locate package")
        return ""


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    return monkeypatch


@pytest.mark.parametrize(
    ("has_lists", "asked"),
    [(True, ["install"]), (False, ["install", "update", "install"])],
)
def test_lists_are_fetched_where_they_are_needed_alone(
    has_lists: bool, asked: list[str], use: pytest.MonkeyPatch
) -> None:
    apt = Apt(has_lists=has_lists)
    use.setattr(debian, "run", apt.run)
    debian.install("nginx")
    assert apt.asked == asked


def test_what_can_not_be_installed_is_said_with_advice(
    use: pytest.MonkeyPatch,
) -> None:
    use.setattr(debian, "run", Apt(has_package=False).run)
    with pytest.raises(ProcessError, match="nginx can't be installed; buy one"):
        debian.install("nginx", advice="buy one")
    use.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProcessError, match="nginx is not here; install nginx"):
        debian.install("nginx")
