"""See it work: openapi.yaml becomes code, which then calls a server in three ways.

Nothing leaves this machine, and no file of the checkout is written.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 80
# Seconds; slow enough to see a stream arrive word by word.
_PAUSE = 0.03
_INTERRUPTED = 130


def main() -> int:
    """Run the demo; give the exit code."""
    options = _options()
    try:
        return _run(options.serve)
    except KeyboardInterrupt:
        print("\ndemo: interrupted; nothing is left behind", file=sys.stderr)
        return _INTERRUPTED


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--serve",
        nargs="?",
        type=int,
        const=8000,
        metavar="PORT",
        help="only run the demo's server on 127.0.0.1, until Ctrl-C, to try examples "
        "against (default: 8000)",
    )
    return parser.parse_args()


def _run(port: int | None) -> int:
    # Imported here, so that an interrupt while they load is a clean one too.
    from rich.console import Console

    from scripts._demo_build import OffError

    out = Console(highlight=False)
    # A wide terminal doesn't make it easier to read.
    out.width = min(out.width, _WIDTH)
    try:
        if port is None:
            _show(out)
        else:
            _serve(out, port)
    except OffError as error:
        wrong = Console(stderr=True, highlight=False, soft_wrap=True)
        wrong.print(f"demo: {error}", style="red", markup=False)
        return 1
    return 0


def _show(out: Console) -> None:
    from scripts import _demo_build

    started = time.perf_counter()
    _demo_build.rebuild(out)
    # These need the package, which has just been proved current.
    from scripts import _demo_calls
    from scripts._server import Server

    with Server(pause=_PAUSE) as server:
        _demo_calls.call(out, server.url)
    seconds = time.perf_counter() - started
    out.print(f"\n[bold green]All of it worked[/], in {seconds:.1f} s.")


def _serve(out: Console, port: int) -> None:
    from scripts._demo_build import OffError
    from scripts._server import Server

    try:
        server = Server(port, pause=_PAUSE)
    except (OSError, OverflowError) as error:
        raise OffError(
            f"can't listen on 127.0.0.1:{port}: {error}; name another port"
        ) from error
    with server:
        out.print(f"{server.url} answers create_assistant, create_thread, create_run,")
        out.print("get_run and list_runs; Ctrl-C ends it")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            out.print()


if __name__ == "__main__":
    sys.exit(main())
