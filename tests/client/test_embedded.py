"""A client with a server in its own process."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import AsyncClient, Client, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def shout(turn: Any) -> Iterator[str]:
    """Answer as loud as one can."""
    yield turn.question.upper()


def servers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "local-server"]


@pytest.fixture(autouse=True)
def none_is_left() -> Iterator[None]:
    before = servers()
    yield
    gc.collect()
    for thread in set(servers()) - {*before}:
        thread.join(5)
    assert not set(servers()) - {*before}


def ask(client: Client, text: str = "What is six times seven?") -> str:
    assistant = client.assistants.create(model="any")
    run = client.threads.create_and_run(
        assistant_id=assistant, thread={"messages": [{"role": "user", "content": text}]}
    )
    run.wait()
    return str(next(iter(run.messages())).text)


def test_nothing_has_to_be_started() -> None:
    with Client.embedded(shout) as client:
        assert client.base_url.startswith("http://127.0.0.1:")
        assert ask(client) == "WHAT IS SIX TIMES SEVEN?"
        url = client.base_url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/assistants")


def test_nobody_else_has_its_key() -> None:
    with Client.embedded() as client:
        assert httpx.get(f"{client.base_url}/assistants").status_code == 401
        assert str(client.options.api_key) not in repr(client)


def test_the_same_in_async_code() -> None:
    async def work() -> str:
        async with AsyncClient.embedded(shout) as client:
            thread = await client.threads.create(
                messages=[{"role": "user", "content": "So?"}]
            )
            assistant = await client.assistants.create(model="any")
            run = await client.threads.runs.create(thread, assistant_id=assistant)
            await run.wait()
            return str((await anext(aiter(run.messages()))).text)

    assert asyncio.run(work()) == "SO?"


def test_the_state_may_be_kept(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with Client.embedded(store=file) as client:
        thread = client.threads.create()
    with Client.embedded(store=file) as client:
        assert client.threads.retrieve(thread).id == thread.id


def test_options_of_the_server_and_of_the_client() -> None:
    options = {"expires_after": 1234.0}
    with Client.embedded(
        faults=["500 on=listAssistants"], server_options=options, max_retries=0
    ) as client:
        assert client.options.max_retries == 0
        assistant = client.assistants.create(model="any")
        run: Any = client.threads.create_and_run(assistant_id=assistant)
        assert run.expires_at - run.created_at in (1234, 1235)
        with pytest.raises(Exception, match="500"):
            client.assistants.list()


def test_copies_share_it() -> None:
    client = Client.embedded(shout)
    copy = client.with_options(timeout=20)
    assert ask(copy, "a") == "A"
    copy.close()
    assert client.is_closed()


def test_a_client_that_is_forgotten_takes_its_server_along() -> None:
    client: Client | None = Client.embedded()
    assert servers()
    del client
    gc.collect()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"faults": ["slwo"]}, "the server can't start: 'slwo' is no fault"),
        ({"server_options": {"pace": -1}}, "pace must be 0 to"),
        ({"server_options": {"pase": 1}}, "unexpected keyword argument 'pase'"),
        ({"store": "/nowhere/at/all"}, "the server can't start: "),
        ({"timeout": "soon"}, "timeout"),
    ],
)
def test_what_can_not_be_used(options: Any, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        Client.embedded(**options)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "assistants_server", None)
    with pytest.raises(ConfigurationError, match="assistants_server"):
        Client.embedded()
