"""Streams that continue through tool calls, by both clients over HTTP."""

from __future__ import annotations

import asyncio
import builtins
import json
import os
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import AsyncClient, Client, ToolError, ToolSet, tool
from assistants_server import LocalServer
from tests.client.tool_runs import (
    DEADLINE,
    KEY,
    add,
    declared,
    engine,
    fail,
    thread_for,
    wait,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=2) as server:
        yield server


def sync(url: str, given: Any, listen: Callable[[Any], Any]) -> Any:
    with Client(base_url=url, api_key=KEY) as client:
        with client.threads.create_and_run_stream(**given) as stream:
            for event in stream:
                listen(event)
        return stream.get_final_run()


def awaited(url: str, given: Any, listen: Callable[[Any], Any]) -> Any:
    async def run() -> Any:
        async with AsyncClient(base_url=url, api_key=KEY) as client:
            async with client.threads.create_and_run_stream(**given) as stream:
                async for event in stream:
                    listen(event)
            return await stream.get_final_run()

    return asyncio.run(run())


class LeftWaitingError(Exception):
    """The run waits for outputs that nobody submits."""


class Ask:
    """Streams a run that calls tools, and returns the outputs that the model sees."""

    def __init__(self, streaming: Any, server: LocalServer) -> None:
        self.streaming = streaming
        self.server = server
        self.events: list[Any] = []
        self.before = len(server.exchanges)

    def __call__(self, tools: Any, *turns: list[Any], **more: Any) -> list[str]:
        self.events.clear()
        self.before = len(self.server.exchanges)
        with Client(base_url=self.server.url, api_key=KEY) as client:
            names = {name for turn in turns for name, _ in turn}
            made = client.assistants.create(model="m", tools=declared(names))
            given = {
                "assistant_id": made.id,
                "thread": thread_for(*turns),
                "extra_body": {"tools": None},
                "tools": tools,
                **more,
            }
        run = self.streaming(self.server.url, given, self.events.append)
        if run.status == "requires_action":
            raise LeftWaitingError
        assert run.status == "completed"
        texts = [
            each.data.to_dict()["content"][0]["text"]["value"]
            for each in self.events
            if each.event == "thread.message.completed"
        ]
        outputs: list[str] = json.loads(texts[0])
        return outputs

    @property
    def names(self) -> list[str]:
        return [each.event for each in self.events]

    @property
    def operations(self) -> list[str | None]:
        return [each.operation for each in self.server.exchanges[self.before + 1 :]]

    @property
    def run(self) -> Any:
        with Client(base_url=self.server.url, api_key=KEY) as client:
            made = next(e.data for e in self.events if e.event == "thread.run.created")
            return client.threads.runs.poll(made.id, made.thread_id, max_wait=DEADLINE)


@pytest.fixture(params=[sync, awaited], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest, server: LocalServer) -> Ask:
    return Ask(request.param, server)


def test_one_stream_goes_on_through_several_rounds(ask: Ask) -> None:
    outputs = ask(
        ToolSet([add, wait]),
        [("add", {"a": 1})],
        [("add", {"a": 2}), ("wait", {"text": "x"})],
        [("add", {"a": 3, "b": 4})],
    )
    assert outputs == ["2", "3", '{"waited":"x"}', "7"]
    names = ask.names
    assert names[:2] == ["thread.created", "thread.run.created"]
    assert names[-1] == "thread.run.completed"
    assert names.count("thread.run.created") == names.count("thread.run.completed") == 1
    assert names.count("thread.run.requires_action") == 3
    assert names.count("thread.run.step.created") == 4
    assert names.count("thread.run.step.completed") == 4
    assert "done" not in names
    submit = "submitToolOutputsToRun"
    assert ask.operations == ["createThreadAndRun", *[submit] * 3]


def test_outputs_of_one_action_go_out_once_and_in_order(ask: Ask) -> None:
    last = threading.Event()

    @tool(name="add")
    def meet(a: int) -> str:
        """Come back in the opposite order."""
        if a == 4:
            last.set()
        assert last.wait(DEADLINE)
        return f"{a} was there"

    outputs = ask(ToolSet([meet]), [("add", {"a": number}) for number in range(5)])
    assert outputs == [f"{number} was there" for number in range(5)]
    assert ask.operations.count("submitToolOutputsToRun") == 1
    sent = json.loads(ask.server.exchanges[-1].body)
    assert sent["stream"] is True
    action = next(e for e in ask.events if e.event == "thread.run.requires_action")
    calls = action.data.required_action.submit_tool_outputs.tool_calls
    ids = [each["tool_call_id"] for each in sent["tool_outputs"]]
    assert ids == [each.id for each in calls]


def test_async_functions_run_at_the_same_time(ask: Ask) -> None:
    here: list[str] = []

    @tool(name="wait")
    async def meet(text: str) -> str:
        """Come back when all three are here."""
        here.append(text)
        async with asyncio.timeout(DEADLINE):
            while len(here) < 3:
                await asyncio.sleep(0.001)
        return text

    outputs = ask(ToolSet([meet]), [("wait", {"text": each}) for each in "abc"])
    assert outputs == [*"abc"]


