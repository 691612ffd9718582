"""The facts of a new document in a worktree, and all that follows from them there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from codegen import overlay, source
from codegen import pin as pinning
from codegen.diff import Report, compare
from codegen.diff.report import as_markdown
from codegen.document import operations
from codegen.errors import SpecError
from codegen.select import ASSISTANTS
from codegen.source import Document, Source
from harness.contract import upstream_facts
from scripts.update.changelog import Taken, entry, with_entry
from scripts.update.checkout import CHANGELOG, DIGEST, DOCUMENT, SOURCE_LOCK, VERSION
from scripts.update.errors import UpdateError
from scripts.update.models import ModelFacts, take_model_facts
from scripts.update.version import (
    bumped,
    last_release,
    version_in,
    with_version,
)

_REMEDY = "git restore brings back what was committed last."
_REMOTE = ("http://", "https://")
_UNFIT = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True)
class Facts:
    """The old document and the new one, and how they differ.

    Attributes:
        folder: the worktree that holds the new one.
        taken: its name, version and date.
        date_before: the day of the old one, if known.
        report: what changed.
        undescribed: places of the new one that lack words of ours.
        unused: actions of the overlay that find nothing in it, but did in the old one.
        removed: operations that are gone.
        added: operations that are new.
        models: what became of what models are asked by.
        same: all that is pinned stays as it was, to the byte.
    """

    folder: Path
    taken: Taken
    date_before: str | None
    report: Report
    undescribed: list[str]
    unused: list[str]
    removed: list[str]
    added: list[str]
    models: ModelFacts
    same: bool

    @cached_property
    def markdown(self) -> str:
        """What changed, as Markdown."""
        return as_markdown(self.report)


def fetch(location: str, folder: Path) -> tuple[Path, Source]:
    """Read the new document and keep its bytes, which some tests read themselves.

    Args:
        location: a path or an `http(s)://` URL.
        folder: where to keep it.

    Raises:
        SpecError: it can't be read, or is no JSON or YAML object within the limits.
    """
    path = folder / name_of(location)
    if location.startswith(_REMOTE):
        path.write_bytes(source.fetch(location))
    else:
        try:
            # Once, as it may be a pipe; one byte more than `load` accepts.
            with Path(location).open("rb") as file:
                path.write_bytes(file.read(source.MAX_BYTES + 1))
        except OSError as error:
            raise SpecError(f"can't read {location}: {error.strerror}") from error
    return path, source.load(path)


def name_of(location: str) -> str:
    """Return a document's file name, without the secrets that a URL may hold."""
    place = shown(location)
    path = urlsplit(place).path if place.startswith(_REMOTE) else place
    return _UNFIT.sub("-", Path(path).name).strip(".-") or "document"


def shown(location: str) -> str:
    """Return a location as it may be printed: a URL without user, query, fragment."""
    remote = location.startswith(_REMOTE)
    return source.without_secrets(location) if remote else location


def take_facts(upstream: Source, path: Path, date: str | None, folder: Path) -> Facts:
    """Pin the new document in a worktree, and compare it with the old one there.

    Args:
        upstream: the new document, as it was read.
        path: its file.
        date: the day it was published; None: the one in its name.
        folder: the worktree, of which five files are rewritten.

    Raises:
        SpecError: the document is unusable, or has none of our operations.
        UpdateError: it has facts that can't be compared.
    """
    pinned, lock, digest = folder / DOCUMENT, folder / SOURCE_LOCK, folder / DIGEST
    data = pinned.read_bytes()
    old = source.load(pinned).document
    before = {"date": None, **_json(lock)}
    stable = version_in(_text(folder / VERSION)).major > 0
    facts_before = {"openapi": "3.1.0", **_json(digest).get("document", {})}
    unused_before = overlay.apply(facts_before, overlay.load()).unused
    done = _pin(upstream, date, pinned, lock)
    found = json.dumps(_digest_of(path), indent=1, sort_keys=True, ensure_ascii=False)
    digest.write_text(found + "\n", encoding="utf-8", newline="\n")
    new = source.load(pinned).document
    models = take_model_facts(upstream, date, folder)
    after = _json(lock)
    return Facts(
        folder=folder,
        taken=Taken(after["name"], after["version"], after["date"]),
        date_before=before["date"],
        report=replace(compare(old, new), old="", new="", released=stable),
        undescribed=done.undescribed,
        unused=[each for each in done.unused_actions if each not in unused_before],
        removed=_missing(old, new),
        added=_missing(new, old),
        models=models,
        same=models.same and data == pinned.read_bytes(),
    )


def write_words(facts: Facts) -> str:
    """Write the changelog entry and the version; return in words what was done.

    Raises:
        UpdateError: the changelog has no place for an entry, or no version is stated.
    """
    if facts.report.is_empty:
        return "the changelog and the version stay: code sees no difference"
    log, file = facts.folder / CHANGELOG, facts.folder / VERSION
    changelog, module = _text(log), _text(file)
    before = version_in(module)
    after = bumped(before, last_release(changelog), facts.report.bump)
    changelog = with_entry(changelog, entry(facts.taken, facts.markdown))
    log.write_text(changelog, encoding="utf-8", newline="\n")
    if before == after:
        return f"the version stays {after}: that is high enough above the last release"
    file.write_text(with_version(module, after), encoding="utf-8", newline="\n")
    return f"the version goes from {before} to {after}"


def _pin(
    upstream: Source, date: str | None, pinned: Path, lock: Path
) -> pinning.Pinned:
    try:
        target = replace(pinning.ASSISTANTS_TARGET, path=pinned, lock=lock)
        return pinning.pin(upstream, target, date=date)
    except SpecError as error:
        if not error.message.startswith("no operation matches"):
            raise
        raise SpecError(
            f"{upstream.name} has none of our operations ({ASSISTANTS})",
            hint="Is it another API's document? Or upstream has taken the Assistants "
            "API out of it: then there is nothing to update from any more, and "
            "openapi.yaml, which stays as it is, is the contract.",
        ) from error


def _digest_of(path: Path) -> dict[str, Any]:
    """Return the digest of upstream's facts.

    Its code is another than the generator's, on purpose, and takes more for granted.
    """
    try:
        return upstream_facts.digest_of(path)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UpdateError(
            f"harness/contract/upstream_facts.py can't read {path.name}, though `pin` "
            f"can: {type(error).__name__}: {error}"
        ) from error


def _missing(one: Document, other: Document) -> list[str]:
    """Return the operations of a document that another lacks, by method and path."""
    there = {(op.method, op.path) for op in operations(other)}
    return [
        f"{op.name} ({op.method.upper()} {op.path})"
        for op in operations(one)
        if (op.method, op.path) not in there
    ]


def _json(path: Path) -> dict[str, Any]:
    """Read an object from a file of ours.

    Raises:
        UpdateError: the file is damaged.
    """
    try:
        return {**json.loads(_text(path))}
    except (ValueError, TypeError) as error:
        raise UpdateError(f"{path.name} is damaged: {error}", [_REMEDY]) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UpdateError(f"{path.name} is not UTF-8: byte {error.start}") from error
