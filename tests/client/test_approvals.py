"""Runs that wait for something other than functions, such as an approval."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from attrs import define, field

from assistants_client import (
    ConfigurationError,
    RunRequiresAction,
    RunRequiresApproval,
    RunTimeout,
    ToolSet,
    UnknownRunAction,
)
from harness.either_client import entered, settled
from tests.cases import each_case
from tests.client.both import KINDS, NAMES, mocked, use
from tests.client.lagging import Lagging, events

APPROVAL = {
    "type": "submit_tool_approval",
    "submit_tool_approval": {
        "tool_calls": [
            {
                "id": key,
                "type": "mcp",
                "server_label": "hub",
                "name": name,
                "arguments": "{}",
            }
            for key, name in (("call_1", "search"), ("call_2", "delete"))
        ]
    },
}
OTHER = {"type": "x_payment", "x_payment": {"amount": 5}}
FUNCTION = Lagging().run("requires_action", ["call_9"])["required_action"]


def pay() -> str:
    """Pay."""
    return "paid"


TOOLS = ToolSet([pay])


@define
class Asking:
    """A server whose run waits for something, and goes on asking for it for a while.

    Attributes:
        action: what the run waits for.
        lag: how many looks still show that after it was given.
        bodies: those of the submissions.
    """

    action: Any
    lag: int = 0
    bodies: list[Any] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        path = request.url.path
        if path.endswith(("/steps", "/messages")):
            return httpx.Response(200, json={"data": []})
        if path.endswith("/submit_tool_outputs"):
            self.bodies.append(body)
        elif self.bodies:
            self.lag -= 1
        done = self.bodies and self.lag < 1
        run = Lagging().run("completed" if done else "requires_action")
        if not done:
            run["required_action"] = self.action
        if not body.get("stream"):
            return httpx.Response(200, json=run)
        return events((f"thread.run.{run['status']}", run), ("done", "[DONE]"))


@pytest.fixture(params=KINDS, ids=NAMES)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


async def followed(client: Any, how: str, **more: Any) -> Any:
    """Follow a run in one of the ways there are."""
    runs = client.threads.runs
    bound = "timeout" if how == "wait" else "max_wait"
    # What goes wrong is to fail, and not to hang.
    more = {"poll_interval_ms": 1, bound: 10, **more}
    if how == "wait":
        run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        return await settled(run.wait(**more))
    if how == "poll":
        return await settled(runs.poll("run_1", "thread_1", **more))
    given = {"thread_id": "thread_1", "assistant_id": "asst_1", **more}
    async with entered(runs.stream(**given)) as stream:
        if how == "final":
            return await settled(stream.get_final_run())
        await settled(stream.until_done())
        return stream.current_run


def outcome(kind: Any, server: Any, how: str, **more: Any) -> Any:
    async def act(client: Any) -> Any:
        return await followed(client, how, **more)

    settings = {"base_url": "http://x/v1", "http_client": mocked(kind, server)}
    return use(kind, act, **settings)


@pytest.mark.parametrize("how", ["wait", "poll", "stream", "final"])
@pytest.mark.parametrize(
    ("action", "error", "said"),
    [
        (
            APPROVAL,
            RunRequiresApproval,
            "run_1 waits for the approval of tool calls",
        ),
        (OTHER, UnknownRunAction, "an action that this client doesn't know: x_payment"),
    ],
    ids=["approval", "unknown"],
)
def test_what_nobody_decides_is_named(
    kind: Any, how: str, action: Any, error: Any, said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        outcome(kind, Asking(action), how, tools=TOOLS)
    assert isinstance(caught.value, RunRequiresAction)
    assert caught.value.action == action["type"]
    assert caught.value.run.status == "requires_action"


@pytest.mark.parametrize("how", ["wait", "stream"])
@pytest.mark.parametrize("action", [APPROVAL, OTHER], ids=["approval", "unknown"])
def test_it_is_named_without_tools_too(kind: Any, how: str, action: Any) -> None:
    with pytest.raises(RunRequiresAction, match=action["type"]) as caught:
        outcome(kind, Asking(action), how)
    assert type(caught.value) is not RunRequiresAction


@pytest.mark.parametrize("how", ["poll", "final"])
def test_without_tools_it_is_left_to_the_caller(kind: Any, how: str) -> None:
    for action in (APPROVAL, OTHER, FUNCTION):
        assert outcome(kind, Asking(action), how).status == "requires_action"


@pytest.mark.parametrize("how", ["poll", "stream", "wait"])
@each_case(
    "action",
    [
        *(None, {}, [], "x", {"submit_tool_outputs": None}),
        {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": []}},
    ],
)
def test_what_says_nothing_is_left_to_the_caller(how: str, action: Any) -> None:
    server = Asking(action)
    if how == "wait":
        with pytest.raises(RunRequiresAction):
            outcome(KINDS[0], server, how, tools=TOOLS)
    else:
        found = outcome(KINDS[0], server, how, tools=TOOLS)
        assert found.status == "requires_action"


@pytest.mark.parametrize("how", ["wait", "poll", "stream"])
@pytest.mark.parametrize("lag", [0, 5])
def test_each_call_is_decided_once(kind: Any, how: str, lag: int) -> None:
    asked: list[str] = []

    def approve(call: Any) -> Any:
        asked.append(f"{call.server_label}: {call.name}")
        if call.name == "search":
            return True
        return {"approve": False, "headers": {"x-why": "no"}}

    server = Asking(APPROVAL, lag)
    run = outcome(kind, server, how, on_approval=approve)
    assert run.status == "completed"
    assert asked == ["hub: search", "hub: delete"]
    (body,) = server.bodies
    assert body.pop("stream", False) == (how == "stream")
    assert body == {
        "tool_approvals": [
            {"tool_call_id": "call_1", "approve": True},
            {"tool_call_id": "call_2", "approve": False, "headers": {"x-why": "no"}},
        ]
    }


def test_who_decides_may_be_asynchronous() -> None:
    async def approve(_: Any) -> bool:
        return True

    server = Asking(APPROVAL)
    assert outcome(KINDS[1], server, "wait", on_approval=approve).status == "completed"
    assert len(server.bodies) == 1


@each_case("decision", [None, 1, "yes", {}, {"approve": None}, {"approve": "no"}])
def test_a_decision_is_a_clear_one(decision: Any) -> None:
    server = Asking(APPROVAL)
    with pytest.raises(ConfigurationError, match="on_approval must return True, False"):
        outcome(KINDS[0], server, "wait", on_approval=lambda _: decision)
    assert server.bodies == []


def test_an_error_of_who_decides_is_raised_and_asked_again(kind: Any) -> None:
    asked: list[str] = []

    def approve(call: Any) -> bool:
        asked.append(call.id)
        if len(asked) == 1:
            raise KeyError("not sure")
        return True

    server = Asking(APPROVAL)

    async def act(client: Any) -> None:
        run = await settled(client.threads.runs.retrieve("run_1", thread_id="thread_1"))
        with pytest.raises(KeyError):
            await settled(run.wait(on_approval=approve))
        await settled(run.wait(on_approval=approve, poll_interval_ms=1))

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    assert asked == ["call_1", "call_1", "call_2"]


@each_case("given", [5, "yes", True, []])
def test_who_decides_is_a_function(given: Any) -> None:
    for how in ("wait", "poll", "stream"):
        with pytest.raises(ConfigurationError, match="on_approval must be a function"):
            outcome(KINDS[0], Asking(APPROVAL), how, on_approval=given)


def test_functions_are_for_tools_to_call() -> None:
    server = Asking(FUNCTION)
    more = {"on_approval": bool, "max_wait": 5}
    assert outcome(KINDS[0], server, "poll", **more).status == "requires_action"
    assert server.bodies == []


@pytest.mark.parametrize("how", ["method", "run", "poll", "stream"])
def test_approvals_are_submitted_by_hand(kind: Any, how: str) -> None:
    server = Asking(APPROVAL)
    approvals = [{"tool_call_id": "call_1", "approve": True}]

    async def act(client: Any) -> None:
        runs = client.threads.runs
        ids = {"run_id": "run_1", "thread_id": "thread_1"}
        given: dict[str, Any] = {**ids, "tool_approvals": iter(approvals)}
        if how == "method":
            await settled(runs.submit_tool_outputs(**given))
        elif how == "poll":
            await settled(runs.submit_tool_outputs_and_poll(**given))
        elif how == "run":
            run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
            await settled(run.submit_tool_outputs(tool_approvals=iter(approvals)))
        else:
            async with entered(runs.submit_tool_outputs_stream(**given)) as stream:
                await settled(stream.until_done())

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    (body,) = server.bodies
    body.pop("stream", None)
    assert body == {"tool_approvals": approvals}


def test_something_has_to_be_submitted(kind: Any) -> None:
    async def act(client: Any) -> None:
        runs = client.threads.runs
        ids = {"run_id": "run_1", "thread_id": "thread_1"}
        run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        with pytest.raises(TypeError, match="needs tool_outputs=, or tool_approvals="):
            await settled(runs.submit_tool_outputs(**ids))
        with pytest.raises(TypeError, match="needs tool_outputs="):
            await settled(run.submit_tool_outputs())
        with pytest.raises(TypeError, match="needs tool_outputs="):
            await settled(runs.submit_tool_outputs_and_poll(**ids))

    server = Asking(APPROVAL)
    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    assert server.bodies == []


def test_the_deadline_holds_for_who_decides_asynchronously() -> None:
    async def approve(_: Any) -> bool:
        await asyncio.sleep(20)
        return True

    more = {"on_approval": approve, "max_wait": 0.1}
    with pytest.raises(RunTimeout):
        outcome(KINDS[1], Asking(APPROVAL), "poll", **more)
