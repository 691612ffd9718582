"""Names of events: those of the document stay, others are those of what they tell."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import _api
from assistants_client._events import parse as reading
from assistants_client._events.parse import parse_event, to_model
from tests.client.streams import RUN, Followed, body, follow

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW = ("thread.run.paused", "thread.run.step.paused", "thread.run.completed_early")
STEP: dict[str, Any] = {"object": "thread.run.step", "id": "step_1"}
PAUSED: dict[str, Any] = {**RUN, "status": "in_progress"}
# The name that is sent, the object in the data, and the right name.
CASES: list[tuple[str, dict[str, Any], str]] = [
    # One that was added to the document stays, whatever the run is just doing.
    ("thread.run.paused", PAUSED, "thread.run.paused"),
    ("thread.run.paused", {**RUN, "status": "failed"}, "thread.run.paused"),
    ("thread.run.paused", {**RUN, "status": "paused"}, "thread.run.paused"),
    ("thread.run.completed_early", PAUSED, "thread.run.completed_early"),
    ("thread.run.step.paused", {**STEP, "status": "in_progress"}, NEW[1]),
    # What nobody knows is named after the status, and so is a wrong status.
    ("thread.run.succeeded", {**RUN, "status": "completed"}, "thread.run.completed"),
    ("thread.run.step", PAUSED, "thread.run.in_progress"),
    ("thread.run.completed", PAUSED, "thread.run.in_progress"),
    ("thread.run.created", {**RUN, "status": "queued"}, "thread.run.created"),
    ("", PAUSED, "thread.run.in_progress"),
    # A new one, but of another object than its data.
    ("thread.run.step.paused", PAUSED, "thread.run.in_progress"),
    ("thread.run.paused", {**STEP, "status": "failed"}, "thread.run.step.failed"),
]


@pytest.fixture
def grown_document(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the document know more events, as after adding them to it by hand."""
    read: Any = _api.read_assistant_stream_event
    classes = {
        **read.__self__._classes,
        **dict.fromkeys(NEW, "ThreadRunInProgressEvent"),
    }
    reader = import_module("assistants_api.reading").Variants("event", classes)
    monkeypatch.setattr(_api, "read_assistant_stream_event", reader)
    reading._is_read.cache_clear()
    yield
    reading._is_read.cache_clear()


@pytest.mark.usefixtures("grown_document")
def test_a_name_that_the_document_knows_stays() -> None:
    wrong = []
    for name, data, due in CASES:
        given = parse_event(name, json.dumps(data))
        if (given.name, to_model(given).event) != (due, due):
            wrong.append(f"{name} of {data['status']}: {given.name}, not {due}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("grown_document")
def test_a_stream_with_an_added_event_goes_on_to_its_end() -> None:
    sent = [
        ("thread.run.created", {**RUN, "status": "queued"}),
        ("thread.run.paused", PAUSED),
        ("thread.run.completed", {**RUN, "status": "completed"}),
    ]
    followed: Followed = follow([body(sent)])
    assert [each.event for each in followed.events] == [name for name, _ in sent]
    assert followed.error is None
