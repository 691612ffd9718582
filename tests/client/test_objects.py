"""Objects that know their client: what they are, and what can be done with them."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define

import assistants_client
from assistants_api.models import RunObject, ThreadObject
from assistants_client import Client, ConfigurationError
from assistants_server import LocalServer
from tests.cases import some
from tests.client.live_objects import KEY, family, got, of_each
from tests.client.test_twins import kind_of, model_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Use = Callable[[Any], Awaitable[None]]


def test_an_object_is_read_again_in_place(using: Any, server: LocalServer) -> None:
    async def check(found: Any, name: str) -> None:
        client = found._client
        expected = "Async" * client.asynchronous + name
        assert type(found) is kind_of(expected)
        data = found.to_dict()
        found.metadata = {"mine": "not the server's"}
        found.additional_properties["x"] = 1
        assert found.to_dict() != data
        before = len(server.exchanges)
        assert await got(found.refresh()) is found
        assert found.to_dict() == data
        assert len(server.exchanges) == before + 1

    using(of_each(check))


def test_what_the_server_leaves_out_later_is_absent(using: Any) -> None:
    async def check(found: Any, _: str) -> None:
        drop = {"X-Local-Fault": "drop=metadata,created_at"}
        assert found.is_set("metadata")
        await got(found.refresh(extra_headers=drop))
        assert not found.is_set("metadata")
        assert found.metadata is None
        assert "created_at" not in found.to_dict()

    using(of_each(check, "Message", "Run"))


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
        for each in some(made.values()):
            await got(each.refresh(extra_headers={"x-mine": "1"}, timeout=20))
            assert server.exchanges[-1].headers["x-mine"] == "1"
        with pytest.raises(assistants_client.NotFoundError):
            await got(made["Run"].refresh(extra_headers={"X-Local-Fault": "404"}))

    using(use)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_is_independent_and_alive(using: Any, copied: Any) -> None:
    async def check(found: Any, _: str) -> None:
        data = found.to_dict()
        twin = copied(found)
        assert twin is not found
        assert type(twin) is type(found)
        assert twin == found
        twin.metadata = {"x": "y"}
        twin.additional_properties["x"] = [1]
        assert found.to_dict() == data
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
        assert "_binding" not in repr(found)
        assert "_binding" not in found.to_dict()

    using(of_each(check))


def test_objects_of_two_clients_are_equal(server: LocalServer) -> None:
    with (
        Client(base_url=server.url, api_key=KEY) as one,
        Client(base_url=server.url, api_key="sk-another") as two,
    ):
        thread = one.threads.create()
        assert thread == two.threads.retrieve(thread)
        assert thread != two.threads.create()


def test_live_objects_equal_models_of_the_same_data(using: Any) -> None:
    async def check(found: Any, _: str) -> None:
        plain = model_of(type(found)).from_dict(found.to_dict())
        assert type(plain) is not type(found)
        assert (plain == found, found == plain) == (True, True)
        changed = model_of(type(found)).from_dict({**found.to_dict(), "mood": "good"})
        assert (changed == found, found == changed) == (False, False)

    using(of_each(check))


def test_other_classes_with_the_same_data_are_not_equal() -> None:
    @define
    class Marked(RunObject):
        mark: str = ""

    data = {"id": "a"}
    run = RunObject.from_dict(data)
    others: list[Any] = [ThreadObject.from_dict(data), Marked.from_dict(data), data]
    assert [run == each or each == run for each in others] == [False] * 3


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
        with pytest.raises(ConfigurationError, match="sent no thread_id"):
            await got(new.refresh())
        with pytest.raises(ConfigurationError, match="sent no assistant_id"):
            await got(new.assistant())
        question = await got(made["Thread"].add_message("Mine"))
        with pytest.raises(ConfigurationError, match="sent no run_id"):
            await got(question.run())

    using(use)


def test_data_takes_no_name_of_an_objects_own() -> None:
    """Names that a live object needs are items of what a server sends, and no more."""
    sent = {"_binding": {"client": 1}, "_client": 2, "_ids": 3, "update": 4, "wait": 5}
    run: Any = assistants_client.Run.from_dict({"id": "run_1", **sent, "agent_id": "a"})
    assert run.agent_id == "a"
    assert callable(run.update)
    assert callable(run.wait)
    assert not hasattr(run, "_binding")
    with pytest.raises(ConfigurationError, match=r"client\.attach"):
        run.refresh()
    assert {name: run[name] for name in sent} == sent
    for again in (copy.copy(run), pickle.loads(pickle.dumps(run)), run.model_copy()):
        assert again == run
        assert again.to_dict() == {"id": "run_1", **sent, "agent_id": "a"}
