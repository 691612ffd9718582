"""One question, one answer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..command import command
from ..dialogue.attachments import checked, upload
from ..dialogue.endings import after_interrupt, ending_of
from ..dialogue.options import DialogueOptions
from ..dialogue.partner import partner
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
    *,
    options: DialogueOptions,
) -> ExitCode:
    """Ask a question; the answer goes to stdout as it is written.

    The thread stays at the server: --thread continues it, and `threads delete`
    deletes it. With --json, each event of the stream is a line.
    """
    files = options.file or []
    checked(files)
    text = _question(question)
    output = session.output
    with partner(session, options) as who:
        printer = JsonPrinter(output) if output.json else None
        dialogue = Dialogue(
            session,
            who,
            printer or AnswerPrinter(output, output.hint),
            thread_id=options.thread,
            max_wait=options.max_wait,
        )
        if files:
            # Else they would be left behind where these are unknown.
            _retrieve(session, options)
        try:
            run = dialogue.ask(text, upload(session, files, options.file_tool))
        except Interrupted:
            after_interrupt(
                dialogue, cancel=options.cancel_on_interrupt, follow_by=None
            )
            return ExitCode.INTERRUPTED
        if options.thread is None and not session.settings.embedded:
            output.hint(f"thread {dialogue.thread_id}")
        return ending_of(session, run)


def _retrieve(session: Session, options: DialogueOptions) -> None:
    if options.assistant is not None:
        session.client.assistants.retrieve(options.assistant)
    if options.thread is not None:
        session.client.threads.retrieve(options.thread)


def _question(given: str | None) -> str:
    """Return the question, from stdin unless it is an argument.

    Raises:
        WrongUse: there is none.
    """
    if given is None and sys.stdin.isatty():
        raise WrongUse("there is no question: pass one as an argument, or on stdin")
    text = sys.stdin.read() if given in (None, "-") else str(given)
    if not is_text(text):
        raise WrongUse("the question is not UTF-8 text")
    if not text.strip():
        raise WrongUse("the question is empty")
    return text