def test_failures_are_reported_and_the_stream_goes_on(ask: Ask) -> None:
    outputs = ask(
        ToolSet([add, fail]),
        [("fail", {"how": "value"}), ("add", {"a": 1}), ("nobody", {})],
        [("add", {"a": "x"}), ("add", "{"), ("add", {"a": 1, "c": 2})],
    )
    reported, added, unknown, *unfit = outputs
    assert reported == "Error: ValueError: in the function"
    assert added == "2"
    assert unknown == "Error: there is no function 'nobody'; there are: add, fail"
    assert len(unfit) == 3
    for each in unfit:
        assert each.startswith("Error: the arguments of add don't fit: ")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("fail", {"how": "value"}), "fail failed: ValueError: in the function"),
        (("add", {"a": "x"}), "the arguments of add don't fit"),
        (("nobody", {}), "there is no function 'nobody'"),
    ],
    ids=["fails", "unfit", "unknown"],
)
def test_failures_that_are_raised_cancel_the_run(
    ask: Ask, call: Any, said: str
) -> None:
    called: list[Any] = []
    with pytest.raises(ToolError, match=said) as caught:
        ask(
            ToolSet([add, fail], on_error="raise"),
            [("add", {"a": 1})],
            [("add", {"a": 1}), call],
            on_exception=called.append,
            on_end=lambda: called.append("end"),
        )
    assert called == [caught.value, "end"]
    assert caught.value.tool == call[0]
    assert ask.run.status == "cancelled"
    # What the second action asked for was not submitted in part.
    assert ask.operations.count("submitToolOutputsToRun") == 1
    assert ask.operations.count("cancelRun") == 1
    assert ask.names[-1] == "thread.run.requires_action"


NEVER = [
    *("__import__", "eval", "exec", "open", "print", "getattr"),
    *("system", "os-system", "__class__", "ToolSet", "call", "add__call__", "ADD"),
    *("_secret", "test_names_that_nobody_registered_are_never_called"),
]


def test_names_that_nobody_registered_are_never_called(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[str] = []
    monkeypatch.setattr(os, "system", touched.append)
    monkeypatch.setattr(builtins, "_secret", touched.append, raising=False)
    outputs = ask(ToolSet([add]), [(name, {"a": 1}) for name in NEVER])
    assert outputs == [
        f"Error: there is no function {name!r}; there are: add" for name in NEVER
    ]
    assert touched == []


ODD_NAMES = ["os.system", "os.path.join", "add.__call__", "builtins.eval", "a b", ""]


def odd_calls(request: httpx.Request) -> httpx.Response:
    """Ask for functions by names that no server should send, then end the run."""
    run = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1"}
    if request.url.path.endswith("submit_tool_outputs"):
        return events("completed", run)
    calls = [
        {"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}}
        for name in ODD_NAMES
    ]
    action = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": calls},
    }
    return events("requires_action", {**run, "required_action": action})


def events(status: str, run: Any) -> httpx.Response:
    data = json.dumps({**run, "status": status})
    text = f"event: thread.run.{status}\ndata: {data}\n\nevent: done\ndata: [DONE]\n\n"
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=text)


def test_names_that_no_server_should_send_are_never_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    touched: list[str] = []
    monkeypatch.setattr(os, "system", lambda *_: touched.append("system"))
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return odd_calls(request)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = Client(base_url="http://127.0.0.1:1/v1", api_key=KEY, http_client=http)
        with client.threads.runs.stream(
            thread_id="thread_1", assistant_id="asst_1", tools=ToolSet([add])
        ) as stream:
            assert stream.get_final_run().status == "completed"
    outputs = {
        each["tool_call_id"]: each["output"]
        for each in json.loads(sent[1].content)["tool_outputs"]
    }
    assert outputs == {
        name: f"Error: there is no function {name!r}; there are: add"
        for name in ODD_NAMES
    }
    assert touched == []


def test_definitions_alone_go_out_and_are_not_called(ask: Ask) -> None:
    definitions = ToolSet([add]).definitions
    # They can't be called, so it is for somebody else to act.
    with pytest.raises(LeftWaitingError):
        ask(definitions, [("add", {"a": 1})], extra_body=None)
    created = ask.server.exchanges[ask.before + 1]
    assert created.operation == "createThreadAndRun"
    assert json.loads(created.body)["tools"] == definitions
    assert ask.names[-1] == "thread.run.requires_action"
    assert "submitToolOutputsToRun" not in ask.operations


def test_outputs_can_be_submitted_as_a_stream_by_hand(server: LocalServer) -> None:
    asked = [[("add", {"a": 1})], [("add", {"a": 5})]]
    with Client(base_url=server.url, api_key=KEY) as client:
        assistant = client.assistants.create(model="m", tools=declared(["add"]))
        thread = client.threads.create(**thread_for(*asked))
        with thread.stream(assistant) as stream:
            run = stream.get_final_run()
        assert run.status == "requires_action"
        outputs = run.do_tool_calls(ToolSet([add]))
        with client.threads.runs.submit_tool_outputs_stream(
            run_id=run,
            thread_id=thread,
            tool_outputs=outputs,
            tools=ToolSet([add]),
        ) as stream:
            assert [*stream.text_deltas] == ['["2", "6"]']
            assert stream.get_final_run().status == "completed"


@pytest.mark.parametrize("action", [None, {}, {"submit_tool_outputs": None}])
def test_a_run_that_asks_for_nothing_is_given_as_it_waits(action: Any) -> None:
    run = {"id": "run_1", "object": "thread.run", "status": "requires_action"}
    data = json.dumps({**run, "required_action": action})
    body = f"event: thread.run.requires_action\ndata: {data}\n\n".encode()
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, content=body)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = Client(base_url="http://127.0.0.1:1", api_key=KEY, http_client=http)
        with client.threads.runs.stream(
            thread_id="thread_1", assistant_id="asst_1", tools=ToolSet([add])
        ) as stream:
            assert stream.get_final_run().status == "requires_action"
    assert asked == ["/threads/thread_1/runs"]
