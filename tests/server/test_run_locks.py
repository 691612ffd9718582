"""What can't be done, or can, while a run goes on: locks, cancelling, deleting."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer, deterministic
from assistants_server.operations.run_errors import named
from tests.server.api import (
    JSON,
    TIMEOUT,
    Api,
    Gate,
    function,
    path_of,
    text_of,
    until,
)
from tests.server.streams import names

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from assistants_server import Engine, Output, Turn

pytestmark = pytest.mark.usefixtures("no_errors")
TOOLS = [function("height")]
CALL = {"call": "height"}
# Long enough for any test to act meanwhile.
HOLD = {"wait": 3600}
HI = {"role": "user", "content": "Hi"}


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=TOOLS)


@pytest.fixture
def thread(api: Api) -> str:
    return api.thread("How high is Everest?")


class Reluctant:
    """An engine that takes its time to let go when its run is cancelled.

    Attributes:
        ended: set when it has let go.
    """

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._open = threading.Event()

    async def __call__(self, turn: Turn) -> AsyncIterator[Output]:
        try:
            yield "It is"
            await asyncio.sleep(3600)
        finally:
            try:
                while not self._open.is_set():
                    await asyncio.sleep(0.001)
            finally:
                self.ended.set()

    def open(self) -> None:
        """Let the engine continue."""
        self._open.set()


def locked(api: Api, run: JSON) -> None:
    """Assert that a run's thread takes neither a message nor another run."""
    thread, before = run["thread_id"], api.messages(run["thread_id"])
    body = {"assistant_id": run["assistant_id"], "additional_messages": [HI]}
    for path, sent in (("messages", HI), ("runs", body)):
        error = api.post(f"/threads/{thread}/{path}", sent, status=400)["error"]
        assert error["type"] == "invalid_request_error"
        assert thread in error["message"]
        assert run["id"] in error["message"]
    assert api.messages(thread) == before
    assert len(api.get(f"/threads/{thread}/runs")["data"]) == 1


def both(messages: list[JSON]) -> list[JSON] | None:
    """Return a question and its answer, if there are two."""
    return messages if len(messages) == 2 else None


def free(api: Api, run: JSON) -> None:
    """Assert that a run's thread takes messages and runs."""
    thread = run["thread_id"]
    api.post(f"/threads/{thread}/messages", HI)
    assert api.run(thread, run["assistant_id"], tools=[])["status"] == "completed"


def test_a_run_locks_its_thread_until_it_has_ended(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Callable[[Engine], None],
) -> None:
    gate = Gate("It is", after=(" high.",))
    use_engine(gate)
    run = api.start(thread, assistant)
    assert gate.reached.wait(TIMEOUT)
    locked(api, run)
    use_engine(deterministic)
    free(api, {**run, "thread_id": api.thread()})
    gate.open()
    assert api.wait(run)["status"] == "completed"
    free(api, run)


def test_so_does_one_that_is_queued() -> None:
    with (
        LocalServer(pace=3600) as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as http,
    ):
        api = Api(http)
        run = api.start(api.thread(), api.assistant())
        locked(api, run)


def test_so_does_one_that_waits_for_outputs(
    api: Api, assistant: str, thread: str
) -> None:
    run = api.run(thread, assistant, script=[[CALL], ["8849 m"]])
    locked(api, run)
    api.submit(run, "8849")
    assert api.wait(run)["status"] == "completed"
    free(api, run)


def test_so_does_one_that_is_being_cancelled(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Callable[[Engine], None],
) -> None:
    engine = Reluctant()
    use_engine(engine)
    with api.stream(f"/threads/{thread}/runs", {"assistant_id": assistant}) as stream:
        stream.until_text("It is")
        (run,) = api.get(f"/threads/{thread}/runs")["data"]
        assert api.cancel(run)["status"] == "cancelling"
        locked(api, run)
        # Once more does no harm, nor a look, nor a change of what may be changed.
        assert api.cancel(run)["status"] == "cancelling"
        assert api.post(path_of(run), {"metadata": {"a": "b"}})["status"] == (
            "cancelling"
        )
        outputs: JSON = {"tool_outputs": []}
        path = f"{path_of(run)}/submit_tool_outputs"
        error = api.post(path, outputs, status=400)["error"]
        assert "cancelling" in error["message"]
        engine.open()
        stream.rest()
    run = api.again(run)
    assert (run["status"], run["metadata"]) == ("cancelled", {"a": "b"})
    use_engine(deterministic)
    free(api, run)


@pytest.mark.parametrize("script", [[HOLD], [CALL]])
def test_a_run_on_a_new_thread_locks_it(
    api: Api, assistant: str, script: list[Any]
) -> None:
    body = {"assistant_id": assistant, "thread": {"messages": [HI]}}
    run = api.post("/threads/runs", body, script=[script])
    locked(api, run)
    api.cancel(run)
    api.wait(run)
    free(api, run)


