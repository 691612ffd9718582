"""A part of an upstream document: pinned, or built with what belongs to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from codegen import pin, source
from codegen.paths import PINNED
from codegen.pipeline import Order, build
from codegen.select import ASSISTANTS, Selection
from harness.contract import upstream
from tests.codegen.packages import every_module, imported

if TYPE_CHECKING:
    from pathlib import Path

METHODS = {"get", "post", "delete", "put", "patch"}


@pytest.mark.parametrize("path", upstream.for_facts(), ids=lambda path: path.name)
def test_pinning_upstream_writes_the_file_that_we_have(
    path: Path, tmp_path: Path
) -> None:
    target, lock = tmp_path / "openapi.yaml", tmp_path / "source.lock"
    target.write_bytes(PINNED.read_bytes())
    ours = replace(pin.ASSISTANTS_TARGET, path=target, lock=lock)
    done = pin.pin(source.load(path), ours)
    assert target.read_bytes() == PINNED.read_bytes()
    if path.name == upstream.PINNED_COPY:
        assert lock.read_bytes() == pin.LOCK.read_bytes()
    assert done.undescribed == []


@pytest.mark.parametrize("path", upstream.for_facts(), ids=lambda path: path.name)
def test_pinning_upstream_writes_what_models_are_asked_by(
    path: Path, tmp_path: Path
) -> None:
    ours = pin.MODELS_TARGET
    lock = tmp_path / "model_api.lock"
    target = replace(ours, path=tmp_path / "model_api.yaml", lock=lock)
    pin.pin(source.load(path), target)
    assert target.path.read_bytes() == ours.path.read_bytes()
    if path.name == upstream.PINNED_COPY:
        assert lock.read_bytes() == ours.lock.read_bytes()


@pytest.mark.parametrize("path", upstream.for_prose(), ids=lambda path: path.name)
def test_upstream_documents_build_with_files_and_vector_stores(
    path: Path, tmp_path: Path
) -> None:
    prefixes = ASSISTANTS.paths
    order = Order(str(path), tmp_path / "out", "selected", Selection(prefixes))
    build(order, lambda _: None)
    paths = upstream.load(path)["paths"]
    counts = {
        prefix: sum(
            len(METHODS & set(item))
            for name, item in paths.items()
            if f"{name}/".startswith(f"{prefix}/")
        )
        for prefix in prefixes
    }
    assert counts["/assistants"] + counts["/threads"] == 23
    with imported(tmp_path / "out" / "selected") as package:
        modules = {module.__name__ for module in every_module(package)}
        upload = package.File(b"x", "a.jsonl")
        request = package.api.files.create_file.build_request(
            body={"file": upload, "purpose": "batch"}
        )
    operations = [name for name in modules if name.count(".") == 3]
    assert len(operations) == sum(counts.values())
    assert request.files == [
        ("file", ("a.jsonl", b"x", None)),
        ("purpose", (None, b"batch", None)),
    ]
