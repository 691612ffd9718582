"""Put clients that others wrote in front of our server, with a model behind it.

Each runs an agent with two tools: the model calls one, then the other, then both at
once, and answers with what they returned. The server is a process of its own, once for
chat completions and once for Responses; each client has an environment of its own,
below .cache.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.cases import cases_of
from harness.fronts.fronts import FRONTS, Front, environment
from harness.fronts.model import respond
from harness.processes import ProcessError, running
from harness.scripted_server import ScriptedServer

ENGINES = ("chat", "responses")
_UNAVAILABLE = 2


def main() -> int:
    """Run the programs; return the exit code, 2 where a client can't be installed."""
    parser = argparse.ArgumentParser(prog="scripts/fronts", description=__doc__)
    parser.add_argument(
        "only", nargs="*", metavar="NAME", help="clients, such as azure (default: all)"
    )
    only = [each.casefold() for each in parser.parse_args().only]
    fronts = [each for each in FRONTS if not only or _is_named(each, only)]
    if not fronts:
        known = ", ".join(each.name for each in FRONTS)
        print(f"fronts: there are {known}", file=sys.stderr)
        return _UNAVAILABLE
    print(f"{'':36}{'chat':12}responses", flush=True)
    wrong = missing = 0
    with (
        ScriptedServer(respond) as model,
        tempfile.TemporaryDirectory(prefix="fronts-") as folder,
        served(ENGINES[0], model.url, Path(folder)) as chat,
        served(ENGINES[1], model.url, Path(folder)) as responses,
    ):
        for front in fronts:
            try:
                wrong += tried(front, chat, responses)
            except (ProcessError, subprocess.TimeoutExpired) as error:
                last = str(error).strip().splitlines()[-1:]
                print(f"  can't be installed: {''.join(last)}", flush=True)
                missing += 1
    print(f"fronts: {len(fronts) - missing} clients, {wrong} faults")
    return int(wrong > 0) or _UNAVAILABLE * (missing > 0)


@contextmanager
def served(engine: str, model: str, folder: Path) -> Iterator[str]:
    """Serve with an engine, as its command line does it, and yield the base URL."""
    log = folder / engine
    command: list[str | Path] = [
        *(sys.executable, "-P", "-m", "assistants_server", "--port", "0"),
        *("--engine", engine, "--upstream", f"{model}/v1", "--model", "*=scripted"),
        *("--pace", "0", "--poll-after", "5"),
    ]

    def url() -> str:
        return log.read_text("utf-8").partition(" serves")[0]

    with running(command, log, lambda: url().startswith("http")):
        yield url()


def tried(front: Front, *urls: str) -> int:
    """Run the program of a client at each server; return how much went wrong."""
    print(front.name, flush=True)
    found = [dict(cases_of(front.command(url), environment())) for url in urls]
    notes = []
    for case in dict.fromkeys(case for cases in found for case in cases):
        problems = [each.get(case, "the program ended before") for each in found]
        cells = ["FAILS" if problem else "works" for problem in problems]
        print(f"  {case:34}{cells[0]:12}{cells[1]}", flush=True)
        notes += [f"    {case}: {problem}" for problem in problems if problem]
    if not all(found):
        notes.append("    the program said nothing")
    print(*notes, sep="\n", end="\n" * bool(notes), flush=True)
    return len(notes)


def _is_named(front: Front, names: list[str]) -> bool:
    return any(name in front.name.casefold() for name in names)


if __name__ == "__main__":
    sys.exit(main())
