"""Runs search their files and cite what they found, whichever client asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.execution.file_search import options_of
from tests.server.openai_clients import IGNORED, client_of
from tests.server.search_runs import (
    BOTH,
    QUESTION,
    TIDES,
    assistant_of,
    files_of,
    run_of,
    steps_of,
    store_of,
    texts_of,
    thread_of,
)
from tests.store.stores import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from tests.server.api import Api

pytestmark = pytest.mark.filterwarnings(IGNORED)
INCLUDE: Any = ["step_details.tool_calls[*].file_search.results[*].content"]


@pytest.fixture(params=BOTH)
def client(request: pytest.FixtureRequest, server: LocalServer) -> Iterator[Any]:
    """Provide the clients one after the other; both have the same methods."""
    with request.param(server) as client:
        yield client


@pytest.fixture
def files(client: Any) -> dict[str, str]:
    """Provide the ids of files by their names."""
    return files_of(client)


@pytest.fixture
def store(client: Any, files: dict[str, str]) -> str:
    """Provide the id of a vector store with both files."""
    return store_of(client, files)


def test_answer_cites_what_was_found(
    client: Any, store: str, files: dict[str, str]
) -> None:
    run = run_of(client, assistant_of(client, store))
    (text,) = texts_of(client, run)
    (cited,) = text.annotations
    assert cited.type == "file_citation"
    assert cited.file_citation.file_id == files["tides.md"]
    assert cited.text == text.value[cited.start_index : cited.end_index]
    assert cited.text == "\u30100:0\u2020tides.md\u3011"
    before = text.value[: cited.start_index]
    assert before.endswith("\u201cHigh water at Hull is at noon.\u201d")


def test_steps_carry_the_results(
    client: Any, store: str, files: dict[str, str]
) -> None:
    run = run_of(client, assistant_of(client, store))
    each: Any
    for each in ([], INCLUDE):
        include: Any = each
        steps = steps_of(client, run, include)
        assert [step.type for step in steps] == ["tool_calls", "message_creation"]
        assert {step.status for step in steps} == {"completed"}
        (call,) = steps[0].step_details.tool_calls
        assert call.type == "file_search"
        assert call.file_search.ranking_options.ranker == "auto"
        assert call.file_search.ranking_options.score_threshold == 0
        (result,) = call.file_search.results
        assert result.file_id == files["tides.md"]
        assert result.file_name == "tides.md"
        assert 0.3 < result.score <= 1
        found = [part.text for part in result.content or ()]
        assert found == ([TIDES.decode().strip()] if include else [])


def test_stream_has_the_search_before_the_message(client: Any, store: str) -> None:
    thread = thread_of(client)
    stream = client.beta.threads.runs.create(
        thread_id=thread, assistant_id=assistant_of(client, store), stream=True
    )
    with stream:
        events = [(event.event, event.data) for event in stream]
    names = [name for name, _ in events]
    searched = names.index("thread.run.step.completed")
    assert searched < names.index("thread.message.created")
    calls = [
        call
        for name, data in events
        if name == "thread.run.step.delta"
        for call in data.delta.step_details.tool_calls or ()
    ]
    assert {(call.index, call.type) for call in calls} == {(0, "file_search")}
    (message,) = [data for name, data in events if name == "thread.message.completed"]
    deltas = [
        part.text
        for name, data in events
        if name == "thread.message.delta"
        for part in data.delta.content
    ]
    text = message.content[0].text
    assert "".join(delta.value for delta in deltas) == text.value
    told = [each for delta in deltas for each in delta.annotations or ()]
    assert [(each.index, each.start_index, each.end_index) for each in told] == [
        (number, each.start_index, each.end_index)
        for number, each in enumerate(text.annotations)
    ]
    assert [each.text for each in told] == [each.text for each in text.annotations]
    assert len(told) == 1


def test_stream_tells_the_content_where_it_is_asked_for(
    client: Any, store: str
) -> None:
    each: Any
    for each in ([], INCLUDE):
        include: Any = each
        thread = thread_of(client)
        asked = {"include": include} if include else {}
        stream = client.beta.threads.runs.create(
            thread_id=thread,
            assistant_id=assistant_of(client, store),
            stream=True,
            **asked,
        )
        with stream:
            done = [e.data for e in stream if e.event == "thread.run.step.completed"]
        (result,) = done[0].step_details.tool_calls[0].file_search.results
        assert bool(result.content) is bool(include)


def test_all_of_it_is_as_the_document_says(api: Api, http: httpx.Client) -> None:
    sent = http.post(
        "/files", files={"file": ("tides.md", TIDES)}, data={"purpose": "assistants"}
    )
    store = api.post("/vector_stores", {"file_ids": [sent.json()["id"]]})["id"]
    assistant = api.assistant(
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store]}},
    )
    thread = api.thread(QUESTION)
    # The events and the responses are judged where they are read.
    events = api.events(
        f"/threads/{thread}/runs", {"assistant_id": assistant}, include=INCLUDE[0]
    )
    run = next(data for name, data in events if name == "thread.run.completed")
    steps = api.get(
        f"/threads/{thread}/runs/{run['id']}/steps", include=INCLUDE[0], order="asc"
    )
    done = [data for name, data in events if name == "thread.run.step.completed"]
    assert steps["data"] == done
    found = done[0]["step_details"]["tool_calls"][0]["file_search"]["results"]
    assert found[0]["content"] == [{"type": "text", "text": TIDES.decode().strip()}]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, 2),
        ({"max_num_results": 1}, 1),
        ({"ranking_options": {"score_threshold": 0.99}}, 0),
        (
            {"ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0}},
            2,
        ),
    ],
)
def test_options_of_the_tool_are_obeyed(
    client: Any, store: str, options: dict[str, Any], found: int
) -> None:
    tool = {"type": "file_search", "file_search": options}
    assistant = assistant_of(client, store, tools=[tool])
    run = run_of(client, assistant, "Hull oven")
    (call,) = steps_of(client, run, [])[0].step_details.tool_calls
    assert len(call.file_search.results) == found
    ranking = options.get("ranking_options", {})
    told = call.file_search.ranking_options
    assert told.score_threshold == ranking.get("score_threshold", 0)
    assert told.ranker == ranking.get("ranker", "auto")
    (text,) = texts_of(client, run)
    assert len(text.annotations) == found
    assert ("Nothing in the files fits." in text.value) is (found == 0)


@pytest.mark.parametrize(
    ("model", "tool", "limit"),
    [
        ("gpt-4o", {}, 20),
        ("gpt-3.5-turbo", {}, 5),
        ("gpt-3.5-turbo", {"max_num_results": 7}, 7),
        ("gpt-4o", {"ranking_options": None}, 20),
    ],
)
def test_as_many_results_as_with_the_original(
    model: str, tool: dict[str, Any], limit: int
) -> None:
    tools = [{"type": "code_interpreter"}, {"type": "file_search", "file_search": tool}]
    assert options_of({"model": model, "tools": tools}).limit == limit
    assert options_of({"model": model, "tools": []}).score_threshold == 0


def test_attachment_of_a_message_is_searched_at_once(client: Any) -> None:
    file = client.files.create(file=("tides.md", TIDES), purpose="assistants")
    attachment = {"file_id": file.id, "tools": [{"type": "file_search"}]}
    message = {"role": "user", "content": QUESTION, "attachments": [attachment]}
    thread = client.beta.threads.create(messages=[message])
    assistant = client.beta.assistants.create(
        model="gpt-4o-mini", tools=[{"type": "file_search"}]
    )
    run = client.beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id
    )
    (text,) = texts_of(client, run)
    assert [each.file_citation.file_id for each in text.annotations] == [file.id]


def test_stores_of_assistant_and_thread_are_searched_together(
    client: Any, store: str
) -> None:
    file = client.files.create(file=("own.txt", b"High water!"), purpose="assistants")
    own = client.vector_stores.create(file_ids=[file.id]).id
    resources = {"file_search": {"vector_store_ids": [own]}}
    thread = client.beta.threads.create(
        messages=[{"content": QUESTION, "role": "user"}], tool_resources=resources
    )
    run = run_of(client, assistant_of(client, store), thread=thread.id)
    results = (
        steps_of(client, run, [])[0].step_details.tool_calls[0].file_search.results
    )
    assert {each.file_name for each in results} == {"tides.md", "own.txt"}


def test_answer_as_plain_text_has_citations(client: Any, store: str) -> None:
    run = run_of(client, assistant_of(client, store), response_format={"type": "text"})
    (text,) = texts_of(client, run)
    assert len(text.annotations) == 1


def test_a_text_that_is_there_twice_is_quoted_once(client: Any, store: str) -> None:
    for name in ("copy.md", "another.md"):
        file = client.files.create(file=(name, TIDES), purpose="assistants")
        client.vector_stores.files.create(store, file_id=file.id)
    run = run_of(client, assistant_of(client, store))
    (text,) = texts_of(client, run)
    assert text.value.count("is at noon") == len(text.annotations) == 1
    assert ";" not in text.value


def test_answer_in_json_has_no_citations(client: Any, store: str) -> None:
    run = run_of(
        client, assistant_of(client, store), response_format={"type": "json_object"}
    )
    (text,) = texts_of(client, run)
    assert text.annotations == []
    assert "High water at Hull is at noon." in text.value


@pytest.mark.parametrize(
    "settings", [{"tool_choice": "none"}, {"tools": [{"type": "code_interpreter"}]}]
)
def test_nothing_is_searched_where_it_is_not_wanted(
    client: Any, store: str, settings: dict[str, Any]
) -> None:
    run = run_of(client, assistant_of(client, store), **settings)
    assert [step.type for step in steps_of(client, run, [])] == ["message_creation"]


def test_what_was_found_counts_as_read(client: Any, store: str) -> None:
    assistant = assistant_of(client, store)
    without = run_of(client, assistant, tool_choice="none")
    run = run_of(client, assistant)
    more = run.usage.prompt_tokens - without.usage.prompt_tokens
    assert more == -(-len(TIDES.decode().strip()) // 4)
    steps = steps_of(client, run, [])
    assert sum(s.usage.prompt_tokens for s in steps) == run.usage.prompt_tokens


def test_results_fit_into_the_tokens_that_are_left(client: Any, store: str) -> None:
    assistant = assistant_of(client, store)
    limit: Any = {"max_prompt_tokens": 256}
    many = b"High water at Hull. " * 300
    file = client.files.create(file=("many.txt", many), purpose="assistants")
    client.vector_stores.files.create(store, file_id=file.id)
    run = run_of(client, assistant, **limit)
    assert run.status == "completed"
    assert run.usage.prompt_tokens <= 256


def test_deleted_store_is_searched_no_more(client: Any, store: str) -> None:
    assistant = assistant_of(client, store)
    client.vector_stores.delete(store)
    run = run_of(client, assistant)
    (text,) = texts_of(client, run)
    assert "Nothing in the files fits." in text.value
    assert text.annotations == []


def test_run_fails_where_its_store_has_expired(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with LocalServer(store=path) as server, client_of(server) as client:
        week: Any = {"anchor": "last_active_at", "days": 7}
        made = client.vector_stores.create(expires_after=week)
        assistant = assistant_of(client, made.id)
    with opened(path) as store:
        store.expire_at(made.id, 1)
    with LocalServer(store=path) as server, client_of(server) as client:
        run = run_of(client, assistant)
    assert run.status == "failed"
    assert run.last_error.code == "server_error"
    assert f"{made.id} has expired" in run.last_error.message
