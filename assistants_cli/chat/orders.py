"""What lines with a slash in front do in a chat."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..dialogue.attachments import checked
from ..failures import WrongUse
from ..printing.messages import text_of
from ..watch import watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conversation import Conversation


def show_help(_: Conversation, __: list[str]) -> None:
    """Show these lines."""


def show_history(chat: Conversation, _: list[str]) -> None:
    """Show the conversation so far."""
    if chat.dialogue.thread_id is None:
        chat.output.note("nothing was said yet")
        return
    threads = chat.session.client.threads
    chat.output.show(threads.conversation(chat.dialogue.thread_id))


def attach_files(chat: Conversation, paths: list[str]) -> None:
    """Attach files to the next message: /file PATH..."""
    if not paths:
        raise WrongUse("name files: /file PATH...")
    found = [Path(each).expanduser() for each in paths]
    checked(found)
    chat.files += found
    names = ", ".join(str(each) for each in chat.files)
    chat.output.note(f"with the next message: {names}")


def begin_anew(chat: Conversation, _: list[str]) -> None:
    """Begin a new thread; the old one stays at the server."""
    chat.output.note(f"left {chat.dialogue.thread_id or 'nothing'}")
    chat.dialogue.thread_id = None
    chat.dialogue.run = None


def show_thread(chat: Conversation, _: list[str]) -> None:
    """Show the id of the thread, by which to continue it later."""
    found = chat.dialogue.thread_id
    chat.output.note(found or "there is no thread yet: say something")


def watch_run(chat: Conversation, _: list[str]) -> None:
    """Watch the last run until it ends, and show what it says."""
    run = chat.dialogue.run
    if run is None:
        raise WrongUse("there was no run yet")
    watch(chat.session, run.refresh(), max_wait=None, until_action=True)
    if run.has_ended:
        chat.dialogue.partner.going.pop(run.id, None)
    for message in run.messages(order="asc"):
        chat.output.line(text_of(message.to_dict()))


def cancel_run(chat: Conversation, _: list[str]) -> None:
    """Cancel the last run, if it goes on."""
    run = chat.dialogue.run
    if run is None:
        raise WrongUse("there was no run yet")
    chat.output.note(f"{run.id} is {run.cancel().status}")
    chat.dialogue.partner.going.pop(run.id, None)


def leave(chat: Conversation, _: list[str]) -> None:
    """End the chat, as Ctrl-D does."""
    chat.is_over = True


ORDERS: Final[dict[str, Callable[[Conversation, list[str]], None]]] = {
    "/help": show_help,
    "/file": attach_files,
    "/history": show_history,
    "/thread": show_thread,
    "/new": begin_anew,
    "/watch": watch_run,
    "/cancel": cancel_run,
    "/quit": leave,
}
HELP: Final = """\
A line is a message. End it with \\ to go on in the next one, or write several lines
between two lines of \"\"\". Begin with // to send a text that begins with a slash.
Ctrl-C stops an answer, or forgets the line; Ctrl-D ends the chat."""


def obey(chat: Conversation, line: str) -> None:
    """Do what a line with a slash in front asks for.

    Raises:
        WrongUse: there is no such thing to do, or it can't be done.
        APIError: a call fails.
    """
    try:
        name, *words = shlex.split(line)
    except ValueError as error:
        raise WrongUse(f"{line}: {error}") from error
    if name not in ORDERS:
        known = ", ".join(ORDERS)
        raise WrongUse(f"there is no {name}; there are: {known}; // sends a slash")
    if name == "/help":
        chat.output.note(HELP)
        for each, order in ORDERS.items():
            chat.output.note(f"  {each:9} {order.__doc__}")
        return
    ORDERS[name](chat, words)
