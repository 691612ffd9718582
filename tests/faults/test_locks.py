"""A thread that is interrupted behind any instruction leaves no lock taken."""

from __future__ import annotations

import ctypes
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import assistants_api.client
import assistants_client
from assistants_client._effects import Invocation
from assistants_client._redaction import Secrets
from assistants_client._tool_ledger import ToolLedger
from assistants_client._transport.concurrency import _Job, _Workers
from assistants_client.objects.runs import Run
from assistants_client.resources._overall_progress import OverallProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

# Instructions of these are counted, not those of the standard library.
OURS = tuple(
    str(Path(each.__file__ or "").parent)
    for each in (assistants_client, assistants_api.client)
)
# Begins to trace, by a function that is called before each instruction, or ends it.
TRACE: Any
if sys.version_info >= (3, 12):
    ID, INSTRUCTION = sys.monitoring.DEBUGGER_ID, sys.monitoring.events.INSTRUCTION
    TRACE = partial(sys.monitoring.register_callback, ID, INSTRUCTION)
else:
    TRACE = sys.settrace
# A function that traces, and has the interpreter find an interruption where it looks
# for some the next time. One that is written in Python would find it itself.
ARGUMENTS = 2 if sys.version_info >= (3, 12) else 3
TRIP: Any = partial(
    ctypes.PYFUNCTYPE(None, ctypes.c_int, *[ctypes.py_object] * ARGUMENTS)(
        ("PyErr_SetInterruptEx", ctypes.pythonapi)
    ),
    signal.SIGINT,
)


class Tracer:
    """Interrupts this thread behind so many instructions of our code."""

    def __init__(self, instructions: int) -> None:
        self.left = instructions

    if sys.version_info >= (3, 12):

        def __call__(self, *_: object) -> None:
            self.left -= 1
            if self.left <= 0:
                TRACE(TRIP)

    else:

        def __call__(self, frame: FrameType, event: str, _: object) -> Any:
            if event == "call":
                frame.f_trace_opcodes = frame.f_code.co_filename.startswith(OURS)
            elif event == "opcode":
                self.left -= 1
            return self if self.left > 0 else TRIP


@contextmanager
def traceable() -> Iterator[None]:
    """Have instructions of our code traced, in functions that are called once more."""
    if sys.version_info >= (3, 12):
        monitoring, seen = sys.monitoring, []

        def trace(code: CodeType, _: int) -> object:
            if code.co_filename.startswith(OURS):
                seen.append(code)
                monitoring.set_local_events(ID, code, INSTRUCTION)
            return monitoring.DISABLE

        monitoring.use_tool_id(ID, "interruptions")
        monitoring.register_callback(ID, monitoring.events.PY_START, trace)
        monitoring.set_events(ID, monitoring.events.PY_START)
        monitoring.restart_events()
        yield
        monitoring.set_events(ID, 0)
        for code in seen:
            monitoring.set_local_events(ID, code, 0)
        monitoring.free_tool_id(ID)
    else:
        tracing = sys.gettrace()
        yield
        sys.settrace(tracing)


def interrupt(*_: object) -> None:
    # Once is enough.
    TRACE(None)
    raise KeyboardInterrupt


@pytest.fixture
def is_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[Callable[[], object], int], bool]]:
    def call(action: Callable[[], object], instructions: int) -> bool:
        tracer = Tracer(instructions)
        with suppress(KeyboardInterrupt):
            TRACE(tracer)
            action()
            TRACE(None)
        return tracer.left <= 0

    # What is interrupted in a destructor is told there.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    before = signal.signal(signal.SIGINT, interrupt)
    with traceable():
        yield call
    signal.signal(signal.SIGINT, before)


def claim() -> tuple[Any, Callable[[], object]]:
    ledger = ToolLedger()
    return ledger._lock, lambda: ledger.claim(["call_1"])


def learn() -> tuple[Any, Callable[[], object]]:
    secrets = Secrets()
    return secrets._lock, lambda: secrets.learn("a secret of its own")


def tell() -> tuple[Any, Callable[[], object]]:
    overall = OverallProgress(lambda *_: None, 2)
    note: Any = overall.of(1)
    return overall._lock, lambda: note(5, None)


def remember() -> tuple[Any, Callable[[], object]]:
    run = Run.from_dict({"id": "run_1"})
    return Run._lock, lambda: run._ledger


def connect() -> tuple[Any, Callable[[], object]]:
    class Made:
        is_closed = False

    pool = assistants_api.client._Pool({})
    return pool.lock, lambda: pool.made("sync", Made)


def wait() -> tuple[Any, Callable[[], object]]:
    job = _Job(Invocation(lambda: None), None)
    workers = _Workers([job], [job])
    return workers._lock, lambda: workers.wait(None)


@pytest.mark.parametrize("kind", [claim, learn, tell, remember, connect, wait])
def test_an_interrupted_thread_leaves_no_lock_taken(
    kind: Callable[[], tuple[Any, Callable[[], object]]], is_interrupted: Any
) -> None:
    # What is kept for the next time is made.
    kind()[1]()
    with ThreadPoolExecutor(1) as other:
        instructions, was_interrupted = 0, True
        while was_interrupted:
            instructions += 1
            lock, action = kind()
            was_interrupted = is_interrupted(action, instructions)
            # Somebody else can have it, soon at least.
            assert other.submit(lock.acquire, timeout=20.0).result()
            other.submit(lock.release).result()
    assert instructions > 10
