"""What models cite of what was found for them, in runs through the server."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from harness.scripted_server import ScriptedServer
from tests.engines.test_runs import begin, poll, served
from tests.engines.test_turns_of_runs import submit
from tests.engines.turns import function
from tests.engines.upstreams import chat_calls, chunk, stream, upstream
from tests.server.openai_clients import IGNORED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Reply, Request

pytestmark = pytest.mark.filterwarnings(IGNORED)
TOOLS: Any = [{"type": "file_search"}, function("multiply")]
BREAD = ("bread.txt", b"Bread rises in a hot oven.")
SHIP = ("ship.txt", b"The hull of the ship is blue.")


def search(id: str, query: str) -> tuple[str, str, str]:
    return id, "file_search", f'{{"query": "{query}"}}'


def said(text: str) -> Reply:
    return stream(chunk(content=text), chunk("stop"))


@contextmanager
def asked(up: ScriptedServer, *files: tuple[str, bytes]) -> Iterator[Any]:
    """Provide a client, a run's parameters, and its files; each has a store."""
    with served(up) as client:
        made = [client.files.create(file=f, purpose="assistants") for f in files]
        stores = [client.vector_stores.create() for _ in files]
        for file, store in zip(made, stores, strict=True):
            add = client.vector_stores.files.create_and_poll
            add(file.id, vector_store_id=store.id)
        resources = [{"file_search": {"vector_store_ids": [s.id]}} for s in stores]
        given = begin(client, tools=TOOLS, tool_resources=resources[0])
        if len(files) > 1:
            client.beta.threads.update(given["thread_id"], tool_resources=resources[1])
        yield client, given, made


def text_of(client: Any, run: Any) -> Any:
    (last, *_) = client.beta.threads.messages.list(run.thread_id).data
    return last.content[0].text


def cited(text: Any) -> list[str]:
    """Return what is cited, whose places are those of the marks."""
    for each in text.annotations:
        assert text.value[each.start_index : each.end_index] == each.text
    return [each.file_citation.file_id for each in text.annotations]


def test_each_of_several_searches_of_one_answer_may_be_cited() -> None:
    calls = chat_calls(search("s1", "hot oven"), search("s2", "hull"))
    answer = "\U0001f600 Bread\u30100:0\u2020bread.txt\u3011, a ship\u30101:0\u3011."
    with upstream(calls, said(answer)) as up, asked(up, BREAD, SHIP) as (c, given, of):
        run = poll(c, **given)
        text = text_of(c, run)
        assert cited(text) == [each.id for each in of]
        marks = "\u30100:0\u2020bread.txt\u3011", "\u30101:0\u2020ship.txt\u3011"
        assert text.value == f"\U0001f600 Bread{marks[0]}, a ship{marks[1]}."
        steps = c.beta.threads.runs.steps.list(
            run.id,
            thread_id=run.thread_id,
            order="asc",
            include=["step_details.tool_calls[*].file_search.results[*].content"],
        ).data
    found = [call for s in steps[:-1] for call in s.step_details.tool_calls]
    names = [each.file_search.results[0].file_name for each in found]
    assert names == ["bread.txt", "ship.txt"]
    assert found[0].file_search.results[0].content[0].text == BREAD[1].decode()


def test_so_may_one_of_an_earlier_turn() -> None:
    called = chat_calls(("c1", "multiply", '{"a": 6}'))
    answer = said("Bread\u30100:0\u2020bread.txt\u3011.")
    replies = chat_calls(search("s1", "oven")), called, answer
    with upstream(*replies) as up, asked(up, BREAD) as (client, given, (file,)):
        run = poll(client, **given)
        assert run.status == "requires_action"
        run = submit(client, run)
        assert cited(text_of(client, run)) == [file.id]


def test_a_file_that_is_deleted_meanwhile_is_not_found_and_stays_cited() -> None:
    replies = [
        chat_calls(search("s1", "hot oven")),
        chat_calls(search("s2", "hot oven")),
        said("Bread\u30100:0\u3011, not\u30101:0\u3011."),
    ]
    left = iter(replies)

    def answer(request: Request) -> Reply:
        if len(request.json()["messages"]) > 2 and made:
            made.pop()()
        return next(left)

    made: list[Any] = []
    with ScriptedServer(answer) as up, asked(up, BREAD) as (client, given, (file,)):
        made.append(lambda: client.files.delete(file.id))
        run = poll(client, **given)
        text = text_of(client, run)
        assert (run.status, cited(text)) == ("completed", [file.id])
        assert text.value.endswith(", not\u30101:0\u3011.")
        (_, second) = [r.json()["messages"][-1] for r in up.requests[1:]]
    assert second["content"] == "Nothing was found."
