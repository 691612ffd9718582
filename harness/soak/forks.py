"""Have processes share a client as processes do, and see that nobody's answers mix.

`python -m harness.soak.forks` has 4 children make 200 calls each, 20 times, by each way
to start a process; the client has a connection by then. A call that fails or gets what
another one asked for is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import signal
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from assistants_client import AssistantsError, AsyncClient, Client
from harness.faults.echo_server import EchoServer, expected_echo

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

METHODS: Final = ("fork", "forkserver", "spawn")
VARIABLE: Final = "ASSISTANTS_FORKS_URL"
"""Where the server is, for a process that imports this before it is forked."""
_PATIENCE: Final = 60.0
_clients: dict[str, Any] = {}


def prepare(url: str) -> None:
    """Make clients that have a connection, as a module may at its import."""
    given: Any = {"base_url": url, "api_key": "k", "max_retries": 0, "timeout": 20}
    _clients["sync"] = Client(**given)
    _clients["async"] = AsyncClient(**given)
    _clients["url"] = url
    wrong_answers("before", 1)


def wrong_answers(mark: str, calls: int) -> list[str]:
    """Make calls by both clients; return what was wrong about their answers."""
    client, wrong = _clients["sync"], []
    for number in range(calls):
        one = f"{mark}.{number}"
        try:
            found = client.threads.messages.create(one, **_request(one))
        except AssistantsError as error:
            wrong.append(f"{one}: {error}")
        else:
            wrong += _unlike(one, found)
    return wrong + asyncio.run(_wrong_answers(mark, calls))


async def _wrong_answers(mark: str, calls: int) -> list[str]:
    client: AsyncClient = _clients["async"]
    wrong = []
    for number in range(calls):
        one = f"{mark}.a{number}"
        try:
            found = await client.threads.messages.create(one, **_request(one))
        except AssistantsError as error:
            wrong.append(f"{one}: {error}")
        else:
            wrong += _unlike(one, found)
    return wrong


def _request(mark: str) -> Any:
    return {
        "role": "user",
        "content": f"of {mark}",
        "extra_headers": {"x-mark": mark},
        "extra_query": {"q": mark},
    }


def _unlike(mark: str, found: Any) -> list[str]:
    echo = {name: each for name, each in found.metadata.items() if name != "key"}
    return [] if echo == expected_echo(mark) else [f"{mark} got {echo}"]


def work(url: str, mark: str, calls: int, end: Connection) -> None:
    """Do what a child does: use the clients that are there, or else make some."""
    if _clients.get("url") != url:
        prepare(url)
    end.send(wrong_answers(mark, calls))
    end.close()


def round_of(method: str, url: str, children: int, calls: int) -> list[str]:
    """Start children, call as they do, and return what was wrong."""
    os.environ[VARIABLE] = f"{os.getpid()} {url}"
    prepare(url)
    context: Any = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([__name__])
    started = []
    for number in range(children):
        mine, theirs = context.Pipe(duplex=False)
        args = (url, f"child{number}", calls, theirs)
        process = context.Process(target=work, args=args)
        process.start()
        theirs.close()
        started.append((process, mine))
    wrong = wrong_answers("parent", calls)
    for process, end in started:
        # One that breaks off is told by its exit code.
        with suppress(EOFError):
            if end.poll(_PATIENCE):
                wrong += end.recv()
        process.join(_PATIENCE)
        if process.exitcode != 0:
            wrong.append(f"{process.name} ended by {process.exitcode}")
            process.kill()
        end.close()
    _clients["sync"].close()
    asyncio.run(_clients["async"].close())
    _clients.clear()
    return wrong


def said_by_child(act: Callable[[], str]) -> str:
    """Fork; return what `act` returns in the child, or how it fails there."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Of threads that are not there in the child: that is what this is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        said = "nothing"
        try:
            # It ends by that if it waits for what nobody will ever do.
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(round(_PATIENCE / 2))
            said = act()
        except BaseException as error:  # noqa: BLE001 - it is told to the parent
            said = repr(error)
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    return said or f"ended by {status}"


def main() -> int:
    """Run it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--children", type=int, default=4)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    options = parser.parse_args()
    bad = False
    for method in options.methods:
        wrong = []
        with EchoServer() as server:
            for _ in range(options.rounds):
                wrong += round_of(method, server.url, options.children, options.calls)
        bad = bad or bool(wrong)
        print(f"{method}: {options.rounds} rounds, {len(wrong)} wrong", *wrong[:9])
    return int(bad)


def _prepare_early() -> None:
    """Make clients in the process that forks for others, before it does."""
    parent, _, url = os.environ.get(VARIABLE, "").partition(" ")
    if url and parent != str(os.getpid()):
        prepare(url)


_prepare_early()

if __name__ == "__main__":
    sys.exit(main())
