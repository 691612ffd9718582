"""Run frameworks that take a client of `openai` with ours, as their releases are.

Each is installed in an environment of its own, below .cache, and asks the embedded
server: with our client, with ours after `imitate_openai()`, and with that of `openai`,
pointed at our server. The table says what works.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from assistants_server import LocalServer
from harness.cases import cases_of
from harness.environments import ROOT, python_with
from harness.frameworks.frameworks import (
    ASKS_FOR_CLASSES,
    FRAMEWORKS,
    KINDS,
    Framework,
)
from harness.processes import ProcessError

PROGRAMS = Path(__file__).with_name("programs")
_PATHS = os.pathsep.join([str(ROOT), str(ROOT / "generated")])


def main() -> int:
    """Run the programs; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/frameworks", description=__doc__)
    parser.add_argument(
        "only", nargs="*", metavar="NAME", help="frameworks, such as ag2 (default: all)"
    )
    only = {each.casefold() for each in parser.parse_args().only}
    unknown = only - {each.name.casefold() for each in FRAMEWORKS}
    if unknown:
        known = ", ".join(each.name for each in FRAMEWORKS)
        print(f"frameworks: {', '.join(unknown)}: there are {known}", file=sys.stderr)
        return 2
    wrong = 0
    print(f"{'':36}{'ours':26}{'imitating':26}openai", flush=True)
    with LocalServer(pace=0.001, poll_after=5) as server:
        for framework in FRAMEWORKS:
            if not only or framework.name.casefold() in only:
                wrong += tried(framework, server.url)
    print(f"{wrong} surprises" if wrong else "all as expected")
    return int(wrong > 0)


def tried(framework: Framework, url: str) -> int:
    """Run the program of a framework in all ways; return how much was a surprise."""
    print(framework.packages[0])
    try:
        python = python_with(framework.program, *framework.all_packages())
    except (ProcessError, subprocess.TimeoutExpired) as error:
        lines = str(error).strip().splitlines()
        print(f"  can't be installed: {lines[-1] if lines else error}", flush=True)
        return 1
    found = {kind: dict(_cases(python, framework, url, kind)) for kind in KINDS}
    wrong = 0
    notes = []
    for case in dict.fromkeys(case for cases in found.values() for case in cases):
        cells = []
        for kind in KINDS:
            problem = found[kind].get(case, "the program ended before")
            expected = kind == "ours" and case in framework.refuses_ours
            cells.append(_cell(problem, expected=expected))
            if (problem is not None) != expected:
                wrong += 1
                notes.append(f"    {case}, {kind}: {problem or 'it works after all'}")
        print(f"  {case:34}{cells[0]:26}{cells[1]:26}{cells[2]}", flush=True)
    print(*notes, sep="\n", end="\n" * bool(notes), flush=True)
    if not any(found.values()):
        print("  the program said nothing", flush=True)
        wrong += 1
    if framework.refuses_ours:
        print(f"    {ASKS_FOR_CLASSES}", flush=True)
    return wrong


def _cell(problem: str | None, *, expected: bool) -> str:
    if problem is None:
        return "works"
    return "refused, as expected" if expected else "FAILS"


def _cases(
    python: Path, framework: Framework, url: str, kind: str
) -> Iterator[tuple[str, str | None]]:
    """Return the cases of a program, each with what went wrong."""
    # Some would ask their makers for prices or models, others tell them of their use.
    quiet = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LANGSMITH_TRACING": "false",
        "DO_NOT_TRACK": "1",
        "no_proxy": "*",
    }
    program = PROGRAMS / f"{framework.program}.py"
    return cases_of([python, "-B", program, url, kind], {**quiet, "PYTHONPATH": _PATHS})


if __name__ == "__main__":
    sys.exit(main())
