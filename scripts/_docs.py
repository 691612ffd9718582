"""Lay the pages out as the site has them, and let Sphinx make it.

Usage: _docs.py OUT
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from scripts._docs_api import UnknownLineError, written
from scripts._docs_check import faults
from scripts._docs_html import repair
from scripts._docs_pages import (
    API,
    DOCS,
    ROOT,
    Page,
    contents,
    each_link,
    files_of,
    in_site,
    is_outside,
    links,
    pages,
    target_of,
)

# A folder with something in it is only replaced if this in it says that we made it. Git
# needs to know nothing about the site, wherever it is.
_IGNORED = "# Made by scripts/docs, which replaces this folder as a whole.\n*\n"
_MARK = ".gitignore"
_NEEDLESS = (".buildinfo", "objects.inv", "_sources")


class BrokenPageError(ValueError):
    """A page that leads nowhere."""


def main() -> int:
    """Make the site, all or nothing; Sphinx's warnings are errors."""
    out = Path(sys.argv[1])
    if out.exists() and not _is_ours(out):
        print(
            f"docs: {out} has other things in it; name another folder", file=sys.stderr
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="docs-") as folder:
        source, made = Path(folder) / "source", Path(folder) / "site"
        try:
            lay_out(source)
        except (BrokenPageError, UnknownLineError) as error:
            print(f"docs: {error}", file=sys.stderr)
            return 1
        done = subprocess.run(_sphinx(source, made, Path(folder)), check=False)
        if done.returncode:
            return done.returncode
        wrong = repair(made) + faults(made.resolve())
        if wrong:
            print("docs: the site has faults:", *wrong, sep="\n  ", file=sys.stderr)
            return 1
        for name in _NEEDLESS:
            _remove(made / name)
        (made / _MARK).write_text(_IGNORED, encoding="utf-8")
        _remove(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, out)
    print(f"docs: {out / 'index.html'}")
    return 0


def lay_out(source: Path) -> None:
    """Write all pages below a folder, with their links as the site has them.

    Raises:
        BrokenPageError: a link leads nowhere.
        UnknownLineError: a line of the API's index isn't understood.
    """
    texts = written((ROOT / API).read_text(encoding="utf-8"))
    for page in pages():
        _check_links(page)
        text = each_link(page.text, partial(in_site, page))
        texts[page.name] = text + (contents() if page.name == "index" else "")
        for path in files_of(page):
            file = source / "files" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, file)
    for name, text in texts.items():
        file = source / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _check_links(page: Page) -> None:
    for link in links(page.text):
        path, _ = target_of(page.path, link)
        if not is_outside(link) and not (ROOT / path).is_file():
            raise BrokenPageError(f"{page.path} links to {link}, which is no file")


def _sphinx(source: Path, made: Path, folder: Path) -> list[str]:
    options = ["--quiet", "--fail-on-warning", "--keep-going", "--builder", "html"]
    config = ["--conf-dir", str(DOCS / "_sphinx")]
    trees = ["--doctree-dir", str(folder / "trees")]
    command = [sys.executable, "-B", "-m", "sphinx", *options, *config, *trees]
    return [*command, str(source), str(made)]


def _is_ours(out: Path) -> bool:
    if not out.is_dir():
        return False
    mark = out / _MARK
    marked = mark.is_file() and mark.read_bytes() == _IGNORED.encode()
    return marked or not any(out.iterdir())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
