"""What is exported: everything that can be listed, or what is named."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from .source import is_id

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is exported.

    Attributes:
        threads: ids of threads, besides those that the server lists.
        everything: whether to export all that the server lists; otherwise only the
            threads, and what they name.
        contents: whether to export the contents of files.
        batches: batches of files, by the ids of vector store and batch: no operation
            lists them.
    """

    threads: tuple[str, ...] = ()
    everything: bool = True
    contents: bool = True
    batches: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        named = (*self.threads, *itertools.chain.from_iterable(self.batches))
        for each in named:
            if not is_id(each):
                raise ValueError(f"{each!r} is not an id")

    def as_data(self) -> dict[str, Any]:
        """Return what tells it from another one, as the manifest has it."""
        named = sorted({*self.threads})
        digest = hashlib.sha256("\n".join(named).encode("utf-8", "surrogatepass"))
        return {
            "everything": self.everything,
            "contents": self.contents,
            "threads": len(named),
            "threads_sha256": digest.hexdigest(),
            "batches": sorted(":".join(each) for each in {*self.batches}),
        }


def ids_in(file: TextIO) -> Iterator[str]:
    """Yield the ids of threads that a file names.

    A line is an id, or JSON: a thread, or anything that belongs to one, such as a run
    that somebody logged; then its `thread_id` counts. Lines that begin with # are none.

    Raises:
        ValueError: a line names no thread.
    """
    for number, line in enumerate(file, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = _from_json(text) if text.startswith(("{", "[", '"')) else [text]
        for each in found:
            if not isinstance(each, str) or not each or each.split() != [each]:
                raise ValueError(
                    f"line {number} names no thread: expected an id, or JSON with "
                    f"`thread_id`, found {text[:60]!r}"
                )
            yield each


def _from_json(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [None]
    return [
        _thread_of(each) for each in (value if isinstance(value, list) else [value])
    ]


def _thread_of(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return value.get("thread_id") or (
        value.get("id") if value.get("object") in ("thread", None) else None
    )
