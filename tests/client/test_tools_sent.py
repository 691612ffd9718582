"""What is sent of `tools=`, and what becomes of the assistant's own tools."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import ConfigurationError, NotFoundError, ToolSet, tool
from assistants_server import LocalServer
from harness.either_client import entered, settled
from tests.cases import each_case
from tests.client.both import KINDS, NAMES, use

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCH: Any = {"type": "file_search"}
CODE: Any = {"type": "code_interpreter"}
FOLLOWING = [
    "create_and_poll",
    "stream",
    "create_and_run_poll",
    "create_and_run_stream",
]
BEGINNING = ["create", "create_and_run", "thread.run", "start_thread", "events"]


def price(item: str) -> str:
    """Return a price."""
    return "3"


PRICE = ToolSet([price]).definitions[0]
OTHER: Any = {"type": "function", "function": {"name": "other"}}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=2) as server:
        yield server


@pytest.fixture(params=KINDS, ids=NAMES)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def sent(
    kind: Any, server: LocalServer, how: str, own: list[Any], **more: Any
) -> tuple[Any, list[str]]:
    """Begin a run; return the tools that were sent, and those that the run has."""
    before = len(server.exchanges)

    async def act(client: Any) -> list[str]:
        assistant = await settled(client.assistants.create(model="m", tools=own))
        thread = await settled(client.threads.create())
        threads, runs = client.threads, client.threads.runs
        given = {"assistant_id": assistant.id, **more}
        if how in ("create_and_poll", "create"):
            run = await settled(getattr(runs, how)(thread_id=thread.id, **given))
        elif how in ("create_and_run_poll", "create_and_run"):
            run = await settled(getattr(threads, how)(**given))
        elif how == "thread.run":
            run = await settled(thread.run(assistant, **more))
        elif how == "start_thread":
            run = await settled(assistant.start_thread("Hi", **more))
        elif how == "events":
            stream = await settled(runs.create(thread.id, **given, stream=True))
            await settled(stream.close())
            run = (await settled(runs.list(thread.id))).data[0]
        else:
            streams: Any = {
                "stream": lambda: runs.stream(thread_id=thread.id, **given),
                "create_and_run_stream": lambda: threads.create_and_run_stream(**given),
            }
            async with entered(streams[how]()) as stream:
                run = await settled(stream.get_final_run())
        return [
            each.function.name if each.type == "function" else each.type
            for each in run.tools
        ]

    found = use(kind, act, base_url=server.url)
    posted = [
        json.loads(each.body)
        for each in [*server.exchanges][before:]
        if each.operation in ("createRun", "createThreadAndRun")
    ]
    (body,) = posted
    return body.get("tools"), found


@pytest.mark.parametrize("how", FOLLOWING)
@pytest.mark.parametrize("as_set", [True, False], ids=["set", "list"])
def test_what_the_assistant_has_stays(
    kind: Any, server: LocalServer, how: str, as_set: bool
) -> None:
    own = [SEARCH, CODE, PRICE]
    tools: Any = ToolSet([price]) if as_set else [price]
    body, run = sent(kind, server, how, own, tools=tools)
    # Functions are handled, and the assistant knows them.
    assert body is None
    assert run == ["file_search", "code_interpreter", "price"]


@pytest.mark.parametrize("how", FOLLOWING)
def test_definitions_of_a_set_go_besides_it(
    kind: Any, server: LocalServer, how: str
) -> None:
    own = [SEARCH, PRICE]
    body, run = sent(kind, server, how, own, tools=[price, CODE])
    assert [each["type"] for each in body] == [
        *("file_search", "function", "code_interpreter"),
    ]
    assert run == ["file_search", "price", "code_interpreter"]


@pytest.mark.parametrize("how", FOLLOWING)
def test_functions_are_sent_where_that_is_asked_for(
    kind: Any, server: LocalServer, how: str
) -> None:
    own = [SEARCH, OTHER, {**PRICE, "function": {"name": "price"}}]
    body, run = sent(kind, server, how, own, tools=ToolSet([price]), send_tools=True)
    assert run == ["file_search", "other", "price"]
    # Ours is newer than the one of the same name.
    assert body[-1] == PRICE


@pytest.mark.parametrize("how", BEGINNING)
def test_what_calls_nothing_sends_all_of_a_set(
    kind: Any, server: LocalServer, how: str
) -> None:
    _, run = sent(kind, server, how, [SEARCH], tools=ToolSet([price, CODE]))
    assert run == ["file_search", "price", "code_interpreter"]


@pytest.mark.parametrize("how", [*FOLLOWING, *BEGINNING])
def test_definitions_alone_are_the_api_s_own_tools(
    kind: Any, server: LocalServer, how: str
) -> None:
    definitions = [CODE, OTHER]
    body, run = sent(kind, server, how, [SEARCH], tools=definitions)
    assert body == definitions
    assert run == ["code_interpreter", "other"]


@pytest.mark.parametrize("how", ["create", "create_and_poll"])
def test_one_that_is_replaced_stays_one(server: LocalServer, how: str) -> None:
    newer = {**SEARCH, "file_search": {"max_num_results": 5}}
    body, run = sent(KINDS[0], server, how, [SEARCH, CODE], tools=ToolSet([newer]))
    assert run == ["code_interpreter", "file_search"]
    assert body[-1] == newer


@each_case("tools", [None, []])
def test_no_tools_are_as_the_api_has_it(server: LocalServer, tools: Any) -> None:
    body, run = sent(KINDS[0], server, "create", [SEARCH], tools=tools)
    assert body == tools
    assert run == (["file_search"] if tools is None else [])


def test_a_run_that_knows_none_of_the_functions_is_warned_of(
    kind: Any, server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    said = "knows no function of those in tools= (price)"
    for how in FOLLOWING:
        caplog.clear()
        sent(kind, server, how, [SEARCH], tools=[price])
        (message,) = caplog.messages
        assert said in message
        assert "send_tools=True" in message
        caplog.clear()
        sent(kind, server, how, [SEARCH, PRICE], tools=[price])
        assert caplog.messages == []


def test_an_assistant_that_can_t_be_looked_up_is_raised(
    kind: Any, server: LocalServer
) -> None:
    before = len(server.exchanges)

    async def act(client: Any) -> None:
        thread = await settled(client.threads.create())
        given: Any = {"assistant_id": "asst_x", "tools": ToolSet([price])}
        runs = client.threads.runs
        with pytest.raises(NotFoundError, match=r"assistants\.retrieve"):
            await settled(runs.create(thread.id, **given))
        given["send_tools"] = True
        with pytest.raises(NotFoundError, match=r"assistants\.retrieve"):
            await settled(runs.create_and_poll(thread_id=thread.id, **given))

    use(kind, act, base_url=server.url)
    done = [each.operation for each in [*server.exchanges][before:]]
    assert "createRun" not in done


def test_sending_needs_something_to_send(kind: Any, server: LocalServer) -> None:
    async def act(client: Any) -> None:
        runs = client.threads.runs
        ids: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}
        for given in ({}, {"tools": [CODE]}, {"tools": None}):
            with pytest.raises(ConfigurationError, match="needs functions as tools="):
                await settled(runs.create_and_poll(**ids, **given, send_tools=True))
            with pytest.raises(ConfigurationError, match="needs functions as tools="):
                runs.stream(**ids, **given, send_tools=True)

    before = len(server.exchanges)
    use(kind, act, base_url=server.url)
    assert len(server.exchanges) == before


def test_only_what_begins_a_run_sends_tools(kind: Any, server: LocalServer) -> None:
    async def act(client: Any) -> None:
        runs = client.threads.runs
        given: Any = {"tools": [price], "send_tools": True}
        with pytest.raises(ConfigurationError, match="takes no send_tools: that is"):
            await settled(runs.poll("run_1", "thread_1", **given))

    use(kind, act, base_url=server.url)


@each_case("tools", [price, [price], {"price": price}, ToolSet(price), tool(price)])
def test_an_assistant_knows_functions(server: LocalServer, tools: Any) -> None:
    async def act(client: Any) -> None:
        made = await settled(client.assistants.create(model="m", tools=tools))
        other = await settled(client.assistants.create(model="m", tools=CODE))
        for each in (other.update, partial(client.assistants.update, other)):
            assert [found.type for found in other.tools] == ["code_interpreter"]
            again = await settled(each(tools=tools))
            for one in (made, again):
                assert [found.to_dict() for found in one.tools] == [PRICE]
            other = await settled(client.assistants.update(other, tools=[CODE]))

    for kind in KINDS:
        use(kind, act, base_url=server.url)


def test_dicts_among_the_tools_of_a_wait_are_no_matter(
    kind: Any, server: LocalServer
) -> None:
    async def act(client: Any) -> str:
        assistant = await settled(client.assistants.create(model="m", tools=[PRICE]))
        thread = await settled(client.threads.create())
        run = await settled(thread.run(assistant))
        await settled(run.wait(tools=[price, CODE]))
        again = await settled(client.threads.runs.poll(run, thread, tools=[CODE]))
        return str(again.status)

    assert use(kind, act, base_url=server.url) == "completed"


@each_case("tools", ["price", b"price", 5, [5], [price, 5], {"price": 5, "p": price}])
def test_what_is_no_tool_is_refused(server: LocalServer, tools: Any) -> None:
    before = len(server.exchanges)

    async def act(client: Any) -> None:
        runs = client.threads.runs
        ids: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}
        with pytest.raises(ConfigurationError, match="tool"):
            await settled(runs.create_and_poll(**ids, tools=tools))
        with pytest.raises(ConfigurationError, match="tool"):
            await settled(runs.create(**ids, tools=tools))
        with pytest.raises(ConfigurationError, match="tool"):
            runs.stream(**ids, tools=tools)
        with pytest.raises(ConfigurationError, match="tool"):
            await settled(runs.poll("run_1", "thread_1", tools=tools))

    for kind in KINDS:
        use(kind, act, base_url=server.url)
    assert len(server.exchanges) == before
