"""Whole upstream documents build, and a walk through them finds nothing dropped."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from codegen import overlay
from codegen.normalise import normalise
from codegen.paths import PINNED
from codegen.pipeline import Order, build, facts
from codegen.select import ASSISTANTS, Selection
from harness.contract import upstream
from tests.codegen.packages import meaning
from tests.upstream.counting import count

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Selection(everything=True)
NAME = "whole_api"
# How many operations and schemas there are, by the documents' own index of files.
KNOWN = {"openai-2026-08-21.yaml": (288, 1422), "openai-2025-03-22.yaml": (126, 436)}


@pytest.fixture(scope="module", params=upstream.for_prose(), ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def package(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("whole") / "out"
    build(Order(str(path), target, NAME, EVERYTHING), lambda _: None)
    return target / NAME


def test_nothing_of_the_document_is_dropped(path: Path, package: Path) -> None:
    found = count(upstream.load(path), package)
    assert found.dropped == []
    if path.name in KNOWN:
        assert (found.operations, found.schemas) == KNOWN[path.name]
    assert found.modules >= found.schemas


def test_what_is_missing_would_be_found(
    path: Path, package: Path, tmp_path: Path
) -> None:
    """Take a model, an operation and a property away, and see all three named."""
    copied = tmp_path / NAME
    shutil.copytree(package, copied)
    (copied / "models" / "run_object.py").unlink()
    (copied / "api" / "files" / "list_files.py").unlink()
    model = copied / "models" / "assistant_object.py"
    text = model.read_text("utf-8")
    model.write_text(text.replace('"tool_resources"', '"x"'), encoding="utf-8")
    dropped = count(upstream.load(path), copied).dropped
    wanted = {"get /files", "property AssistantObject.tool_resources"}
    assert {*wanted, "schema RunObject"} <= {*dropped}


def test_a_second_run_of_all_passes_changes_nothing(path: Path) -> None:
    taken = facts(upstream.load(path), EVERYTHING, overlay.load())
    again = normalise(taken.document)
    # Compared outside of the assertion, as telling two such objects apart takes long.
    same = again.document == taken.document
    assert same
    assert not any(again.changes.values())


def test_the_part_of_the_assistants_is_that_of_the_pinned_document(
    path: Path, tmp_path: Path
) -> None:
    if path.name != upstream.PINNED_COPY:
        return
    built: dict[str, Any] = {}
    for name, spec in (("upstream", str(path)), ("pinned", str(PINNED))):
        build(Order(spec, tmp_path / name, NAME, ASSISTANTS), lambda _: None)
        built[name] = meaning(tmp_path / name)
    assert built["upstream"] == built["pinned"]
