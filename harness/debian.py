"""Packages of Debian, for programs that a machine doesn't have."""

from __future__ import annotations

import os
import shutil
import sys

from harness.processes import ProcessError, run


def install(*packages: str, advice: str = "") -> None:
    """Install packages.

    Args:
        packages: their names, first that of the program.
        advice: what to do where they can't be installed.

    Raises:
        ProcessError: that can't be done here.
    """
    name, advice = packages[0], advice or f"install {packages[0]}"
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise ProcessError(f"{name} is not here; {advice}")
    print(f"installing {name}", file=sys.stderr, flush=True)
    quiet = (apt, "-qq", "-o", "Dpkg::Use-Pty=0")
    wanted = (*quiet, "install", "-y", "--no-install-recommends", *packages)
    try:
        try:
            run(*wanted)
        except ProcessError:
            # The lists of packages may be missing or old; fetching them takes longer
            # than finding that out.
            run(*quiet, "update")
            run(*wanted)
    except ProcessError as error:
        raise ProcessError(f"{error}\n{name} can't be installed; {advice}") from error
