"""What models are asked by, which a new document may change as well."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from codegen import pin as pinning
from codegen import source
from codegen.diff import Report, compare
from codegen.document import operations
from codegen.pipeline import Built, Order, build
from codegen.select import MODELS, Selection
from codegen.source import Source
from scripts.update.checkout import GENERATED, MODEL_API, MODEL_LOCK

_PACKAGE = "model_api"
_EVERYTHING = Selection(everything=True)


@dataclass(frozen=True)
class ModelFacts:
    """What a new document says of it.

    Attributes:
        missing: operations that it lacks; if there are any, all stays as it was.
        report: what changed.
        same: codegen/model_api.yaml stays as it was, to the byte.
    """

    missing: tuple[str, ...] = ()
    report: Report = field(default_factory=Report)
    same: bool = True


def take_model_facts(upstream: Source, date: str | None, folder: Path) -> ModelFacts:
    """Pin what models are asked by in a worktree, and compare it with the old one.

    The server calls each of these operations, so it is all of them or none.

    Args:
        upstream: the new document, as it was read.
        date: the day it was published; None: the one in its name.
        folder: the worktree, of which two files are rewritten.

    Raises:
        SpecError: the document is unusable.
    """
    there = {operation.name for operation in operations(upstream.document)}
    missing = tuple(name for name in MODELS.ids if name not in there)
    if missing:
        return ModelFacts(missing)
    path = folder / MODEL_API
    before, old = path.read_bytes(), source.load(path).document
    target = replace(pinning.MODELS_TARGET, path=path, lock=folder / MODEL_LOCK)
    pinning.pin(upstream, target, date=date)
    report = compare(old, source.load(path).document, selection=_EVERYTHING)
    return ModelFacts(report=report, same=path.read_bytes() == before)


def build_models(folder: Path) -> Built:
    """Build the package of what models are asked by, in a worktree."""
    place = folder / GENERATED / "upstream"
    return build(Order(str(folder / MODEL_API), place, _PACKAGE, _EVERYTHING), _say)


def _say(_: str) -> None:
    """Say nothing: the summary of the other package is enough."""
