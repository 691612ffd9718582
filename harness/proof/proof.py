"""The proof: clients at work over several processes, which are killed meanwhile."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from assistants_client import AssistantsError, AsyncClient
from harness.postgres import Cluster
from harness.processes import run
from harness.proof.anywhere import Anywhere
from harness.proof.audit import Stored, audit
from harness.proof.engine import VARIABLE, notes
from harness.proof.ledger import Ledger
from harness.proof.stories import TOOL, Teller
from harness.proof.trouble import Trouble
from harness.server_process import ServerProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

PROJECTS = ("red", "blue")
MARGIN = 20.0
"""Seconds that a run may take besides a lease, however busy the machine is."""
_TIMEOUT = 30.0
_ENGINE = "harness.proof.engine:answer"
_OPTIONS = ("--no-page", "--poll-after", "50", "--keep-alive", "5")
_ACTIVE = "select count(*) from objects where kind = 'run' and active"


@dataclass(frozen=True)
class Plan:
    """How much there is to be, and for how long.

    Attributes:
        seconds: how long clients begin stories.
        clients: how many there are.
        processes: how many of the server there are.
        lease: seconds after which a process is taken for dead.
        every: seconds after which a process is killed each time.
        seed: where chance begins.
    """

    seconds: float
    clients: int
    processes: int
    lease: float
    every: float
    seed: int


@dataclass
class Result:
    """What has happened, and what was wrong with it."""

    ledger: Ledger
    trouble: Trouble
    stored: Stored
    turns: int
    seconds: float
    wrong: list[str]


def prove(plan: Plan, folder: Path) -> Result:
    """Carry out the plan, and have everything audited.

    Raises:
        ProcessError: there is no PostgreSQL, or a server doesn't start.
    """
    chance = random.Random(plan.seed)
    turns = folder / "turns"
    # Anything less durable forgets what it has acknowledged when it crashes.
    with Cluster(durable=True) as cluster, ExitStack() as stack:
        variables = {
            VARIABLE: str(turns),
            "ASSISTANTS_STORE": cluster.url("proof"),
        }
        options = ("--engine", _ENGINE, "--lease", f"{plan.lease:g}", *_OPTIONS)
        store = variables["ASSISTANTS_STORE"]
        keys = {name: _key(store, name) for name in PROJECTS}
        processes = [
            stack.enter_context(ServerProcess(folder, *options, **variables))
            for _ in range(plan.processes)
        ]
        trouble = Trouble(processes, cluster, chance)
        ledger = Ledger()
        began = time.monotonic()
        asyncio.run(_work(plan, ledger, trouble, keys, chance))
        seconds = time.monotonic() - began
        with cluster.connect("proof") as sql:
            deadline = time.monotonic() + plan.lease + MARGIN
            while _going_on(sql) and time.monotonic() < deadline:
                time.sleep(0.2)
            stored = Stored(sql)
    noted = notes(turns)
    wrong = audit(ledger, stored, noted, trouble, lease=plan.lease, margin=MARGIN)
    return Result(ledger, trouble, stored, len(noted) // 2, seconds, wrong)


def _going_on(sql: Any) -> int:
    """Return how many runs are going on, those aside that wait for their clients."""
    waiting = "and body not like '%\"requires_action\"%'"
    ((count,),) = sql.execute(f"{_ACTIVE} {waiting}").fetchall()
    return int(count)


def _key(store: str, project: str) -> str:
    """Return a new key of a project."""
    command = (sys.executable, "-P", "-m", "assistants_server", "keys", "create")
    said = run(*command, "--store", store, "--project", project)
    return next(line for line in said.splitlines() if line.startswith("sk-"))


async def _work(
    plan: Plan,
    ledger: Ledger,
    trouble: Trouble,
    keys: dict[str, str],
    chance: random.Random,
) -> None:
    ports = [each.port for each in trouble.processes]
    until = time.monotonic() + plan.seconds
    troubles = [
        asyncio.create_task(trouble.kill_every(plan.every)),
        asyncio.create_task(trouble.restart_database(plan.seconds / 2)),
    ]
    clients = [client async for client in _clients(ports, keys, chance)]
    try:
        tellers = [
            await _teller(plan, client, ledger, project, chance)
            for project, client in zip(PROJECTS, clients, strict=True)
        ]
        working = [
            asyncio.create_task(_tell_on(tellers[i % len(tellers)], until))
            for i in range(plan.clients)
        ]
        await asyncio.wait(working)
        for each in working:
            each.result()
    finally:
        for task in troubles:
            task.cancel()
        for client in clients:
            await client.close()
    # What went wrong with what was to go wrong is no proof of anything.
    for found in await asyncio.gather(*troubles, return_exceptions=True):
        if isinstance(found, Exception):
            raise found


async def _clients(
    ports: Sequence[int], keys: dict[str, str], chance: random.Random
) -> AsyncIterator[AsyncClient]:
    for project in PROJECTS:
        http = httpx.AsyncClient(transport=Anywhere(ports, chance), timeout=_TIMEOUT)
        yield AsyncClient(
            base_url=f"http://127.0.0.1:{ports[0]}/v1",
            api_key=keys[project],
            http_client=http,
            timeout=_TIMEOUT,
            max_retries=8,
        )


async def _teller(
    plan: Plan,
    client: AsyncClient,
    ledger: Ledger,
    project: str,
    chance: random.Random,
) -> Teller:
    made: Any = await client.assistants.create(model="m", tools=[TOOL])
    ledger.add(project, "assistant", made.id)
    # Longer than anything that the auditor lets pass.
    patience = 4 * (plan.lease + MARGIN)
    return Teller(client, ledger, chance, project, made.id, patience)


async def _tell_on(teller: Teller, until: float) -> None:
    """Act out one story after the other; what a client has to bear is counted."""
    while time.monotonic() < until:
        try:
            await teller.tell()
        except AssistantsError as error:
            teller.ledger.bear(error)
