"""A shop that the tests of a module share, and an archive of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from assistants_server import LocalServer
from tests.archive.shop import Shop, engine, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with LocalServer(engine=engine, poll_after=1) as server:
        shop = opened(server)
        yield shop
        shop.client.close()


@pytest.fixture(scope="module")
def archive(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "whole"
    shop.export(folder)
    return folder


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait for the disk: no test pulls the plug of a machine."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
