"""Tool calls that runs require, performed by both clients over HTTP."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest

from assistants_api.models import RunObject
from assistants_client import (
    Client,
    ToolError,
    ToolSet,
    tool,
    verbosity,
)
from assistants_client._effects import Invocation
from assistants_client._flows.actions import Actions
from assistants_client._flows.tool_calls import tool_calls
from assistants_client._run_errors import run_error
from assistants_client._tool_ledger import ToolLedger
from assistants_client._transport.concurrency import together, together_async
from assistants_server import LocalServer
from tests.cases import each_case
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
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=2) as server:
        yield server


class Ask:
    """Has a run call tools, and returns the outputs that the model sees."""

    def __init__(self, calling: Any, server: LocalServer) -> None:
        self.calling = calling
        self.url = server.url
        self.run: Any = None
        with Client(base_url=server.url, api_key=KEY) as client:
            tools = declared(["add", "wait", "fail", "nobody", "odd"])
            self.assistant = client.assistants.create(model="m", tools=tools).id

    def __call__(self, tools: ToolSet, *turns: list[Any], **options: Any) -> list[str]:
        self.run = self.calling(
            lambda client: client.threads.create_and_run_poll(
                assistant_id=self.assistant,
                thread=thread_for(*turns),
                extra_body={"tools": None},
                tools=tools,
                **options,
            ),
        )
        assert self.run.status == "completed"
        with Client(base_url=self.url, api_key=KEY) as client:
            newest = client.threads.messages.list(self.run.thread_id).data[0]
        outputs: list[str] = json.loads(newest.to_dict()["content"][0]["text"]["value"])
        return outputs


@pytest.fixture
def ask(calling: Any, server: LocalServer) -> Ask:
    return Ask(calling, server)


def odd() -> object:
    """Return what can't be written as JSON."""
    return object()


def test_calls_are_answered_in_order_and_in_one_request(
    ask: Ask, server: LocalServer
) -> None:
    before = len(server.exchanges)
    outputs = ask(
        ToolSet([add, wait]),
        [("add", {"a": 1}), ("wait", {"text": "x"}), ("add", {"a": 2, "b": 3})],
        [("add", {"a": 7})],
    )
    assert outputs == ["2", '{"waited":"x"}', "5", "8"]
    done = [each.operation for each in server.exchanges[before:]]
    assert done.count("submitToolOutputsToRun") == 2
    assert done.count("createThreadAndRun") == 1


def test_failures_are_reported_to_the_model(ask: Ask) -> None:
    outputs = ask(
        ToolSet([add, fail, odd]),
        [
            *(("add", {"a": "x"}), ("fail", {"how": "key"}), ("nobody", {})),
            *(("odd", {}), ("add", {"a": 1})),
        ],
    )
    assert outputs == [
        "Error: the arguments of add don't fit: Expected `int`, got `str` - at `$.a`",
        "Error: KeyError: 'in the function'",
        "Error: there is no function 'nobody'; there are: add, fail, odd",
        "Error: TypeError: Encoding objects of type object is unsupported",
        "2",
    ]


@pytest.mark.parametrize(
    ("call", "said", "cause"),
    [
        (
            ("fail", {"how": "key"}),
            "fail failed: KeyError: 'in the function'",
            KeyError,
        ),
        (("add", {"a": "x"}), "the arguments of add don't fit", ValueError),
        (("nobody", {}), "there is no function 'nobody'", type(None)),
        (("odd", {}), "odd failed: TypeError: Encoding objects", TypeError),
    ],
)
def test_failures_may_be_raised_and_cancel_the_run(
    ask: Ask, server: LocalServer, call: Any, said: str, cause: Any
) -> None:
    with pytest.raises(ToolError, match=said) as caught:
        ask(ToolSet([add, fail, odd], on_error="raise"), [("add", {"a": 1}), call])
    error = caught.value
    assert isinstance(error.__cause__, cause)
    assert error.tool == call[0]
    assert error.call_id == tool_calls(error.run)[1].id
    with Client(base_url=server.url, api_key=KEY) as client:
        run = client.threads.runs.poll(error.run, error.run.thread_id)
    assert run.status == "cancelled"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.tool, again.run) == (str(error), error.tool, error.run)


