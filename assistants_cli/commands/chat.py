"""A conversation at the terminal."""

from __future__ import annotations

from ..chat.conversation import Conversation
from ..chat.reader import Reader
from ..command import command
from ..dialogue.attachments import checked
from ..dialogue.options import DialogueOptions
from ..dialogue.partner import partner
from ..dialogue.turn import Dialogue
from ..exit_codes import ExitCode
from ..printing.answer import AnswerPrinter, JsonPrinter
from ..session import Session


@command
def chat(session: Session, options: DialogueOptions) -> ExitCode:
    """Talk with an assistant; /help shows what can be done besides.

    Answers are printed as they are written. Outputs of functions that --tools doesn't
    have are asked for. Ctrl-C stops printing an answer, and cancels its run with
    --cancel-on-interrupt; Ctrl-D ends the chat. The thread stays at the server. From a
    pipe, each line is a message.
    """
    checked(options.file or [])
    output = session.output
    reader = Reader()
    with partner(session, options) as who:
        if options.thread is not None:
            session.client.threads.retrieve(options.thread)
        printer = JsonPrinter(output) if output.json else None
        dialogue = Dialogue(
            session,
            who,
            printer or AnswerPrinter(output, output.aside),
            thread_id=options.thread,
            max_wait=options.max_wait,
        )
        talk = Conversation(
            dialogue,
            reader,
            cancel=options.cancel_on_interrupt,
            file_tool=options.file_tool,
            files=[*(options.file or [])],
        )
        if reader.is_interactive:
            output.note("Ctrl-D ends the chat, /help shows what else there is.")
            if options.thread is not None:
                output.note(f"{options.thread} goes on; /history shows it")
        code = talk.go_on()
        if (
            reader.is_interactive
            and dialogue.thread_id
            and not session.settings.embedded
        ):
            output.note(f"{dialogue.thread_id} stays: --thread continues it")
        return code
