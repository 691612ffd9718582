"""Where a copy may go, and what its package may be called."""

from __future__ import annotations

import keyword
import os
import re
import sys
from pathlib import Path

from codegen.errors import BuildError, shorten
from codegen.paths import ROOT
from codegen.vendor.rewrite import NEWER_MODULES
from codegen.vendor.vendored import STAMP

_NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
# What the packages that we depend on are, and import: hiding one of them breaks the
# copy in a way that is hard to understand.
_NEEDED = {
    *("anyio", "attr", "attrs", "certifi", "dateutil", "docstring_parser", "h11"),
    *("h2", "hpack", "httpcore", "httpx", "httpx2", "hyperframe", "idna", "msgspec"),
    *("six", "sniffio", "socksio", "typing_extensions"),
}
_STANDARD = {name.lower() for name in (*sys.stdlib_module_names, *NEWER_MODULES)}
# No copy belongs among our own sources.
_OURS = ("assistants_client", "assistants_server", "codegen", "generated")
_FORBIDDEN = (*_OURS, ".git", ".venv")


def check_name(name: str) -> None:
    """Refuse what can't, or shouldn't, be the name of a copy."""
    if not _NAME.match(name) or keyword.iskeyword(name):
        raise BuildError(
            f"{shorten(name)} can't be the name of a package",
            ["choose one of ASCII letters, digits and single underscores with --name"],
        )
    if name.lower() in _STANDARD | _NEEDED:
        kind = "a package that the copy needs"
        if name.lower() in _STANDARD:
            kind = "a module of the standard library"
        raise BuildError(
            f"{shorten(name)} would hide {kind}", ["choose another with --name"]
        )


def target_of(dest: Path, name: str) -> Path:
    """Return the folder of a copy, resolved; nothing is written."""
    try:
        folder = dest.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise BuildError(f"{shorten(str(dest))} can't be a folder: {error}") from error
    target = folder / name
    if target.is_symlink():
        raise BuildError(
            f"{target} is a symbolic link",
            ["give the folder that it leads into as DEST, or delete it"],
        )
    for place in (target, *target.parents):
        if os.path.lexists(place) and not place.is_dir():
            advice = "delete it, or choose another DEST or --name"
            raise BuildError(f"{place} is no folder", [advice])
        if place != target and (place / STAMP).exists():
            raise BuildError(
                f"{place} is a copy itself", ["give the folder that it is in as DEST"]
            )
    for ours in _FORBIDDEN:
        if target.is_relative_to(ROOT / ours):
            raise BuildError(
                f"{target} is within {ours}/ of this repository",
                ["choose a DEST in the repository that the copy is for"],
            )
    return target
