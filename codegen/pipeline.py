"""The whole way from a document to a package, in the order in which it goes."""

from __future__ import annotations

import keyword
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from codegen import overlay, source
from codegen.adjustments import UNADJUSTED, Adjustments
from codegen.attempts import Wishes, attempt, facts_of, prepared
from codegen.earlier import Earlier
from codegen.engine import second_opinion
from codegen.errors import BuildError, counted, traced
from codegen.finish import format_code, write_index
from codegen.lock import (
    LOCK,
    differences,
    drift,
    hash_of_json,
    hashes,
    nested,
    read_lock,
    tool_inputs,
    write_lock,
)
from codegen.methods import files, mapping, type_names
from codegen.methods.plan import plan_methods
from codegen.normalise import Normalised
from codegen.overlay import Action
from codegen.paths import CLIENT, CODEGEN, GENERATED, METHODS, PINNED, TYPES
from codegen.plan import Package
from codegen.render import HTTP_LIBRARIES, render
from codegen.select import ASSISTANTS, Selection
from codegen.source import Document
from codegen.swap import recover, replace_folder, scratch_folder

PACKAGE = "assistants_api"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What to build, and where.

    Attributes:
        client: the folder of the client whose package it is, which gets its methods;
            ours gets them wherever ours is built.
        files: the folder of the document's other files; None: its own.
        overlays: what to change in the document, in this order.
        skip: JSONPaths to what is left out.
        skip_broken: whether what can't be built is left out.
        adjustments: what is read as what.
        distribution: the metadata to write beside the package; None writes none.
    """

    spec: str = str(PINNED)
    target: Path = GENERATED
    name: str = PACKAGE
    selection: Selection = ASSISTANTS
    http: str = HTTP_LIBRARIES[0]
    any_host: bool = False
    client: Path | None = None
    files: Path | None = None
    overlays: Sequence[Path] = ()
    skip: Sequence[str] = ()
    skip_broken: bool = False
    adjustments: Adjustments = UNADJUSTED
    distribution: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.http not in HTTP_LIBRARIES:
            known = " or ".join(HTTP_LIBRARIES)
            raise BuildError(f"the HTTP library must be {known}, not {self.http!r}")
        if self.client is None and self.target.resolve() == GENERATED.resolve():
            object.__setattr__(self, "client", CLIENT)

    @property
    def wishes(self) -> Wishes:
        """Return what is wanted of the document."""
        return Wishes(self.selection, self.skip, self.skip_broken, self.adjustments)

    @property
    def settings(self) -> dict[str, str]:
        """Return what is chosen about the package, as the lock records it."""
        found = {
            "package": self.name,
            "selection": str(self.selection),
            "http": self.http,
        }
        if self.skip:
            found["skip"] = ", ".join(self.skip)
        if self.skip_broken:
            found["skip-broken"] = "yes"
        if self.adjustments != UNADJUSTED:
            found["adjustments"] = hash_of_json(asdict(self.adjustments))
        if self.distribution is not None:
            found["distribution"] = hash_of_json(self.distribution)
        return found


class Code(NamedTuple):
    """A package as it was written.

    Attributes:
        notes: what the engine reads otherwise.
        methods: the files of the client that are made with the package, by their paths.
        left_out: what was taken out of the document.
        taken: the hashes of the files that were taken over from an earlier build.
    """

    package: Package
    notes: list[str]
    methods: Mapping[str, str]
    left_out: Sequence[Action]
    taken: Mapping[str, str]


@dataclass(frozen=True)
class Built:
    """What a build made."""

    package: Package
    notes: list[str]
    files: int
    changed: list[str]
    left_out: Sequence[Action] = ()


def facts(
    document: Document,
    selection: Selection,
    repairs: Document | None,
    folder: Path | None = None,
) -> Normalised:
    """Bring the chosen part of a document into its one form.

    Args:
        document: the document as it was read.
        selection: which operations to keep.
        repairs: the overlay.
        folder: where the other files of the document are, if it has any.
    """
    given, unused = prepared(document, repairs, folder)
    return replace(facts_of(given, selection), unused_actions=unused)


def build(order: Order, say: Say = print) -> Built:
    """Build a package and put it in the place of the old one.

    Raises:
        SpecError, BuildError: it can't be built; the old one is as it was.
    """
    _check_target(order)
    target = order.target.resolve()
    recover(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _written(order, target.parent, say, target) as (folder, code):
        before = hashes(target, code.taken) if target.exists() else {}
        after = read_lock(folder)["files"]
        methods = files.put(code.methods, order.client) if order.client else []
        # Whoever imports them meanwhile writes there.
        caches = shutil.ignore_patterns("__pycache__")
        for other in nested(target):
            shutil.copytree(other, folder / other.name, ignore=caches)
        replace_folder(folder, target)
    count = len(after) + len(code.methods)
    changed = [*differences(before, after), *methods]
    return Built(code.package, code.notes, count, changed, code.left_out)


def check(order: Order, say: Say = print) -> list[str]:
    """Return what is not current in a built package, and why."""
    target = order.target
    recover(target.resolve())
    if not (target / LOCK).is_file():
        return [f"there is no {target.name}/{LOCK}: build it first"]
    with (
        tempfile.TemporaryDirectory() as scratch,
        # All of it is made anew: the lock that is there may be as wrong as the rest.
        _written(order, Path(scratch), say, None) as (folder, _),
    ):
        present = files.hashes(order.client) if order.client else {}
        return drift(read_lock(folder), target, present)


@contextmanager
def _written(
    order: Order, beside: Path, say: Say, replaced: Path | None
) -> Iterator[tuple[Path, Code]]:
    """Write all files into a folder of their own, which is deleted afterwards.

    What is the same in the build that is `replaced` is taken over from it.
    """
    loaded = source.load(order.spec, any_host=order.any_host)
    say(f"read {loaded.name} (version {loaded.version or 'unknown'})")
    repairs = overlay.load()
    overlays = [*map(overlay.named, order.overlays)]
    given, _ = prepared(
        loaded.document, repairs, loaded.folder, overlays, loaded.name, order.files
    )
    found, package, left_out = attempt(given, order.wishes)
    original = given.document if order.distribution is not None else None
    spec = loaded.sha256
    # Of a large document each form takes a hundred megabytes.
    del loaded, given
    counts = (f"{n} {c}" for n, c in found.changes.items() if c and n != "order")
    say(f"normalised: {', '.join(counts) or 'nothing to do'}")
    with scratch_folder(order.target, beside) as folder:
        tools = tool_inputs()
        earlier = Earlier(replaced, {k: tools[k] for k in ("generator", "tools")})
        place = folder / order.name
        rendered = render(package, found.document, place, order.http, earlier)
        # ruff is a process of its own, and has a core to itself meanwhile.
        with ThreadPoolExecutor(1) as beside_us:
            formatted = beside_us.submit(format_code, folder, rendered.written)
            opinion = second_opinion(found.document, package)
            methods = _methods(order.client, package, found.document, say)
            formatted.result()
        write_index(package, folder, order.name, left_out)
        chosen = []
        if order.distribution is not None and original is not None:
            # Imported here, because what reads versions takes long, and few want it.
            from codegen.distribution import write_distribution

            chosen = write_distribution(
                package,
                original,
                folder,
                order.name,
                order.http,
                order.distribution,
            )
        say(
            f"wrote {counted(len(package.operations), 'operation')}, "
            f"{counted(len(package.schemas), 'model')}"
        )
        inputs = {
            "spec": spec,
            "overlay": hash_of_json(repairs),
            "settings": order.settings,
        }
        if overlays:
            inputs["overlays"] = {
                each.name: hash_of_json(each.document) for each in overlays
            }
        if order.client:
            inputs["methods"] = files.hashes_of(methods)
        write_lock(folder, {**inputs, **tools}, rendered.raw, rendered.taken)
        notes = [traced(note, found.origins) for note in opinion]
        own = [traced(note, found.origins) for note in package.notes]
        package = replace(package, notes=[*found.notes, *own, *chosen])
        yield folder, Code(package, notes, methods, left_out, rendered.taken)


def _methods(
    client: Path | None, package: Package, document: Document, say: Say
) -> dict[str, str]:
    """Return the files of the client that hold its methods; none without a client."""
    if client is None:
        return {}
    beside = client.parent / CODEGEN.name
    assigned = mapping.load(beside / METHODS.name)
    plan = plan_methods(assigned, package, document)
    for operation in plan.unmapped:
        say(f"note: {operation} is no method of the client: add it to methods.yaml")
    for what in plan.unused:
        say(f"note: methods.yaml: {what}")
    known = {name for schema in package.schemas for name in schema.exports}
    return files.written(plan, type_names.load(beside / TYPES.name, known))


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
