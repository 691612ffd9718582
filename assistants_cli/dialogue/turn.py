"""One turn: a question, the run that answers it, and what is printed of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistants_client import APIConnectionError, AssistantsError, RunTimeout

from .attachments import Attachments

if TYPE_CHECKING:
    from assistants_client import AssistantStreamManager, Run

    from ..printing.answer import Printer
    from ..session import Session
    from .partner import Partner


class Interrupted(Exception):  # noqa: N818 - nothing is wrong
    """Somebody pressed Ctrl-C while a run was followed."""


@dataclass
class Dialogue:
    """A conversation with a partner.

    Attributes:
        session: the client and the output.
        partner: who answers.
        printer: takes the events.
        thread_id: where it takes place; None until the first question.
        max_wait: seconds that a run may take; None for no limit.
        run: the last run.
    """

    session: Session
    partner: Partner
    printer: Printer
    thread_id: str | None = None
    max_wait: float | None = None
    run: Run | None = None

    def ask(self, text: str, attached: Attachments | None = None) -> Run | None:
        """Add a question to the thread, and follow the run that answers it.

        Returns:
            The run as it ended, or as it waits for somebody to act.

        Raises:
            Interrupted: by Ctrl-C; the run goes on.
            AssistantsError: a call fails, or the time is up.
        """
        attached = attached or Attachments()
        message: Any = {"role": "user", "content": attached.content(text)}
        if attached.files:
            message["attachments"] = attached.files
        threads = self.session.client.threads
        if self.thread_id is None:
            self.thread_id = threads.create(messages=[message]).id
        else:
            threads.messages.create(self.thread_id, **message)
        return self._follow(
            threads.runs.stream(
                thread_id=self.thread_id,
                assistant_id=self.partner.assistant_id,
                **self.partner.options,
                **self._tools(attached.tools),
                **self._waiting(),
            )
        )

    def answer_action(self, answers: dict[str, Any]) -> Run | None:
        """Submit what the run waits for, and follow it on; see `ask` for the errors."""
        assert self.run is not None
        return self._follow(
            self.session.client.threads.runs.submit_tool_outputs_stream(
                thread_id=self.run.thread_id,
                run_id=self.run.id,
                **answers,
                **self._waiting(),
            )
        )

    def _tools(self, needed: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the tools of a run, besides those that the assistant has."""
        functions = self.partner.tools
        if functions is not None:
            from assistants_client import ToolSet

            return {"tools": ToolSet([functions, *needed]), "send_tools": True}
        if not needed:
            return {}
        # What is sent takes the place of the assistant's own tools.
        assistants = self.session.client.assistants
        own = assistants.retrieve(self.partner.assistant_id).to_dict().get("tools")
        kept = [each for each in own or () if each.get("type") != needed[0]["type"]]
        return {"tools": [*kept, *needed]}

    def _waiting(self) -> dict[str, Any]:
        limit = {} if self.max_wait is None else {"max_wait": self.max_wait}
        return {"resume": True, **limit}

    def _follow(self, manager: AssistantStreamManager[Any]) -> Run | None:
        stream: Any = None
        try:
            with manager as stream:
                self._forget_others()
                for event in stream:
                    self.printer.take(event)
        except AssistantsError as error:
            self.run = error.run or self.run
            if isinstance(error, RunTimeout | APIConnectionError) and error.run:
                self._goes_on(error.run)
            raise
        except KeyboardInterrupt:
            self.run = _run_of(stream)
            self._goes_on(self.run)
            raise Interrupted from None
        except OSError:
            # Nobody reads on, or the disk is full.
            self._give_up(_run_of(stream))
            raise
        finally:
            self.session.output.end_line()
        self.run = _run_of(stream)
        if not (self.run and self.run.has_ended):
            self._goes_on(self.run)
        return self.run

    def _goes_on(self, run: Run | None) -> None:
        """Note that a run may go on when nobody follows it any more."""
        self.partner.going[run.id if run else ""] = self.thread_id or ""

    def _forget_others(self) -> None:
        """Forget the earlier runs of the thread: one at a time goes on there."""
        going = self.partner.going
        for key in [key for key, thread in going.items() if thread == self.thread_id]:
            del going[key]

    def _give_up(self, run: Run | None) -> None:
        """Cancel a run that nobody will ever hear of, and that nobody else knows."""
        if run is not None and self.partner.is_temporary:
            # It may have ended by now.
            with suppress(AssistantsError):
                run.cancel()
            self.partner.going.pop(run.id, None)


def _run_of(stream: Any) -> Run | None:
    """Return the run of a stream, which may not have begun."""
    try:
        found: Run | None = stream.current_run
    except (AssistantsError, AttributeError):
        return None
    return found
