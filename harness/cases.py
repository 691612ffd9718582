"""Cases of programs in other environments: told as lines of JSON, and read again."""

from __future__ import annotations

import asyncio
import inspect
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.processes import plain_environment

_SECONDS = 300
_START = '{"case": '


def tell(*cases: Callable[[], Any]) -> None:
    """Carry out the cases of a program, and print a line for each.

    It has the name of the case, and what went wrong, or null.
    """
    for case in cases:
        try:
            found = case()
            if inspect.isawaitable(found):
                asyncio.run(_awaited(found))
            problem = None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the result
            text = " ".join(str(error).split())
            problem = f"{type(error).__name__}: {text[:300]}"
        line = {"case": getattr(case, "__name__", ""), "problem": problem}
        print(json.dumps(line), flush=True)


def cases_of(
    command: Sequence[str | Path], environment: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """Run a program, and yield its cases, each with what went wrong.

    Args:
        command: the program and its arguments.
        environment: variables that it gets besides the plain ones.
    """
    try:
        done = subprocess.run(
            command,
            env={**plain_environment(), **environment},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield "(program)", f"it took more than {_SECONDS} s"
        return
    for line in done.stdout.splitlines():
        if line.startswith(_START):
            result = json.loads(line)
            yield result["case"], result["problem"]
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        yield "(program)", f"exit code {done.returncode}: {''.join(last)}"


async def _awaited(found: Any) -> None:
    await found
