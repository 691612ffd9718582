"""An update that rests in the middle, until somebody stops it."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest import mock

from scripts.update import __main__ as update

if TYPE_CHECKING:
    from pathlib import Path

RESTING = "resting in "


def update_and_rest(root: Path, given: str) -> None:
    """Be an update that builds nothing, and says where it rests in place of checks."""
    with (
        mock.patch.object(update, "build", return_value=SimpleNamespace(changed=[])),
        mock.patch.object(update, "_check", _rest),
    ):
        sys.exit(update.main([given], root))


def _rest(worktree: Path, _: Path) -> None:
    sys.stdout.write(f"{RESTING}{worktree}\n")
    time.sleep(600)
