"""The second half of the demo: the story is run against the embedded server."""

from __future__ import annotations

import inspect
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.syntax import Syntax

from assistants_client import Client, verbosity
from assistants_server import LocalServer
from scripts import _demo_story as story
from scripts._demo_build import OffError
from scripts._demo_model import calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from assistants_client import Run

# Seconds; slow enough to see an answer arrive word by word.
_PAUSE = 0.06
_WIRE = "assistants_client.wire"
# What goes out and what comes in, by the first characters of a line.
_STYLES = {"->": "cyan", "<-": "green"}


def tell(out: Console) -> None:
    """Run the story twice, the second time with what goes over the wire.

    Raises:
        OffError: the answer is not what it should be.
    """
    with LocalServer(engine=calendar, pace=_PAUSE) as server:
        _heading(out, "2. A server, an assistant, a function")
        out.print(f"{server.url} is the embedded server; what plays its")
        out.print("model is in scripts/_demo_model.py. What it is asked, and how:")
        for each in (story.days_between, story.make_assistant, story.ask):
            _show_code(out, each)
        with Client(base_url=server.url, api_key="sk-demo") as client:
            assistant = story.make_assistant(client)
            _heading(out, "3. A question, and its answer as it comes")
            out.print(f"      you | {story.QUESTION}", markup=False)
            run = story.ask(client, assistant)
            story.sum_up(run)
            _check(run)
            _heading(out, "4. The same once more, within verbosity(1)")
            with _wire_on(out), verbosity(1):
                run = story.ask(client, assistant)
            _check(run)


def _heading(out: Console, text: str) -> None:
    out.print(f"\n[bold]{text}[/]\n")


def _show_code(out: Console, function: Any) -> None:
    source = inspect.getsource(inspect.unwrap(function))
    # The colours of the terminal itself, which suit it.
    code = Syntax("", "python", theme="ansi_dark", background_color="default")
    out.print()
    out.print(code.highlight(source), end="")


def _check(run: Run) -> None:
    """Make sure that the answer has what the function gave.

    Raises:
        OffError: it hasn't.
    """
    outputs = [each for step in run.list_steps() for each in story.outputs_of(step)]
    answer = run.messages(order="desc").data[0].text
    if run.status != "completed" or not outputs or outputs[0] not in answer:
        raise OffError(f"the run is {run.status}, after {outputs}; it says: {answer}")


@contextmanager
def _wire_on(out: Console) -> Iterator[None]:
    """Show the transcript among what is printed, not on stderr, while within."""
    logger, handler = logging.getLogger(_WIRE), _Wire(out)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Wire(logging.Handler):
    """Print lines of the transcript, in colour where there is any."""

    def __init__(self, out: Console) -> None:
        super().__init__()
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        style = _STYLES.get(line[:2])
        # A long line is left as it is: it is what was sent.
        self._out.print(line, style=style, markup=False, soft_wrap=True)
