"""Questions by `assistants ask`, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cases import each_case, some

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistants_client import Client
    from assistants_server import LocalServer

TIDE = '''
from shlex import quote

def tide(harbour: str) -> str:
    """Return the height of the tide."""
    return f"4 m in {harbour}"


def _secret() -> str:
    """No tool."""
'''


def test_the_answer_is_all_there_is_on_stdout(assistants: Callable[..., Any]) -> None:
    done = assistants("ask", "--model", "any", "Good day!")
    assert (done.code, done.out, done.err) == (0, "You said: Good day!\n", "")


@each_case("words", [(), ("-",)])
def test_a_question_comes_by_stdin(
    assistants: Callable[..., Any], words: tuple[str, ...]
) -> None:
    done = assistants("ask", "--model", "any", *words, given="one\ntwo\n")
    assert done.out == "You said: one\ntwo\n"


def test_what_was_made_for_a_question_is_gone_afterwards(
    assistants: Callable[..., Any], client: Client
) -> None:
    before = [each.id for each in client.assistants.list()]
    done = assistants("ask", "--model", "any", "--json", "Good day!")
    (run,) = [
        each["data"] for each in done.objects if each["event"] == "thread.run.completed"
    ]
    assert run["assistant_id"] not in before
    assert [each.id for each in client.assistants.list()] == before
    assert client.threads.retrieve(run["thread_id"]).id == run["thread_id"]


def test_events_are_lossless_lines(assistants: Callable[..., Any]) -> None:
    done = assistants("ask", "--model", "any", "--json", "Good day!")
    names = [each["event"] for each in done.objects]
    assert names[0] == "thread.run.created"
    assert names[-1] == "thread.run.completed"
    pieces = [
        part["text"]["value"]
        for each in done.objects
        if each["event"] == "thread.message.delta"
        for part in each["data"]["delta"]["content"]
    ]
    assert "".join(some(pieces)) == "You said: Good day!"


def test_a_thread_is_continued_by_an_assistant(
    assistants: Callable[..., Any], client: Client
) -> None:
    assistant = client.assistants.create(model="any")
    thread = client.threads.create(messages=[{"role": "user", "content": "First"}])
    words = ("--assistant", assistant.id, "--thread", thread.id, "--model", "other")
    done = assistants("ask", *words, "--instructions", "Be brief.", "Second")
    assert done.out == "You said: Second\n"
    said = [each.text for each in thread.list_messages(order="asc")]
    assert said == ["First", "Second", "You said: Second"]
    (run,) = thread.list_runs()
    assert (run.model, run.instructions) == ("other", "Be brief.")
    assert client.assistants.retrieve(assistant.id).model == "any"


def test_functions_of_a_module_are_called(
    assistants: Callable[..., Any], client: Client, tmp_path: Path
) -> None:
    module = tmp_path / "tide_tools.py"
    module.write_text(TIDE, "utf-8")
    knows_none = client.assistants.create(model="any")
    for who in (("--model", "any"), ("--assistant", knows_none.id)):
        done = assistants("ask", *who, "--tools", str(module), "How high in Hull?")
        assert done.out.endswith("The functions gave: tide: 4 m in Hull\n"), done


def test_a_run_that_wants_outputs_says_how_to_submit_them(
    assistants: Callable[..., Any], client: Client, tmp_path: Path
) -> None:
    module = tmp_path / "tide_tools.py"
    module.write_text(TIDE, "utf-8")
    made = assistants("assistants", "create", "--model", "m", "--tools", str(module))
    done = assistants("ask", "--assistant", made.out.strip(), "How high in Hull?")
    assert (done.code, done.out) == (4, "")
    assert 'tide(harbour="Hull")' in done.err
    (line,) = [each for each in done.err.splitlines() if "runs submit" in each]
    words = line.partition("assistants ")[2].replace("=TEXT", "=9 m").split(maxsplit=5)
    assert assistants(*words).code == 0
    thread, run = words[2:4]
    watched = assistants("runs", "watch", thread, run)
    assert watched.code == 0
    assert "tide: 9 m" in client.threads.messages.list(thread).data[0].text


def test_tools_that_fail_are_one_line(
    assistants: Callable[..., Any], tmp_path: Path
) -> None:
    module = tmp_path / "broken_tools.py"
    module.write_text(
        TIDE.replace('return f"4 m in {harbour}"', "raise OSError(harbour)"), "utf-8"
    )
    words = ("ask", "--model", "any", "--tools", str(module), "How high in Hull?")
    done = assistants(*words)
    assert done.err == "assistants: the tool tide failed: OSError: Hull\n"
    assert done.code == 0
    loud = assistants(*words, "--verbosity", "debug")
    assert "Traceback" in loud.err


def test_files_and_images_go_with_a_question(
    assistants: Callable[..., Any], client: Client, tmp_path: Path
) -> None:
    notes = tmp_path / "tides.md"
    notes.write_text("The water comes back twice a day.", "utf-8")
    picture = tmp_path / "sea.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    files = ("--file", str(notes), "--file", str(picture))
    assistant = client.assistants.create(
        model="any", tools=[{"type": "code_interpreter"}]
    )
    thread = client.threads.create()
    words = ("--assistant", assistant.id, "--thread", thread.id)
    done = assistants("ask", *words, *files, "When does the water come back?")
    assert "The files say: “The water comes back twice a day.”" in done.out
    (run,) = thread.list_runs()
    assert [each.type for each in run.tools] == ["code_interpreter", "file_search"]
    (asked,) = [each for each in thread.list_messages() if each.role == "user"]
    assert [each["type"] for each in asked.to_dict()["content"]] == [
        "text",
        "image_file",
    ]


@each_case(
    "words, given, says",
    [
        (("--model", "m"), " \n", "the question is empty"),
        (("--model", "m", "q\udc80"), "", "not UTF-8 text"),
        (("q",), "", "nobody to answer"),
        (("--model", "m", "--file", "no.md", "q"), "", "no.md: No such file"),
        (("--model", "m", "--file", ".", "q"), "", ".: Is a directory"),
        (("--model", "m", "--tools", "no.py", "q"), "", "--tools no.py: importing it"),
        (("--model", "m", "--tools", "os", "q"), "", "has no type; annotate"),
        (("--model", "m", "--tools", "this_is_none", "q"), "", "ModuleNotFoundError"),
        (("--model", "m", "--instructions", "@no.txt", "q"), "", "@no.txt: No such"),
        (("--model", "m", "--timeout", "-1", "q"), "", "'--timeout': must be seconds"),
        (("--model", "m", "--max-wait", "0", "q"), "", "'--max-wait': must be seconds"),
        (("--model", "m", "--max-wait", "inf", "q"), "", "above 0, not inf"),
        (("--model", "m", "--max-retries", "-1", "q"), "", "'--max-retries': "),
        (("--model", "m", "--verbosity", "9", "q"), "", "--verbosity must be one of"),
        (
            ("--model", "m", "--max-wait", "x", "q"),
            "",
            "Invalid value for '--max-wait'",
        ),
        (("--modle", "m"), "", "No such option: --modle"),
        (("--assistant", "", "q"), "", "'--assistant': it is empty"),
        (("--model", " ", "q"), "", "'--model': it is empty"),
        (("--model", "m", "--thread", "", "q"), "", "'--thread': it is empty"),
    ],
)
def test_wrong_use_is_said_before_anything_is_sent(
    assistants: Callable[..., Any],
    server: LocalServer,
    words: tuple[str, ...],
    given: str,
    says: str,
) -> None:
    before = len(server.exchanges)
    done = assistants("ask", *words, given=given)
    assert done.code == 2
    assert says in done.err, done.err
    assert done.out == ""
    assert len(server.exchanges) == before
    assert "Traceback" not in done.err


def test_an_unknown_thread_is_an_error(assistants: Callable[..., Any]) -> None:
    done = assistants("ask", "--model", "any", "--thread", "thread_none", "Good day!")
    assert done.code == 1
    assert done.err.startswith("assistants: threads.messages.create: ")
    assert done.err.count("\n") == 1
