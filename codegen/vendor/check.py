"""Look at copies that were written earlier: modified, incomplete, outdated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.errors import BuildError
from codegen.lock import differences
from codegen.paths import GENERATED
from codegen.vendor import vendored
from codegen.vendor.copy import Options, make
from codegen.vendor.target import check_name

# What makes a copy another one; where it came from, and words about it, don't.
_MEANINGS = {
    "version": "the version",
    "document": "the document",
    "python": "the Python versions",
    "dependencies": "the dependencies",
    "optional_dependencies": "the optional dependencies",
    "licence": "the licence",
    "licence_files": "the licence files",
    "options": "the options",
    "project": "the project",
}


@dataclass(frozen=True)
class Checked:
    """What a check of a copy found.

    Attributes:
        folder: where the copy is.
        findings: how its files differ from its stamp.
        outdated: how the stamp differs from what would be written now.
        unknown: why that can't be checked; else "".
    """

    folder: Path
    findings: vendored.Findings
    outdated: tuple[str, ...]
    unknown: str = ""

    @property
    def verdicts(self) -> list[str]:
        """Return all that is wrong: modified, incomplete, outdated."""
        return vendored.verdicts(self.findings) + ["outdated"] * bool(self.outdated)


def copies(dest: Path, name: str | None = None) -> list[Path]:
    """Find the copies in a folder, or the one that the folder itself is."""
    if not dest.is_dir():
        raise BuildError(f"there is no folder {dest}")
    if name is not None:
        check_name(name)
        dest = dest / name
    stamps = [dest / vendored.STAMP]
    if name is None and not stamps[0].is_file():
        stamps = sorted(dest.glob(f"[!.]*/{vendored.STAMP}"))
    found = [stamp.parent for stamp in stamps if stamp.is_file()]
    if not found:
        raise BuildError(
            f"{dest} holds no copy (nothing there has a {vendored.STAMP})",
            ["give the folder that `vendor` wrote to, or the copy itself"],
        )
    return found


def check_copy(folder: Path, generated: Path | None = None) -> Checked:
    """Compare a copy with its stamp, and that with what would be written now."""
    try:
        stamp = vendored.read_stamp(folder)
        findings = vendored.look(folder, stamp)
    except vendored.StampError as error:
        raise BuildError(f"{folder} can't be checked: {error}") from error
    options = stamp.get("options")
    if not isinstance(options, dict) or not isinstance(options.get("name"), str):
        raise BuildError(f"{folder} can't be checked: {vendored.STAMP} has no options")
    if options.get("own_build") is True and generated is None:
        unknown = "it is of a build of its own, which --generated must name"
        return Checked(folder, findings, (), unknown)
    with_client = options.get("with_client") is True
    wanted = make(Options(options["name"], with_client, generated or GENERATED))
    return Checked(folder, findings, tuple(_differing(stamp, wanted.stamp)))


def _differing(stamp: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    """Go through how a stamp differs from that of a copy that would be written now."""
    for key, meaning in _MEANINGS.items():
        if stamp.get(key) != wanted[key]:
            was, now = (_shown(each.get(key)) for each in (stamp, wanted))
            yield f"{meaning}: {was}, now {now}"
    for name, kind in differences(stamp["files"], wanted["files"]).items():
        yield f"{kind}: {vendored.shown(name)}"


def _shown(value: Any) -> str:
    """Write a value of a stamp on one line."""
    if isinstance(value, dict):
        value = " ".join(f"{key} {_shown(each)}" for key, each in value.items())
    elif isinstance(value, list):
        value = " ".join(map(str, value)) or "none"
    return vendored.shown(value)
