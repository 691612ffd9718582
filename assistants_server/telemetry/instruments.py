"""What measures: each event of the server goes into metrics, spans and the log."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from . import ids
from .spans import (
    AGENT,
    CALL,
    CONVERSATION,
    MODEL,
    OPERATION,
    PROVIDER,
    RUN,
    TOOL,
    TOOL_KIND,
    usage_attributes,
)
from .upstream_call import UpstreamCall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from opentelemetry.trace import Span

    from ..address import Address
    from .metrics import Metrics
    from .spans import Spans

JSON = dict[str, Any]
_FLAVOUR: Final = "openai"
_log = logging.getLogger("assistants_server")
# The span of the run that the current task carries on.
_run_span: ContextVar[Span | None] = ContextVar("run_span", default=None)


class Took:
    """What is measured, and how it ended.

    Attributes:
        outcome: how it ended, in one of few words; it was interrupted until then.
    """

    def __init__(self) -> None:
        self.outcome = "over"


class Instruments:
    """What measures in one server; each half may be missing.

    Attributes:
        metrics: the metrics, where anybody can ask for them.
        spans: what makes spans, where somebody wants them.
    """

    def __init__(
        self, metrics: Metrics | None = None, spans: Spans | None = None
    ) -> None:
        self.metrics = metrics
        self.spans = spans

    def run_started(self, run: JSON) -> None:
        """Note that a run was created."""
        if self.metrics:
            self.metrics.runs_started.inc()
        _told("run created", run, "queued")

    def run_ended(self, run: JSON) -> None:
        """Note that a run came to its end, which the store knows."""
        usage = run["usage"] or {}
        seconds = max(time.time() - run["created_at"], 0.0)
        if self.metrics:
            self.metrics.runs_ended.labels(run["status"]).inc()
            self.metrics.run_seconds.observe(seconds)
            for kind, count in _tokens(usage).items():
                self.metrics.tokens.labels(kind).inc(count)
        span = _run_span.get()
        if span and self.spans:
            span.set_attributes(usage_attributes(usage))
            span.set_attribute("assistants.run.status", run["status"])
            if run["status"] == "failed":
                self.spans.failed(span, (run["last_error"] or {}).get("code") or "_")
        _told("run ended", run, run["status"], seconds=round(seconds, 3))

    @contextmanager
    def run(self, id: str, trace: Mapping[str, str] | None = None) -> Iterator[None]:
        """Carry on a run: what is logged within has its id.

        Args:
            id: the run's id.
            trace: the headers that name the span in which it was created, on whatever
                server; the current one without them.
        """
        ids.run_id.set(id)
        if not self.spans:
            yield
            return
        begun = {OPERATION: "invoke_agent", PROVIDER: _FLAVOUR, RUN: id}
        with self.spans.current(
            "invoke_agent", "internal", begun, headers=trace or None
        ) as span:
            _run_span.set(span)
            yield

    def run_found(self, run: JSON) -> None:
        """Note what run the current task carries on."""
        span = _run_span.get()
        if span:
            span.set_attributes(
                {
                    AGENT: run["assistant_id"],
                    CONVERSATION: run["thread_id"],
                    MODEL: run["model"],
                }
            )

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait for one's turn."""
        if not self.metrics:
            yield
            return
        begun = time.perf_counter()
        self.metrics.turns_waiting.inc()
        try:
            yield
        finally:
            self.metrics.turns_waiting.dec()
            self.metrics.wait_seconds.observe(time.perf_counter() - begun)

    @contextmanager
    def turn(self, run: JSON, number: int) -> Iterator[Took]:
        """Take a turn; its caller says how it ended.

        Args:
            run: the run.
            number: which turn of the run it is, from 0.
        """
        took = Took()
        begun = time.perf_counter()
        with ExitStack() as stack:
            span: Span | None = None
            if self.metrics:
                self.metrics.turns.inc()
            if self.spans:
                attributes = {RUN: run["id"], "assistants.turn.number": number}
                span = stack.enter_context(
                    self.spans.current("turn", "internal", attributes)
                )
            try:
                yield took
            finally:
                if self.metrics:
                    self.metrics.turns.dec()
                    seconds = time.perf_counter() - begun
                    self.metrics.turn_seconds.labels(took.outcome).observe(seconds)
                if span and self.spans:
                    span.set_attribute("assistants.turn.outcome", took.outcome)
                    if took.outcome == "failed":
                        self.spans.failed(span, "failed")

    @contextmanager
    def tool(self, name: str, run: JSON) -> Iterator[None]:
        """Use a tool of the server's own."""
        if not self.spans:
            yield
            return
        attributes = {
            OPERATION: "execute_tool",
            TOOL: name,
            TOOL_KIND: "datastore",
            RUN: run["id"],
        }
        with self.spans.current(f"execute_tool {name}", "internal", attributes):
            yield

    @contextmanager
    def calls(self, run: str, calls: Sequence[JSON]) -> Iterator[None]:
        """Wait for the outputs of functions, which a client calls meanwhile.

        Args:
            run: the run's id.
            calls: the calls, as the API has them.
        """
        if not self.spans:
            yield
            return
        begun = []
        for call in calls:
            name = call["function"]["name"]
            attributes = {
                OPERATION: "execute_tool",
                TOOL: name,
                TOOL_KIND: "function",
                CALL: call["id"],
                RUN: run,
            }
            begun.append(
                self.spans.begun(f"execute_tool {name}", "internal", attributes)
            )
        try:
            yield
        except BaseException as error:
            for span in begun:
                self.spans.failed(span, _why(error))
            raise
        finally:
            for span in begun:
                span.end()

    def upstream(self, path: str, address: Address, model: str = "") -> UpstreamCall:
        """Return what measures one request to an upstream.

        Args:
            path: the path of the operation.
            address: where the upstream is.
            model: the model that is asked, if one is.
        """
        return UpstreamCall(self.metrics, self.spans, path, address, model)

    def trace(self) -> dict[str, str]:
        """Return the headers that name the current span; none without one."""
        return self.spans.headers() if self.spans else {}


def _told(what: str, run: JSON, status: str, **more: Any) -> None:
    if _log.isEnabledFor(logging.INFO):
        fields = {"run_id": run["id"], "thread_id": run["thread_id"], "status": status}
        _log.info("%s", what, extra={"fields": {**fields, **more}})


def _tokens(usage: Mapping[str, Any]) -> dict[str, int]:
    cached = (usage.get("prompt_token_details") or {}).get("cached_tokens", 0)
    found = {
        "prompt": usage.get("prompt_tokens", 0),
        "completion": usage.get("completion_tokens", 0),
        "cached": cached,
    }
    return {kind: count for kind, count in found.items() if count}


def _why(error: BaseException) -> str:
    over = isinstance(error, asyncio.CancelledError)
    return "cancelled" if over else type(error).__name__


_NONE = Instruments()
_instruments: ContextVar[Instruments] = ContextVar("instruments", default=_NONE)


def instruments() -> Instruments:
    """Return what measures in the server of the current task; nothing without one."""
    return _instruments.get()


def install(used: Instruments) -> None:
    """Use instruments in this task, and in all that are begun by it from now on."""
    _instruments.set(used)
