"""Make what an update puts in place, in a folder that has copies of the old files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from codegen import overlay, source
from codegen import pin as pinning
from codegen.diff import Report, compare
from codegen.diff.telling import as_markdown
from codegen.document import operations
from codegen.errors import SpecError, json_path
from codegen.pipeline import PACKAGE, Built, Order, build
from codegen.prose import MARKER, places
from codegen.select import ASSISTANTS
from codegen.source import Document, Source
from scripts.updating import tree
from scripts.updating.changelog import Taken, entry, with_entry
from scripts.updating.errors import UpdateError
from scripts.updating.version import (
    bumped,
    is_stable,
    last_release,
    version_in,
    with_version,
)
from tests.contract import upstream_facts

_REMEDY = "git restore brings back what was committed last."

Say = Callable[[str], None]


@dataclass(frozen=True)
class Facts:
    """The old document and the new one, and what they have to do with each other.

    Attributes:
        folder: where openapi.yaml, its lock and the digest are written.
        taken: the new document's name, version and date.
        date_before: the day of the old one, if known.
        report: what changed.
        undescribed: places of the new one that lack words of ours.
        unused: actions of the overlay that find nothing in it, but did in the old one.
        dropped: places that had words of ours and are gone.
        removed: operations that are gone.
        added: operations that are new.
        same: openapi.yaml stays as it was, to the byte.
    """

    folder: Path
    taken: Taken
    date_before: str | None
    report: Report
    undescribed: list[str]
    unused: list[str]
    dropped: list[str]
    removed: list[str]
    added: list[str]
    same: bool

    @cached_property
    def markdown(self) -> str:
        """Give what changed as Markdown."""
        return as_markdown(self.report)


def take_facts(upstream: Source, path: Path, date: str | None, folder: Path) -> Facts:
    """Pin the new document in a folder, and compare it with the old one there.

    Args:
        upstream: the new document, as it was read.
        path: its file.
        date: the day it was published; None: the one in its name.
        folder: has copies of the old files, of which three are rewritten.

    Raises:
        SpecError: the document is unusable, or has none of our operations.
        UpdateError: it has facts that can't be compared.
    """
    pinned = folder / tree.DOCUMENT
    data = pinned.read_bytes()
    old = source.load(pinned).document
    before = {"date": None, **_json(folder / tree.SOURCE_LOCK)}
    stable = is_stable(version_in(_text(folder / tree.VERSION)))
    unused_before = _unused(folder / tree.DIGEST)
    done = _pinned(upstream, date, folder)
    found = json.dumps(_digested(path), indent=1, sort_keys=True, ensure_ascii=False)
    digest = folder / tree.DIGEST
    digest.write_text(found + "\n", encoding="utf-8", newline="\n")
    new = source.load(pinned).document
    lock = _json(folder / tree.SOURCE_LOCK)
    return Facts(
        folder=folder,
        taken=Taken(lock["name"], lock["version"], lock["date"]),
        date_before=before["date"],
        report=replace(compare(old, new), old="", new="", released=stable),
        undescribed=done.undescribed,
        unused=[each for each in done.unused_actions if each not in unused_before],
        dropped=_dropped(old, new),
        removed=_missing(old, new),
        added=_missing(new, old),
        same=data == pinned.read_bytes(),
    )


def build_code(folder: Path, say: Say) -> Built:
    """Build generated/ from openapi.yaml, both in the folder.

    Raises:
        SpecError, BuildError: it can't be built.
    """
    order = Order(str(folder / tree.DOCUMENT), folder / tree.GENERATED, PACKAGE)
    return build(order, say)


def write_entry(facts: Facts) -> None:
    """Add what changed to the changelog; nothing where code sees no difference.

    Raises:
        UpdateError: the changelog has no place for it.
    """
    if facts.report.is_empty:
        return
    path = facts.folder / tree.CHANGELOG
    text = entry(facts.taken, facts.markdown)
    path.write_text(with_entry(_text(path), text), encoding="utf-8", newline="\n")


def write_version(facts: Facts) -> tuple[str, str]:
    """Raise the version as the changes ask for.

    Returns:
        The version before and after.

    Raises:
        UpdateError: the version there is can't be read.
    """
    path = facts.folder / tree.VERSION
    module = _text(path)
    current = version_in(module)
    released = last_release(_text(facts.folder / tree.CHANGELOG))
    version = bumped(current, released, facts.report.bump)
    if version != current:
        path.write_text(with_version(module, version), encoding="utf-8", newline="\n")
    return current, version


def _pinned(upstream: Source, date: str | None, folder: Path) -> pinning.Pinned:
    try:
        return pinning.pin(
            upstream,
            date=date,
            pinned=folder / tree.DOCUMENT,
            lock=folder / tree.SOURCE_LOCK,
        )
    except SpecError as error:
        if not error.message.startswith("no operation matches"):
            raise
        raise SpecError(
            f"{upstream.name} has none of our operations ({ASSISTANTS})",
            hint="Is it another API's document? Or upstream has taken the Assistants "
            "API out of it: then there is nothing to update from any more, and "
            "openapi.yaml, which stays as it is, is the contract.",
        ) from error


def _digested(path: Path) -> dict[str, Any]:
    """Give the digest of upstream's facts.

    Its code is another than the generator's, on purpose, and takes more for granted.
    """
    try:
        return upstream_facts.digest_of(path)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UpdateError(
            f"tests/contract/upstream_facts.py can't read {path.name}, though `pin` "
            f"can: {type(error).__name__}: {error}"
        ) from error


def _unused(digest: Path) -> list[str]:
    """Give the actions of the overlay that found nothing in upstream's old facts."""
    facts = _json(digest).get("document", {})
    return overlay.apply({"openapi": "3.1.0", **facts}, overlay.load()).unused


def _missing(one: Document, other: Document) -> list[str]:
    """Give the operations of a document that another hasn't, by method and path."""
    kept = {(op.method, op.path) for op in operations(other)}
    return [
        f"{op.name} ({op.method.upper()} {op.path})"
        for op in operations(one)
        if (op.method, op.path) not in kept
    ]


def _dropped(old: Document, new: Document) -> list[str]:
    """Give the places that had words of ours and are gone."""
    kept = {key for key, _, _ in places(new)}
    return [
        json_path(key)
        for key, holder, keyword in places(old)
        if key not in kept and holder.get(keyword, MARKER) != MARKER
    ]


def _json(path: Path) -> dict[str, Any]:
    """Read an object from a file of ours.

    Raises:
        UpdateError: somebody has damaged it.
    """
    try:
        found = json.loads(_text(path))
    except ValueError as error:
        raise UpdateError(f"{path.name} is damaged: {error}", [_REMEDY]) from error
    if not isinstance(found, dict):
        raise UpdateError(f"{path.name} is damaged: no object", [_REMEDY])
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UpdateError(f"{path.name} is not UTF-8: byte {error.start}") from error
