"""The second half of the demo: the story runs, on the embedded server."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.syntax import Syntax

from assistants_client import Client, Run, verbosity
from assistants_server import LocalServer, Output, ToolCall, Turn
from scripts import _demo_story as story
from scripts._demo_build import DemoError

# Seconds; slow enough to see a response arrive word by word.
_PACE = 0.06
_TRANSCRIPT = "assistants_client.wire"
# Requests and responses, by the first characters of a line.
_STYLES = {"->": "cyan", "<-": "green"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(r"\s*\S+")


def calendar(turn: Turn) -> Iterator[Output]:
    """Play the model: read the dates of the question, but leave counting to others."""
    if not turn.outputs:
        first, last = _DATE.findall(turn.question)
        yield from _WORD.findall("Let me count.")
        yield ToolCall("days_between", {"first": first, "last": last})
    else:
        days = int(turn.outputs[-1].output)
        text = f"There are {days} days, which makes {days / 7:.3g} weeks."
        yield from _WORD.findall(text)


def run(out: Console) -> None:
    """Run the story twice, the second time with its requests and responses.

    Raises:
        DemoError: the result is not what it should be.
    """
    # Nobody watches a pipe.
    pace = _PACE if out.is_terminal else 0.0
    with LocalServer(engine=calendar, pace=pace) as server:
        _print_heading(out, "2. A server, an assistant, a function")
        out.print(f"{server.url} is the embedded server; what plays its")
        out.print("model is in scripts/_demo_run.py. What it is asked, and how:")
        for each in (story.days_between, story.make_assistant, story.ask):
            _print_code(out, each)
        with Client(base_url=server.url, api_key="sk-demo") as client:
            assistant = story.make_assistant(client)
            _print_heading(out, "3. A question, and its answer as it comes")
            out.print(f"      you | {story.QUESTION}", markup=False)
            done = story.ask(client, assistant)
            story.sum_up(done)
            _check(done)
            _print_heading(out, "4. The same once more, within verbosity(1)")
            with _transcript_on(out), verbosity(1):
                done = story.ask(client, assistant)
            _check(done)


def _print_heading(out: Console, text: str) -> None:
    out.print(f"\n[bold]{text}[/]\n")


def _print_code(out: Console, function: Any) -> None:
    source = inspect.getsource(inspect.unwrap(function))
    # The colours of the terminal itself, which suit it.
    code = Syntax("", "python", theme="ansi_dark", background_color="default")
    out.print()
    out.print(code.highlight(source), end="")


def _check(done: Run) -> None:
    """Make sure that the text has the function's result.

    Raises:
        DemoError: it hasn't.
    """
    outputs = [each for step in done.list_steps() for each in story.outputs_of(step)]
    text = done.messages(order="desc").data[0].text
    if done.status != "completed" or not outputs or outputs[0] not in text:
        raise DemoError(f"the run is {done.status}, after {outputs}, with: {text}")


@contextmanager
def _transcript_on(out: Console) -> Iterator[None]:
    """Show the transcript among what is printed, not on stderr, while within."""
    logger, handler = logging.getLogger(_TRANSCRIPT), _Lines(out)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Lines(logging.Handler):
    """Print lines of the transcript, in colour where there is any."""

    def __init__(self, out: Console) -> None:
        super().__init__()
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        style = _STYLES.get(line[:2])
        # A long line is left as it is: it is what was sent.
        self._out.print(line, style=style, markup=False, soft_wrap=True)
