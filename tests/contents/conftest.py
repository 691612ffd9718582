"""Contents wherever they can be: each test of them is tried with all."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from boto3.session import Session

from assistants_server.contents import FolderContents
from assistants_server.contents.folder import Folder
from assistants_server.contents.s3 import S3Contents
from harness.s3_server import BUCKET, s3_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistants_server.contents import Contents

PLACES = ("folder", "s3")


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Provide the address of S3, which the environment names, too.

    Its clients share what boto3 reads and compiles for each session anew, in a tenth of
    a second; what the environment says is read for each client all the same.
    """
    with (
        s3_server() as address,
        mock.patch("boto3.session.Session", cache(Session)),
    ):
        yield address


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try contents in a database where there is one, and else all that need none."""
    if "place" in metafunc.fixturenames:
        with_database = metafunc.config.getoption("--store") == "postgres"
        metafunc.parametrize("place", ["database"] if with_database else PLACES)


@pytest.fixture
def contents(
    place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Contents]:
    """Provide contents, without a grace for what has no file."""
    made: Contents
    if place == "s3":
        request.getfixturevalue("s3")
        made = S3Contents(f"s3://{BUCKET}/{tmp_path.name}", grace=0)
        yield made
        made.close()
    elif place == "folder":
        yield FolderContents(Folder(tmp_path / "files"))
    else:
        database = importlib.import_module("assistants_server.contents.database")
        store = importlib.import_module("tests.postgres_store").opened()
        yield database.DatabaseContents(store, grace=0)
        store.close()
