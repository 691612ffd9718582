"""Say where a copy may go, and how its package may be called."""

from __future__ import annotations

import keyword
import os
import re
import sys
from pathlib import Path

from codegen.errors import BuildError, shorten
from codegen.paths import ROOT
from codegen.vendor.vendored import STAMP

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
# Of Pythons newer than the oldest that may run this.
_NEWER_MODULES = {"annotationlib", "compression"}
# What the packages import that we depend on, and need themselves: hiding one of them
# breaks the copy in a way that is hard to understand.
_NEEDED = {
    *("anyio", "attr", "attrs", "certifi", "dateutil", "h11", "h2", "hpack"),
    *("httpcore", "httpx", "httpx2", "hyperframe", "idna", "msgspec", "six"),
    *("sniffio", "socksio", "typing_extensions"),
}
_HIDING = {
    name.lower() for name in {*sys.stdlib_module_names, *_NEWER_MODULES, *_NEEDED}
}
# No copy belongs among our own sources.
_OURS = ("assistants_client", "codegen", "generated", ".git", ".venv")


def check_name(name: str) -> None:
    """Refuse what can't, or shouldn't, be the name of a copy.

    Raises:
        BuildError: it is no name, or would hide a package that the copy needs.
    """
    if not _NAME.match(name) or keyword.iskeyword(name):
        raise BuildError(
            f"{shorten(name)} can't be the name of a package",
            ["choose one of ASCII letters, digits and underscores with --name"],
        )
    if name.startswith("__"):
        raise BuildError(
            f"{shorten(name)} is a name for Python's own use",
            ["choose one with no more than one underscore in front with --name"],
        )
    if name.lower() in _HIDING:
        kind = "a package that the copy needs"
        if name.lower() not in _NEEDED:
            kind = "a module of the standard library"
        raise BuildError(
            f"{shorten(name)} would hide {kind}", ["choose another with --name"]
        )


def target_of(dest: Path, name: str) -> Path:
    """Give the folder of a copy, resolved; nothing is written.

    Raises:
        BuildError: no copy can go there.
    """
    try:
        folder = dest.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise BuildError(f"{shorten(str(dest))} can't be a folder: {error}") from error
    for place in (folder, *folder.parents):
        if os.path.lexists(place) and not place.is_dir():
            raise BuildError(f"{place} is no folder", ["choose another DEST"])
        if (place / STAMP).exists():
            raise BuildError(
                f"{place} is a copy itself", ["give the folder that it is in as DEST"]
            )
    target = folder / name
    if target.is_symlink():
        raise BuildError(
            f"{target} is a symbolic link",
            ["give the folder that it leads into as DEST, or delete it"],
        )
    if target.exists() and not target.is_dir():
        raise BuildError(f"{target} is no folder", ["delete it, or choose a --name"])
    for ours in _OURS:
        if target.is_relative_to(ROOT / ours):
            raise BuildError(
                f"{target} is within {ours}/ of this repository",
                ["choose a DEST in the repository that the copy is for"],
            )
    return target
