"""Chats at a terminal, as people have them."""

from __future__ import annotations

import re

from assistants_client import Client, tool
from assistants_server import LocalServer
from tests.cli.held_engine import held_server
from tests.cli.terminal import Terminal

_COLOUR = re.compile(r"\x1b\[\d*m")


@tool
def tide(harbour: str) -> str:
    """Return the height of the tide."""
    return f"4 m in {harbour}"


def test_a_chat_from_its_first_prompt_to_its_end() -> None:
    with LocalServer(poll_after=2) as server:
        words = ("chat", "--model", "m")
        with Terminal(server.url, *words) as terminal:
            assert "\x1b[2m" in terminal.expect("/help shows what else there is.")
            terminal.expect("> ")
            terminal.type("Good day!\n")
            terminal.expect("You said: Good day!\r\n")
            terminal.expect("> ")
            # Ctrl-C forgets the line.
            terminal.type("never sent")
            # Python may miss a signal that comes before it waits for a key.
            terminal.expect("never sent")
            terminal.type("\x03")
            terminal.expect("Ctrl-D ends the chat")
            terminal.expect("> ")
            terminal.type("one\\\n")
            terminal.expect(". ")
            terminal.type("two\n")
            terminal.expect("You said: one\r\ntwo\r\n")
            terminal.expect("> ")
            terminal.type("/nope\n")
            assert "\x1b[31m" in terminal.expect("there is no /nope")
            terminal.expect("> ")
            terminal.type("\x04")
            terminal.expect("stays: --thread continues it")
            assert terminal.code() == 0
        assert "You said: never sent" not in terminal.seen
        with Client(base_url=server.url, api_key="none") as client:
            assert client.assistants.list().data == []


def test_ctrl_c_cancels_the_run_and_the_chat_goes_on() -> None:
    engine, server = held_server()
    words = ("chat", "--model", "m", "--cancel-on-interrupt")
    with server, Terminal(server.url, *words, NO_COLOR="1") as terminal:
        terminal.expect("> ")
        terminal.type("Good day!\n")
        terminal.expect("first ")
        terminal.type("\x03")
        run = terminal.expect("\r\n> ").partition("cancelled ")[2].split()[0]
        engine.released.set()
        terminal.type("Again\n")
        terminal.expect("first second")
        terminal.expect("> ")
        terminal.type("/thread\n")
        thread = terminal.expect("\r\n> ").split()[1]
        with Client(base_url=server.url, api_key="none") as client:
            found = client.threads.runs.retrieve(run, thread_id=thread)
            assert found.status in ("cancelled", "cancelling")
        terminal.type("\x04")
        assert terminal.code() == 0
        assert not _COLOUR.search(terminal.seen)


def test_ctrl_c_leaves_the_run_which_can_be_watched() -> None:
    engine, server = held_server()
    with server, Terminal(server.url, "chat", "--model", "m") as terminal:
        terminal.expect("> ")
        terminal.type("Good day!\n")
        terminal.expect("first ")
        terminal.type("\x03")
        terminal.expect("the run goes on: /watch follows it, /cancel cancels it")
        terminal.expect("> ")
        terminal.type("Too early\n")
        terminal.expect("is active")
        terminal.expect("> ")
        engine.released.set()
        terminal.type("/watch\n")
        terminal.expect("run completed")
        terminal.expect("first second")
        terminal.expect("> ")
        terminal.type("\x04")
        assert terminal.code() == 0
        with Client(base_url=server.url, api_key="none") as client:
            assert client.assistants.list().data == []


def test_who_answers_stays_for_a_run_that_was_left_behind() -> None:
    engine, server = held_server()
    with server, Terminal(server.url, "chat", "--model", "m") as terminal:
        terminal.expect("> ")
        terminal.type("Good day!\n")
        terminal.expect("first ")
        terminal.type("\x03")
        terminal.expect("\r\n> ")
        terminal.type("/new\n")
        terminal.expect("\r\n> ")
        engine.released.set()
        terminal.type("Again\n")
        terminal.expect("first second")
        terminal.expect("> ")
        terminal.type("\x04")
        terminal.expect("is left for the run that goes on")
        assert terminal.code() == 0


def test_outputs_are_given_by_hand() -> None:
    with (
        LocalServer(poll_after=2) as server,
        Client(base_url=server.url, api_key="none") as client,
    ):
        assistant = client.assistants.create(model="m", tools=[tide])
        with Terminal(server.url, "chat", "--assistant", assistant.id) as terminal:
            terminal.expect("> ")
            terminal.type("How high in Hull?\n")
            terminal.expect('tide(harbour="Hull")')
            terminal.expect("= ")
            terminal.type("7 m\n")
            terminal.expect("The functions gave: tide: 7 m")
            terminal.expect("> ")
            terminal.type("How high in Hull?\n")
            terminal.expect("= ")
            terminal.type("\x04")
            terminal.expect("runs submit thread_")
            terminal.expect("> ")
            terminal.type("/quit\n")
            assert terminal.code() == 0


def test_tables_have_heads_at_a_terminal() -> None:
    with (
        LocalServer() as server,
        Client(base_url=server.url, api_key="none") as client,
    ):
        made = client.assistants.create(model="m", name="[bold]Ada[/bold] \x1b[31m")
        with Terminal(server.url, "assistants", "list") as terminal:
            assert terminal.code() == 0
        shown = _COLOUR.sub("", terminal.seen)
        head, row, *_ = shown.split("\r\n")
        assert head.split() == ["id", "name", "model", "created"]
        assert row.startswith(f"{made.id}  [bold]Ada[/bold]")
        assert "\x1b[31m" not in terminal.seen


def test_deleting_asks_first() -> None:
    with (
        LocalServer() as server,
        Client(base_url=server.url, api_key="none") as client,
    ):
        made = client.assistants.create(model="m")
        with Terminal(server.url, "assistants", "delete", made.id) as terminal:
            terminal.expect(f"delete {made.id}? [y/N]: ")
            assert len(client.assistants.list().data) == 1
            terminal.type("y\n")
            assert terminal.code() == 0
        assert client.assistants.list().data == []