def test_five_calls_run_at_the_same_time(ask: Ask) -> None:
    meeting = threading.Barrier(5, timeout=DEADLINE)

    @tool(name="add")
    def meet(a: int) -> str:
        """Come back when all five are here."""
        meeting.wait()
        return f"{a} was there"

    outputs = ask(ToolSet([meet]), [("add", {"a": number}) for number in range(5)])
    assert outputs == [f"{number} was there" for number in range(5)]


def test_async_functions_run_at_the_same_time_too(ask: Ask) -> None:
    here: list[int] = []

    @tool(name="wait")
    async def meet(text: str) -> str:
        """Come back when all five are here."""
        here.append(1)
        async with asyncio.timeout(DEADLINE):
            while len(here) < 5:
                await asyncio.sleep(0.001)
        return text

    outputs = ask(ToolSet([meet]), [("wait", {"text": str(n)}) for n in range(5)])
    assert outputs == [*"01234"]


def test_definitions_go_out_where_something_is_created(
    calling: Any, server: LocalServer
) -> None:
    tools = ToolSet([add, {"type": "code_interpreter"}])
    made = calling(lambda c: c.assistants.create(model="m", tools=tools))
    function, interpreter = made.tools
    assert function.function.to_dict() == tools.definitions[0]["function"]
    assert interpreter.type == "code_interpreter"


def test_without_tools_a_run_is_given_as_it_waits(
    calling: Any, server: LocalServer
) -> None:
    tools = ToolSet([add])
    thread = thread_for([("add", {"a": 1})])

    def use(client: Any) -> Any:
        return client.threads.create_and_run_poll(
            assistant_id=assistant.id, thread=thread
        )

    with Client(base_url=server.url, api_key=KEY) as client:
        assistant = client.assistants.create(model="m", tools=tools)
    run = calling(use)
    assert run.status == "requires_action"
    ended = calling(lambda one: one.threads.runs.poll(run, run.thread_id, tools=tools))
    assert ended.status == "completed"


