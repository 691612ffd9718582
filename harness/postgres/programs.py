"""The programs of PostgreSQL: the machine's own, or Debian's where they can be had."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from harness.processes import ProcessError, run

VARIABLE = "ASSISTANTS_POSTGRES"
_ADVICE = (
    f"install PostgreSQL 13 or newer, or name its folder of programs in {VARIABLE}"
)
_NEEDED = ("initdb", "postgres")
# Debian leaves them out of PATH, as there may be several versions.
_DEBIAN = Path("/usr/lib/postgresql")


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


def _installed() -> Path | None:
    found = shutil.which(_NEEDED[0])
    debian = sorted(_DEBIAN.glob("*/bin"), key=_version, reverse=True)
    # A link in PATH leads to the folder of all of them.
    folders = [*([Path(found).resolve().parent] if found else []), *debian]
    return next((each for each in folders if _are_in(each)), None)


def _are_in(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _NEEDED)


def _version(folder: Path) -> int:
    found = re.match(r"\d+", folder.parent.name)
    return int(found[0]) if found else 0


def _install() -> Path:
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise ProcessError(f"there is no PostgreSQL here; {_ADVICE}")
    print("installing postgresql", file=sys.stderr, flush=True)
    quiet = (apt, "-qq", "-o", "Dpkg::Use-Pty=0")
    try:
        run(*quiet, "update")
        run(*quiet, "install", "-y", "--no-install-recommends", "postgresql")
    except ProcessError as error:
        raise ProcessError(f"{error}\nno PostgreSQL; {_ADVICE}") from error
    found = _installed()
    if not found:
        raise ProcessError(f"the package postgresql brought no programs; {_ADVICE}")
    return found
