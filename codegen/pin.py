"""Rewrite the pinned document from an upstream one: its facts, our words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from codegen import overlay, source
from codegen.attempts import Wishes, attempt, prepared
from codegen.normalise.strip import order
from codegen.paths import CODEGEN, MODEL_API, PINNED
from codegen.prose import with_blanks, with_prose, without_prose
from codegen.select import ASSISTANTS, MODELS, Selection
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
_MODELS_HEADER = """\
# What a model is asked by: the Responses API, chat completions, embeddings, the list of
# models, and files for the code that it runs; and conversations, which threads become.
#
# The facts were taken from an upstream document by `python -m codegen pin --models`,
# and model_api.lock names it. Nobody edits them, and no words are added.
"""


@dataclass(frozen=True)
class Target:
    """A document of ours that holds the facts of an upstream one.

    Attributes:
        path: its file.
        lock: the record of where its facts come from.
        selection: the operations that it has.
        header: the comment at its beginning.
        title: what it is called where it has no words of ours; else they say it.
    """

    path: Path
    lock: Path
    selection: Selection
    header: str
    title: str = ""


ASSISTANTS_TARGET = Target(PINNED, LOCK, ASSISTANTS, _HEADER)
MODELS_TARGET = Target(
    MODEL_API, MODEL_API.with_suffix(".lock"), MODELS, _MODELS_HEADER, "Models"
)


@dataclass(frozen=True)
class Pinned:
    """What a pin did."""

    document: Document
    undescribed: list[str]
    unused_actions: list[str]


def pin(
    upstream: Source, target: Target = ASSISTANTS_TARGET, *, date: str | None = None
) -> Pinned:
    """Write the pinned document and the record of where it comes from.

    Raises:
        SpecError: the document is unusable; nothing has been written then.
    """
    given, unused = prepared(upstream.document, overlay.load(), upstream.folder)
    found, _, _ = attempt(given, Wishes(target.selection))
    document, missing = _worded(without_prose(found.document), target)
    document, _ = order(document)
    found_date = _DATE.search(upstream.name)
    record = {
        "name": upstream.name,
        "date": date or (found_date.group() if found_date else None),
        "version": upstream.version,
        "sha256": upstream.sha256,
    }
    write_atomically(target.path, target.header + to_yaml(document))
    write_atomically(target.lock, json.dumps(record, indent=2) + "\n")
    return Pinned(document, missing, unused)


def _worded(document: Document, target: Target) -> tuple[Document, list[str]]:
    """Return a document with the words that are due, and where some are missing."""
    if target.title:
        return with_blanks(document, target.title), []
    known = source.load(target.path).document if target.path.exists() else None
    return with_prose(document, known)


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
