"""Runs waited for at once, by one client, against the embedded server."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts._bench_process import ROOT, BenchError
from scripts._bench_stats import Goal, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts._bench_facade_env import Environment

_WORKER = "_bench_waits_worker"
_PATIENCE = 5


def waiting(where: Environment, rounds: int, count: int) -> list[Row]:
    """Measure so many `create_and_poll` at once: time, memory, and that all end.

    Args:
        where: what runs them, each time in a process of its own.
        rounds: how many turns each takes.
        count: how many runs.
    """
    names = ["ours", "openai"]
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names[:: -1 if number % 2 else 1]:
            # Each meets a server that holds nothing yet.
            with _server() as url:
                asked = {"who": name, "url": url, "count": count}
                found[name].append(where.work(_WORKER, asked))
    series = {
        name: {unit: [each[unit] for each in turns] for unit in turns[0]}
        for name, turns in found.items()
    }
    ours, other = series["ours"], series["openai"]
    return [
        *(
            Row(f"{count} runs at once, {unit}", ours[unit], other[unit], "openai")
            for unit in ("s", "CPU s", "MB")
        ),
        Row(
            f"{count} runs at once, not completed",
            *(ours["left"], other["left"], "openai"),
            Goal(0, of="median"),
        ),
    ]


@contextmanager
def _server() -> Iterator[str]:
    """Give the address of an embedded server in a process of its own."""
    command = ("-m", "assistants_server", "--port", "0")
    with subprocess.Popen(
        (sys.executable, *command),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            url, _, rest = process.stdout.readline().partition(" ")
            if not rest:
                raise BenchError("the embedded server can't be started")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
