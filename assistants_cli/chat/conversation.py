"""The conversation: messages are asked, answers printed, until somebody leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistants_client import AssistantsError

from ..dialogue.attachments import FileTool, upload
from ..dialogue.endings import after_interrupt, ending_of
from ..dialogue.turn import Interrupted
from ..exit_codes import ExitCode
from ..failures import WrongUse, advice_for, exit_code_of
from ..safe_text import is_text
from .manual_answers import answers_for
from .orders import obey

if TYPE_CHECKING:
    from ..dialogue.turn import Dialogue
    from ..output import Output
    from ..session import Session
    from .reader import Reader


@dataclass
class Conversation:
    """A chat, as it goes on.

    Attributes:
        dialogue: asks, and prints the answers.
        reader: reads what somebody types.
        cancel: whether Ctrl-C cancels a run.
        file_tool: what the model uses files with.
        files: what goes with the next message.
        is_over: whether somebody asked to leave.
        code: how the last message ended.
    """

    dialogue: Dialogue
    reader: Reader
    cancel: bool
    file_tool: FileTool
    files: list[Path] = field(default_factory=list)
    is_over: bool = False
    code: ExitCode = ExitCode.OK

    @property
    def session(self) -> Session:
        """Return the client and the output."""
        return self.dialogue.session

    @property
    def output(self) -> Output:
        """Return where answers go."""
        return self.session.output

    def go_on(self) -> ExitCode:
        """Talk until somebody leaves; return how the last message ended.

        At a terminal, people see for themselves how each message ended.
        """
        while not self.is_over:
            try:
                text = self.reader.message()
            except KeyboardInterrupt:
                if not self.reader.is_interactive:
                    raise
                self.output.note("\n(Ctrl-D ends the chat, /help shows more)")
                continue
            if text is None:
                break
            if not is_text(text):
                self.output.problem("this is not UTF-8 text")
                self._ended(ExitCode.WRONG_USE)
            elif text.strip():
                self._take(text)
        return ExitCode.OK if self.reader.is_interactive else self.code

    def _take(self, text: str) -> None:
        """Take a message or an order; what goes wrong is said, and the chat goes on."""
        try:
            if text.startswith("/") and not text.startswith("//"):
                obey(self, text)
            else:
                self._say(text[1:] if text.startswith("//") else text)
        except Interrupted:
            how = "/watch follows it, /cancel cancels it"
            by = how if self.reader.is_interactive else None
            after_interrupt(self.dialogue, cancel=self.cancel, follow_by=by)
            self._ended(ExitCode.INTERRUPTED)
        except KeyboardInterrupt:
            self.output.note("interrupted")
            self._ended(ExitCode.INTERRUPTED)
        except (AssistantsError, WrongUse) as error:
            self.output.problem(f"{advice_for(error)}")
            self._ended(exit_code_of(error))

    def _say(self, text: str) -> None:
        attached = upload(self.session, self.files, self.file_tool)
        run = self.dialogue.ask(text, attached)
        self.files = []
        while self.reader.is_interactive and run and run.status == "requires_action":
            answers = answers_for(run, self.reader, self.output)
            if answers is None:
                break
            run = self.dialogue.answer_action(answers)
        self._ended(ending_of(self.session, run))

    def _ended(self, code: ExitCode) -> None:
        self.code = code
