"""Load on the server: many runs at once, answered by a model that streams.

The model, the server and the clients are processes of their own. Times are compared
with those of the same clients that ask the model itself, in turns; what the server
takes of a processor is much the same however busy the machine is. Where it has to wait
long for one, the times say more about the others on the machine than about the server.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from bench.crowd import Heard, crowd, crowd_again
from bench.rows import BenchError, Goal, Row
from harness.processes import ProcessError, running

RUNS, TOKENS, RATE = 100, 100, 50
KINDS = (
    *(("chat", "disk"), ("responses", "memory")),
    *(("responses", "disk"), ("chat", "memory")),
)
"""Protocols, each with where the state is kept."""
CLIENTS = 200
"""How many clients there are where the server's own engine answers."""
_PATHS = {"chat": "/chat/completions", "responses": "/responses"}
_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 1024 * 1024
_TIME = Goal(1.1)
# A quarter of what the server may take.
_CPU = Goal(0.0005, of="median")
_LATE = Goal(0.010, of="median")
# What the allocator needs more or less, as more or less of a round is there at a time.
_FLAT = Goal(4 * _MIB, of="median")
# Requests of which the server keeps the heads and bodies.
_KEPT = 1000
_WORDS = 11
_TIMES = 4
_SPEED = Goal(1 / 200, of="median")
_FIRST = Goal(0.1, of="median")


def measure(engine: str, kept: str, rounds: int) -> list[Row]:
    """Measure runs that a model answers.

    Args:
        engine: the protocol, `chat` or `responses`.
        kept: where the server keeps its state, in `memory` or on `disk`.
        rounds: how often so many run at once.
    """
    with _model() as model, _server(engine, model, kept) as server:
        direct: Any = {"model": "m", "stream": True}
        ours, other, cpu, sizes, waits = [], [], [], [], []
        body = server.body("Hello")
        server.fill_its_log()
        for _ in range(rounds):
            before, waited = server.seconds, server.waited
            heard = asyncio.run(crowd(f"{server.url}/threads/runs", body, RUNS))
            cpu.append((server.seconds - before) / _deltas(heard))
            ours.append(_span(heard))
            waits.append(max(server.waited - waited, 1e-6))
            sizes.append(server.size)
            heard = asyncio.run(crowd(f"{model}{_PATHS[engine]}", direct, RUNS))
            other.append(_span(heard))
        one = [
            asyncio.run(crowd(f"{server.url}/threads/runs", body, 1))[0]
            for _ in range(_WORDS)
        ]
    of = f"{engine}, {kept}"
    rows = [
        Row(f"{RUNS} runs at once, {of}", ours, other, "the model", _TIME),
        Row("in it, waiting for a processor", waits, []),
        Row(f"processor for a delta, {of}", cpu, [], goal=_CPU),
        Row(f"first delta, {of}", [each.late for each in one], [], goal=_LATE),
    ]
    if kept == "disk":
        grown = float(max(1, sizes[-1] - sizes[0]))
        what = f"memory grown in {rounds - 1} rounds, {of}"
        rows.append(Row(what, [grown], [], "", _FLAT, "byte"))
    return rows


def throughput(rounds: int) -> list[Row]:
    """Measure runs that the server answers by itself, streamed and stored.

    Each client has one run after the other. All of them begin at the same moment, as
    they never would: how long the first event of their first runs takes is another row.
    """
    with _server(None, "", "disk") as server:
        url, body = f"{server.url}/threads/runs", server.body("How are you?")
        seconds, cpu, late, at_once = [], [], [], []
        for _ in range(rounds):
            before = server.seconds
            clients = asyncio.run(crowd_again(url, body, CLIENTS, _TIMES))
            heard = [each for client in clients for each in client]
            seconds.append(_span(heard) / len(heard))
            cpu.append((server.seconds - before) / len(heard))
            at_once.append(_latest([each for each, *_ in clients]))
            late.append(_latest([each for _, *rest in clients for each in rest]))
    return [
        Row(f"a run, {CLIENTS} clients, disk", seconds, [], goal=_SPEED),
        Row("processor of the server for it", cpu, [], goal=_SPEED),
        Row("their first event, 99 of 100", late, [], goal=_FIRST),
        Row("the same, all at once", at_once, []),
    ]


def _latest(heard: list[Heard]) -> float:
    """Return within how many seconds 99 of 100 had the first event."""
    return quantiles([each.first - each.began for each in heard], n=100)[98]


def _deltas(heard: list[Heard]) -> int:
    found = [each.deltas for each in heard]
    if found != [TOKENS] * RUNS:
        raise BenchError(f"the streams have {min(found)} to {max(found)} deltas")
    return sum(found)


def _span(heard: list[Heard]) -> float:
    return max(each.ended for each in heard) - min(each.began for each in heard)


@dataclass(frozen=True)
class _Server:
    url: str
    pid: int

    def body(self, text: str) -> Any:
        """Return the body of a request that creates a thread and a run."""
        url = f"{self.url}/assistants"
        made = httpx.post(url, json={"model": "m"}, trust_env=False).json()
        messages = [{"role": "user", "content": text}]
        return {
            "assistant_id": made["id"],
            "thread": {"messages": messages},
            "stream": True,
        }

    def fill_its_log(self) -> None:
        """Send as many requests as it keeps, so that no more are kept later."""
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            for _ in range(_KEPT):
                client.get("/models")

    @property
    def seconds(self) -> float:
        """How long it has had a processor."""
        text = Path(f"/proc/{self.pid}/stat").read_text("ascii")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def waited(self) -> float:
        """How long it had to wait for one, as others had them."""
        text = Path(f"/proc/{self.pid}/schedstat").read_text("ascii")
        return int(text.split()[1]) / 1e9

    @property
    def size(self) -> int:
        """How many bytes of memory it has."""
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        return next(int(each.split()[1]) for each in lines if "VmRSS" in each) * 1024


@contextmanager
def _model() -> Iterator[str]:
    with _process("bench.model_server", str(TOKENS), str(RATE)) as (url, _):
        yield url


@contextmanager
def _server(engine: str | None, model: str, kept: str) -> Iterator[_Server]:
    with tempfile.TemporaryDirectory(prefix="assistants-bench-") as folder:
        asked = ["--engine", engine, "--upstream", model] if engine else []
        store = ["--store", str(Path(folder, "store"))] if kept == "disk" else []
        options = ["--port", "0", "--pace", "0", *asked, *store]
        with _process("assistants_server", *options) as (url, pid):
            yield _Server(url, pid)


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[tuple[str, int]]:
    """Run a module that prints its URL, and yield that and the process's id."""
    with tempfile.TemporaryDirectory(prefix="assistants-bench-") as folder:
        log = Path(folder, "log")

        def url() -> str:
            return log.read_text("utf-8").partition("\n")[0].partition(" ")[0]

        command: list[str | Path] = [sys.executable, "-P", "-m", module, *arguments]
        try:
            with running(command, log, lambda: url().startswith("http")) as process:
                yield url(), process.pid
        except ProcessError as error:
            raise BenchError(str(error)) from error