def test_calls_are_logged_at_level_3(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    with verbosity(3):
        ask(ToolSet([add]), [("add", {"a": 1})])
    assert "*  the run asks for 1 tool calls: add\n" in capsys.readouterr().err


def run_of(action: Any) -> RunObject:
    return RunObject.from_dict({"id": "run_1", "required_action": action})


@each_case(
    "action",
    [
        *(None, {}, [], "x", {"type": "other"}, {"submit_tool_outputs": None}),
        {"submit_tool_outputs": {}},
        {"submit_tool_outputs": {"tool_calls": None}},
        {"submit_tool_outputs": {"tool_calls": {}}},
        {"submit_tool_outputs": {"tool_calls": 7}},
        {"submit_tool_outputs": {"tool_calls": [None, 7, "call_1", []]}},
    ],
)
def test_a_run_that_asks_for_nothing_has_no_calls(action: Any) -> None:
    run = run_of(action)
    assert tool_calls(run) == []
    run.status = "requires_action"
    assert "tools= calls" not in str(run_error(run))


def test_what_is_no_call_is_no_reason_to_leave_the_others() -> None:
    call = {"id": "c", "function": {"name": "add", "arguments": '{"a": 4}'}}
    run = run_of({"submit_tool_outputs": {"tool_calls": [None, call, 7]}})
    assert performed_at_once(run, add) == [{"tool_call_id": "c", "output": "5"}]


@pytest.mark.parametrize(
    ("call", "output"),
    [
        ({"id": "c"}, "Error: there is no function 'None'; there are: add"),
        ({"id": "c", "function": None}, "Error: there is no function 'None'"),
        ({"id": "c", "function": {"name": "add"}}, "Error: the arguments of add don't"),
        ({"id": "c", "function": {"name": "add", "arguments": {"a": 4}}}, "5"),
    ],
    ids=range(4),
)
def test_odd_calls_are_answered_all_the_same(call: Any, output: str) -> None:
    run = run_of({"submit_tool_outputs": {"tool_calls": [call]}})
    (found,) = performed_at_once(run, add)
    assert found["tool_call_id"] == "c"
    assert found["output"].startswith(output)


def test_a_call_without_an_id_can_t_be_answered() -> None:
    calls = [{"type": "function", "function": {"name": "add", "arguments": "{}"}}]
    run = run_of({"submit_tool_outputs": {"tool_calls": calls}})
    with pytest.raises(ToolError, match="a tool call has no id"):
        next(performed(run, ToolSet([add])))


@pytest.mark.parametrize("different", [("add", '{"a": 2}'), ("fail", '{"a": 1}')])
def test_different_calls_of_one_id_can_t_be_answered(
    different: tuple[str, str],
) -> None:
    def calls(*asked: tuple[str, str]) -> RunObject:
        found = [
            {"id": "c", "index": at, "function": {"name": name, "arguments": text}}
            for at, (name, text) in enumerate(asked)
        ]
        return run_of({"submit_tool_outputs": {"tool_calls": found}})

    same = "add", '{"a": 1}'
    called: list[int] = []

    def count(a: int) -> int:
        called.append(a)
        return a

    tools = ToolSet({"add": count, "fail": count})
    with pytest.raises(ToolError, match=r"two different .* the id c,") as caught:
        next(performed(calls(same, different), tools))
    assert (caught.value.tool, caught.value.call_id) == (different[0], "c")
    assert called == []
    outputs = performed_at_once(calls(same, same), tools)
    assert outputs == [{"tool_call_id": "c", "output": "1"}] * 2
    assert called == [1]


def performed_at_once(run: RunObject, *tools: Any) -> Any:
    given = tools[0] if isinstance(tools[0], ToolSet) else ToolSet(tools)
    with Client(base_url="http://127.0.0.1:1", api_key=KEY) as client:
        return client._follow(performed(run, given), {})


def performed(run: RunObject, tools: ToolSet) -> Any:
    calls: Any = None
    actions = Actions(calls, ToolLedger(), time.monotonic, tools=tools)
    yield from actions.perform(run)
    return actions.outputs(run)


def test_results_come_in_order_whatever_ends_first() -> None:
    first = threading.Event()

    def late() -> str:
        assert first.wait(DEADLINE)
        return "late"

    def early() -> str:
        first.set()
        return "early"

    async def async_early() -> str:
        return early()

    def broken() -> None:
        raise ValueError("broken")

    functions = invocations(late, early, broken, async_early)
    for results in (together(functions), asyncio.run(together_async(functions))):
        assert results[:2] == ["late", "early"]
        assert isinstance(results[2], ValueError)
        assert results[3] == "early"
    assert together([]) == asyncio.run(together_async([])) == []


def test_cancelling_cancels_async_functions_and_leaves_no_thread() -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                together_async(invocations(endless, endless, int)), 0.05
            )

    asyncio.run(run())
    assert ended == ["endless", "endless"]
    no_thread_is_left()


def test_no_thread_is_left_where_all_went_well() -> None:
    two = invocations(lambda: 1, lambda: 2)
    assert together(two) == asyncio.run(together_async(two)) == [1, 2]
    no_thread_is_left()


def test_functions_know_the_context_of_who_asked() -> None:
    context: ContextVar[str] = ContextVar("context")
    context.set("here")

    async def ask() -> str:
        return context.get()

    three = invocations(context.get, ask, context.get)
    assert together(three) == ["here"] * 3
    assert asyncio.run(together_async(three)) == ["here"] * 3


def invocations(*functions: Any) -> list[Invocation]:
    return [Invocation(function=each) for each in functions]


def no_thread_is_left() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("assistants-tool"):
            thread.join(DEADLINE)
            assert not thread.is_alive()
