"""A server that is killed in the middle of its work, and started again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.store import SQLiteStore
from tests.server.api import Api, outputs_for, path_of, text_of, until
from tests.server.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JSON = dict[str, Any]
# What the user asks for decides what the engine does. It goes on behind the gate only:
# a file, so that a test says when, and not the clock.
ENGINE = """
import asyncio
from pathlib import Path
from assistants_server import CodeCall, ToolCall, deterministic

async def gated(turn):
    if turn.script:
        async for output in deterministic(turn):
            yield output
        return
    wanted = turn.question
    if wanted == "call" and turn.number == 0:
        yield ToolCall("add", {"a": 1})
        yield ToolCall("add", {"a": 2})
        return
    if wanted == "part":
        yield "The first message. "
        yield CodeCall("print(1)", logs="1")
    for output in turn.outputs:
        yield output.output + ", "
    yield "so "
    if wanted == "anew":
        yield "will it " if Path("gate").exists() else "would it "
    try:
        while not Path("gate").exists():
            await asyncio.sleep(0.005)
    finally:
        if wanted == "cling" and not Path("gate").exists():
            await asyncio.sleep(3600)
    yield "be it"
"""
SCRIPT: list[list[Any]] = [[{"call": "add"}], ["by the script"]]
SLOWLY = ("--pace", "3600")
"""With this, runs stay queued."""
# How many steps each run has when it is in the midst of what it does.
ONE = (
    "writing",
    "anew",
    "streaming",
    "clinging",
    "expired",
    "expired calling",
    "calling",
    "deleted",
)
STEPS = {**dict.fromkeys(ONE, 1), "queued again": 1, "submitted": 2, "part": 3}


@dataclass
class Restarted:
    """What there was before the server was killed, and the server after that.

    Attributes:
        api: the last of the three servers that worked on the file.
        runs: by what they were doing; as they were when the first server was killed.
        before: what could be read then of the one that was done, by path.
    """

    api: Api
    runs: dict[str, JSON]
    before: dict[str, JSON]

    def messages(self, doing: str) -> list[JSON]:
        """Return the messages that a run wrote, oldest first."""
        run = self.runs[doing]
        return self.api.messages(run["thread_id"], run_id=run["id"])


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    """Start a first and a second server, kill each, and start a third."""
    folder = tmp_path_factory.mktemp("restarted")
    (folder / "engine.py").write_text(ENGINE)
    file = folder / "state.db"
    options = ("--store", str(file), "--engine", "engine:gated")
    with Program(*options, cwd=folder) as first:
        runs = _begun(first.api)
        before = {path: first.api.get(path) for path in _paths(runs["done"])}
        first.kill()
    with Program(*options, *SLOWLY, cwd=folder) as second:
        runs["queued"] = _start(second.api, "so")
        submitted = second.api.submit(runs["queued again"], "one", "two")
        assert (runs["queued"]["status"], submitted["status"]) == ("queued", "queued")
        second.kill()
    _let_expire(file, runs["expired"], runs["expired calling"])
    (folder / "gate").touch()
    with Program(*options, cwd=folder) as third:
        yield Restarted(third.api, runs, before)


@pytest.mark.parametrize(
    ("doing", "said", "broken_off"),
    [
        ("writing", "so be it", 0),
        ("streaming", "so be it", 0),
        ("anew", "so will it be it", 1),
        ("submitted", "one, two, so be it", 0),
        ("queued", "so be it", 0),
        ("queued again", "one, two, so be it", 0),
    ],
)
def test_run_is_taken_up_and_completes(
    restarted: Restarted, doing: str, said: str, broken_off: int
) -> None:
    """A message goes on where the engine says the same; else another one is written."""
    begun = restarted.runs[doing]
    run = restarted.api.wait(begun, "completed")
    *others, response = restarted.messages(doing)
    assert (text_of(response), response["status"]) == (said, "completed")
    assert len(others) == broken_off
    for message in others:
        assert message["status"] == "incomplete"
        assert message["incomplete_details"] == {"reason": "run_failed"}
        assert text_of(message) == "so would it "

    steps = restarted.api.steps(run)
    *earlier, last = steps
    assert last["step_details"]["message_creation"]["message_id"] == response["id"]
    assert [step["status"] for step in earlier].count("failed") == broken_off
    called = [step for step in earlier if step["type"] == "tool_calls"]
    assert len(called) == said.count("one")
    assert len(steps) == 1 + len(called) + broken_off
    for step in [*called, last]:
        assert (step["status"], step["last_error"]) == ("completed", None)
    for name in ("prompt_tokens", "completion_tokens"):
        assert run["usage"][name] == sum(step["usage"][name] for step in steps)
    assert run["started_at"] >= (begun["started_at"] or begun["created_at"])
    _check_is_over(restarted.api, run)


def test_complete_output_is_not_repeated(restarted: Restarted) -> None:
    """A turn of which something was complete can't be begun anew, so the run fails."""
    run = restarted.api.wait(restarted.runs["part"], "failed")
    assert run["last_error"]["code"] == "server_error"
    first, second = restarted.messages("part")
    assert (text_of(first), first["status"]) == ("The first message. ", "completed")
    assert second["status"] == "incomplete"
    said, printed, broken = restarted.api.steps(run)
    assert (said["status"], printed["status"]) == ("completed", "completed")
    assert broken["status"] == "failed"
    _check_is_over(restarted.api, run)


