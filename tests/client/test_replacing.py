"""Methods and resources that are replaced, as tests do it with mocks."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, MagicMock, create_autospec, patch

import pytest

from assistants_client import AsyncClient, AsyncPage, Client, ConfigurationError, Page
from assistants_client.types.beta.threads import Message, Text, TextContentBlock
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS: Any = {"base_url": "http://127.0.0.1:9/v1", "api_key": "none"}
METHODS = [
    "assistants.create",
    "beta.assistants.list",
    "beta.threads.retrieve",
    "beta.threads.create_and_run_poll",
    "beta.threads.messages.list",
    "beta.threads.runs.create_and_poll",
    "beta.threads.runs.stream",
    "beta.threads.runs.steps.list",
    "files.create",
    "vector_stores.file_batches.upload_and_poll",
    "models.list",
]
PROPERTIES = [
    "beta",
    "beta.assistants",
    "beta.threads",
    "beta.threads.runs",
    "beta.threads.runs.steps",
    "beta.threads.messages",
    "beta.threads.with_raw_response",
    "files.with_streaming_response",
    "vector_stores.files",
    "with_raw_response",
]
both = pytest.mark.parametrize("kind", [Client, AsyncClient])


def at(client: Any, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


@both
@each_case("path", [*METHODS, *PROPERTIES])
def test_what_is_patched_is_found_by_every_way_to_it(kind: Any, path: str) -> None:
    client, other = kind(**SETTINGS), kind(**SETTINGS)
    holder, _, name = path.rpartition(".")
    owner = at(client, holder) if holder else client
    before = type(at(client, path))
    with patch.object(owner, name) as mock:
        assert at(client, path) is mock
        assert at(client, path.removeprefix("beta.")) is mock
        assert at(other, path) is not mock
        assert at(client.with_options(timeout=3), path) is mock
    assert type(at(client, path)) is before
    assert at(client, path) is not mock


@both
def test_what_is_assigned_stays_until_it_is_deleted(kind: Any) -> None:
    client: Any = kind(**SETTINGS)
    client.beta.threads.runs.create = 1
    client.beta.threads.messages = MagicMock()
    assert client.threads.runs.create == 1
    assert isinstance(client.threads.messages, MagicMock)
    assert client.threads.runs.retrieve != 1
    del client.threads.runs.create, client.threads.messages
    assert callable(client.beta.threads.runs.create)
    assert callable(client.beta.threads.messages.create)
    with pytest.raises(AttributeError):
        del client.threads.messages


def test_what_is_put_into_a_copy_is_in_that_alone() -> None:
    client: Any = Client(**SETTINGS)
    client.beta.threads.create = MagicMock()
    copy = client.with_options(timeout=3)
    copy.beta.threads.create = MagicMock()
    assert copy.threads.create is not client.threads.create


def test_objects_and_whole_responses_use_what_was_put_there() -> None:
    client: Any = Client(**SETTINGS)
    client.beta.threads.runs.retrieve = MagicMock(return_value="raw")
    raw: Callable[..., Any] = client.beta.threads.runs.with_raw_response.retrieve
    assert raw("run_1", thread_id="thread_1") == "raw"
    thread = client.threads.bind("thread_1")
    with patch.object(client.threads.messages, "create") as create:
        assert thread.add_message("Good day!") is create.return_value
    assert create.call_args.kwargs["content"] == "Good day!"


def test_mocks_that_are_awaited_can_be_put_there() -> None:
    async def made() -> object:
        client: Any = AsyncClient(**SETTINGS)
        with patch.object(client.beta.threads, "create") as mock:
            assert isinstance(mock, AsyncMock)
            mock.return_value = "thread"
            return await client.beta.threads.create()

    assert asyncio.run(made()) == "thread"


def test_a_mock_is_made_of_a_client() -> None:
    mock: Any = create_autospec(Client(**SETTINGS), instance=True)
    mock.beta.threads.runs.create_and_poll.return_value.status = "completed"
    run = mock.beta.threads.runs.create_and_poll(thread_id="t", assistant_id="a")
    assert run.status == "completed"
    with pytest.raises(AttributeError):
        mock.beta.threads.runs.creates()


def test_a_client_is_forgotten_though_something_was_put_there() -> None:
    client: Any = Client(**SETTINGS)
    client.beta.threads.create = MagicMock()
    gone = weakref.ref(client)
    gc.disable()
    try:
        del client
        assert gone() is None
    finally:
        gc.enable()


def test_a_mock_returns_a_page_that_is_made_by_hand() -> None:
    text = Text(value="Good day!", annotations=[])
    message = Message.model_construct(
        id="msg_1", content=[TextContentBlock(type="text", text=text)]
    )
    client: Any = Client(**SETTINGS)
    page = Page[Message](data=[message], has_more=False)
    with patch.object(client.beta.threads.messages, "list", return_value=page):
        listed = client.beta.threads.messages.list("thread_1")
    assert [each.content[0].text.value for each in listed] == ["Good day!"]
    assert not listed.has_next_page()

    async def all_of(page: AsyncPage[Message]) -> list[Message]:
        return [each async for each in page]

    assert asyncio.run(all_of(AsyncPage(data=[message], has_more=False))) == [message]
    with pytest.raises(ConfigurationError, match="made by hand"):
        Page(data=[message], has_more=True).get_next_page()
