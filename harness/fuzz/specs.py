"""Fuzz the generator with mutated documents: code that is data, or a clear refusal.

Most cases are only planned, which takes a twentieth of a second; some are written, and
some are built as a person would, over an older build.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from codegen import overlay, source
from codegen.errors import BuildError, SpecError
from codegen.finish import format_code
from codegen.pipeline import Order, build, facts
from codegen.plan import plan_package
from harness.fuzz import spec_bases, spec_changes, spec_operations
from harness.fuzz.report import Report
from harness.fuzz.spec_contract import Subject, judge, understood
from harness.fuzz.spec_edits import Case
from harness.fuzz.spec_mutant import Mutant
from harness.fuzz.spec_mutations import KINDS, mutate
from harness.fuzz.spec_places import verdict
from tests.codegen.audit import Vocabulary, audit, run_all, vocabulary
from tests.codegen.conftest import silent
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
    PINNED,
    ROOT,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    put_tree,
    ref,
    taken,
    tree,
    write_code,
)
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from collections.abc import Iterator

# Longer than any case takes on a machine that is busy; what doesn't end is worse.
PATIENCE = 60.0
# How far cases go, and how many of a hundred do.
STAGES = {"plan": 79, "render": 12, "build": 6, "contract": 3}
# So many packages are imported in one process.
BATCH = 12
OLD = {"codegen.lock": b"{}\n", "old/__init__.py": b"# Old.\n"}


@cache
def harmless() -> Vocabulary:
    """Learn from harmless packages what code does."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = [ROOT / "generated"]
        for name, given in (("zoo", zoo()), ("plain", plain())):
            folders.append(Path(scratch) / name)
            folders[-1].mkdir()
            write_code(taken(given).document, folders[-1], name)
        return vocabulary(folders)


def plain() -> Document:
    """Write a harmless document with what the zoo and the pinned one don't have."""
    other = obj("x-y", **{"x-y": {"type": "array", "items": ref("B")}, "y": ref("B")})
    maps = {"type": "object", "additionalProperties": ref("B")}
    known = obj(
        m={"anyOf": [maps, array(ref("B"))]},
        b={"anyOf": [ref("B"), {"type": "null"}]},
        d={"type": "integer"},
    )
    either = {"oneOf": [ref("B"), ref("C")]}
    named = [parameter("x", place) for place in ("header", "cookie", "query")]
    listed: Document = {"explode": False}
    in_json = {"name": "z", "in": "query", "content": {JSON: {"schema": ref("B")}}}
    named += [parameter("w", schema=array(TEXT), **listed), in_json]
    form = {"application/x-www-form-urlencoded": {"schema": ref("C")}}
    said = {
        "200": {"description": "", "content": {JSON: {"schema": array(ref("A"))}}},
        "4XX": {"description": "", "content": {"text/plain": {"schema": TEXT}}},
    }
    post = operation("a", *named, body=form, responses=said)
    return document({"/a": {"post": post}}, A=either, B=known, C=other)


