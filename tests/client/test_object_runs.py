"""Runs that are waited for, answered, and followed as objects, over HTTP."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest

import assistants_client
from assistants_client import (
    AsyncClient,
    RunError,
    RunRequiresAction,
    RunTimeout,
    ToolError,
    ToolSet,
    tool_output,
)
from assistants_server import LocalServer
from tests.cases import some
from tests.client.live_objects import KEY, got

ADD: Any = {"type": "function", "function": {"name": "add"}}
FAIL: Any = {"type": "function", "function": {"name": "fail"}}
CALLS: Any = [
    {"call": "add", "arguments": {"a": 1, "b": 2}},
    {"call": "add", "arguments": {"a": 3}},
]


async def begun(client: Any, *turns: Any, **params: Any) -> Any:
    """Begin a run in which the model does what the turns say."""
    made = await got(client.assistants.create(model="m", tools=[ADD, FAIL]))
    headers = {"X-Local-Script": json.dumps(turns)}
    return await got(made.start_thread("Go", extra_headers=headers, **params))


async def requiring(client: Any, *turns: Any) -> Any:
    """Begin a run that calls functions, and return it when it waits for outputs."""
    run = await begun(client, *(turns or [CALLS]))
    with pytest.raises(RunRequiresAction):
        await got(run.wait())
    assert run.status == "requires_action"
    return run


def add(a: int, b: int = 10) -> int:
    """Add."""
    return a + b


def fail() -> None:
    """Fail."""
    raise KeyError("in the function")


def sent(server: LocalServer) -> list[Any]:
    """Return the operations that the server received."""
    return [each.operation for each in server.exchanges]


def test_waiting_gives_the_run_itself(using: Any, server: LocalServer) -> None:
    async def use(client: Any) -> None:
        run = await begun(client, [{"wait": 0.02}, "Done."])
        assert not run.has_ended
        assert await got(run.wait()) is run
        assert (run.status, run.has_ended) == ("completed", True)
        assert run.usage.total_tokens > 0
        before = len(server.exchanges)
        assert await got(run.wait(tools=[add], poll_interval_ms=1)) is run
        assert len(server.exchanges) == before
        assert await got(run.refresh_status()) == "completed"
        assert len(server.exchanges) == before + 1

    using(use)


@pytest.mark.parametrize(
    ("turn", "kind", "status", "said"),
    [
        ([{"fail": "No more"}], "RunFailed", "failed", "failed: No more"),
        (
            [{"incomplete": "max_prompt_tokens"}],
            *("RunIncomplete", "incomplete", "is incomplete: max_prompt_tokens"),
        ),
        (CALLS, "RunRequiresAction", "requires_action", "requires an action"),
    ],
    ids=["failed", "incomplete", "requires_action"],
)
def test_each_other_ending_raises(
    using: Any, turn: Any, kind: str, status: str, said: str
) -> None:
    async def use(client: Any) -> None:
        run = await begun(client, turn)
        for _ in range(2):
            with pytest.raises(RunError, match=said) as caught:
                await got(run.wait())
            assert type(caught.value) is getattr(assistants_client, kind)
            assert caught.value.run is run
            assert run.status == status
            assert run.id in str(caught.value)

    using(use)


def test_a_run_that_is_cancelled_raises(using: Any) -> None:
    async def use(client: Any) -> None:
        run = await requiring(client)
        assert await got(run.cancel()) is run
        with pytest.raises(assistants_client.RunCancelled, match="was cancelled") as it:
            await got(run.wait())
        assert it.value.run is run
        assert run.status == "cancelled"

    using(use)


def test_a_run_that_expires_raises(using: Any) -> None:
    async def use(client: Any) -> None:
        run = await begun(client, [{"wait": 600}])
        with pytest.raises(assistants_client.RunExpired, match="expired") as caught:
            await got(run.wait(poll_interval_ms=5))
        assert caught.value.run is run

    with LocalServer(expires_after=0.05) as server:
        using(use, server.url)


@pytest.mark.parametrize("cancel", [False, True])
def test_the_deadline_raises_with_the_run(
    using: Any, server: LocalServer, cancel: bool
) -> None:
    async def use(client: Any) -> None:
        run = await begun(client, ["Begun", {"wait": 600}])
        before = len(server.exchanges)
        with pytest.raises(RunTimeout) as caught:
            await got(
                run.wait(timeout=0.5, poll_interval_ms=5, cancel_on_timeout=cancel)
            )
        assert caught.value.run is run
        assert ("cancelRun" in sent(server)[before:]) == cancel
        assert run.status == ("cancelling" if cancel else "in_progress")
        if not cancel:
            await got(run.cancel())
        with pytest.raises(assistants_client.RunCancelled):
            await got(run.wait())

    using(use)


def test_what_waiting_needs_is_checked(using: Any, server: LocalServer) -> None:
    async def use(client: Any) -> None:
        run = await requiring(client)
        before = len(server.exchanges)
        wrong: Any
        for wrong in ({"timeout": -1}, {"poll_interval_ms": 0}, {"tools": [5]}):
            with pytest.raises(assistants_client.ConfigurationError):
                await got(run.wait(**wrong))
        assert len(server.exchanges) == before
        await got(run.cancel())

    using(use)


def test_on_update_is_called_with_the_run_itself(using: Any) -> None:
    seen: list[str] = []

    async def use(client: Any) -> None:
        run = await begun(client, CALLS, ["Done."])

        def update(updated: Any) -> None:
            assert updated is run
            seen.append(updated.status)

        await got(run.wait(tools=[add], on_update=update))

    using(use)
    assert seen[-1] == "completed"
    assert "requires_action" in seen
    assert all(one != after for one, after in pairwise(seen))


def test_on_update_may_be_awaited(server: LocalServer) -> None:
    seen: list[str] = []

    async def update(run: Any) -> None:
        await asyncio.sleep(0)
        seen.append(run.status)

    async def use() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            run = await begun(client, ["Done."])
            await run.wait(on_update=update)

    asyncio.run(use())
    assert seen[-1] == "completed"


@pytest.mark.parametrize("tools", [[add], (add,), ToolSet([add])], ids=range(3))
def test_tools_are_called_while_waiting(
    using: Any, server: LocalServer, tools: Any
) -> None:
    async def use(client: Any) -> None:
        run = await begun(client, CALLS, CALLS[:1], ["Done."])
        before = len(server.exchanges)
        assert await got(run.wait(tools=tools)) is run
        outputs = [
            [each["output"] for each in json.loads(exchange.body)["tool_outputs"]]
            for exchange in [*server.exchanges][before:]
            if exchange.operation == "submitToolOutputsToRun"
        ]
        assert outputs == [["3", "13"], ["3"]]

    using(use)


def test_a_tool_that_fails_is_reported_or_raised(using: Any) -> None:
    async def use(client: Any) -> None:
        run = await requiring(client, [{"call": "fail"}], ["Done."])
        (output,) = await got(run.do_tool_calls([fail]))
        assert output["output"] == "Error: KeyError: 'in the function'"
        with pytest.raises(ToolError, match="fail failed: KeyError"):
            await got(run.do_tool_calls(ToolSet([fail], on_error="raise")))
        # Nothing was submitted, and nothing cancelled.
        assert await got(run.refresh_status()) == "requires_action"
        with pytest.raises(ToolError, match="fail failed: KeyError") as caught:
            await got(run.wait(tools=ToolSet([fail], on_error="raise")))
        assert isinstance(caught.value.__cause__, KeyError)
        with pytest.raises(assistants_client.RunCancelled):
            await got(run.wait())

    using(use)


def test_calls_are_done_without_submitting(using: Any, server: LocalServer) -> None:
    async def use(client: Any) -> None:
        run = await requiring(client)
        before = len(server.exchanges)
        calls = run.required_action.submit_tool_outputs.tool_calls
        expected = [tool_output(calls[0].id, 3), tool_output(calls[1].id, 13)]
        for tools in ([add], ToolSet([add])):
            assert await got(run.do_tool_calls(tools)) == expected
        assert len(server.exchanges) == before
        assert await got(run.submit_tool_outputs(iter(expected))) is run
        assert run.status in {"queued", "in_progress", "completed"}
        await got(run.wait())
        assert await got(run.do_tool_calls([add])) == []
        (message,) = (await got(run.messages())).data
        assert message.text == "You said: Go The functions gave: add: 3; add: 13"

    using(use)


def test_a_run_changes_with_the_events_that_it_is_followed_by(using: Any) -> None:
    async def use(client: Any) -> None:
        run = await requiring(client, CALLS, ["All ", "done."])
        outputs = await got(run.do_tool_calls([add]))
        events = await got(run.submit_tool_outputs(outputs, stream=True))
        assert run.status == "requires_action"
        if client.asynchronous:
            async with events:
                seen = [(event.event, run.status) async for event in events]
        else:
            with events:
                seen = [(event.event, run.status) for event in events]
        of_run = [each for each in seen if each[0].startswith("thread.run.")]
        for name, status in some(of_run):
            assert name.startswith("thread.run.step") or name == f"thread.run.{status}"
        assert ("thread.message.delta", "in_progress") in seen
        assert seen[-1] == ("thread.run.completed", "completed")
        assert run.has_ended
        assert await got(run.wait()) is run
        assert run.to_dict() == (await got(run.refresh())).to_dict()

    using(use)


def test_a_stream_of_outputs_may_be_left(using: Any) -> None:
    async def use(client: Any) -> None:
        run = await requiring(client, CALLS, ["All ", {"wait": 0.02}, "done."])
        outputs = await got(run.do_tool_calls([add]))
        events = await got(run.submit_tool_outputs(outputs, stream=True))
        first = await anext(events) if client.asynchronous else next(events)
        assert first.event.startswith("thread.run.")
        await got(events.close())
        await got(run.wait())
        assert run.status == "completed"

    using(use)


def test_a_run_leads_to_what_belongs_to_it(using: Any) -> None:
    async def use(client: Any) -> None:
        run = await begun(client, [CALLS[0]], ["Done."])
        await got(run.wait(tools=[add]))
        steps = (await got(run.list_steps(order="asc"))).data
        assert [each.type for each in steps] == ["tool_calls", "message_creation"]
        assert [each.run_id for each in steps] == [run.id, run.id]
        page = await got(run.list_steps(limit=1))
        assert (page.data, page.has_more) == ([steps[1]], True)
        thread = await got(run.thread())
        await got((await got(thread.run(await got(run.assistant())))).wait(tools=[add]))
        # Not those of the other run, nor the question.
        (message,) = (await got(run.messages())).data
        assert (message.text, message.run_id) == ("Done.", run.id)
        assert len((await got(thread.list_messages())).data) == 3
        assert (await got(run.assistant())).id == run.assistant_id

    using(use)


def test_metadata_is_changed_in_place(using: Any) -> None:
    async def use(client: Any) -> None:
        run = await requiring(client)
        assert await got(run.update(metadata={"k": "v"})) is run
        assert (run.metadata, run.status) == ({"k": "v"}, "requires_action")
        assert await got(run.cancel()) is run

    using(use)
