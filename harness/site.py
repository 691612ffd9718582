"""Make the site of docs/ with Sphinx, all or nothing."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.environments import python_with
from harness.processes import ProcessError, plain_environment

ROOT = Path(__file__).resolve().parents[1]
# What makes the site isn't needed to develop. The reference is made of what the client
# itself says, so it has to be imported.
PACKAGES = (
    *("sphinx==9.0.4", "myst-parser==5.2.0", "furo==2025.12.19"),
    # A button that copies the code.
    "sphinx-copybutton==0.5.2",
)
_IMPORTED = ("attrs", "docstring_parser", "httpx", "msgspec", "python-dateutil")
# A folder with something in it is only replaced if this in it says that we made it. Git
# needs to know nothing about the site, wherever it is.
_PATHS = (str(ROOT), str(ROOT / "generated"))
_MARK = "# Made by scripts/docs, which replaces this folder as a whole.\n*\n"


def main() -> int:
    """Make the site; warnings of Sphinx are errors. Return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "site")
    out: Path = parser.parse_args().out.resolve()
    if out.exists() and not _is_ours(out):
        other = f"docs: {out} has other things in it; name another folder"
        print(other, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="docs-") as folder:
        made = Path(folder, "site")
        try:
            python = python_with("docs", *PACKAGES, *_imported())
        except ProcessError as error:
            print(f"docs: {error}", file=sys.stderr)
            return 2
        options = ("--quiet", "--fail-on-warning", "--keep-going", "--builder", "html")
        places = ("--conf-dir", "docs/_sphinx", "--doctree-dir", f"{folder}/trees")
        done = subprocess.run(
            [python, "-B", "-m", "sphinx", *options, *places, ".", made],
            cwd=ROOT,
            env={**plain_environment(), "PYTHONPATH": os.pathsep.join(_PATHS)},
            check=False,
        )
        if done.returncode:
            return 1
        for name in (".buildinfo", "objects.inv"):
            (made / name).unlink(missing_ok=True)
        shutil.rmtree(made / "_sources", ignore_errors=True)
        (made / ".gitignore").write_text(_MARK, encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, out)
    print(f"docs: {out / 'index.html'}")
    return 0


def _imported() -> list[str]:
    """Return what the client imports, in the versions that it is developed with."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.partition("==")[0] in _IMPORTED]


def _is_ours(out: Path) -> bool:
    mark = out / ".gitignore"
    marked = mark.is_file() and mark.read_text("utf-8") == _MARK
    return out.is_dir() and (marked or not any(out.iterdir()))


if __name__ == "__main__":
    sys.exit(main())
