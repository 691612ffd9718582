"""Random edits: what changes the code is reported, what leaves it alone is not."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

from codegen.diff import compare
from codegen.errors import SpecError
from codegen.plan import plan_package
from codegen.prose import without_prose
from codegen.select import Selection
from harness.fuzz import spec_changes
from harness.fuzz.spec_mutant import Mutant
from tests.cases import some
from tests.codegen.packages import meaning
from tests.codegen.rough import rough
from tests.codegen.specs import EVERYTHING, Document, taken, write_code
from tests.codegen.zoo import zoo
from tests.diff.rows import report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Another order is another text, but the same code.
_KINDS = [kind for kind in spec_changes.KINDS if kind is not spec_changes.order]
# Crude documents have other things besides, which no code comes from.
_ANIMALS = Selection(paths=("/animals", "/files"))
_PLANNED, _EMITTED = 30, 3


def _edited(seed: int) -> tuple[str, Document]:
    """Return the zoo after one random edit, which may change nothing."""
    random = Random(seed)
    it = Mutant(zoo(), random, [])
    kind = random.choice([*_KINDS, _in_other_words])
    try:
        kind(it)
    except LookupError:
        _in_other_words(it)
    return f"{kind.__name__} {it.edits}", it.document


def _in_other_words(it: Mutant) -> None:
    """Reword the document, leaving its facts alone."""
    place, schema = it.object()
    words = {
        "title": it.text(),
        "description": it.text(),
        "x-thing": it.text(),
        "example": {"a": it.text()},
    }
    it.put(place, {**words, **schema})


def _edits() -> Iterator[tuple[str, Document]]:
    """Go through edits after which there is code at all."""
    for seed in range(10 * _PLANNED):
        edit, document = _edited(seed)
        try:
            plan_package(taken(document).document)
        except SpecError:
            continue
        yield edit, document


def _planned(document: Document) -> str:
    """Write all that the code is made from, prose aside."""
    facts = without_prose(taken(document).document)
    package = plan_package(facts)
    return json.dumps([facts["paths"], facts["components"], repr(package)])


def test_a_document_is_the_same_as_itself_in_any_words_and_order() -> None:
    normal = taken(zoo()).document
    for item in normal["paths"].values():
        shared = item.pop("parameters", [])
        for data in item.values():
            data["parameters"] = [*shared, *data.get("parameters", [])]
    for seed in range(8):
        found = compare(normal, rough(normal, Random(seed)), selection=_ANIMALS)
        assert found.is_empty, (seed, [change.text for change in found.changes])
    assert compare(zoo(), _shuffled(zoo(), Random(1)), selection=EVERYTHING).is_empty


def _shuffled(value: Any, random: Random, key: str = "") -> Any:
    """Bring everything into another order but what is an order, as arguments are."""
    if isinstance(value, list):
        items = [_shuffled(item, random) for item in value]
        if key in ("required", "enum", "anyOf", "oneOf"):
            random.shuffle(items)
        return items
    if not isinstance(value, dict):
        return value
    items = [(k, _shuffled(child, random, k)) for k, child in value.items()]
    random.shuffle(items)
    return dict(items)


def test_every_edit_that_changes_what_code_is_made_from_is_reported() -> None:
    before = _planned(zoo())
    seen, wrong = {True: 0, False: 0}, []
    for (edit, document), _ in zip(_edits(), range(_PLANNED), strict=False):
        changed = _planned(document) != before
        seen[changed] += 1
        there, back = report(zoo(), document), report(document, zoo())
        if there.is_empty is changed or back.is_empty is changed:
            wrong.append((edit, [change.text for change in there.changes]))
        assert there.breaking or back.breaking or not changed or _is_note(there), edit
    assert wrong == []
    assert min(seen.values()) > 3


def _is_note(found: Any) -> bool:
    """Return whether an edit only touched what no types depend on."""
    words = ("default", "deprecated", "format", "but the code", "means the same")
    return all(any(w in change.text for w in words) for change in found.changes)


def test_every_edit_that_changes_the_code_is_reported(tmp_path: Path) -> None:
    def code(document: Document, name: str) -> dict[str, str]:
        folder = tmp_path / name
        folder.mkdir()
        write_code(taken(document).document, folder, "made")
        # There is no index before the end of a build.
        (folder / "API.md").touch()
        return meaning(folder)

    before = code(zoo(), "before")
    for number, (edit, document) in some(enumerate(islice(_edits(), _EMITTED))):
        changed = code(document, f"after{number}") != before
        assert report(zoo(), document).is_empty is not changed, edit


def test_the_version_of_a_document_is_no_change_but_its_label() -> None:
    new = zoo()
    new["info"] = {**new["info"], "version": "2.0"}
    found = compare(zoo(), new, selection=EVERYTHING)
    assert found.is_empty
    assert (found.old, found.new) == ("version 1.0", "version 2.0")
    assert replace(found, old="", new="") == type(found)()
