"""Build a package from a document, all or nothing, and tell whether one is current."""

from __future__ import annotations

import hashlib
import json
import keyword
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen import overlay, source
from codegen.errors import BuildError, SpecError
from codegen.finish import (
    LOCK,
    format_code,
    hashes,
    tool_inputs,
    write_index,
    write_lock,
)
from codegen.pin import PINNED, ROOT, facts
from codegen.plan import Package
from codegen.render import HTTP_LIBRARIES, render
from codegen.select import ASSISTANTS, Selection
from codegen.swap import recover, replace_folder, scratch_folder

GENERATED = ROOT / "generated"
PACKAGE = "assistants_api"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What a build made."""

    package: Package
    target: Path
    files: int
    changed: list[str]


@dataclass(frozen=True)
class Order:
    """What to build, and where.

    Attributes:
        http: the HTTP library that the package imports, one of `HTTP_LIBRARIES`.
    """

    spec: str = str(PINNED)
    target: Path = GENERATED
    name: str = PACKAGE
    selection: Selection = ASSISTANTS
    http: str = HTTP_LIBRARIES[0]

    def __post_init__(self) -> None:
        if self.http not in HTTP_LIBRARIES:
            known = " or ".join(HTTP_LIBRARIES)
            raise BuildError(f"the HTTP library must be {known}, not {self.http!r}")

    @property
    def settings(self) -> dict[str, str]:
        """Give what is chosen about the package, as the lock records it."""
        return {
            "package": self.name,
            "selection": str(self.selection),
            "http": self.http,
        }


def build(order: Order, say: Say = print) -> Built:
    """Build a package and put it in the place of the old one.

    Raises:
        SpecError, BuildError: it can't be built; the old one is as it was.
    """
    _check_target(order)
    target = order.target.resolve()
    recover(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _made(order, target.parent, say) as (folder, package):
        before = hashes(target) if target.exists() else {}
        after = hashes(folder)
        differing = {n for n in before | after if before.get(n) != after.get(n)}
        replace_folder(folder, target)
    return Built(package, order.target, len(after), sorted(differing))


def check(order: Order, say: Say = print) -> list[str]:
    """Tell what is not current in a built package, and why; nothing where all is."""
    target = order.target
    recover(target.resolve())
    if not (target / LOCK).is_file():
        return [f"there is no {target.name}/{LOCK}: build it first"]
    with (
        tempfile.TemporaryDirectory() as scratch,
        _made(order, Path(scratch), say) as (folder, _),
    ):
        wanted = _lock_of(folder)
        causes = list(_causes(wanted, _lock_of(target)))
        present = hashes(target)
    files = wanted["files"]
    drifted = []
    for name in sorted(files.keys() | present.keys()):
        if files.get(name) == present.get(name):
            continue
        if name not in present:
            drifted.append(f"missing: {name}")
        elif name not in files:
            drifted.append(f"should not be there: {name}")
        else:
            drifted.append(f"differs: {name}")
    if drifted and not causes:
        causes = ["edited by hand: all inputs are as they were"]
    return causes + drifted


@contextmanager
def _made(order: Order, beside: Path, say: Say) -> Iterator[tuple[Path, Package]]:
    """Make the files in a folder of their own, which is gone afterwards."""
    loaded = source.load(order.spec)
    say(f"read {loaded.name} (version {loaded.version or 'unknown'})")
    repairs = overlay.load()
    taken = facts(loaded.document, order.selection, repairs)
    counts = ", ".join(
        f"{n} {c}" for n, c in taken.changes.items() if c and n != "order"
    )
    say(f"normalised: {counts or 'nothing to do'}")
    folder = scratch_folder(order.target, beside)
    try:
        try:
            package = render(taken.document, folder, order.name, order.http)
        except (SpecError, BuildError) as error:
            raise error.traced(taken.origins) from error
        say(
            f"wrote {len(package.operations)} operations, {len(package.schemas)} models"
        )
        format_code(folder)
        write_index(package, folder, order.name)
        inputs = {
            "spec": loaded.sha256,
            "overlay": _hash(repairs),
            "settings": order.settings,
            **tool_inputs(),
        }
        write_lock(folder, inputs)
        yield folder, package
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_target(order: Order) -> None:
    if not order.name.isidentifier() or keyword.iskeyword(order.name):
        raise BuildError(f"{order.name!r} can't be the name of a package")
    target = order.target
    if target.exists() and not target.is_dir():
        raise BuildError(f"{target} is no folder")
    if target.exists() and any(target.iterdir()) and not (target / LOCK).exists():
        raise BuildError(
            f"{target} holds files that were not generated (it has no {LOCK});",
            ["choose an empty folder with --out"],
        )


def _causes(wanted: dict[str, Any], locked: dict[str, Any]) -> Iterator[str]:
    for key, meaning in (
        ("spec", "the document has changed (spec)"),
        ("overlay", "the overlay has changed"),
        ("templates", "the templates have changed"),
        ("generator", "the generator has changed"),
        ("settings", "the settings have changed"),
    ):
        if wanted.get(key) != locked.get(key):
            yield meaning
    for key, prefix in (("settings", ""), ("tools", "tool versions have changed: ")):
        before = locked.get(key, {})
        for name, found in wanted.get(key, {}).items():
            if found != before.get(name):
                was = before.get(name, "nothing")
                yield f"{prefix}{name} is {found}, was {was}"


def _lock_of(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    except ValueError as error:
        raise BuildError(f"{folder.name}/{LOCK} is damaged: {error}") from error
    if not isinstance(record, dict):
        raise BuildError(f"{folder.name}/{LOCK} is damaged: no object")
    return record


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
