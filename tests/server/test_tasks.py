"""What goes on beside the requests comes to an end with the server."""

from __future__ import annotations

import asyncio

import pytest

from assistants_server.library.tasks import Tasks
from assistants_server.quiet_log import QuietLog

pytestmark = pytest.mark.storeless


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.01, ["work cancelled", "deletion done"]),
        (60.0, ["work cancelled", "deletion cancelled"]),
    ],
)
def test_deletions_have_some_time_and_all_else_is_cancelled(
    monkeypatch: pytest.MonkeyPatch, seconds: float, expected: list[str]
) -> None:
    monkeypatch.setattr("assistants_server.library.tasks._GRACE", 0.2)
    ended: list[str] = []

    async def go_on(name: str, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            ended.append(f"{name} done")
        except asyncio.CancelledError:
            ended.append(f"{name} cancelled")
            raise

    async def begin_and_end() -> None:
        tasks = Tasks(QuietLog())
        tasks.begin(go_on("work", 60))
        tasks.begin_deletion(go_on("deletion", seconds))
        await asyncio.sleep(0)
        assert not tasks.are_ending
        await tasks.end()
        assert tasks.are_ending

    asyncio.run(begin_and_end())
    assert ended == expected


@pytest.mark.parametrize("is_late", [False, True])
def test_what_fails_is_logged_until_the_end(
    caplog: pytest.LogCaptureFixture, is_late: bool
) -> None:
    async def fail() -> None:
        await asyncio.sleep(0.01)
        raise OSError("the disk is full")

    async def begin_and_end() -> None:
        tasks = Tasks(QuietLog())
        tasks.begin_deletion(fail())
        await asyncio.sleep(0 if is_late else 0.1)
        await tasks.end()

    asyncio.run(begin_and_end())
    said = [record.getMessage() for record in caplog.records]
    assert said == ([] if is_late else ["work on the index failed: the disk is full"])
