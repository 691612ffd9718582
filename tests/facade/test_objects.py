"""Objects that know their client: what they are, and what can be done with them."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import assistants_client
from assistants_client import AsyncClient, Client, ConfigurationError, DecodeError
from assistants_client.local import LocalServer
from tests.facade.test_twins import kind_of, model_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Use = Callable[[Any], Awaitable[None]]

KEY = "sk-of-the-test"
NAMES = ["Assistant", "Message", "Run", "RunStep", "Thread"]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=2) as server:
        yield server


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
def using(request: pytest.FixtureRequest, server: LocalServer) -> Callable[[Use], None]:
    """Give what runs a test with a client of either kind."""

    async def run(use: Use) -> None:
        client = request.param(base_url=server.url, api_key=KEY, max_retries=0)
        try:
            async with asyncio.timeout(30):
                await use(client)
        finally:
            await got(client.close())

    return lambda use: asyncio.run(run(use))


async def got(found: Any) -> Any:
    """Give what a method of either kind gives."""
    return await found if inspect.isawaitable(found) else found


async def family(client: Any) -> dict[str, Any]:
    """Make one live object of each kind, by its name without `Async`."""
    assistant = await got(client.assistants.create(model="m", name="Ada"))
    thread = await got(client.threads.create(metadata={"a": "b"}))
    await got(thread.add_message("Hello"))
    run = await got(thread.run(assistant))
    await got(run.wait())
    message = (await got(run.messages())).data[0]
    step = (await got(run.list_steps())).data[0]
    found = [assistant, message, run, step, thread]
    return dict(zip(NAMES, found, strict=True))


def of_each(check: Callable[[Any, str], Awaitable[None]], *names: str) -> Use:
    """Check an object of each kind, and then report all that failed."""

    async def use(client: Any) -> None:
        made = await family(client)
        failed = []
        for name in names or NAMES:
            try:
                await check(made[name], name)
            except Exception as error:  # noqa: BLE001 - raised again below
                error.add_note(f"for {name}")
                failed.append(error)
        if failed:
            raise ExceptionGroup(f"{len(failed)} kinds", failed)

    return use


def test_an_object_is_read_again_in_place(using: Any, server: LocalServer) -> None:
    async def check(found: Any, name: str) -> None:
        client = found._client
        expected = "Async" * client.asynchronous + name
        assert type(found) is kind_of(expected)
        told = found.to_dict()
        found.metadata = {"mine": "not the server's"}
        found.additional_properties["x"] = 1
        assert found.to_dict() != told
        before = len(server.exchanges)
        assert await got(found.refresh()) is found
        assert found.to_dict() == told
        assert len(server.exchanges) == before + 1

    using(of_each(check))


def test_an_object_is_changed_in_place(using: Any) -> None:
    async def check(found: Any, _: str) -> None:
        twin = copy.copy(found)
        assert await got(found.update(metadata={"k": "v"})) is found
        assert found.metadata == {"k": "v"}
        assert found != twin
        assert await got(twin.refresh()) == found

    using(of_each(check, "Assistant", "Message", "Run", "Thread"))


def test_methods_take_the_options_of_every_call(
    using: Any, server: LocalServer
) -> None:
    async def use(client: Any) -> None:
        made = await family(client)
        for each in made.values():
            await got(each.refresh(extra_headers={"x-mine": "1"}, timeout=20))
            assert server.exchanges[-1].headers["x-mine"] == "1"
        with pytest.raises(assistants_client.NotFoundError):
            await got(made["Run"].refresh(extra_headers={"X-Local-Fault": "404"}))

    using(use)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_is_independent_and_alive(using: Any, copied: Any) -> None:
    async def check(found: Any, _: str) -> None:
        told = found.to_dict()
        twin = copied(found)
        assert twin is not found
        assert type(twin) is type(found)
        assert twin == found
        twin.metadata = {"x": "y"}
        twin.additional_properties["x"] = [1]
        assert found.to_dict() == told
        assert twin != found
        assert await got(twin.refresh()) is twin
        assert twin == found

    using(of_each(check))


def test_what_is_inside_of_a_copy_is_independent_too(using: Any) -> None:
    async def use(client: Any) -> None:
        thread = (await family(client))["Thread"]
        for copied in (copy.copy, copy.deepcopy):
            twin = copied(thread)
            twin.metadata["a"] = "c"
            assert thread.metadata == {"a": "b"}

    using(use)


def test_a_pickled_object_has_its_fields_and_no_client(using: Any) -> None:
    async def check(found: Any, _: str) -> None:
        pickled = pickle.dumps(found)
        assert KEY.encode() not in pickled
        again = pickle.loads(pickled)
        assert type(again) is type(found)
        assert again == found
        assert again.to_dict() == found.to_dict()
        said = f"this {type(found).__name__} has no client"
        for twin in (again, copy.copy(again), type(found).from_dict(found.to_dict())):
            with pytest.raises(ConfigurationError, match=said):
                await got(twin.refresh())
        assert await got(found.refresh()) == again

    using(of_each(check))


def test_fields_go_to_a_dict_and_back(using: Any) -> None:
    async def check(found: Any, _: str) -> None:
        assert type(found).from_dict(found.to_dict()) == found
        assert model_of(type(found)).from_dict(found.to_dict()) is not found
        assert found != found.to_dict()
        assert found.id in repr(found)
        assert repr(found).startswith(type(found).__name__)
        assert KEY not in repr(found)
        assert "_place" not in repr(found)
        assert "_place" not in found.to_dict()

    using(of_each(check))


def test_objects_of_two_clients_are_equal(server: LocalServer) -> None:
    with (
        Client(base_url=server.url, api_key=KEY) as one,
        Client(base_url=server.url, api_key="sk-another") as two,
    ):
        thread = one.threads.create()
        assert thread == two.threads.retrieve(thread)
        assert thread != two.threads.create()


def test_objects_stand_for_their_ids_everywhere(
    using: Any, server: LocalServer
) -> None:
    async def use(client: Any) -> None:
        made = await family(client)
        assistant, run, thread = made["Assistant"], made["Run"], made["Thread"]
        threads = client.threads
        message, step = made["Message"], made["RunStep"]
        for each in (thread, thread.id):
            same = await got(threads.retrieve(thread_id=each))
            assert same == thread
            again = await got(threads.runs.retrieve(run, thread_id=each))
            assert again == run
            for one in (run, run.id):
                key = {"run_id": one, "thread_id": each}
                assert await got(threads.runs.poll(**key)) == run
                found = await got(threads.messages.list(thread_id=each, run_id=one))
                assert found.data == [message]
                assert server.exchanges[-1].query == f"run_id={run.id}"
                steps = threads.runs.steps
                assert await got(steps.retrieve(step, **key)) == step
                assert await got(steps.retrieve(step.id, **key)) == step
        for each in (assistant, assistant.id):
            new = await got(threads.runs.create(thread, assistant_id=each))
            assert new.assistant_id == assistant.id
            await got(new.wait())
            both = await got(threads.create_and_run(assistant_id=each))
            assert both.assistant_id == assistant.id
            ended = await got(
                threads.runs.create_and_poll(thread_id=thread, assistant_id=each)
            )
            assert (ended.thread_id, ended.status) == (thread.id, "completed")

    using(use)


def test_ids_are_remembered_where_answers_leave_them_out(using: Any) -> None:
    drop = {"X-Local-Fault": "drop=thread_id,run_id,id"}

    async def use(client: Any) -> None:
        made = await family(client)
        run, thread = made["Run"], made["Thread"]
        runs, messages = client.threads.runs, client.threads.messages
        bare = await got(runs.retrieve(run, thread_id=thread, extra_headers=drop))
        assert {"id", "thread_id"}.isdisjoint(bare.to_dict())
        assert await got(bare.thread()) == thread
        assert (await got(bare.messages())).data == [made["Message"]]
        assert (await got(bare.list_steps())).data == [made["RunStep"]]
        await got(bare.refresh(extra_headers=drop))
        assert await got(bare.refresh()) == run
        step = await got(
            runs.steps.retrieve(
                made["RunStep"], run_id=run, thread_id=thread, extra_headers=drop
            )
        )
        assert await got(step.run()) == run
        assert await got(step.refresh()) == made["RunStep"]
        message = await got(
            messages.retrieve(made["Message"], thread_id=thread, extra_headers=drop)
        )
        assert await got(message.thread()) == thread
        assert await got(message.refresh()) == made["Message"]
        for name, api in (("Assistant", "assistants"), ("Thread", "threads")):
            retrieve = getattr(client, api).retrieve
            found = await got(retrieve(made[name], extra_headers=drop))
            assert "id" not in found.to_dict()
            assert await got(copy.copy(found).refresh()) == made[name]

    using(use)


def test_items_of_a_list_remember_what_was_asked_for(using: Any) -> None:
    drop = {"X-Local-Fault": "drop=thread_id"}

    async def use(client: Any) -> None:
        thread = (await family(client))["Thread"]
        for found in (
            (await got(thread.list_runs(extra_headers=drop))).data[0],
            (await got(thread.list_messages(extra_headers=drop))).data[0],
        ):
            assert "thread_id" not in found.to_dict()
            assert await got(found.thread()) == thread

    using(use)


def test_an_id_that_nobody_knows_is_a_clear_error(using: Any) -> None:
    drop = {"X-Local-Fault": "drop=thread_id,assistant_id"}

    async def use(client: Any) -> None:
        made = await family(client)
        new = await got(
            client.threads.create_and_run(
                assistant_id=made["Assistant"], extra_headers=drop
            )
        )
        with pytest.raises(ConfigurationError, match="did not say the thread_id"):
            await got(new.refresh())
        with pytest.raises(ConfigurationError, match="did not say the assistant_id"):
            await got(new.assistant())
        question = await got(made["Thread"].add_message("Mine"))
        with pytest.raises(ConfigurationError, match="did not say the run_id"):
            await got(question.run())

    using(use)


def test_a_thread_does_what_threads_do(using: Any) -> None:
    async def use(client: Any) -> None:
        assistant = await got(client.assistants.create(model="m"))
        thread = await got(client.threads.create())
        first = await got(thread.add_message("One"))
        parts = [{"type": "text", "text": "Two"}, {"type": "text", "text": "Three"}]
        second = await got(
            thread.add_message(parts, role="assistant", metadata={"a": "b"})
        )
        assert (first.role, first.text) == ("user", "One")
        assert (second.role, second.text) == ("assistant", "Two\nThree")
        assert second.metadata == {"a": "b"}
        listed = await got(thread.list_messages(order="asc", limit=1))
        assert listed.data == [first]
        assert (await got(listed.get_next_page())).data == [second]
        run: Any = None
        for each in (assistant, assistant.id):
            run = await got(thread.run(each, instructions="Briefly."))
            assert (run.thread_id, run.instructions) == (thread.id, "Briefly.")
            await got(run.wait())
        listed = await got(thread.list_runs())
        assert (listed.data[0].id, len(listed.data)) == (run.id, 2)
        assert len((await got(thread.list_messages(run_id=run))).data) == 1
        deleted = await got(thread.delete())
        assert (deleted.id, deleted.deleted) == (thread.id, True)
        with pytest.raises(assistants_client.NotFoundError):
            await got(thread.refresh())

    using(use)


def test_a_thread_streams(using: Any) -> None:
    async def use(client: Any) -> None:
        made = await family(client)
        manager = made["Thread"].stream(made["Assistant"], instructions="Briefly.")
        if client.asynchronous:
            async with manager as stream:
                texts = [each async for each in stream.text_deltas]
                run = await stream.get_final_run()
        else:
            with manager as stream:
                texts = [*stream.text_deltas]
                run = stream.get_final_run()
        assert "".join(texts) == "You said: Hello"
        assert (run.status, run.instructions) == ("completed", "Briefly.")
        assert await got(run.thread()) == made["Thread"]

    using(use)


def test_an_assistant_does_what_assistants_do(using: Any) -> None:
    async def use(client: Any) -> None:
        assistant = await got(client.assistants.create(model="m"))
        assert await got(assistant.update(name="Ada", tools=[])) is assistant
        assert assistant.name == "Ada"
        run = await got(
            assistant.start_thread(
                *("One", {"role": "assistant", "content": "Two"}),
                thread={"messages": [{"role": "user", "content": "Zero"}]},
                metadata={"a": "b"},
            )
        )
        assert (run.assistant_id, run.metadata) == (assistant.id, {"a": "b"})
        await got(run.wait())
        thread = await got(run.thread())
        messages = (await got(thread.list_messages(order="asc"))).data
        assert [(each.role, each.text) for each in messages[:3]] == [
            *(("user", "Zero"), ("user", "One"), ("assistant", "Two")),
        ]
        assert await got((await got(assistant.start_thread())).wait())
        again: Any = None
        for each in (thread, thread.id):
            again = await got(assistant.run(each, instructions="Briefly."))
            assert (again.thread_id, again.instructions) == (thread.id, "Briefly.")
            await got(again.wait())
        assert await got(again.assistant()) == assistant
        assert (await got(assistant.delete())).deleted
        with pytest.raises(assistants_client.NotFoundError):
            await got(assistant.refresh())

    using(use)


def test_start_thread_leaves_what_it_was_given_as_it_was(using: Any) -> None:
    async def use(client: Any) -> None:
        assistant = await got(client.assistants.create(model="m"))
        given: dict[str, Any] = {"messages": [{"role": "user", "content": "Zero"}]}
        await got(assistant.start_thread("One", thread=given))
        assert given == {"messages": [{"role": "user", "content": "Zero"}]}

    using(use)


def test_a_message_and_a_step_lead_to_what_they_belong_to(using: Any) -> None:
    async def use(client: Any) -> None:
        made = await family(client)
        message, step, run = made["Message"], made["RunStep"], made["Run"]
        assert message.text == "You said: Hello"
        assert await got(message.run()) == run
        assert await got(message.thread()) == made["Thread"]
        assert await got(step.run()) == run
        assert await got(run.assistant()) == made["Assistant"]
        assert (await got(message.delete())).deleted
        with pytest.raises(assistants_client.NotFoundError):
            await got(message.refresh())

    using(use)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("text", ""),
        ([], ""),
        ([None, {"type": "text"}, {"type": "text", "text": None}], ""),
        ([{"type": "image_file", "image_file": {"file_id": "f"}}], ""),
        ([{"type": "text", "text": {"value": None}}], ""),
    ],
)
def test_odd_messages_have_a_text_too(content: Any, text: str) -> None:
    for kind in (assistants_client.Message, assistants_client.AsyncMessage):
        assert kind.from_dict({"content": content}).text == text
        assert kind.from_dict({}).text == ""


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null"])
def test_an_answer_that_is_no_object_is_an_error(body: str) -> None:
    import httpx

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body)

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        Client(base_url="http://127.0.0.1:1", api_key=KEY, http_client=http) as client,
    ):
        for call, what in (
            (client.threads.create, "thread"),
            (lambda: client.assistants.retrieve("asst_1"), "assistant"),
            (lambda: client.threads.runs.retrieve("r", thread_id="t"), "run"),
            (lambda: client.threads.messages.retrieve("m", thread_id="t"), "message"),
        ):
            with pytest.raises(DecodeError, match=rf"is no {what}; it begins with"):
                call()
