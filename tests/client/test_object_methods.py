"""What threads, assistants, messages and steps can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import assistants_client
from assistants_client import Client, DecodeError
from tests.cases import each_case
from tests.client.live_objects import KEY, family, got

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Use = Callable[[Any], Awaitable[None]]


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


@each_case(
    ("content", "text"),
    [
        (None, ""),
        # As requests have them, which some servers keep so.
        ("text", "text"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
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


def test_vars_has_the_properties_as_those_of_openai_do() -> None:
    from openai.types.beta import Assistant

    data: dict[str, Any] = {"id": "asst_1", "name": None, "tools": [], "mood": "good"}
    theirs, ours = Assistant.construct(**data), assistants_client.Assistant
    found = ours.from_dict(data)
    assert {**vars(theirs), **vars(found)} == vars(found)
    assert vars(found)["id"] == "asst_1"
    assert vars(found)["instructions"] is None
    assert "mood" not in vars(found), "pydantic has what is unknown elsewhere, too"
    vars(found)["id"] = "asst_2"
    assert found.id == "asst_1"
