"""Runs by the command line, and the timeline of one that is watched."""

from __future__ import annotations

import itertools
import json
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest

from assistants_cli import watch
from assistants_cli.printing.timeline import Timeline, event_lines
from assistants_client import Client, tool
from tests.cases import each_case, some
from tests.cli.held_engine import held_server
from tests.cli.invocation import run as run_it

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistants_client import Run
    from tests.cli.invocation import Done

    Assistants = Callable[..., Done]


@tool
def tide(harbour: str) -> str:
    """Return the height of the tide."""
    return f"4 m in {harbour}"


@tool
def moon() -> str:
    """Return how the moon looks."""
    return "full"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "INTERVAL", 0.002)


def waiting_run(client: Client, *tools: Any) -> Run:
    """Return a run that waits for outputs."""
    assistant = client.assistants.create(model="m", tools=[*tools])
    run = assistant.start_thread("What of the tide in Hull, and of the moon?")
    client.threads.runs.poll(run.id, thread_id=run.thread_id, poll_interval_ms=2)
    return run.refresh()


def going_run(client: Client) -> Run:
    """Return a run that goes on for long."""
    assistant = client.assistants.create(model="m")
    return client.threads.create_and_run(
        assistant_id=assistant, extra_headers={"X-Local-Script": '[[{"wait": 60}]]'}
    )


def test_runs_are_listed_and_shown(assistants: Assistants, client: Client) -> None:
    assistant = client.assistants.create(model="m")
    thread = client.threads.create()
    first = thread.run(assistant).wait(poll_interval_ms=2)
    second = thread.run(assistant).wait(poll_interval_ms=2)
    rows = assistants("runs", "list", thread.id).rows
    assert [each[:3] for each in rows] == [
        [each.id, "completed", "m"] for each in (second, first)
    ]
    shown = assistants("runs", "show", thread.id, first.id).out
    assert shown.startswith(f"Run {first.id}: completed")
    (step,) = first.list_steps()
    assert step.to_dict()["step_details"]["message_creation"]["message_id"] in shown
    run, *steps = assistants("runs", "show", thread.id, first.id, "--json").objects
    assert run == first.refresh().to_dict()
    assert steps == [each.to_dict() for each in first.list_steps()]
    newest, *_ = assistants("runs", "show", thread.id, "--json").objects
    assert newest["id"] == second.id


def test_a_run_is_cancelled(assistants: Assistants, client: Client) -> None:
    run = going_run(client)
    assert assistants("runs", "cancel", run.thread_id, run.id).out == f"{run.id}\n"
    watched = assistants("runs", "watch", run.thread_id)
    assert watched.code == 3
    assert watched.err == f"assistants: run {run.id} is cancelled\n"
    again = assistants("runs", "cancel", run.thread_id)
    assert (again.code, "status 400" in again.err) == (1, True)


def test_a_run_is_watched_for_no_longer_than_wanted(
    assistants: Assistants, client: Client
) -> None:
    run = going_run(client)
    done = assistants("runs", "watch", run.thread_id, "--max-wait", "0.01")
    assert done.code == 5
    assert "run in_progress" in done.out
    assert "--max-wait waits longer" in done.err
    run.cancel()


def test_outputs_are_submitted_by_id_or_name(
    assistants: Assistants, client: Client
) -> None:
    run = waiting_run(client, tide, moon)
    action = run.to_dict()["required_action"]["submit_tool_outputs"]
    calls = {each["function"]["name"]: each["id"] for each in action["tool_calls"]}
    until = assistants("runs", "watch", run.thread_id, "--until-action")
    assert until.code == 4
    assert f"waits for {calls['tide']}  tide(" in until.out
    one = assistants("runs", "submit", run.thread_id, "--output", "moon=new")
    assert (one.code, f"no output for {calls['tide']}" in one.err) == (2, True)
    words = ("--output", "moon=new", "--output", f"{calls['tide']}=2 m")
    odd = assistants("runs", "submit", run.thread_id, *words, "--output", "x=1")
    assert (odd.code, "there is no call x" in odd.err) == (2, True), odd
    assert assistants("runs", "submit", run.thread_id, *words).code == 0
    watched = assistants("runs", "watch", run.thread_id, run.id)
    assert watched.code == 0
    (message,) = run.messages()
    assert "2 m" in message.text
    assert "new" in message.text
    late = assistants("runs", "submit", run.thread_id, *words)
    assert (late.code, "waits for nothing: it is completed" in late.err) == (2, True)


