"""Clients that are still open when the interpreter ends."""

from __future__ import annotations

import subprocess
import sys

ENDING = """
import asyncio
from assistants_client import APIConnectionError, AsyncClient, Client
from assistants_client._transport import async_pool, pool

nowhere = {"base_url": "http://127.0.0.1:9/v1", "api_key": "x", "max_retries": 0}
clients = AsyncClient(**nowhere), Client(**nowhere)

async def call():
    await clients[0].models.retrieve("m")

for each in (lambda: asyncio.run(call()), lambda: clients[1].models.retrieve("m")):
    try:
        each()
    except APIConnectionError:
        print("called")
# As the interpreter may leave modules when it comes to what they hold.
async_pool.take_places = pool.take_places = pool.suppress = None
"""


def test_open_clients_say_nothing_when_the_interpreter_ends() -> None:
    command = [sys.executable, "-c", ENDING]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("called\ncalled\n", "")
