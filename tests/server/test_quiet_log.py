"""A log that doesn't grow by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assistants_server.quiet_log import QuietLog
from assistants_server.store import StoreError

if TYPE_CHECKING:
    import pytest


def test_the_same_is_said_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    quiet = QuietLog()
    for _ in range(3):
        for _ in range(100):
            quiet.error("the disk", OSError("full"))
            quiet.error("the index", OSError("full"), traceback=False)
        now += 61
    said = [each.getMessage() for each in caplog.records]
    assert said == ["the disk: full", "the index: full"] * 3


def test_where_is_said_unless_the_error_says_enough(
    caplog: pytest.LogCaptureFixture,
) -> None:
    quiet = QuietLog()
    quiet.error("the disk", OSError("full"))
    quiet.error("the store", StoreError("is away"))
    assert [bool(each.exc_info) for each in caplog.records] == [True, False]
