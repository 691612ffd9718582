"""See it work: openapi.yaml becomes code, and an assistant calls a Python function.

Nothing leaves this machine, and no file of the checkout is written.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

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
    port = parser.parse_args().serve
    try:
        if port is None:
            return _run()
        from assistants_server.__main__ import main as serve

        return serve(["--port", str(port)])
    except KeyboardInterrupt:
        print("\ndemo: interrupted; nothing is left behind", file=sys.stderr)
        return 130


def _run() -> int:
    # Imported here, so that an interrupt while they load is a clean one too.
    from rich.console import Console

    from scripts import _demo_build

    started = time.perf_counter()
    out = Console(highlight=False)
    # A wide terminal doesn't make it easier to read.
    out.width = min(out.width, _WIDTH)
    try:
        _demo_build.rebuild(out)
        for name in _SETTINGS:
            os.environ.pop(name, None)
        # A proxy can't reach what listens on loopback here.
        os.environ["no_proxy"] = "*"
        # It needs the package, which has just been proved current.
        from scripts import _demo_run

        _demo_run.run(out)
    except _demo_build.DemoError as error:
        wrong = Console(stderr=True, highlight=False, soft_wrap=True)
        wrong.print(f"demo: {error}", style="red", markup=False)
        return 1
    seconds = time.perf_counter() - started
    out.print(f"\n[bold green]All of it worked[/], in {seconds:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
