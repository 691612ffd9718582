"""The programs of PostgreSQL: the machine's own, or Debian's where they can be had."""

from __future__ import annotations

import os
import re
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

from harness import debian
from harness.processes import ProcessError

VARIABLE = "ASSISTANTS_POSTGRES"
_ADVICE = (
    f"install PostgreSQL 13 or newer, or name its folder of programs in {VARIABLE}"
)
_NEEDED = ("initdb", "postgres")
# Debian leaves them out of PATH, as there may be several versions.
_DEBIAN = Path("/usr/lib/postgresql")
# A package that has PostgreSQL 16 with pgvector, and its libraries beside it.
_PACKAGE, _LIBRARIES = "pgserver", "pgserver.libs"


def programs() -> Path:
    """Return the folder of the programs; install Debian's package where there is none.

    Raises:
        ProcessError: there are none, and none can be installed.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not _are_in(Path(named)):
            raise ProcessError(f"{VARIABLE} names no folder with {_NEEDED[0]}: {named}")
        return Path(named)
    return _installed() or _install()


def pgvector_programs() -> Path:
    """Return the folder of the programs of a PostgreSQL that has pgvector.

    Raises:
        ProcessError: there are none for this Python and machine.
    """
    found = find_spec(_PACKAGE)
    for each in (found and found.submodule_search_locations) or ():
        folder = Path(each, "pginstall", "bin")
        if _are_in(folder):
            return folder
    raise ProcessError(f"the package {_PACKAGE} isn't here: it has pgvector")


def for_everybody(folder: Path, scratch: Path) -> Path:
    """Return programs that another user may run: these, or their copies.

    Args:
        folder: the folder of the programs.
        scratch: where to copy them to, if need be.
    """
    if all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents)):
        return folder
    whole = folder.parents[1]
    shutil.copytree(whole, scratch / whole.name, dirs_exist_ok=True)
    libraries = whole.parent / _LIBRARIES
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / _LIBRARIES, dirs_exist_ok=True)
    return scratch / folder.relative_to(whole.parent)


def _installed() -> Path | None:
    found = shutil.which(_NEEDED[0])
    packaged = sorted(_DEBIAN.glob("*/bin"), key=_version, reverse=True)
    # A link in PATH leads to the folder of all of them.
    folders = [*([Path(found).resolve().parent] if found else []), *packaged]
    return next((each for each in folders if _are_in(each)), None)


def _are_in(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _NEEDED)


def _version(folder: Path) -> int:
    found = re.match(r"\d+", folder.parent.name)
    return int(found[0]) if found else 0


def _install() -> Path:
    debian.install("postgresql", advice=_ADVICE)
    found = _installed()
    if not found:
        raise ProcessError(f"the package postgresql brought no programs; {_ADVICE}")
    return found
