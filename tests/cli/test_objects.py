"""Assistants, threads, files and vector stores by the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from tests.cases import each_case, some
from tests.cli.invocation import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistants_client import Client
    from tests.cli.invocation import Done

    Assistants = Callable[..., Done]


def test_an_assistant_from_its_making_to_its_end(
    assistants: Assistants, client: Client, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.md"
    rules.write_text("Be brief.\nBe kind.", "utf-8")
    given = ("--name", "Ada", "--instructions", f"@{rules}", "--tool", "file_search")
    words = ("--model", "m", *given, "--metadata", "team=blue=1", "--description", "d")
    made = assistants("assistants", "create", *words, "--vector-store", "vs_1")
    key = made.out.strip()
    found = client.assistants.retrieve(key)
    assert (found.name, found.model, found.description) == ("Ada", "m", "d")
    assert found.instructions == "Be brief.\nBe kind."
    assert [each.type for each in found.tools] == ["file_search"]
    assert found.metadata == {"team": "blue=1"}

    assert assistants("assistants", "update", key, "--name", "Bea").out == f"{key}\n"
    listed = assistants("assistants", "list")
    assert listed.rows[0][:3] == [key, "Bea", "m"]
    shown = assistants("assistants", "show", key)
    assert f"instructions     Be brief.\n{'':17}Be kind.\n" in shown.out
    (raw,) = assistants("assistants", "show", key, "--json").objects
    assert raw == client.assistants.retrieve(key).to_dict()
    assert raw["tool_resources"] == {"file_search": {"vector_store_ids": ["vs_1"]}}

    gone = assistants("assistants", "delete", key, "--yes")
    assert (gone.code, gone.out) == (0, f"deleted {key}\n")
    assert assistants("assistants", "show", key).code == 1


def test_bodies_take_what_no_option_has(
    assistants: Assistants, client: Client, tmp_path: Path
) -> None:
    body = {"model": "m", "temperature": 0.5, "name": "over"}
    words = ("assistants", "create", "--body", "-", "--name", "mine", "--json")
    (made,) = assistants(*words, given=json.dumps(body)).objects
    assert (made["temperature"], made["name"]) == (0.5, "mine")
    file = tmp_path / "body.json"
    file.write_text('{"top_p": 0.25}', "utf-8")
    assistants("assistants", "update", made["id"], "--body", str(file))
    assert client.assistants.retrieve(made["id"]).top_p == 0.25


@each_case(
    "words, says",
    [
        (("assistants", "create"), "an assistant needs a model"),
        (("assistants", "create", "--model", ""), "an assistant needs a model"),
        (("assistants", "update", "asst_1"), "nothing to change"),
        (("assistants", "create", "--metadata", "x"), "takes NAME=VALUE, not 'x'"),
        (("assistants", "create", "--body", "no.json"), "no.json: No such file"),
        (
            ("assistants", "create", "--body", "-"),
            "--body -: it is not JSON: Expecting",
        ),
        (("stores", "add", "vs_1"), "nothing to add"),
        (("stores", "add", "vs_1", "--max-wait", "0"), "must be seconds above 0, not"),
        (("stores", "add", "vs_1", "no.md"), "no.md: No such file"),
        (("files", "upload", "no.md"), "no.md: No such file"),
        (("files", "download", "file_1", "--to", "x/y"), "no folder"),
        (("files", "download", "file_1", "--to", "x/"), "x/ is a folder"),
        (("files", "download", "file_1", "--to", "."), ". is a folder"),
        (("runs", "submit", "thread_1", "--output", "x"), "takes NAME=VALUE, not 'x'"),
        (("runs", "submit", "thread_1", "--output", "x=@no.txt"), "@no.txt: No such"),
        (("runs", "submit", "thread_1", "--tools", "no.py"), "no.py: importing it"),
        (
            ("runs", "submit", "thread_1", "--output", "x=1", "--approve", "call_1"),
            "use either --output or --approve and --deny",
        ),
        (("threads", "delete", "thread_1"), "add --yes"),
        (("threads", "list", "--limit", "0"), "Invalid value for '--limit'"),
        (("threads", "show"), "Missing argument 'ID'"),
        (("stores", "show", ""), "must be an id"),
    ],
)
def test_wrong_use_says_what_to_do(
    assistants: Assistants, server: LocalServer, words: tuple[str, ...], says: str
) -> None:
    before = len(server.exchanges)
    done = assistants(*words)
    assert len(server.exchanges) == before
    assert done.code == 2, done
    assert says in done.err
    assert done.out == ""


def test_a_body_is_an_object(assistants: Assistants) -> None:
    done = assistants("assistants", "create", "--body", "-", given="[1]")
    assert (done.code, "an object, not a list" in done.err) == (2, True)


def test_nothing_is_deleted_unless_somebody_agrees(
    assistants: Assistants, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = client.assistants.create(model="m").id
    monkeypatch.setattr("assistants_cli.commands.parts._agreed", lambda _: False)
    done = assistants("assistants", "delete", made)
    assert (done.code, done.err) == (1, "nothing was deleted\n")
    assert client.assistants.retrieve(made).id == made


def test_lists_end_where_they_are_told(assistants: Assistants, client: Client) -> None:
    made = [client.assistants.create(model="m").id for _ in range(3)]
    two = assistants("assistants", "list", "--limit", "2").rows
    assert [each[0] for each in two] == made[:0:-1]
    lines = assistants("assistants", "list", "--json").objects
    assert {*made} <= {each["id"] for each in lines}


def test_a_conversation_is_shown_in_order(
    assistants: Assistants, client: Client
) -> None:
    thread = client.threads.create(metadata={"topic": "tides"})
    for text in ("one", "two\nuser  2026-01-01  msg_false", "three"):
        thread.add_message(text)
    shown = assistants("threads", "show", thread.id).out
    places = [shown.index(f"\n  {text}\n") for text in ("one", "two", "three")]
    assert places == sorted(places)
    # What a text says can't be taken for another message.
    heads = [line for line in shown.splitlines() if line.startswith("user  ")]
    assert len(heads) == 3
    last = assistants("threads", "show", thread.id, "--limit", "2").out
    assert "one" not in last
    assert last.index("two") < last.index("three")
    first, *messages = assistants("threads", "show", thread.id, "--json").objects
    assert first == thread.to_dict()
    assert messages == [each.to_dict() for each in thread.list_messages(order="asc")]
    assert assistants("threads", "delete", thread.id, "-y").code == 0


def test_files_go_out_and_come_back(
    assistants: Assistants, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "tides.md"
    file.write_bytes(b"The water comes back.\r\n\x1b[31m\xff")
    key = assistants("files", "upload", str(file)).out.strip()
    (row,) = [each for each in assistants("files", "list").rows if each[0] == key]
    assert row[1:4] == ["tides.md", str(file.stat().st_size), "assistants"]
    assert assistants("files", "list", "--purpose", "vision").out == ""
    assert "tides.md" in assistants("files", "show", key).out
    copy = tmp_path / "copy.md"
    assert assistants("files", "download", key, "-o", str(copy)).code == 0
    assert copy.read_bytes() == file.read_bytes()
    again = assistants("files", "download", key, "-o", str(copy))
    assert (again.code, "--force replaces it" in again.err) == (2, True)
    assert assistants("files", "download", key, "-f", "-o", str(copy)).code == 0
    assert assistants("files", "delete", key, "--yes").code == 0
    assert key not in [each.id for each in client.files.list()]


def test_a_store_is_filled_and_searched(
    assistants: Assistants, client: Client, tmp_path: Path
) -> None:
    for name in ("ebb", "flood"):
        (tmp_path / f"{name}.md").write_text(f"The {name} of the water.", "utf-8")
    paths = [str(path) for path in sorted(tmp_path.iterdir())]
    store = assistants("stores", "create", "--name", "Tides").out.strip()
    added = assistants("stores", "add", store, *paths)
    assert (added.code, added.out) == (0, "2 of 2 files indexed\n")
    assert [store, "Tides", "completed", "2"] in [
        each[:4] for each in assistants("vector-stores", "list").rows
    ]
    files = [each.id for each in client.vector_stores.files.list(store)]
    shown = assistants("stores", "show", store).out
    assert len(files) == 2
    for each in some(files):
        assert f"\n{each}\tcompleted\t" in shown
    best, *_ = assistants("search", store, "ebb", "--json").objects
    assert best["filename"] == "ebb.md"
    found = assistants("search", store, "ebb", "--limit", "1").out
    assert "  ebb.md  " in found
    assert "    The ebb of the water.\n" in found
    assert assistants("stores", "delete", store, "--yes").code == 0


def test_nothing_is_uploaded_for_what_is_not_there(
    assistants: Assistants, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "tides.md"
    file.write_text("The water comes back.", "utf-8")
    given = ("--file", str(file), "Good day!")
    for words in (
        ("stores", "add", "vs_none", str(file)),
        ("ask", "--model", "m", "--thread", "thread_none", *given),
        ("ask", "--assistant", "asst_none", *given),
    ):
        done = assistants(*words)
        assert (done.code, "found with id" in done.err) == (1, True), done
    assert [each.filename for each in client.files.list()].count("tides.md") == 0


def test_a_file_that_cannot_be_indexed_is_an_error(
    assistants: Assistants, client: Client, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.bin"
    odd.write_bytes(b"\x00\x01" * 50)
    store = client.vector_stores.create().id
    done = assistants("stores", "add", store, str(odd))
    assert done.code == 1
    assert done.out == "0 of 1 files indexed\n"
    assert done.err.startswith("assistants: file-")


def test_threads_of_our_own_server_are_listed(
    assistants: Assistants, client: Client
) -> None:
    made = [client.threads.create(metadata={"n": str(n)}) for n in range(3)]
    found = assistants("threads", "list", "--limit", "2").rows
    assert [each[0] for each in found] == [made[2].id, made[1].id]
    assert found[0][2] == '{"n": "2"}'
    listed = assistants("threads", "list", "--json").objects
    assert [each["id"] for each in listed][:3] == [each.id for each in made[::-1]]


def test_servers_that_list_no_threads_are_said() -> None:
    with LocalServer(faults=["405 on=listThreads"]) as server:
        done = run("threads", "list", url=server.url)
    assert done.code == 1
    assert done.err.startswith("assistants: this server can't list threads")


@pytest.fixture
def listing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what a server answers that can list threads, page by page."""
    pages: list[Any] = []

    def get(_: object, path: str, **options: Any) -> Any:
        assert path == "/threads"
        pages.append(options["extra_query"])
        number = len(pages)
        data = [{"id": f"thread_{number}{n}", "metadata": {}} for n in "ab"]
        return {"data": data, "has_more": number < 3}

    monkeypatch.setattr("assistants_client.Client.get", get)
    return pages


def test_threads_are_listed_where_the_server_can(
    assistants: Assistants, listing: list[Any]
) -> None:
    rows = assistants("threads", "list").rows
    assert [each[0] for each in rows] == [f"thread_{n}{c}" for n in "123" for c in "ab"]
    assert listing == [
        {"limit": 100},
        {"limit": 100, "after": "thread_1b"},
        {"limit": 100, "after": "thread_2b"},
    ]


def test_servers_that_never_move_on_end_the_list(
    assistants: Assistants, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = {"data": [{"id": "thread_1"}], "has_more": True}
    monkeypatch.setattr("assistants_client.Client.get", lambda *_, **__: page)
    assert len(assistants("threads", "list").rows) == 2


def test_no_more_threads_are_listed_than_wanted(
    assistants: Assistants, listing: list[Any]
) -> None:
    done = assistants("threads", "list", "--limit", "3", "--json")
    assert [each["id"] for each in done.objects] == [
        "thread_1a",
        "thread_1b",
        "thread_2a",
    ]
    assert [each["limit"] for each in listing] == [3, 1]
