"""The upstream documents that lie at hand, read as plain data.

`ASSISTANTS_UPSTREAM` names one or several files (separated like PATH); without it, the
reference copies beside the checkout are taken. A checkout without either has none.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "ASSISTANTS_UPSTREAM"
REFERENCE = ROOT.parent / "shared" / "upstream"
# The one that openapi.yaml takes its facts from.
PINNED_COPY = "openai-2026-08-21.yaml"


class _Loader(Composer, yaml.CSafeLoader):
    """Read dates, `on` and `no` as the text that they are in YAML 1.2.

    An anchor may be defined twice, as some published copies do.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - overrides what the base has
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if not tag.endswith(":timestamp")
            and (first in "tfTF" or not tag.endswith(":bool"))
        ]
        for first, resolvers in Resolver.yaml_implicit_resolvers.items()
    }

    def __init__(self, stream: str) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        if not isinstance(event, yaml.AliasEvent):
            self.anchors.pop(event.anchor, None)
        return super().compose_node(parent, index)


def for_prose() -> list[Path]:
    return _named() or sorted(REFERENCE.glob("openai-*.yaml"))


def for_facts() -> list[Path]:
    """Return the upstream documents whose facts must be those of openapi.yaml."""
    return _named() or [path for path in [REFERENCE / PINNED_COPY] if path.exists()]


def named(name: str) -> Path:
    """Return the reference document of a name.

    Raises:
        FileNotFoundError: it is not at hand; a test that needs it must not pass.
    """
    for path in (*_named(), REFERENCE / name):
        if path.name == name and path.is_file():
            return path
    raise FileNotFoundError(f"{name} is not at hand: name it in {VARIABLE}")


def _named() -> list[Path]:
    value = os.environ.get(VARIABLE, "")
    paths = [Path(part) for part in value.split(os.pathsep) if part]
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"{VARIABLE} names {path}, where no file is")
    return paths


@cache
def load(path: Path) -> Any:
    """Read a YAML or JSON document; whoever changes it copies it first."""
    return yaml.load(path.read_text("utf-8"), Loader=_Loader)


def scalars(path: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return every text value of a document with the keys that lead to it.

    From the events of the parser, so that anchors defined twice do no harm.
    """
    keys: list[str] = []
    # For each open container the key that is due next; None where that is a key.
    open_: list[str | None] = []
    for event in yaml.parse(path.read_text("utf-8"), Loader=_Loader):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            is_map = isinstance(event, yaml.MappingStartEvent)
            keys.append((open_[-1] or "") if open_ else "")
            open_.append(None if is_map else "[]")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            open_.pop()
            keys.pop()
            _take_value(open_)
        elif isinstance(event, yaml.ScalarEvent):
            if open_ and open_[-1] is None:
                open_[-1] = event.value
            else:
                last = (open_[-1] or "") if open_ else ""
                yield (*keys[1:], last), event.value
                _take_value(open_)
        elif isinstance(event, yaml.AliasEvent):
            _take_value(open_)


def _take_value(open_: list[str | None]) -> None:
    if open_ and open_[-1] != "[]":
        open_[-1] = None
