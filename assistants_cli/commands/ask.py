"""One question, one answer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..command import command
from ..dialogue.attachments import FileTool, checked, upload
from ..dialogue.endings import after_interrupt, ending_of
from ..dialogue.options import (
    AssistantOption,
    CancelOption,
    FileOption,
    FileToolOption,
    InstructionsOption,
    MaxWaitOption,
    ModelOption,
    ThreadOption,
    ToolsOption,
)
from ..dialogue.partner import Choice, partner
from ..dialogue.turn import Dialogue, Interrupted
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..printing.answer import AnswerPrinter, JsonPrinter
from ..safe_text import is_text
from ..session import Session


@command
def ask(
    session: Session,
    question: Annotated[
        str | None, typer.Argument(help="The question; from stdin if left out, or -")
    ] = None,
    assistant: AssistantOption = None,
    model: ModelOption = None,
    instructions: InstructionsOption = None,
    thread: ThreadOption = None,
    file: FileOption = None,
    file_tool: FileToolOption = FileTool.FILE_SEARCH,
    tools: ToolsOption = None,
    max_wait: MaxWaitOption = None,
    cancel_on_interrupt: CancelOption = False,
) -> ExitCode:
    """Ask a question; the answer goes to stdout as it is written.

    The thread stays at the server: --thread continues it, and `threads delete`
    deletes it. With --json, each event of the stream is a line.
    """
    files = file or []
    checked(files)
    text = _question(question)
    output = session.output
    choice = Choice(
        assistant=assistant, model=model, instructions=instructions, tools=tools
    )
    with partner(session, choice) as who:
        printer = JsonPrinter(output) if output.json else None
        dialogue = Dialogue(
            session,
            who,
            printer or AnswerPrinter(output, output.hint),
            thread_id=thread,
            max_wait=max_wait,
        )
        try:
            run = dialogue.ask(text, upload(session, files, file_tool))
        except Interrupted:
            after_interrupt(dialogue, cancel=cancel_on_interrupt, follow_by=None)
            return ExitCode.INTERRUPTED
        if thread is None and not session.settings.embedded:
            output.hint(f"thread {dialogue.thread_id}")
        return ending_of(session, run)


def _question(given: str | None) -> str:
    """Return the question, from stdin unless it is an argument.

    Raises:
        WrongUse: there is none.
    """
    if given is None and sys.stdin.isatty():
        raise WrongUse("what is the question? Give it as an argument, or by stdin")
    text = sys.stdin.read() if given in (None, "-") else str(given)
    if not is_text(text):
        raise WrongUse("the question is no text in UTF-8")
    if not text.strip():
        raise WrongUse("the question is empty")
    return text