@pytest.mark.parametrize("script", [["It is", HOLD], [CALL]])
def test_a_thread_takes_its_run_with_it(
    api: Api, assistant: str, thread: str, script: list[Any]
) -> None:
    run = api.start(thread, assistant, script=[script])
    api.wait(run, "in_progress" if HOLD in script else "requires_action")
    (step,) = until(lambda: api.steps(run), "a step")
    (message, *_) = api.messages(thread)
    gone = api.delete(f"/threads/{thread}")
    assert gone == {"id": thread, "object": "thread.deleted", "deleted": True}
    messages, steps = f"/threads/{thread}/messages", f"{path_of(run)}/steps"
    for path in (
        *(f"/threads/{thread}", f"/threads/{thread}/runs", path_of(run)),
        *(messages, f"{messages}/{message['id']}", steps, f"{steps}/{step['id']}"),
    ):
        api.get(path, status=404)
    api.cancel(run, status=404)
    outputs: JSON = {"tool_outputs": []}
    api.post(f"{path_of(run)}/submit_tool_outputs", outputs, status=404)
    api.post(messages, HI, status=404)
    api.start(thread, assistant, status=404)
    api.delete(f"/threads/{thread}", status=404)


def test_a_thread_can_be_deleted_while_its_run_is_being_cancelled(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Callable[[Engine], None],
) -> None:
    engine = Reluctant()
    use_engine(engine)
    run = api.start(thread, assistant)
    until(lambda: api.messages(thread)[1:], "the answer's beginning")
    assert api.cancel(run)["status"] == "cancelling"
    api.delete(f"/threads/{thread}")
    engine.open()
    assert engine.ended.wait(TIMEOUT)
    api.get(path_of(run), status=404)


def test_a_stream_ends_when_its_thread_is_deleted(
    api: Api, assistant: str, thread: str
) -> None:
    body, script = {"assistant_id": assistant}, [["It is", HOLD]]
    with api.stream(f"/threads/{thread}/runs", body, script=script) as stream:
        stream.until_text("It is")
        api.delete(f"/threads/{thread}")
        assert names(stream.rest())[-1] == "done"


def test_an_assistant_can_be_deleted_while_it_works(
    api: Api, thread: str, use_engine: Callable[[Engine], None]
) -> None:
    assistant = api.assistant(tools=TOOLS, instructions="Be brief.")
    gate = Gate("It is", after=(" high.",))
    use_engine(gate)
    run = api.start(thread, assistant)
    assert gate.reached.wait(TIMEOUT)
    api.delete(f"/assistants/{assistant}")
    gate.open()
    run = api.wait(run)
    assert (run["status"], run["instructions"]) == ("completed", "Be brief.")
    assert api.answers(run) == ["It is high."]
    # There is no beginning with it any more.
    error = api.start(thread, assistant, status=404)["error"]
    assert assistant in error["message"]
    api.post("/threads/runs", {"assistant_id": assistant}, status=404)


def test_changing_an_assistant_leaves_the_run_as_it_began(
    api: Api, thread: str
) -> None:
    assistant = api.assistant(tools=TOOLS, instructions="Be brief.")
    run = api.run(thread, assistant, script=[[CALL], ["8849 m"]])
    api.post(f"/assistants/{assistant}", {"tools": [], "instructions": "Go on."})
    api.submit(run, "8849")
    run = api.wait(run)
    assert (run["tools"], run["instructions"]) == (TOOLS, "Be brief.")


def test_messages_can_be_deleted_and_changed_while_a_run_goes_on(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Callable[[Engine], None],
) -> None:
    gate = Gate("It is", after=(" high.",))
    use_engine(gate)
    run = api.start(thread, assistant)
    assert gate.reached.wait(TIMEOUT)
    question, answer = until(lambda: both(api.messages(thread)), "the answer")
    api.delete(f"/threads/{thread}/messages/{question['id']}")
    path = f"/threads/{thread}/messages/{answer['id']}"
    changed = api.post(path, {"metadata": {"a": "b"}})
    assert changed["status"] == "in_progress"
    gate.open()
    api.wait(run)
    (answer,) = api.messages(thread)
    assert text_of(answer) == "It is high."
    assert answer["metadata"] == {"a": "b"}


def test_the_message_that_a_run_writes_can_be_deleted(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Callable[[Engine], None],
) -> None:
    gate = Gate("It is", after=(" high.",))
    use_engine(gate)
    run = api.start(thread, assistant)
    assert gate.reached.wait(TIMEOUT)
    (answer,) = until(lambda: api.messages(thread)[1:], "the answer's beginning")
    api.delete(f"/threads/{thread}/messages/{answer['id']}")
    gate.open()
    run = api.wait(run)
    assert run["status"] == "completed"
    assert len(api.messages(thread)) == 1
    assert [step["status"] for step in api.steps(run)] == ["completed"]


def test_metadata_of_a_run_can_be_changed_in_every_state(
    api: Api, assistant: str, thread: str
) -> None:
    run = api.start(thread, assistant, script=[[CALL], ["8849 m"]])
    api.wait(run)
    waiting = api.post(path_of(run), {"metadata": {"a": "1"}})
    assert (waiting["status"], waiting["metadata"]) == ("requires_action", {"a": "1"})
    locked(api, run)
    api.submit(waiting, "8849")
    assert api.wait(run)["metadata"] == {"a": "1"}
    ended = api.post(path_of(run), {"metadata": {"b": "2"}})
    assert (ended["status"], ended["metadata"]) == ("completed", {"b": "2"})
    assert api.post(path_of(run), {})["metadata"] == {"b": "2"}
    free(api, run)


@pytest.mark.parametrize(
    ("count", "end"), [(0, "[]"), (1, "'0']"), (8, "'7']"), (9, "'7', and 1 more]")]
)
def test_of_many_calls_some_are_named(count: int, end: str) -> None:
    found = named([str(number) for number in range(count)])
    assert found.startswith("[")
    assert found.endswith(end)