def test_outputs_can_still_be_submitted(restarted: Restarted) -> None:
    api, before = restarted.api, restarted.runs["calling"]
    assert api.again(before) == before
    (step,) = api.steps(before)
    assert step["status"] == "in_progress"
    wrong = {"tool_outputs": [{"tool_call_id": "call_of_nobody", "output": ""}]}
    api.post(f"{path_of(before)}/submit_tool_outputs", wrong, status=400)
    api.submit(before, "three")
    run = api.wait(before, "completed")
    first, _ = api.steps(run)
    assert first["id"] == step["id"]
    assert first["step_details"]["tool_calls"][0]["function"]["output"] == "three"
    assert api.answers(run) == ["by the script"]
    _check_is_over(api, run)


def test_run_that_was_being_cancelled_is_cancelled(restarted: Restarted) -> None:
    assert restarted.runs["clinging"]["status"] == "cancelling"
    run = restarted.api.wait(restarted.runs["clinging"], "cancelled")
    assert run["cancelled_at"] is not None
    (step,) = restarted.api.steps(run)
    (message,) = restarted.messages("clinging")
    assert (step["status"], message["status"]) == ("cancelled", "incomplete")
    assert message["incomplete_details"] == {"reason": "run_cancelled"}
    _check_is_over(restarted.api, run)


def test_run_whose_time_is_over_expires(restarted: Restarted) -> None:
    run = restarted.api.wait(restarted.runs["expired"], "expired")
    (step,) = restarted.api.steps(run)
    (message,) = restarted.messages("expired")
    assert step["status"] in ("expired", "failed")
    assert message["status"] == "incomplete"
    _check_is_over(restarted.api, run)


def test_outputs_that_come_too_late_are_refused(restarted: Restarted) -> None:
    api, before = restarted.api, restarted.runs["expired calling"]
    run = api.wait(before, "expired")
    body = {"tool_outputs": outputs_for(before, "one", "two")}
    api.post(f"{path_of(run)}/submit_tool_outputs", body, status=400)
    (step,) = api.steps(run)
    assert step["status"] == "expired"
    _check_is_over(api, run)


def test_deleted_thread_stays_deleted(restarted: Restarted) -> None:
    for path in _paths(restarted.runs["deleted"]):
        restarted.api.get(path, status=404)


def test_what_was_done_is_as_it_was(restarted: Restarted) -> None:
    assert len(restarted.before) > 3
    for path, before in restarted.before.items():
        assert restarted.api.get(path) == before


def test_no_id_is_there_twice(restarted: Restarted) -> None:
    api, found = restarted.api, [run["id"] for run in restarted.runs.values()]
    for doing in restarted.runs.keys() - {"deleted"}:
        run = restarted.runs[doing]
        (only,) = api.get(f"/threads/{run['thread_id']}/runs")["data"]
        assert only["id"] == run["id"]
        found += [each["id"] for each in api.messages(run["thread_id"])]
        found += [each["id"] for each in api.steps(run)]
    assert len(found) > 3 * len(restarted.runs)
    assert len(set(found)) == len(found)


def _begun(api: Api) -> dict[str, JSON]:
    """Begin a run of each kind, and wait until it is in the midst of it."""
    runs = {
        "done": _start(api, "so", script=[["done"]]),
        "writing": _start(api, "so"),
        "anew": _start(api, "anew"),
        "part": _start(api, "part"),
        "submitted": _start(api, "call"),
        "calling": _start(api, "so", script=SCRIPT),
        "queued again": _start(api, "call"),
        "clinging": _start(api, "cling"),
        "expired": _start(api, "so"),
        "expired calling": _start(api, "call"),
        "deleted": _start(api, "so"),
    }
    body = {"assistant_id": api.assistant()}
    path = f"/threads/{api.thread('so')}/runs"
    # Which this ends long before the run does, as a client may at any time.
    with api.stream(path, body) as stream:
        _, runs["streaming"] = stream.until("thread.run.created")
    for doing, steps in STEPS.items():
        if doing == "submitted":
            api.submit(api.wait(runs[doing], "requires_action"), "one", "two")
        _wait_for_steps(api, runs[doing], steps)
    api.wait(runs["done"], "completed")
    api.cancel(runs["clinging"])
    api.delete(f"/threads/{runs['deleted']['thread_id']}")
    for doing in runs.keys() - {"deleted"}:
        runs[doing] = api.again(runs[doing])
    return runs


def _start(api: Api, question: str, **options: Any) -> JSON:
    return api.start(api.thread(question), api.assistant(), **options)


def _wait_for_steps(api: Api, run: JSON, count: int) -> None:
    until(lambda: len(api.steps(run)) == count, f"{count} steps")


def _let_expire(file: Path, *runs: JSON) -> None:
    """Change the store as if the server had been away until the runs' time was over."""
    store = SQLiteStore(file)
    for run in runs:
        store.put_notes(run["id"], {**store.notes(run["id"]), "expires": time.time()})
    store.close()


def _paths(run: JSON) -> list[str]:
    thread = f"/threads/{run['thread_id']}"
    lists = (f"{thread}/messages", f"{thread}/runs", f"{path_of(run)}/steps")
    return [thread, path_of(run), *lists]


def _check_is_over(api: Api, run: JSON) -> None:
    """Assert that a run left nothing unfinished and its thread unlocked."""
    assert run["required_action"] is None
    for each in (*api.steps(run), *api.messages(run["thread_id"], run_id=run["id"])):
        assert each["status"] != "in_progress"
    path = f"/threads/{run['thread_id']}/messages"
    api.post(path, {"role": "user", "content": "And now?"})
