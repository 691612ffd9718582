"""Chats whose messages come from a pipe; `test_terminals` has those of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistants_client import Client, tool
from assistants_server import LocalServer
from tests.cases import each_case, some
from tests.cli.invocation import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.invocation import Done

    Assistants = Callable[..., Done]


@tool
def tide(harbour: str) -> str:
    """Return the height of the tide."""
    return f"4 m in {harbour}"


def test_each_line_is_a_message_of_one_thread(
    assistants: Assistants, client: Client
) -> None:
    thread = client.threads.create()
    words = ("chat", "--model", "any", "--thread", thread.id)
    done = assistants(*words, given="Good day!\n\nHow are you?")
    assert (done.code, done.err) == (0, "")
    assert done.out == "You said: Good day!\nYou said: How are you?\n"
    assert len([*thread.list_messages()]) == 4


@each_case(
    "given, said",
    [
        ("one\\\ntwo\\\n\n", "one\ntwo\n"),
        ('"""\none\n\n/two\n"""\n', "one\n\n/two"),
        ('"""\none', "one"),
        ("one\\", "one"),
        ("//one", "/one"),
    ],
)
def test_a_message_may_have_several_lines(
    assistants: Assistants, client: Client, given: str, said: str
) -> None:
    thread = client.threads.create()
    words = ("chat", "--model", "any", "--thread", thread.id)
    assert assistants(*words, given=given).code == 0
    (message,) = [each for each in thread.list_messages() if each.role == "user"]
    assert message.text == said


def test_orders_are_not_sent(assistants: Assistants, tmp_path: Path) -> None:
    notes = tmp_path / "my tides.md"
    notes.write_text("The water comes back twice a day.", "utf-8")
    lines = [
        "/thread",
        "/history",
        "/help",
        f'/file "{notes}"',
        "When does the water come back?",
        "Thanks.",
        "/history",
        "/thread",
        "/new",
        "/thread",
        "/watch",
        "/quit",
        "never said",
    ]
    done = assistants("chat", "--model", "any", given="\n".join(lines))
    first, *_, last, nothing = done.err.splitlines()
    assert first == "there is no thread yet: say something"
    assert "nothing was said yet" in done.err
    assert "  /file     Attach files to the next message: /file PATH...\n" in done.err
    assert f"with the next message: {notes}" in done.err
    assert "twice a day" in done.out
    assert "  When does the water come back?\n" in done.out
    # It went with one message alone, and was cited once.
    assert done.out.count("my tides.md (file-") == 2
    assert last == "there is no thread yet: say something"
    assert nothing == "assistants: there was no run yet"
    assert "never said" not in done.out


@each_case(
    "line, says",
    [
        ("/nope", "there is no /nope; there are: /help, /file"),
        ("/file", "name files"),
        ("/file no.md", "no.md: No such file"),
        ('/file "x', "No closing quotation"),
        ("/cancel", "there was no run yet"),
    ],
)
def test_what_is_wrong_is_said_and_the_chat_goes_on(
    assistants: Assistants, line: str, says: str
) -> None:
    wrong = assistants("chat", "--model", "any", given=line)
    assert wrong.code == 2
    assert says in wrong.err
    done = assistants("chat", "--model", "any", given=f"{line}\nGood day!\n")
    assert (done.code, done.out) == (0, "You said: Good day!\n")


def test_a_failing_message_decides_the_exit_code_if_it_is_the_last() -> None:
    with LocalServer(faults=["400 on=createRun times=1"], poll_after=2) as server:
        words = ("chat", "--model", "any", "--max-retries", "0")
        done = run(*words, given="one\ntwo\n", url=server.url)
        assert (done.code, done.out) == (0, "You said: two\n")
        assert "status 400" in done.err
    with LocalServer(faults=["400 on=createRun"]) as server:
        assert run(*words, given="one\n", url=server.url).code == 1


def test_programs_get_events(assistants: Assistants) -> None:
    done = assistants("chat", "--model", "any", "--json", given="one\ntwo\n")
    names = [each["event"] for each in done.objects]
    assert names.count("thread.run.completed") == 2
    threads = {each["data"].get("thread_id") for each in done.objects}
    assert len(threads - {None}) == 1


def test_tool_calls_are_shown(assistants: Assistants, client: Client) -> None:
    assistant = client.assistants.create(model="any", tools=[tide])
    words = ("chat", "--assistant", assistant.id)
    done = assistants(*words, given="How high in Hull?\n")
    assert done.code == 4
    assert '> tide(harbour="Hull")\n' in done.out
    assert "assistants runs submit thread_" in done.err


def test_unknown_threads_are_said_at_once(assistants: Assistants) -> None:
    done = assistants("chat", "--model", "m", "--thread", "thread_none", given="Hi\n")
    assert (done.code, done.out) == (1, "")
    assert "No thread found" in done.err


def test_nothing_is_left_of_a_chat_but_its_thread(
    assistants: Assistants, client: Client
) -> None:
    before = {each.id for each in client.assistants.list()}
    done = assistants("chat", "--model", "any", given="one\n/thread\n")
    thread = done.err.strip()
    assert {each.id for each in client.assistants.list()} == before
    assert len(some(client.threads.messages.list(thread))) == 2