def test_outputs_come_from_a_module(
    assistants: Assistants, client: Client, tmp_path: Any
) -> None:
    module = tmp_path / "submit_tools.py"
    module.write_text(
        'def tide(harbour: str) -> str:\n    """Return it."""\n    return "7 m"\n'
    )
    run = waiting_run(client, tide)
    done = assistants("runs", "submit", run.thread_id, "--tools", str(module))
    assert done.code == 0
    assert assistants("runs", "watch", run.thread_id).code == 0
    assert "tide: 7 m" in run.messages().data[0].text


def test_a_thread_without_runs_is_said(assistants: Assistants, client: Client) -> None:
    done = assistants("runs", "watch", client.threads.create().id)
    assert (done.code, "has no run" in done.err) == (2, True)


def test_what_is_watched_are_events(assistants: Assistants, client: Client) -> None:
    run = waiting_run(client, tide)
    run.submit_tool_outputs([{"tool_call_id": _call_id(run), "output": "1 m"}])
    run.wait(poll_interval_ms=2)
    events = assistants("runs", "watch", run.thread_id, "--json").objects
    assert [each["event"] for each in events] == [
        "thread.run.step.completed",
        "thread.run.step.completed",
        "thread.run.completed",
    ]
    assert events[-1]["data"] == run.to_dict()
    lines = assistants("runs", "watch", run.thread_id).out.splitlines()
    shown = [line[11:].rstrip() for line in lines]
    assert shown[:3] == [
        "step tool_calls completed",
        '  > tide(harbour="Hull")',
        "    = 1 m",
    ]
    assert shown[-1].startswith("run completed  (")


def _call_id(run: Run) -> str:
    (call,) = run.to_dict()["required_action"]["submit_tool_outputs"]["tool_calls"]
    return str(call["id"])


@pytest.fixture
def at_look(monkeypatch: pytest.MonkeyPatch) -> dict[int, Callable[[], Any]]:
    """Return what is called between two looks, by their number."""
    calls: dict[int, Callable[[], Any]] = {}
    looks = itertools.count(1)

    def pause(seconds: float) -> None:
        sleep(seconds)
        calls.get(next(looks), lambda: None)()

    monkeypatch.setattr(watch, "sleep", pause)
    return calls


def test_watching_goes_on_while_the_server_is_away(
    at_look: dict[int, Callable[[], Any]],
) -> None:
    engine, server = held_server("503 on=getRun skip=1 times=3")
    with server, Client(base_url=server.url, api_key="none") as client:
        assistant = client.assistants.create(model="m")
        run = assistant.start_thread("Good day!")
        # While nobody can be asked.
        at_look[2] = engine.released.set
        words = ("runs", "watch", run.thread_id, run.id, "--max-retries", "0")
        done = run_it(*words, url=server.url)
        assert done.code == 0
        assert done.err.count("trying again: threads.runs.retrieve") == 1
        # What happened meanwhile is shown.
        assert "step message_creation completed" in done.out
        assert done.out.splitlines()[-1].split()[2:4] == ["run", "completed"]


def test_nothing_is_said_twice() -> None:
    timeline = Timeline()
    run = {"id": "run_1", "status": "in_progress"}
    step = {"id": "step_1", "status": "in_progress", "type": "tool_calls"}
    first = [*timeline.events(run, [step])]
    assert [each["event"] for each in first] == [
        "thread.run.in_progress",
        "thread.run.step.in_progress",
    ]
    assert [*timeline.events(run, [step])] == []
    called = {**step, "step_details": {"tool_calls": [{"id": "call_1"}]}}
    assert len([*timeline.events(run, [called])]) == 1
    ended = {**run, "status": "completed", "completed_at": 1}
    done = [*timeline.events(ended, [{**called, "status": "completed"}])]
    assert [each["event"] for each in done] == [
        "thread.run.step.completed",
        "thread.run.completed",
    ]


@each_case(
    "data",
    [
        {},
        {"status": 7, "usage": [], "last_error": "x", "required_action": 3},
        {"status": "requires_action", "required_action": {"type": ["x"]}},
        {"status": "\x1b[2J", "last_error": {"message": "a\nb\x1b"}},
        {"step_details": {"tool_calls": [None, 3, {}, {"function": {"arguments": 3}}]}},
        {"step_details": {"tool_calls": {"a": 1}}},
    ],
)
def test_odd_data_is_no_reason_to_fail(data: Any) -> None:
    for kind in ("thread.run", "thread.run.step"):
        for event in some(Timeline().events(data, [data])):
            named = {**event, "event": f"{kind}.x"}
            lines = some(event_lines(named))
            assert all(line.isprintable() for line in lines)
    json.dumps(data)
