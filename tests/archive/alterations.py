"""Archives as somebody may have changed them, with hashes that fit again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

from assistants_archive import unit_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JSON = dict[str, Any]


def copied(archive: Path, folder: Path) -> Path:
    shutil.copytree(archive, folder)
    return folder


def edited(folder: Path, kind: str, change: Callable[[JSON], Any]) -> Path:
    """Change all objects of a kind, and let hashes and counts fit."""
    for path in folder.glob("*/*.ndjson"):
        lines = _lines(path)
        for line in lines:
            if line["kind"] == kind:
                line["object"] = change(line["object"])
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return sealed(folder)


def sealed(folder: Path) -> Path:
    """Let the index and the manifest of an archive fit what is in it."""
    index = folder / "contents.ndjson"
    entries = _lines(index)
    for entry in entries:
        for name in ("lines", "content"):
            if name in entry:
                entry[name] |= _stored(folder / entry[name]["path"])
        entry["counts"] = _counts(folder / entry["lines"]["path"])
    index.write_text("".join(json.dumps(each) + "\n" for each in entries), "utf-8")
    manifest = folder / "manifest.json"
    value = json.loads(manifest.read_text("utf-8"))
    value["index"] |= _stored(index)
    totals: Counter[str] = Counter()
    for entry in entries:
        totals.update(entry["counts"])
        totals["content"] += "content" in entry
    value["counts"] = totals
    manifest.write_text(json.dumps(value), "utf-8")
    return folder


def made(folder: Path, units: dict[tuple[str, str], list[JSON]]) -> Path:
    """Make an archive of lines, by the kinds and ids of their units."""
    totals: Counter[str] = Counter()
    entries = []
    for (kind, id), lines in units.items():  # noqa: A001 - of the unit
        path = folder / unit_path(kind, id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        counts = _counts(path)
        totals += counts
        stored = {"path": unit_path(kind, id), **_stored(path)}
        entries.append({"unit": kind, "id": id, "lines": stored, "counts": counts})
    index = folder / "contents.ndjson"
    index.write_text("".join(json.dumps(each) + "\n" for each in entries), "utf-8")
    manifest = {
        "format": "assistants-archive",
        "version": 1,
        "server": "https://a.test",
        "selection": {},
        "began": "2026-11-01T00:00:00+00:00",
        "complete": True,
        "ended": "2026-11-01T00:00:00+00:00",
        "counts": totals,
        "index": {"path": "contents.ndjson", **_stored(index)},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def _stored(path: Path) -> JSON:
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _counts(path: Path) -> Counter[str]:
    return Counter(line["kind"] for line in _lines(path))


def _lines(path: Path) -> list[JSON]:
    # JSON has more kinds of line breaks in its texts than lines have.
    lines = path.read_bytes().splitlines()
    return [json.loads(line.decode("utf-8", "replace")) for line in lines]
