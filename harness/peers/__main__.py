"""Call all operations of a mock that we didn't write, through our own clients.

First as the mock comes: its runs stay queued and it knows no streams, which has to end
in a typed error. Then with runs that move and with streams, written by the means that
the mock has for it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import httpx

from assistants_cli.archive import Export, Selection
from assistants_client import (
    AssistantsError,
    AsyncClient,
    Client,
    NotFoundError,
    RunTimeout,
    StreamInterrupted,
)
from assistants_client._flows import poll_policy
from assistants_server.archive import import_into
from harness.either_client import finished
from harness.environments import python_with
from harness.faults.forms import FORMS
from harness.faults.operations import Task, carry_out, class_of
from harness.processes import ProcessError, running
from harness.tls_contexts import share_tls_contexts

if TYPE_CHECKING:
    from harness.faults.operations import Form

# A mock of the API that we didn't write. It wants an older openai package than our
# development environment has.
VERSION = "0.13.1"
PACKAGES = (
    f"openai-responses=={VERSION}",
    *("openai==2.54.0", "httpx==0.28.1", "respx==0.22.0"),
)
KEY = "any"
# As the mock comes, waiting is in vain; else it takes two looks or three.
SHORT, LONG = 0.3, 20.0
NOBODY = "thread_nobody"
# What the mock lacks until it is asked for it.
LACKS = {"stream": "streams", "follow": "streams", "wait": "runs that move"}


@dataclass(frozen=True)
class Peer:
    """The mock, and whether it has been asked for all that it lacks."""

    url: str
    taught: bool

    def tell(self, what: str, **given: Any) -> None:
        """Ask for something that no operation does."""
        httpx.post(f"{self.url}/peer/{what}", json=given).raise_for_status()

    def prepare(self, client: Client, form: Form) -> Task:
        """Make what a form is about, new each time."""
        tag = "asks" if "tools=" in form.name else "told"
        assistants = [client.assistants.create(model="m") for _ in range(4)]
        assistant = str(assistants[0].id)
        thread = client.threads.create()
        messages = [
            client.threads.messages.create(thread, role="user", content=text)
            for text in ("How", "high", "is it?")
        ]
        runs = [
            client.threads.runs.create(
                thread, assistant_id=assistant, metadata={"cell": tag}
            )
            for _ in range(3)
        ]
        ids = {
            "assistant_id": assistant,
            "newest_assistant": str(assistants[-1].id),
            "thread_id": str(thread.id),
            "message_id": str(messages[0].id),
            "run_id": str(runs[0].id),
            "tool_call_id": "call_1",
        }
        for number in range(3):
            step = f"step_{ids['run_id']}_{number}"
            where = {key: ids[key] for key in ("assistant_id", "thread_id", "run_id")}
            self.tell("step", id=step, **where)
            ids["step_id"] = step
        return Task(ids, tag, LONG if self.taught else SHORT)


def main() -> int:
    """Start the mock and make all calls; return the exit code."""
    argparse.ArgumentParser(prog="scripts/peers", description=__doc__).parse_args()
    share_tls_contexts()
    server = Path(__file__).with_name("server.py")
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        log = Path(folder, "log")

        def address() -> str:
            return log.read_text("utf-8").partition("\n")[0]

        try:
            python = python_with(f"openai-responses-{VERSION}", *PACKAGES)
            command: list[str | Path] = [python, "-B", server]
            with running(command, log, lambda: address().startswith("http")):
                code = call_everything(address())
        except ProcessError as error:
            print(f"peers: {error}", file=sys.stderr)
            return 2
        complaints = log.read_text("utf-8").splitlines()[1:]
    if complaints:
        print("peers: the mock itself complained:", *complaints[-20:], sep="\n")
    return code


def call_everything(base_url: str) -> int:
    """Make all calls in both ways; return the exit code."""
    faults = 0
    called: set[str] = set()
    for taught in (False, True):
        peer = Peer(base_url, taught)
        if taught:
            peer.tell("moving")
            peer.tell("streams")
            print("\nwith streams, and runs that move:")
        for form in FORMS:
            if taught and form.kind not in LACKS:
                continue
            results = _both(peer, form)
            wrong = [each for each in results if each.startswith("WRONG")]
            faults += len(wrong)
            print(f"{'wrong' if wrong else 'ok':6}{form.name:54}{' | '.join(results)}")
            if not wrong:
                called.add(form.operation)
    faults += _nobody(base_url)
    faults += _taken_along(Peer(base_url, taught=True))
    known = {form.operation for form in FORMS}
    missing = known - called
    if missing:
        print(f"not called with success: {', '.join(sorted(missing))}")
    print(
        f"openai-responses: {len(called)} of {len(known)} operations, "
        f"{len(FORMS)} ways to call them, sync and async; {faults} faults"
    )
    return int(bool(missing) or faults > 0)


def _both(peer: Peer, form: Form) -> list[str]:
    """Call a form in both ways; say what came of it."""
    settings: Any = {"base_url": f"{peer.url}/v1", "api_key": KEY, "max_retries": 0}
    # Not every method that streams takes a limit of its own.
    longest = LONG if peer.taught else SHORT
    with patch.object(poll_policy, "MAX_WAIT", longest), Client(**settings) as client:
        found = finished(_found(form, client, peer.prepare(client, form)))
        results = [_judged(peer, form, found, asynchronous=False)]
        task = peer.prepare(client, form)

    async def asynchronously() -> Any:
        async with AsyncClient(**settings) as client:
            return await _found(form, client, task)

    with patch.object(poll_policy, "MAX_WAIT", longest):
        found = asyncio.run(asynchronously())
    return [*results, _judged(peer, form, found, asynchronous=True)]


async def _found(form: Form, client: Any, task: Task) -> Any:
    try:
        return await carry_out(form, client, task)
    except AssistantsError as error:
        return error


def _judged(peer: Peer, form: Form, found: Any, *, asynchronous: bool) -> str:
    """Return what was found, beginning with WRONG if that may not be."""
    lacking = None if peer.taught else LACKS.get(form.kind)
    if isinstance(found, AssistantsError):
        name = type(found).__name__
        # A run that comes in place of its events is waited for.
        if lacking and isinstance(found, RunTimeout | StreamInterrupted):
            return f"{name}: the mock lacks {lacking}"
        return f"WRONG {name}: {found}"
    if lacking:
        return f"WRONG {found!r}, though the mock lacks {lacking}"
    if form.gives == "events":
        names = [event.event for event in found]
        good = names[-1:] == ["thread.run.completed"]
        return f"{'' if good else 'WRONG '}{len(names)} events"
    items = found if form.kind == "pages" else [found]
    class_ = class_of(form.gives, asynchronous=asynchronous)
    others = [item for item in items if not isinstance(item, class_)]
    if others or not items:
        return f"WRONG {others or 'nothing'}, no {class_.__name__}"
    many = f"{len(items)} " if form.kind == "pages" else ""
    return f"{many}{class_.__name__}"


def _taken_along(peer: Peer) -> int:
    """Export a thread of the mock, and import it into a store of ours."""
    settings: Any = {"base_url": f"{peer.url}/v1", "api_key": KEY, "max_retries": 0}
    form = next(each for each in FORMS if each.operation == "threads.retrieve")
    with (
        tempfile.TemporaryDirectory(prefix="peers-") as folder,
        Client(**settings) as client,
    ):
        thread = str(peer.prepare(client, form).ids["thread_id"])
        selection = Selection(threads=(thread,), everything=False)
        archive = Path(folder, "archive")
        outcome = Export(client, archive, selection, jobs=1).run()
        report = import_into(Path(folder, "store.db"), archive)
    counts = outcome.manifest.counts
    same = all(report.counts["imported"][kind] == n for kind, n in counts.items())
    good = same and counts.get("message") == counts.get("run") == 3
    print(f"\n{'ok' if good else 'wrong':6}{thread} taken along: {counts}")
    for each in outcome.problems:
        print(f"      {each.what} {each.id}: {each.message}")
    return int(not good)


def _nobody(base_url: str) -> int:
    """See what a 404 without a body and a type becomes."""
    with Client(base_url=f"{base_url}/v1", api_key=KEY) as client:
        try:
            found: Any = client.threads.retrieve(NOBODY)
        except NotFoundError as error:
            print(f"\nok    an empty 404: {error}")
            return 0
    print(f"\nwrong an empty 404: {found!r}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
