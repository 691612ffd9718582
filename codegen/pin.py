"""Rewrite the pinned document from an upstream one: its facts, our words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from codegen import overlay, source
from codegen.errors import SpecError
from codegen.normalise import normalise
from codegen.normalise.strip import order
from codegen.prose import with_prose, without_prose
from codegen.select import ASSISTANTS, Selection, check_version, select
from codegen.source import Document, Source
from codegen.structure import check_structure
from codegen.swap import write_atomically

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "openapi.yaml"
LOCK = ROOT / "codegen" / "source.lock"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WIDTH = 88
_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
_HEADER = """\
# The Assistants API: assistants, threads, messages, runs and run steps.
#
# The facts were taken from the upstream document that codegen/source.lock names, by
# `python -m codegen pin`, with the repairs of codegen/overlay.yaml. The words are ours:
# edit descriptions here; `pin` keeps them.
"""


@dataclass(frozen=True)
class Pinned:
    """What a pin did.

    Attributes:
        document: the facts.
        undescribed: places that lack words of ours.
        unused_actions: actions of the overlay that fit nothing.
        changes: how often each pass changed something.
        origins: where the schemas stood that were given names of their own.
    """

    document: Document
    undescribed: list[str]
    unused_actions: list[str]
    changes: dict[str, int]
    origins: dict[str, tuple[str | int, ...]] = field(default_factory=dict)


def facts(upstream: Document, selection: Selection, repairs: Document | None) -> Pinned:
    """Take the chosen part of a document into its normalised form.

    Args:
        upstream: any OpenAPI 3.0 or 3.1 document.
        selection: which operations to keep.
        repairs: the overlay to apply first, or None.
    """
    check_version(upstream)
    check_structure(upstream)
    unused: list[str] = []
    if repairs is not None:
        applied = overlay.apply(upstream, repairs)
        upstream, unused = applied.document, applied.unused
    try:
        result = normalise(select(upstream, selection))
    except RecursionError as error:
        raise SpecError(
            "schemas refer to schemas too many times in a row",
            at=("components", "schemas"),
        ) from error
    return Pinned(result.document, [], unused, result.changes, result.origins)


def pin(
    upstream: Source,
    *,
    selection: Selection = ASSISTANTS,
    date: str | None = None,
    pinned: Path = PINNED,
    lock: Path = LOCK,
) -> Pinned:
    """Write the pinned document and the record of where it comes from.

    Args:
        upstream: the document to take the facts from.
        selection: which operations to keep.
        date: the day of the document, else the one in its file name.
        pinned: the document to rewrite; its prose is kept.
        lock: the record to write.

    Raises:
        SpecError: the document is unusable; nothing has been written then.
    """
    taken = facts(upstream.document, selection, overlay.load())
    known = source.load(pinned).document if pinned.exists() else None
    described, missing = with_prose(without_prose(taken.document), known)
    document, _ = order(described)
    record = {
        "name": upstream.name,
        "date": date or _date_of(upstream.name),
        "version": upstream.version,
        "sha256": upstream.sha256,
    }
    write_atomically(pinned, _HEADER + to_yaml(document))
    write_atomically(lock, json.dumps(record, indent=2) + "\n")
    return Pinned(document, missing, taken.unused_actions, taken.changes)


def to_yaml(document: Document) -> str:
    """Write a document as YAML, long texts folded, the same bytes every time."""
    text: str = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH - 2,
        default_flow_style=False,
    )
    return text


def _date_of(name: str) -> str | None:
    found = _DATE.search(name)
    return found.group() if found else None


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None
    if _BREAKS.search(value):
        # Read back as blanks unless they are escaped.
        style = '"'
    elif not source.reads_as_text(value):
        style = "'"
    elif len(value) > _WIDTH - 20 and value == " ".join(value.split()):
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
