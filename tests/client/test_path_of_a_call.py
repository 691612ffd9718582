"""A plain call passes through few of our files, so that a reader can follow it."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from assistants_api import models
from assistants_client import Client
from assistants_client._json import CODEC

if TYPE_CHECKING:
    from types import FrameType

MOST = 18
ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(
    str(ROOT / each) for each in ("assistants_client", "generated/assistants_api")
)
RUN: dict[str, Any] = {
    # A server that leaves properties out has them read in another file.
    **dict.fromkeys(models.RunObjectDict.__annotations__),
    "id": "run_1",
    "object": "thread.run",
    "thread_id": "thread_1",
    "status": "completed",
    "tools": [],
    "created_at": 1,
}


def answer(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=RUN)


def test_a_plain_call_touches_few_files() -> None:
    touched: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        name = frame.f_code.co_filename
        # To make an object is no step on the way, whichever kind of class it is of.
        is_step = event == "call" and frame.f_code.co_name != "__init__"
        if is_step and name.startswith(OURS):
            touched.add(str(Path(name).relative_to(ROOT)))

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        Client(
            base_url="http://127.0.0.1:1/v1", api_key="none-12", http_client=http
        ) as client,
    ):
        # The first call imports and caches; JSON is read by msgspec after some of it.
        CODEC.use_msgspec()
        client.threads.runs.retrieve("run_1", thread_id="thread_1")
        # What other tests left behind is no part of the call.
        gc.collect()
        gc.disable()
        sys.setprofile(note)
        try:
            run = client.threads.runs.retrieve("run_1", thread_id="thread_1")
        finally:
            sys.setprofile(None)
            gc.enable()
    assert run.id == "run_1"
    assert "assistants_client/_flows/call.py" in touched
    assert len(touched) <= MOST, "\n".join(sorted(touched))
