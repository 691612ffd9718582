"""Test the server's page in Chromium, driven by Playwright, and take its pictures.

    python -m harness.browser [--only PATTERN] [--screenshots FOLDER]

The server is a process of its own, as users start it; our client fills it. The tests
are modules for Node.js in `tests/`, which start and stop further servers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from assistants_client import Client
from harness.browser.chromium import chromium
from harness.browser.furniture import furnish
from harness.environments import ROOT, node, node_with
from harness.processes import ProcessError, plain_environment, running

PLAYWRIGHT, AXE, TYPESCRIPT = "1.65.1", "4.14.1", "7.0.2"
ENGINE = "harness.browser.engine:answer"
# Between two pieces of a message, so that something is seen to grow.
PACE = "0.005"
_FOLDER = Path(__file__).parent
_SECONDS, _SECONDS_EACH = 600, 30


def main() -> int:
    """Run the tests, or take pictures; return the exit code."""
    options = parser().parse_args()
    try:
        browser = chromium()
        name = f"browser-{PLAYWRIGHT}-{AXE}-{TYPESCRIPT}"
        packages = (f"axe-core@{AXE}", f"typescript@{TYPESCRIPT}")
        modules = node_with(name, f"playwright-core@{PLAYWRIGHT}", *packages).parent
        with tempfile.TemporaryDirectory(prefix="browser-") as folder:
            return _look(options, browser, modules, Path(folder))
    except ProcessError as error:
        print(f"browser: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/browser", description="Test the server's page in a real browser."
    )
    parser.add_argument(
        "--only", metavar="PATTERN", help="only the tests whose names match this"
    )
    parser.add_argument(
        "--screenshots",
        metavar="FOLDER",
        type=Path,
        help="run no tests, but write the pictures of the guides into this folder",
    )
    return parser


def _look(
    options: argparse.Namespace, browser: Path, modules: Path, folder: Path
) -> int:
    log = folder / "log"
    command: list[str | Path] = [sys.executable, "-P", "-m", "assistants_server"]
    command += ["--port", "0", "--engine", ENGINE, "--pace", PACE]

    def url() -> str:
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return next((line.split()[0] for line in lines if "http://" in line), "")

    with running(command, log, lambda: bool(url())):
        with Client(base_url=url(), api_key="none", max_retries=0) as client:
            ids = furnish(client)
        surroundings: dict[str, object] = {
            "url": url().removesuffix("/v1"),
            "ids": ids,
            "browser": str(browser),
            "modules": str(modules),
            "server": [sys.executable, "-P", "-m", "assistants_server"],
            "engine": ENGINE,
            "root": str(ROOT),
            "folder": str(folder),
            "log": str(log),
            "seconds": _SECONDS_EACH,
        }
        if options.screenshots:
            options.screenshots.mkdir(parents=True, exist_ok=True)
            surroundings["screenshots"] = str(options.screenshots.resolve())
        return run_node(options, surroundings)


def run_node(options: argparse.Namespace, surroundings: dict[str, object]) -> int:
    """Run the modules for Node.js, whose tests print what they find."""
    program = "pictures.mjs" if options.screenshots else "tests.mjs"
    only = [f"--test-name-pattern={options.only}"] if options.only else []
    # Node.js skips the hooks that close the browser where it skips tests.
    words: list[str | Path] = [node(), "--test-reporter=spec", "--test-force-exit"]
    words.append(f"--test-timeout={_SECONDS_EACH}000")
    try:
        done = subprocess.run(
            [*words, *only, _FOLDER / program],
            cwd=ROOT,
            env={**plain_environment(), "SURROUNDINGS": json.dumps(surroundings)},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"browser: the tests did not end within {_SECONDS} s", file=sys.stderr)
        return 1
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
