"""See it work: openapi.yaml becomes code, and an assistant calls a Python function.

Nothing leaves this machine, and no file of the checkout is written; --model alone
fetches packages, into .cache/.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

_WIDTH = 80
# What clients take from the environment, besides the key and URL that they are given.
_SETTINGS = ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "ASSISTANTS_VERBOSITY")


def main() -> int:
    """Run the demo; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--serve",
        nargs="?",
        type=int,
        const=8000,
        metavar="PORT",
        help="only run the server on 127.0.0.1, until Ctrl-C, to try examples with "
        "(default: 8000); python -m assistants_server has more options",
    )
    parser.add_argument(
        "--model",
        action="store_true",
        help="let a real small model answer, which is installed first (130 MB, once); "
        "with --serve, run the server with it",
    )
    given = parser.parse_args()
    try:
        if given.model:
            return _run_model(given.serve)
        if given.serve is None:
            return _run()
        from assistants_server.__main__ import main as serve

        return serve(["--port", str(given.serve)])
    except KeyboardInterrupt:
        print("\ndemo: interrupted; nothing is left behind", file=sys.stderr)
        return 130


def _run() -> int:
    # Imported here, so that an interrupt while they load is a clean one too.
    from scripts import _demo_build

    def show(out: Console) -> None:
        _demo_build.rebuild(out)
        _settle()
        # It needs the package, which has just been proved current.
        from scripts import _demo_run

        _demo_run.run(out)

    return _shown(show)


def _run_model(port: int | None) -> int:
    _settle()
    from scripts import _demo_model

    if port is not None:
        return _shown(lambda out: _demo_model.serve(out, port), ends=False)
    return _shown(_demo_model.run)


def _settle() -> None:
    """Forget the settings of whoever runs it: the demo is the same for everybody."""
    for name in _SETTINGS:
        os.environ.pop(name, None)
    # A proxy can't reach what listens on loopback here.
    os.environ["no_proxy"] = "*"


def _shown(show: Callable[[Console], None], *, ends: bool = True) -> int:
    """Show something, and say how it went; return the exit code."""
    from rich.console import Console

    from scripts._demo_build import DemoError

    started = time.perf_counter()
    out = Console(highlight=False)
    # A wide terminal doesn't make it easier to read.
    out.width = min(out.width, _WIDTH)
    try:
        show(out)
    except DemoError as error:
        wrong = Console(stderr=True, highlight=False, soft_wrap=True)
        wrong.print(f"demo: {error}", style="red", markup=False)
        return 1
    seconds = time.perf_counter() - started
    if ends:
        out.print(f"\n[bold green]All of it worked[/], in {seconds:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
