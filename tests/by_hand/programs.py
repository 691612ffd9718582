"""Programs of somebody who uses what was added: both run, and both are type-checked.

What a type checker must refuse in them bears a comment that says so, and one that is
not needed is an error itself.
"""

from __future__ import annotations

from typing import Final

UNTOUCHED: Final = '''\
"""What there is as soon as the document was built, with nothing written by hand."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from typing import assert_type, get_args

from assistants_api.api.threads import archive_thread, list_threads
from assistants_api.checking import check
from assistants_api.client import AuthenticatedClient as Endpoints
from assistants_api.models import (
    ListThreadsResponse,
    RunObject,
    RunStatus,
    ThreadObject,
    ThreadRunPausedEvent,
)
from assistants_client import AsyncClient, Client, Run

url = sys.argv[1]


def stream() -> None:
    with Client(base_url=url, api_key="sk-of-the-test") as client:
        runs = client.threads.runs
        run = runs.create("thread_1", assistant_id="asst_1", urgency="high")
        assert_type(run, Run)
        assert_type(run.paused_until, int | None)
        assert_type(run.paused_until_datetime, datetime | None)
        assert run.paused_until == 1_700_000_000
        found = 0
        with runs.create(
            "thread_1", assistant_id="asst_1", stream=True, urgency="low"
        ) as events:
            for event in events:
                if event.event == "thread.run.paused":
                    assert_type(event, ThreadRunPausedEvent)
                    assert_type(event.data, RunObject)
                    assert type(event) is ThreadRunPausedEvent
                    assert isinstance(event.data, RunObject)
                    assert event.data.paused_until == 1_700_000_000
                    found += 1
        assert found == 2, found
        with runs.stream(thread_id="thread_1", assistant_id="asst_1") as followed:
            names = [
                event.event
                for event in followed
                if isinstance(event, ThreadRunPausedEvent)
            ]
            assert names == ["thread.run.paused"] * 2
        # These two are to be refused, by name and by type.
        if len(sys.argv) > 2:
            runs.create("t", assistant_id="a", urgency=1)  # type: ignore[call-overload]
            runs.create("t", assistant_id="a", urgent=1)  # type: ignore[call-overload]


async def stream_async() -> None:
    async with AsyncClient(base_url=url, api_key="sk-of-the-test") as client:
        runs = client.threads.runs
        run = await runs.create("thread_1", assistant_id="asst_1", urgency="high")
        assert run.paused_until == 1_700_000_000
        found = 0
        async with await runs.create(
            "thread_1", assistant_id="asst_1", stream=True
        ) as events:
            async for event in events:
                if event.event == "thread.run.paused":
                    assert_type(event, ThreadRunPausedEvent)
                    assert type(event) is ThreadRunPausedEvent
                    assert_type(event.data.status, RunStatus)
                    found += 1
        assert found == 2, found


def endpoints() -> None:
    with Endpoints(base_url=url, token="sk-of-the-test") as client:
        thread = archive_thread.sync("thread_1", client=client, body={"reason": "old"})
        assert_type(thread, ThreadObject)
        assert thread.id == "thread_1"
        page = list_threads.sync(client=client, limit=2)
        assert_type(page, ListThreadsResponse)
        assert [each.id for each in page.data or ()] == ["thread_1", "thread_2"]


async def endpoints_async() -> None:
    async with Endpoints(base_url=url, token="sk-of-the-test") as client:
        thread = await archive_thread.asyncio("thread_1", client=client)
        assert_type(thread, ThreadObject)
        page = await list_threads.asyncio(client=client, limit=2)
        assert_type(page, ListThreadsResponse)


def status() -> None:
    words = [word for part in get_args(RunStatus) for word in get_args(part)]
    assert "paused" in words
    for word, wrong in (("paused", False), ("pausing", True)):
        found = [each.path for each in check({"status": word}, "RunObject")]
        assert ("$.status" in found) is wrong, found


if __name__ == "__main__":
    stream()
    asyncio.run(stream_async())
    endpoints()
    asyncio.run(endpoints_async())
    status()
    print("all is there")
'''

METHODS: Final = '''\
"""What there is once the methods were written."""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import assert_type

from assistants_client import (
    AsyncClient,
    AsyncPage,
    AsyncThread,
    Client,
    Page,
    RawResponse,
    Thread,
)

url = sys.argv[1]


def sync() -> None:
    with Client(base_url=url, api_key="sk-of-the-test") as client:
        thread = client.threads.archive("thread_1", reason="old")
        assert_type(thread, Thread)
        assert isinstance(thread, Thread)
        assert thread.refresh().id == "thread_1"
        page = client.threads.list(limit=2)
        assert_type(page, Page[Thread])
        assert [each.id for each in page] == ["thread_1", "thread_2", "thread_3"]
        raw = client.threads.with_raw_response.archive(thread, reason="old")
        assert_type(raw, RawResponse[Thread])
        assert raw.parse().id == "thread_1"
        with client.threads.with_streaming_response.list() as streamed:
            assert streamed.parse().data[0].id == "thread_1"
        if len(sys.argv) > 2:
            client.threads.archive("t", reason=1)  # type: ignore[arg-type]


def documented() -> None:
    with Client(base_url=url, api_key="sk-of-the-test") as client:
        threads = client.threads
        for method in (
            threads.archive,
            threads.with_raw_response.archive,
            threads.with_streaming_response.archive,
            client.with_raw_response.threads.archive,
        ):
            assert "Keeps a thread as it is" in (inspect.getdoc(method) or "")
            assert "reason: Why it is archived." in (inspect.getdoc(method) or "")
            taken = inspect.signature(method).parameters
            assert [*taken][:2] == ["thread_id", "reason"], taken
            assert taken["reason"].annotation == "str", taken


async def awaited() -> None:
    async with AsyncClient(base_url=url, api_key="sk-of-the-test") as client:
        thread = await client.threads.archive("thread_1", reason="old")
        assert_type(thread, AsyncThread)
        assert isinstance(thread, AsyncThread)
        page = await client.threads.list(limit=2)
        assert_type(page, AsyncPage[AsyncThread])
        found = [each.id async for each in client.threads.list(limit=2)]
        assert found == ["thread_1", "thread_2", "thread_3"]


if __name__ == "__main__":
    documented()
    sync()
    asyncio.run(awaited())
    print("all is there")
'''
