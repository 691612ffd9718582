"""Put Debian's nginx before the server, with the very configuration of the guide.

What is replaced in it are ports, the certificate, and in some checks how long nginx
waits. The exit code is 1 where something doesn't work through it, and 2 where it can't
be had.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from harness.checks import FaultError, is_good
from harness.nginx import checks, processes
from harness.nginx.stage import stage
from harness.processes import ProcessError

if TYPE_CHECKING:
    from collections.abc import Callable

_GUIDE = "as in the guide"
_TIMEOUT = 1.5


def main() -> int:
    """Make all checks; return the exit code."""
    argparse.ArgumentParser(prog="scripts/nginx", description=__doc__).parse_args()
    faults = count = 0

    def tried(group: str, check: Callable[..., str], *given: Any) -> None:
        nonlocal faults, count
        count += 1
        faults += not is_good(
            group, check.__name__, partial(_carried_out, check, *given)
        )

    try:
        with stage() as usual:
            for check in checks.USUAL:
                tried(_GUIDE, check, usual)
        with stage(keep_alive=_TIMEOUT / 15, timeout=_TIMEOUT) as hasty:
            tried(f"nginx waits for {_TIMEOUT:g} s", checks.silent, hasty)
        with stage(timeout=_TIMEOUT) as mute:
            tried("the same, and no comments", checks.cut, mute)
            tried("the same, and no comments", checks.resumed, mute)
        for each in processes.CHECKS:
            tried("two processes", each)
    except ProcessError as error:
        print(f"nginx: {error}", file=sys.stderr)
        return 2
    print(f"nginx: {count} checks, {faults} faults")
    return int(faults > 0)


def _carried_out(check: Callable[..., str], *given: Any) -> str:
    try:
        return check(*given)
    except (httpx.HTTPError, OSError) as error:
        raise FaultError(f"{type(error).__name__}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
