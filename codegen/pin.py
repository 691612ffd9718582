"""Rewrite the pinned document from an upstream one: its facts, our words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from codegen import overlay, source
from codegen.normalise.strip import order
from codegen.paths import CODEGEN, PINNED
from codegen.pipeline import facts
from codegen.prose import with_prose, without_prose
from codegen.select import ASSISTANTS, Selection
from codegen.source import Document, Source
from codegen.swap import write_atomically

LOCK = CODEGEN / "source.lock"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WIDTH = 88
_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
_HEADER = """\
# The Assistants API: assistants, threads, messages, runs, run steps, files, vector
# stores and models.
#
# The facts were taken from the upstream document that codegen/source.lock names, by
# `python -m codegen pin`, with the repairs of codegen/overlay.yaml. The words are ours:
# edit descriptions here; `pin` keeps them.
"""


@dataclass(frozen=True)
class Pinned:
    """What a pin did."""

    document: Document
    undescribed: list[str]
    unused_actions: list[str]


def pin(
    upstream: Source,
    *,
    selection: Selection = ASSISTANTS,
    date: str | None = None,
    pinned: Path = PINNED,
    lock: Path = LOCK,
) -> Pinned:
    """Write the pinned document and the record of where it comes from.

    Raises:
        SpecError: the document is unusable; nothing has been written then.
    """
    found = facts(upstream.document, selection, overlay.load())
    known = source.load(pinned).document if pinned.exists() else None
    described, missing = with_prose(without_prose(found.document), known)
    document, _ = order(described)
    found_date = _DATE.search(upstream.name)
    record = {
        "name": upstream.name,
        "date": date or (found_date.group() if found_date else None),
        "version": upstream.version,
        "sha256": upstream.sha256,
    }
    write_atomically(pinned, _HEADER + to_yaml(document))
    write_atomically(lock, json.dumps(record, indent=2) + "\n")
    return Pinned(document, missing, found.unused_actions)


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


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless  # Lists stand further in than what holds them.
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
