"""What the tests of copies share: a build of a newer document, and one copy."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.codegen.conftest import built
from tests.codegen.once import once
from tests.codegen.specs import pinned, written
from tests.vendor.projects import vendor

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def newer_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pinned document as it might be one day, and return the folder."""
    document = pinned()
    document["info"]["version"] = "9.0.0"
    schemas = document["components"]["schemas"]
    schemas["Mood"] = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}},
    }
    mood = {"$ref": "#/components/schemas/Mood"}
    schemas["AssistantObject"]["properties"]["mood"] = mood

    def make(folder: Path) -> None:
        built(written(folder, document), folder / "build", name="assistants_api")

    return once(tmp_path_factory, "newer", make) / "build"


@pytest.fixture(scope="session")
def _pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        done = vendor(folder, "--name", "threads_api")
        assert done.code == 0, done

    return once(tmp_path_factory, "pristine", make) / "threads_api"


@pytest.fixture
def copy(_pristine: Path, tmp_path: Path) -> Path:
    """Return a copy of the generated package, to be damaged at will."""
    return shutil.copytree(_pristine, tmp_path / "its" / "threads_api")


@pytest.fixture
def small_copy(_pristine: Path, tmp_path: Path) -> Path:
    """Return such a copy without its subfolders, which its stamp names all the same."""
    folder = tmp_path / "its" / "threads_api"
    folder.mkdir(parents=True)
    for path in _pristine.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    return folder
