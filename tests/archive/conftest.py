"""A shop that the tests of a module share, and an archive of it."""

from __future__ import annotations

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
