"""Call every operation, sync and async, at a server that judges what it gets.

The generated modules do so, and the clients that people use. Prism judges the requests
and makes up the responses, so neither is of our making.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from assistants_api import AuthenticatedClient, check, errors
from harness.environments import node, node_with
from harness.prism.calls import CALLS, Call
from harness.prism.clients import async_faults, sync_faults
from harness.prism.models import refusals
from harness.processes import ProcessError, free_port, is_listening, running
from harness.tls_contexts import share_tls_contexts

ROOT = Path(__file__).resolve().parents[2]
VERSION = "5.14.2"


def main() -> int:
    """Let prism judge clients and engines; return the exit code."""
    argparse.ArgumentParser(prog="scripts/prism", description=__doc__).parse_args()
    share_tls_contexts()
    try:
        prism = node_with(f"prism-{VERSION}", f"@stoplight/prism-cli@{VERSION}")
        with _judging(prism, ROOT / "openapi.yaml") as url:
            code = call_everything(url)
        with _judging(prism, ROOT / "codegen" / "model_api.yaml") as url:
            return max(code, ask_models(url))
    except ProcessError as error:
        print(f"prism: {error}", file=sys.stderr)
        return 2


@contextmanager
def _judging(prism: Path, document: Path) -> Iterator[str]:
    """Serve a document with prism, and yield the URL."""
    port = free_port()
    # One process, so that ending it ends everything.
    command: list[str | Path] = [
        *(node(), prism / "dist" / "index.js", "mock", "--multiprocess=false"),
        *("--host", "127.0.0.1", "--port", str(port), document),
    ]
    with (
        tempfile.TemporaryDirectory(prefix="prism-") as folder,
        running(command, Path(folder, "log"), lambda: is_listening(port)),
    ):
        yield f"http://127.0.0.1:{port}"


def call_everything(base_url: str) -> int:
    """Make all calls; return the exit code."""
    problems = {call.name: faults for call, faults in asyncio.run(_all(base_url))}
    for name, faults in problems.items():
        print(f"{'refused' if faults else 'ok':8}{name}")
        for fault in faults:
            print(f"        {fault[:300]}")
    missing = _documented() - {name.rpartition(".")[2] for name in problems}
    if missing:
        print(f"no call for: {', '.join(sorted(missing))}")
    good = sum(not faults for faults in problems.values())
    print(
        f"prism accepted {good} of {len(problems)} operations, sync and async, by the "
        "generated modules, and by Client and AsyncClient"
    )
    return int(bool(missing) or good < len(problems))


def ask_models(base_url: str) -> int:
    """Send what engines ask models; return the exit code."""
    found = [*refusals(base_url)]
    for name, faults in found:
        print(f"{'refused' if faults else 'ok':8}{name}")
        for fault in faults:
            print(f"        {fault[:300]}")
    good = sum(not faults for _, faults in found)
    print(f"accepted {good} of {len(found)} requests of engines to models")
    return int(good < len(found) or not found)


async def _all(base_url: str) -> list[tuple[Call, list[str]]]:
    with AuthenticatedClient(base_url=base_url, token="any") as client:
        async with client:
            found = [(call, await _faults(call, client)) for call in CALLS]
    by_name = {call.name: faults for call, faults in found}
    # In a thread, as the event loop is not to be held up by it.
    for call, fault in await asyncio.to_thread(lambda: [*sync_faults(base_url, CALLS)]):
        by_name[call.name].append(fault)
    async for call, fault in async_faults(base_url, CALLS):
        by_name[call.name].append(fault)
    return found


async def _faults(call: Call, client: AuthenticatedClient) -> list[str]:
    """Make a call in both ways; return what is wrong with the responses."""
    faults: list[str] = []
    for way in ("sync_detailed", "asyncio_detailed"):
        function = getattr(call.module, way)
        try:
            response = function(*call.ids, client=client, **call.others)
            if way == "asyncio_detailed":
                response = await response
        except (errors.ApiError, httpx.TransportError) as error:
            faults.append(f"{way}: {error!r}")
        else:
            faults += [f"{way}: {fault}" for fault in _faults_of(call, response)]
    return faults


def _faults_of(call: Call, response: Any) -> list[str]:
    faults = []
    if not 200 <= response.status_code <= 299:
        faults.append(f"status {response.status_code}")
    if "sl-violations" in response.headers:
        faults.append(response.headers["sl-violations"])
    if type(response.parsed) is not call.result:
        faults.append(f"returned {response.parsed!r}, no {call.result.__name__}")
    elif call.result is bytes:
        pass
    elif deviations := check(response.parsed, call.schema):
        faults += [f"response at {deviation}" for deviation in deviations]
    return faults


def _documented() -> set[str]:
    """Return the operations of the document, under the names of their modules."""
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
    ids = [
        operation["operationId"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    return {re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", each) for each in ids}


if __name__ == "__main__":
    sys.exit(main())
