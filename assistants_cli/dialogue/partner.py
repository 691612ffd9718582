"""Who answers: an assistant of the server, or one that is made for the occasion."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistants_client import AssistantsError

from ..failures import WrongUse
from ..json_data import text_in
from ..tool_module import tools_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_client import ToolSet

    from ..session import Session
    from .options import DialogueOptions


@dataclass
class Partner:
    """Who answers.

    Attributes:
        assistant_id: its id.
        tools: functions that it may call; None if there are none.
        options: what runs are made with besides.
        is_temporary: whether it was made for this use of the command.
        going: the runs of it that may still go on, "" for an unknown one, and their
            threads.
    """

    assistant_id: str
    tools: ToolSet | None
    options: dict[str, Any] = field(default_factory=dict)
    is_temporary: bool = False
    going: dict[str, str] = field(default_factory=dict)


@contextmanager
def partner(session: Session, options: DialogueOptions) -> Iterator[Partner]:
    """Yield who answers; one that was made for it is deleted in the end.

    Raises:
        WrongUse: nobody is named, or the tools can't be used.
        APIError: an assistant can't be made.
    """
    instructions = text_in("--instructions", options.instructions)
    tools = None if options.tools is None else tools_in(options.tools)
    if options.assistant is not None:
        own = {"model": options.model, "instructions": instructions}
        given = {name: value for name, value in own.items() if value is not None}
        yield Partner(options.assistant, tools, given)
        return
    if options.model is None:
        raise WrongUse(
            "nobody to answer: pass --assistant ID, one of those that `assistants "
            "assistants list` shows, or --model NAME"
        )
    made = session.client.assistants.create(
        model=options.model,
        instructions=instructions,
        name="made by the command assistants",
        tools=tools or [],
    )
    found = Partner(made.id, tools, is_temporary=True)
    try:
        yield found
    finally:
        if found.going:
            session.output.note(f"{made.id} is left for the run that goes on")
        else:
            _delete(session, made)


def _delete(session: Session, made: Any) -> None:
    try:
        made.delete()
    except AssistantsError as error:
        session.output.note(f"{made.id} could not be deleted: {error}")
