"""Ask servers of models that we didn't write, by both protocols, through our server.

llmock and aimock are scripted: they answer, call functions, refuse and break off on
demand. LiteLLM's proxy stands before llmock, and has answers of its own. Our server is
started before each as its users start it, and our client asks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistants_client import Client
from harness.checks import is_good, must
from harness.counterparts.aimock import aimock
from harness.counterparts.answers import ANSWERS, FIXED
from harness.counterparts.failures import FAILURES
from harness.counterparts.litellm import litellm
from harness.counterparts.llmock import llmock
from harness.processes import ProcessError, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.counterparts.counterpart import Counterpart

NAMES = ("llmock", "aimock", "litellm")
CHECKS = (*ANSWERS, *FAILURES)
_SECONDS = 60.0


def main() -> int:
    """Make all checks; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/counterparts", description=__doc__)
    parser.add_argument(
        "only", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)"
    )
    checks = [check.__name__ for check in CHECKS]
    parser.add_argument(
        "--check", metavar="NAME", choices=checks, help="make this check alone"
    )
    options = parser.parse_args()
    names = options.only or NAMES
    if unknown := [*{*names} - {*NAMES}]:
        known = ", ".join(NAMES)
        print(f"counterparts: {unknown[0]}: there are {known}", file=sys.stderr)
        return 2
    made: list[bool] = []
    lacking = False
    # Most of the time is spent waiting.
    with ThreadPoolExecutor(len(names)) as pool:
        for asked in [pool.submit(_verdicts_of, each, options.check) for each in names]:
            try:
                made += asked.result()
            except ProcessError as error:
                print(f"counterparts: {error}", file=sys.stderr)
                lacking = True
    wrong = made.count(False)
    print(f"counterparts: {len(made)} checks, {wrong} faults")
    return 1 if wrong else 2 if lacking or not made else 0


def _verdicts_of(name: str, only: str | None) -> list[bool]:
    """Start a server, make its checks, and return whether each went well."""
    with tempfile.TemporaryDirectory(prefix="counterparts-") as made:
        folder = Path(made)
        with _started(name, folder) as found:
            return [
                verdict
                for counterpart in found
                for protocol in counterpart.protocols
                for verdict in _verdicts(counterpart, protocol, folder, only)
            ]


@contextmanager
def _started(name: str, folder: Path) -> Iterator[list[Counterpart]]:
    match name:
        case "aimock":
            with aimock(folder) as one:
                yield [one]
        case "litellm":
            with llmock(folder) as behind, litellm(folder, behind) as several:
                yield several
        case _:
            with llmock(folder) as one:
                yield [one]


def _verdicts(
    counterpart: Counterpart, protocol: str, folder: Path, only: str | None
) -> Iterator[bool]:
    """Make the checks by one protocol; yield whether each went well."""
    checks = CHECKS if counterpart.is_scripted else FIXED
    with (
        served(counterpart, protocol, folder) as url,
        Client(base_url=url, api_key="any", timeout=_SECONDS, max_retries=0) as client,
    ):
        for check in checks:
            name = check.__name__
            if not only or only == name:
                yield is_good(
                    f"{counterpart.name}, {protocol}",
                    name,
                    partial(_judged, check, client, counterpart),
                    lacking=counterpart.lacking(protocol, name),
                )


def _judged(
    check: Callable[[Client, Counterpart], str],
    client: Client,
    counterpart: Counterpart,
) -> str:
    """Make a check, and let the counterpart judge how it was asked meanwhile."""
    said = check(client, counterpart)
    found = counterpart.script.findings()
    must(not found, f"{counterpart.name} says: {'; '.join(found)}")
    return said


@contextmanager
def served(counterpart: Counterpart, protocol: str, folder: Path) -> Iterator[str]:
    """Serve the Assistants API, answered by a counterpart, and yield the URL."""
    log = folder / "assistants_server.log"
    command: list[str | Path] = [
        *(sys.executable, "-m", "assistants_server", "--port", "0"),
        *("--engine", protocol, "--upstream", counterpart.url, "--poll-after", "20"),
        *("--model", f"*={counterpart.model}"),
    ]
    if counterpart.key:
        file = folder / "key"
        file.write_text(f"{counterpart.key}\n", "utf-8")
        command += ["--upstream-key-file", file]

    def address() -> str:
        lines = log.read_text("utf-8", errors="replace").splitlines()
        return next((line for line in lines if line.startswith("http://")), "")

    with running(command, log, lambda: bool(address())):
        yield address().partition(" ")[0]


if __name__ == "__main__":
    sys.exit(main())