@dataclass
class Fuzzer:
    """Make cases, judge them, and tell a report of each."""

    scratch: Path
    known: Vocabulary = field(default_factory=harmless)
    report: Report = field(default_factory=lambda: Report("specs"))
    written: dict[int, Path] = field(default_factory=dict[int, Path])
    cases: dict[int, Case] = field(default_factory=dict[int, Case])
    subjects: dict[int, Subject] = field(default_factory=dict[int, Subject])

    def run(self, seed: int, stage: str | None = None) -> None:
        """Make the case of a seed, and judge it."""
        self.judge(seed, *make(seed, stage))

    def judge(self, seed: int, case: Case, stage: str) -> None:
        """Build what a case says, as far as the stage goes."""
        before = spec_bases.part(case.base, case.prefixes)
        after = case.apply(before)
        began = time.monotonic()
        try:
            outcome = self._outcome(seed, after, stage)
        except (SpecError, BuildError) as error:
            near = verdict(error, case, before, after)
            outcome = f"refused, {near}"
            if near.startswith("!"):
                self._fail(seed, case, f"{near[1:]}: {error}")
                return
        except Exception:  # noqa: BLE001 - all that we look for
            self._fail(seed, case, traceback.format_exc(limit=-3))
            return
        if time.monotonic() - began > PATIENCE:
            self._fail(seed, case, "took longer than a minute")
            return
        self.report.count(outcome)
        if seed in self.written or seed in self.subjects:
            self.cases[seed] = case
        if len(self.written) >= BATCH or len(self.subjects) >= BATCH // 4:
            self.finish()

    def finish(self) -> None:
        """Import what was written, and put what was built for it to the contract."""
        judged = judge([*self.subjects.values()])
        for seed, failed in zip(self.subjects, judged, strict=True):
            if failed:
                self._fail_late(seed, "\n".join(failed))
        try:
            self._import([*self.written.values()])
        except AssertionError:
            # Find out which.
            for seed, folder in self.written.items():
                try:
                    self._import([folder])
                except AssertionError as error:
                    self._fail_late(seed, f"import: {error}")
        for folder in (*self.written.values(), *self._folders()):
            shutil.rmtree(folder, ignore_errors=True)
        for told in (self.subjects, self.written, self.cases):
            told.clear()

    def _import(self, folders: list[Path]) -> None:
        place = self.scratch / "empty"
        shutil.rmtree(place, ignore_errors=True)
        if folders:
            run_all(folders, place)

    def _folders(self) -> Iterator[Path]:
        yield from (subject.generated for subject in self.subjects.values())

    def _outcome(self, seed: int, given: Document, stage: str) -> str:
        data = json.dumps(given).encode()
        if stage == "build":
            return self._build(seed, data)
        pinned = facts(source.parse(data).document, EVERYTHING, overlay.load())
        try:
            return self._planned(seed, pinned.document, stage)
        except SpecError as error:
            raise error.traced(pinned.origins) from error

    def _planned(self, seed: int, given: Document, stage: str) -> str:
        if stage == "contract" and understood(given):
            return self._for_contract(seed, given)
        if stage in ("plan", "contract"):
            plan_package(given)
            return "planned"
        folder = self.scratch / f"case_{seed}"
        folder.mkdir()
        write_code(given, folder, f"fuzzed_{seed}")
        self._audit(seed, folder / f"fuzzed_{seed}")
        return "written"

    def _for_contract(self, seed: int, given: Document) -> str:
        folder = self.scratch / f"contract_{seed}"
        folder.mkdir()
        names = write_code(given, folder, "assistants_api")
        format_code(folder, names)
        audit(folder / "assistants_api", self.known)
        document_ = folder / "openapi.json"
        document_.write_text(json.dumps(given), encoding="utf-8")
        self.subjects[seed] = Subject(document_, folder)
        return "put to the contract tests"

    def _build(self, seed: int, data: bytes) -> str:
        spec = self.scratch / f"spec_{seed}.json"
        spec.write_bytes(data)
        target = self.scratch / f"parent_{seed}" / "generated"
        put_tree(OLD, target)
        try:
            build(Order(str(spec), target, f"fuzzed_{seed}", EVERYTHING), silent)
        except Exception:
            assert tree(target) == OLD
            raise
        finally:
            beside = [path.name for path in target.parent.iterdir()]
            assert beside == ["generated"], beside
        assert {path.name for path in target.iterdir()} == {
            *("API.md", "codegen.lock", f"fuzzed_{seed}")
        }
        self._audit(seed, target / f"fuzzed_{seed}")
        return "built"

    def _audit(self, seed: int, folder: Path) -> None:
        audit(folder, self.known)
        self.written[seed] = folder

    def _fail_late(self, seed: int, what: str) -> None:
        """Return of a case that was counted when it was written."""
        self.report.cases -= 1
        self._fail(seed, self.cases[seed], what)

    def _fail(self, seed: int, case: Case, what: str) -> None:
        self.report.fail(seed, what, case.to_bytes())


def make(seed: int, stage: str | None = None) -> tuple[Case, str]:
    """Make the case of a seed, and say how far it is to go."""
    random = Random(seed)
    (by_chance,) = random.choices([*STAGES], [*STAGES.values()])
    stage = stage or by_chance
    # The contract tests were written for the pinned document.
    base = PINNED.name if stage == "contract" else random.choice(spec_bases.names())
    kinds = (
        spec_changes.KINDS if stage == "contract" else [*KINDS, *spec_operations.KINDS]
    )
    prefixes = random.choice([*spec_bases.PARTS, *spec_bases.PARTS, spec_bases.ALL])
    it = Mutant(spec_bases.part(base, prefixes), random, [])
    mutate(it, kinds, random.randint(1, 4))
    return Case(base, prefixes, tuple(it.edits)), stage


def fuzz(
    seconds: float, seed: int, cases: int | None = None, stage: str | None = None
) -> Report:
    """Run cases for some seconds, or a number of them, whichever ends first."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        fuzzer = Fuzzer(Path(scratch))
        for number in range(cases or 10**9):
            if time.monotonic() - began > seconds:
                break
            fuzzer.run(seed + number, stage)
        fuzzer.finish()
        fuzzer.report.seconds = time.monotonic() - began
        return fuzzer.report
