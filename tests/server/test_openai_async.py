"""The asynchronous client of the `openai` package uses the server."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai import AsyncAssistantEventHandler

from assistants_server import LocalServer
from tests.server.openai_clients import (
    HEIGHT,
    HELLO,
    IGNORED,
    KEY,
    WEATHER,
    async_client_of,
    data_of,
    fault,
    script,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from openai import AsyncOpenAI
    from openai.types.beta import AssistantStreamEvent

    Use = Callable[[Callable[[AsyncOpenAI], Awaitable[None]]], None]

pytestmark = pytest.mark.filterwarnings(IGNORED)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=1) as server:
        yield server


@pytest.fixture
def use(server: LocalServer) -> Use:
    """Provide what runs a coroutine with a client of the server."""

    def run(test: Callable[[AsyncOpenAI], Awaitable[None]]) -> None:
        async def main() -> None:
            async with async_client_of(server) as client:
                await test(client)

        asyncio.run(main())

    return run


def test_objects_are_made_changed_and_deleted(use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistants, threads = client.beta.assistants, client.beta.threads
        made = await assistants.create(model="m", tools=[WEATHER])
        data_of(made, "AssistantObject")
        assert await assistants.retrieve(made.id) == made
        changed = await assistants.update(made.id, name="Frog")
        assert changed == made.model_copy(update={"name": "Frog"})

        thread = await threads.create(messages=[HELLO])
        message = await threads.messages.create(thread.id, role="user", content="x")
        newest = await threads.messages.list(thread.id, limit=1)
        assert newest.data == [message]
        deleted = await threads.messages.delete(message.id, thread_id=thread.id)
        assert deleted.deleted
        assert (await threads.delete(thread.id)).deleted
        assert (await assistants.delete(made.id)).deleted
        with pytest.raises(openai.NotFoundError):
            await threads.retrieve(thread.id)

    use(main)


def test_lists_page_themselves() -> None:
    async def main() -> None:
        async with LocalServer() as server, async_client_of(server) as client:
            assistants = client.beta.assistants
            made = [(await assistants.create(model="m")).id for _ in range(7)]
            for order, expected in (("asc", made), ("desc", made[::-1])):
                query: Any = {"limit": 3, "order": order}
                found = [each.id async for each in assistants.list(**query)]
                assert found == expected
                page = await assistants.list(before=expected[5], **query)
                assert [each.id for each in page.data] == expected[2:5]
                assert page.has_more

    asyncio.run(main())


def test_many_at_once_lose_and_duplicate_nothing() -> None:
    async def main() -> None:
        async with LocalServer(poll_after=1) as server, async_client_of(server) as one:
            assistant = (await one.beta.assistants.create(model="m")).id

            async def talk(number: int) -> tuple[str, str]:
                run = await one.beta.threads.create_and_run_poll(
                    assistant_id=assistant,
                    thread={"messages": [{"role": "user", "content": str(number)}]},
                )
                messages = one.beta.threads.messages.list(run.thread_id)
                said = [text_of(each) async for each in messages]
                assert (run.status, said) == (
                    "completed",
                    [f"You said: {number}", str(number)],
                )
                made = await one.beta.assistants.create(model="m")
                return run.id, made.id

            found = await asyncio.gather(*map(talk, range(30)))
            assert len({run for run, _ in found}) == 30
            listed = [each.id async for each in one.beta.assistants.list(limit=7)]
            assert sorted(listed) == sorted([assistant, *(made for _, made in found)])

    asyncio.run(main())


def test_a_run_asks_for_functions_and_goes_on(use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistant = await client.beta.assistants.create(model="m", tools=[HEIGHT])
        run = await client.beta.threads.create_and_run_poll(
            assistant_id=assistant.id, thread={"messages": [HELLO]}
        )
        assert run.status == "requires_action"
        assert run.required_action
        (call,) = run.required_action.submit_tool_outputs.tool_calls
        runs = client.beta.threads.runs
        ended = await runs.submit_tool_outputs_and_poll(
            run_id=run.id,
            thread_id=run.thread_id,
            tool_outputs=[{"tool_call_id": call.id, "output": "3 m"}],
        )
        assert data_of(ended, "RunObject")["status"] == "completed"
        steps = runs.steps.list(run.id, thread_id=run.thread_id, order="asc")
        kinds = [data_of(step, "RunStepObject")["type"] async for step in steps]
        assert kinds == ["tool_calls", "message_creation"]

    use(main)


def test_a_run_is_cancelled(use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistant = await client.beta.assistants.create(model="m")
        runs = client.beta.threads.runs
        run = await client.beta.threads.create_and_run(
            assistant_id=assistant.id, extra_headers=script([{"wait": 600}])
        )
        waiting = asyncio.create_task(runs.poll(run.id, thread_id=run.thread_id))
        cancelled = await runs.cancel(run.id, thread_id=run.thread_id)
        assert cancelled.status == "cancelling"
        assert (await waiting).status == "cancelled"

    use(main)


def test_events_can_be_iterated(use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistant = await client.beta.assistants.create(model="m")
        events = await client.beta.threads.create_and_run(
            assistant_id=assistant.id, thread={"messages": [HELLO]}, stream=True
        )
        found = []
        async for event in events:
            data_of(event, "AssistantStreamEvent")
            found.append(event.event)
        assert found[:2] == ["thread.created", "thread.run.created"]
        assert found[-1] == "thread.run.completed"

    use(main)


class Surveyor(AsyncAssistantEventHandler):
    """Submit outputs from within a callback, and note what is said and done."""

    def __init__(self, client: AsyncOpenAI, said: list[str], done: list[str]) -> None:
        super().__init__()
        self._client = client
        self._said = said
        self._done = done

    async def on_event(self, event: AssistantStreamEvent) -> None:
        if event.event != "thread.run.requires_action":
            return
        assert event.data.required_action
        (call,) = event.data.required_action.submit_tool_outputs.tool_calls
        async with self._client.beta.threads.runs.submit_tool_outputs_stream(
            run_id=event.data.id,
            thread_id=event.data.thread_id,
            tool_outputs=[{"tool_call_id": call.id, "output": "3 m"}],
            event_handler=Surveyor(self._client, self._said, self._done),
        ) as stream:
            await stream.until_done()

    async def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        self._said.append(delta.value)
        assert snapshot.value.endswith(delta.value)

    async def on_tool_call_created(self, tool_call: Any) -> None:
        self._done.append(tool_call.function.name)

    async def on_message_done(self, message: Any) -> None:
        self._done.append(text_of(message))

    async def on_end(self) -> None:
        self._done.append("end")


def test_functions_are_called_from_a_callback(use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistant = await client.beta.assistants.create(model="m", tools=[HEIGHT])
        said: list[str] = []
        done: list[str] = []
        async with client.beta.threads.create_and_run_stream(
            assistant_id=assistant.id,
            thread={"messages": [HELLO]},
            event_handler=Surveyor(client, said, done),
        ) as stream:
            await stream.until_done()
        text = "You said: Hello you The functions gave: height: 3 m"
        assert "".join(said) == text
        assert done == ["height", text, "end", "end"]

    use(main)


def test_what_was_streamed_is_what_is_kept(use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistant = await client.beta.assistants.create(model="m")
        async with client.beta.threads.create_and_run_stream(
            assistant_id=assistant.id, extra_headers=script(["One, ", "two"])
        ) as stream:
            pieces = [text async for text in stream.text_deltas]
        assert pieces == ["One, ", "two"]
        run = await stream.get_final_run()
        threads = client.beta.threads
        assert await threads.runs.retrieve(run.id, thread_id=run.thread_id) == run
        messages = await threads.messages.list(run.thread_id)
        assert await stream.get_final_messages() == messages.data

    use(main)


def test_raw_answers(use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistants = client.beta.assistants
        raw = await assistants.with_raw_response.create(model="m")
        assert raw.http_response.json()["id"] == raw.parse().id
        async with assistants.with_streaming_response.list(limit=1) as response:
            text = b"".join([piece async for piece in response.iter_bytes()])
        assert text.startswith(b"{")
        assert response.status_code == 200

    use(main)


def test_errors_and_repeating(server: LocalServer, use: Use) -> None:
    async def main(client: AsyncOpenAI) -> None:
        assistants = client.beta.assistants
        with pytest.raises(openai.BadRequestError, match=r"\$\.top_p") as caught:
            await assistants.create(model="m", top_p=2)
        assert caught.value.param == "top_p"
        with pytest.raises(openai.APIConnectionError):
            await assistants.create(
                model="m", extra_headers=fault("close=before-headers")
            )
        patient = client.with_options(max_retries=2).beta.assistants
        headers = fault("429 retry-after=0.001 times=2 key=async")
        await patient.list(extra_headers=headers)
        assert [each.status for each in server.exchanges[-3:]] == [429, 429, 200]

    use(main)


def test_a_key_that_is_wrong() -> None:
    async def main() -> None:
        async with LocalServer(key=KEY) as server:
            async with async_client_of(server) as client:
                await client.beta.threads.create()
            async with async_client_of(server, api_key="sk-wrong") as client:
                with pytest.raises(openai.AuthenticationError):
                    await client.beta.threads.create()

    asyncio.run(main())
