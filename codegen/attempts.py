"""Bring a document into its one form and plan its package, whatever it takes.

Where something is refused, changes are looked for with which it is not. They are made
if that is wanted, and otherwise said beside the refusal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import NamedTuple

from codegen import overlay
from codegen.adjustments import UNADJUSTED, Adjustments, adjusted, labelled
from codegen.anchors import without_anchors
from codegen.changes import Change, as_actions
from codegen.errors import Path, SpecError
from codegen.normalise import Normalised, Watch, normalise, unwatched
from codegen.novelties import without_novelties
from codegen.omission import omissions
from codegen.overlay import Action, Overlay
from codegen.plan import Package, plan_package
from codegen.references import FILES, Bundled, Named, bundle, name_targets
from codegen.remedies import remedies
from codegen.select import Selection, check_object, check_version, select
from codegen.source import Document
from codegen.structure import check_structure
from codegen.tolerance import tolerated

_MOST_ROUNDS = 12


@dataclass(frozen=True)
class Wishes:
    """What somebody wants of a document.

    Attributes:
        selection: which operations to keep.
        skip: JSONPaths to what is left out.
        skip_broken: whether what can't be built is left out.
        adjustments: what is read as what.
    """

    selection: Selection
    skip: Sequence[str] = ()
    skip_broken: bool = False
    adjustments: Adjustments = UNADJUSTED


class Attempt(NamedTuple):
    """A document in its one form, and what becomes of it.

    Attributes:
        left_out: what was taken out of the document, as actions of an overlay.
    """

    found: Normalised
    package: Package
    left_out: Sequence[Action]


def prepared(
    document: Document,
    repairs: Document | None,
    folder: FilePath | None = None,
    overlays: Sequence[Overlay] = (),
    name: str = "",
    files: FilePath | None = None,
) -> tuple[Bundled, list[str]]:
    """Return a document with its files and repairs, and which of ours found nothing."""
    check_object(document)
    own = without_anchors({k: v for k, v in document.items() if k != FILES})
    first = bundle(own, folder, name, files)
    applied = overlay.apply(first.document, repairs or overlay.NOTHING)
    repaired = applied.document
    for each in overlays:
        repaired = overlay.apply_strictly(repaired, each)
    # What a repair refers to may be in other files too.
    whole = first
    if repaired is not first.document:
        whole = bundle(without_anchors(repaired), folder, name, files)
    return replace(whole, failures=first.failures | whole.failures), applied.unused


def settled(given: Bundled, watch: Watch = unwatched) -> tuple[Named, list[str]]:
    """Return a prepared document as OpenAPI 3.1 has it, and notes on what was not."""
    check_version(given.document)
    named = name_targets(given)
    watch("references", named.document, named.origins)
    try:
        document, notes = tolerated(named.document)
        watch("tolerance", document, {})
        check_structure(document)
    except SpecError as error:
        raise error.traced(named.origins) from error
    return Named(without_novelties(document), named.origins), notes


def facts_of(
    given: Bundled,
    selection: Selection,
    adjustments: Adjustments = UNADJUSTED,
    watch: Watch = unwatched,
) -> Normalised:
    """Bring the chosen part of a prepared document into its one form."""
    named, notes = settled(given, watch)
    try:
        wanted = adjusted(named.document, adjustments)
        watch("adjust", wanted, {})
        chosen = select(wanted, selection)
        watch("select", chosen, {})
        found = normalise(chosen, watch)
    except SpecError as error:
        raise error.traced(named.origins) from error
    return replace(
        found,
        document=labelled(found.document, adjustments, whole=selection.everything),
        origins={**named.origins, **found.origins},
        notes=notes,
    )


def attempt(given: Bundled, wishes: Wishes, watch: Watch = unwatched) -> Attempt:
    """Do all that can be done before anything is written.

    Args:
        given: the document.
        wishes: what somebody wants of it.
        watch: what is called after each step, each time that it is tried.

    Raises:
        SpecError: something is refused; all that is, and the remedies, are in it.
    """
    actions = as_actions(given.document, omissions(given.document, wishes.skip))
    wished = len(actions)
    refused: list[SpecError] = []
    tried = Counter[Path | None]()
    for _ in range(_MOST_ROUNDS):
        document = overlay.apply_actions(given.document, actions)
        watch("given", document, {})
        try:
            current = replace(given, document=document)
            found = facts_of(current, wishes.selection, wishes.adjustments, watch)
            package = planned(found)
        except SpecError as error:
            refused += error.all
            changes = _changes(document, error.all, tried)
            if not changes:
                raise _joined(refused, []) from error
            actions += as_actions(document, changes)
            continue
        if refused and not wishes.skip_broken:
            raise _joined(refused, actions[wished:])
        return Attempt(found, package, actions)
    raise _joined(refused, [])


def planned(found: Normalised) -> Package:
    """Plan the package of a normalised document."""
    try:
        return plan_package(found.document, found.order)
    except SpecError as error:
        raise error.traced(found.origins) from error


def _changes(
    document: Document, errors: Sequence[SpecError], tried: Counter[Path | None]
) -> list[Change]:
    changes = []
    for error in errors:
        changes += remedies(document, error, tried[error.at])
        tried[error.at] += 1
    return changes


def _joined(errors: Sequence[SpecError], actions: Sequence[Action]) -> SpecError:
    """Return one error that says all of them, and what to do."""
    first, *others = {(each.at, each.message): each for each in errors}.values()
    first.others = others
    first.remedies = actions
    return first
