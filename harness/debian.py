"""Packages of Debian, for programs that a machine doesn't have."""

from __future__ import annotations

import os
import shutil
import sys

from harness.processes import ProcessError, run


def install(package: str) -> None:
    """Install a package.

    Raises:
        ProcessError: that can't be done here.
    """
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise ProcessError(f"{package} is not here; install it")
    print(f"installing {package}", file=sys.stderr, flush=True)
    quiet = (apt, "-qq", "-o", "Dpkg::Use-Pty=0")
    try:
        run(*quiet, "update")
        run(*quiet, "install", "-y", "--no-install-recommends", package)
    except ProcessError as error:
        raise ProcessError(f"{error}\n{package} can't be installed") from error
