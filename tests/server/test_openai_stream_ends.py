"""The `openai` package at streams that end otherwise than with a completed run."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

from assistants_server import LocalServer
from tests.server.conformance import deviations
from tests.server.inside import let_pass
from tests.server.openai_clients import (
    HELLO,
    IGNORED,
    Log,
    client_of,
    fault,
    names,
    script,
    text_of,
)
from tests.server.streams import BEGINNING, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from openai import OpenAI

pytestmark = pytest.mark.filterwarnings(IGNORED)


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    with LocalServer(poll_after=1) as server, client_of(server) as client:
        yield client


@pytest.fixture(scope="module")
def assistant(client: OpenAI) -> str:
    return client.beta.assistants.create(model="m", instructions="Be brief.").id


@pytest.fixture
def thread(client: OpenAI) -> str:
    return client.beta.threads.create(messages=[HELLO]).id


FAILED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "failed": (
        {"fail": "No more"},
        ["thread.message.incomplete", "thread.run.step.failed", "thread.run.failed"],
    ),
    "incomplete": (
        {"incomplete": "max_prompt_tokens"},
        [
            "thread.message.incomplete",
            "thread.run.step.completed",
            "thread.run.incomplete",
        ],
    ),
}


@pytest.mark.parametrize("status", FAILED)
def test_a_stream_of_a_run_that_ends_otherwise(
    client: OpenAI, assistant: str, thread: str, status: str
) -> None:
    ending, expected = FAILED[status]
    events = client.beta.threads.runs.create(
        thread,
        assistant_id=assistant,
        stream=True,
        extra_headers=script(["A text", ending]),
    )
    assert names(events) == [*BEGINNING, *WRITTEN[:-2], *expected]


def test_a_stream_of_a_run_that_is_cancelled(
    client: OpenAI, assistant: str, thread: str
) -> None:
    runs = client.beta.threads.runs

    def cancelling(events: Iterable[Any]) -> Iterator[Any]:
        for event in events:
            if event.event == "thread.message.delta":
                (run,) = runs.list(thread)
                runs.cancel(run.id, thread_id=thread)
            yield event

    events = runs.create(
        thread,
        assistant_id=assistant,
        stream=True,
        extra_headers=script(["A text", {"wait": 600}]),
    )
    assert names(cancelling(events)) == [
        *BEGINNING,
        *WRITTEN[:-2],
        "thread.run.cancelling",
        "thread.message.incomplete",
        "thread.run.step.cancelled",
        "thread.run.cancelled",
    ]


def test_a_stream_of_a_run_that_expires() -> None:
    with LocalServer(expires_after=10) as server, client_of(server) as client:
        assistant = client.beta.assistants.create(model="m").id
        with client.beta.threads.create_and_run(
            assistant_id=assistant,
            stream=True,
            extra_headers=script(["A text", {"wait": 600}]),
        ) as events:
            for event in events:
                if event.event == "thread.message.delta":
                    let_pass(server, 10)
                    break
            rest = names(events)
        assert rest[-3:] == [
            "thread.message.incomplete",
            "thread.run.step.expired",
            "thread.run.expired",
        ]


def test_a_client_that_leaves_doesn_t_end_the_run(
    client: OpenAI, assistant: str, thread: str
) -> None:
    runs = client.beta.threads.runs
    with runs.stream(
        thread_id=thread,
        assistant_id=assistant,
        extra_headers=script(["One, ", {"wait": 0.05}, "two"]),
    ) as stream:
        assert next(iter(stream.text_deltas)) == "One, "
    (run,) = runs.list(thread)
    assert runs.poll(run.id, thread_id=thread).status == "completed"
    assert text_of(client.beta.threads.messages.list(thread).data[0]) == "One, two"


def test_an_error_in_a_stream_is_raised(
    client: OpenAI, assistant: str, thread: str
) -> None:
    log = Log()
    with (
        client.beta.threads.runs.stream(
            thread_id=thread,
            assistant_id=assistant,
            event_handler=log,
            extra_headers=fault("error-event=2 shape=wrapped"),
        ) as stream,
        pytest.raises(openai.APIError),
    ):
        stream.until_done()
    assert log.without_events == ["on_exception", "on_end"]


def test_a_stream_that_is_cut_is_an_error(
    client: OpenAI, assistant: str, thread: str
) -> None:
    events = client.beta.threads.runs.create(
        thread,
        assistant_id=assistant,
        stream=True,
        extra_headers=fault("cut-stream=2"),
    )
    found: list[str] = []
    with pytest.raises(openai.APIConnectionError):
        found.extend(event.event for event in events)
    assert found == BEGINNING[:2]


def test_a_stream_that_is_refused_is_an_error_like_any(
    client: OpenAI, thread: str
) -> None:
    with (
        pytest.raises(openai.NotFoundError) as caught,
        client.beta.threads.runs.stream(thread_id=thread, assistant_id="asst_x"),
    ):
        pass
    assert deviations({"error": caught.value.body}, "ErrorResponse") == []
