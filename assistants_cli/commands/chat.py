"""A conversation at the terminal."""

from __future__ import annotations

from ..chat.conversation import Conversation
from ..chat.reader import Reader
from ..command import command
from ..dialogue.attachments import FileTool, checked
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
from ..dialogue.turn import Dialogue
from ..exit_codes import ExitCode
from ..printing.answer import AnswerPrinter, JsonPrinter
from ..session import Session


@command
def chat(
    session: Session,
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
    """Talk with an assistant; /help shows what can be done besides.

    Answers are printed as they are written. Outputs of functions that --tools doesn't
    have are asked for. Ctrl-C stops printing an answer, and cancels its run with
    --cancel-on-interrupt; Ctrl-D ends the chat. The thread stays at the server. From a
    pipe, each line is a message.
    """
    checked(file or [])
    output = session.output
    choice = Choice(
        assistant=assistant, model=model, instructions=instructions, tools=tools
    )
    reader = Reader()
    with partner(session, choice) as who:
        if thread is not None:
            session.client.threads.retrieve(thread)
        printer = JsonPrinter(output) if output.json else None
        dialogue = Dialogue(
            session,
            who,
            printer or AnswerPrinter(output, output.aside),
            thread_id=thread,
            max_wait=max_wait,
        )
        talk = Conversation(
            dialogue,
            reader,
            cancel=cancel_on_interrupt,
            file_tool=file_tool,
            files=[*(file or [])],
        )
        if reader.is_interactive:
            output.note("Ctrl-D ends the chat, /help shows what else there is.")
            if thread is not None:
                output.note(f"{thread} goes on; /history shows it")
        code = talk.go_on()
        if (
            reader.is_interactive
            and dialogue.thread_id
            and not session.settings.embedded
        ):
            output.note(f"{dialogue.thread_id} stays: --thread continues it")
        return code
