"""Every way to call something, against everything that servers do wrong.

This is a part of the matrix that has all troubles, and forms of calls of each kind; the
script `matrix` goes through the whole of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import APIConnectionError, DecodeError, Thread
from assistants_client._api import check
from assistants_client._errors import ReceivedResponse, SentRequest, status_error
from assistants_client._operations import OPERATIONS
from assistants_server.faults import Fault
from assistants_server.faults.grammar import (
    EVERY_OPTION,
    FAULTS,
    SOME_OPTIONS,
    Value,
    Word,
)
from harness.faults import embedded_faults
from harness.faults.cells import some
from harness.faults.embedded_bench import Embedded
from harness.faults.forms import FORMS
from harness.faults.matrix import run
from harness.faults.responses import ApiRequest, State, respond
from harness.faults.samples import IDS, OBJECTS
from harness.faults.verdicts import ANY, KEY, RESULT, Expected, Outcome, complaints
from harness.faults.wild_server import Wild

if TYPE_CHECKING:
    from pathlib import Path

    from harness.faults.bench import Bench

SERVERS = {
    *("open-assistant-api", "OpenGPTs", "LumenLabs", "openai-responses", "LiteLLM"),
    "Azure",
}
SENT = SentRequest("GET", "http://127.0.0.1:1/v1/threads/thread_1")
# Each trouble meets one in so many kinds of calls.
EVERY = {"embedded": 7, "wild": 7}
BY_NAME = {form.name: form for form in FORMS}


def test_calls_end_as_they_should_at_the_embedded_server(tmp_path: Path) -> None:
    bench = Embedded(tmp_path)
    report = run(bench, some(bench, EVERY["embedded"]))
    assert not report.failures, report.told()


def test_calls_end_as_they_should_at_servers_in_the_wild() -> None:
    bench = Wild()
    report = run(bench, some(bench, EVERY["wild"]))
    assert not report.failures, report.told()


def test_all_operations_and_ways_to_follow_a_run_are_called() -> None:
    tops = ("assistants", "threads")
    known = {name for name in OPERATIONS if name.partition(".")[0] in tops}
    assert {form.operation for form in FORMS} == known
    runs = "threads.runs."
    assert {form.path for form in FORMS if "_response" not in form.path} == {
        *known,
        *("threads.create_and_run_poll", "threads.create_and_run_stream"),
        *(f"{runs}create_and_poll", f"{runs}poll", f"{runs}stream"),
        f"{runs}submit_tool_outputs_and_poll",
        f"{runs}submit_tool_outputs_stream",
    }


@pytest.mark.parametrize("bench", ["embedded", "wild"])
def test_the_part_that_is_tried_has_every_trouble_and_kind_of_form(
    bench: str, tmp_path: Path
) -> None:
    found: Bench = Embedded(tmp_path) if bench == "embedded" else Wild()
    tried = some(found, EVERY[bench])
    assert {cell.trouble for cell in tried} == {*found.troubles}
    assert {cell.form.kind for cell in tried} == {form.kind for form in FORMS}
    assert {cell.asynchronous for cell in tried} == {False, True}
    # Of a larger part no form is left out.
    assert {(cell.form.name, cell.asynchronous) for cell in some(found, every=2)} == {
        (form.name, way) for form in FORMS for way in (False, True)
    }


def test_every_word_for_faults_is_in_the_matrix() -> None:
    texts = embedded_faults.texts()
    heads = {text.split()[0].partition("=")[0] for text in texts}
    options = {word.partition("=")[0] for text in texts for word in text.split()[1:]}
    assert {word.name for word in FAULTS} <= heads
    assert {word.name for word in (*SOME_OPTIONS, *EVERY_OPTION)} == options
    assert {str(status) for status in embedded_faults.STATUSES} <= heads


def test_a_new_fault_enters_the_matrix_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    colours = Value("HOW", "red or blue", {"red": 1, "blue": 2}.get)
    monkeypatch.setattr(embedded_faults, "FAULTS", (Word("paint", "", colours),))
    assert {"paint=red", "paint=blue"} <= {*embedded_faults.texts()}
    unheard_of = Value("MOOD", "a mood", {"good": 1}.get)
    monkeypatch.setattr(embedded_faults, "FAULTS", (Word("mood", "", unheard_of),))
    with pytest.raises(embedded_faults.UncoveredError, match="mood takes a mood"):
        embedded_faults.texts()


def test_every_fault_has_a_verdict_for_every_form() -> None:
    texts = embedded_faults.texts()
    assert texts
    for text in texts:
        trouble = embedded_faults.Trouble.of(text)
        assert {type(trouble.expected(form)) for form in FORMS} == {Expected}
    paint = embedded_faults.Trouble("paint", Fault("paint", None))
    with pytest.raises(embedded_faults.UncoveredError, match="what paint has to end"):
        paint.expected(FORMS[0])


def test_each_server_that_people_run_is_played() -> None:
    found = Wild().dialects.values()
    assert {each.name for each in found if each.group == "servers"} == SERVERS


def test_what_the_wild_server_distorts_is_right_before() -> None:
    schemas = {
        "assistants": "AssistantObject",
        "threads": "ThreadObject",
        "messages": "MessageObject",
        "runs": "RunObject",
        "steps": "RunStepObject",
    }
    for noun, schema in schemas.items():
        assert check(OBJECTS[noun], schema) == []
    body = {"stream": True, "assistant_id": IDS["assistant_id"]}
    parts = ("threads", "thread_1", "runs")
    asked = ApiRequest("POST", parts, {}, {}, body, tag="", dialect="plain")
    events = respond(asked, State()).events
    assert events is not None
    for name, data in events:
        told = {"event": name, "data": data}
        assert check(told, "AssistantStreamEvent") == [], name


def thread_error(content: bytes, status: int, operation: str) -> Any:
    response = ReceivedResponse(status, {}, content, SENT)
    kind = DecodeError if status == 200 else status_error
    return kind(response, operation=operation)


def said(expected: Expected, outcome: Outcome) -> str:
    form = BY_NAME["threads.retrieve"]
    return "; ".join(complaints(form, expected, outcome, asynchronous=False))


def test_the_judge_is_strict() -> None:
    good = thread_error(b'{"detail": "Gone."}', 404, "threads.retrieve")
    gone = Expected.error("NotFoundError", says="Gone.", status=404)
    thread = Outcome(Thread.from_dict({"id": "thread_1"}))
    assert said(gone, Outcome(error=good)) == ""
    assert said(RESULT, thread) == said(ANY, thread) == ""
    for expected, outcome, complaint in (
        (RESULT, Outcome(error=good), "in place of result"),
        (gone, thread, "gave result in place of NotFoundError"),
        (RESULT, Outcome({"id": "thread_1"}), "gave dict, no Thread"),
        (RESULT, Outcome([]), "gave list"),
        (ANY, Outcome(error=KeyError("id")), "raised builtins.KeyError"),
        (ANY, Outcome(error=httpx.ReadError("")), "raised httpx.ReadError"),
        (Expected.error(says="Away."), Outcome(error=good), "doesn't say 'Away.'"),
        (Expected.error(status=410), Outcome(error=good), "has status 404, not 410"),
        (
            ANY,
            Outcome(error=thread_error(b"", 200, "threads.delete")),
            "names none of threads.retrieve",
        ),
        (
            ANY,
            Outcome(
                error=APIConnectionError("", request=SENT, operation="threads.retrieve")
            ),
            "names no cause",
        ),
        (
            ANY,
            Outcome(error=thread_error(KEY.encode(), 200, "threads.retrieve")),
            "told the key",
        ),
    ):
        assert complaint in said(expected, outcome)
