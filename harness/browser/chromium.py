"""The browser: the machine's own, or Debian's where it may be installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harness import debian
from harness.processes import ProcessError

VARIABLE = "ASSISTANTS_BROWSER"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ADVICE = f"install Chromium, or name the program of one in {VARIABLE}"


def chromium() -> Path:
    """Return the program of a browser; install Debian's package where there is none.

    Raises:
        ProcessError: there is none, and none can be installed.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if not found:
            raise ProcessError(f"{VARIABLE} names no program: {named}")
        return Path(found)
    return _installed() or _install()


def _installed() -> Path | None:
    found = (shutil.which(name) for name in _NAMES)
    return next((Path(path) for path in found if path), None)


def _install() -> Path:
    # Without fonts all letters are boxes; the package recommends them only.
    fonts = ("fonts-dejavu-core", "fonts-liberation")
    debian.install("chromium", *fonts, advice=_ADVICE)
    found = _installed()
    if not found:
        raise ProcessError(f"the package chromium brought no browser; {_ADVICE}")
    return found
