"""Spans as an exporter gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter,
)

from tests.server.api import until

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan


class Exported:
    """Where spans go.

    Attributes:
        provider: makes them go here.
    """

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def spans(self) -> list[ReadableSpan]:
        """Return those that have ended, in this order."""
        return [*self._exporter.get_finished_spans()]

    @property
    def text(self) -> str:
        """Return all that is said in them."""
        return "\n".join(span.to_json() for span in self.spans)

    def named(self, name: str) -> list[ReadableSpan]:
        """Return those with a name."""
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        """Return the span with a name, when it has ended; there is one alone."""
        until(lambda: self.named(name), f"a span named {name}")
        (found,) = self.named(name)
        return found


def attributes(span: ReadableSpan) -> dict[str, Any]:
    """Return the attributes of a span."""
    return dict(span.attributes or {})


def is_within(span: ReadableSpan, outer: ReadableSpan) -> bool:
    """Return whether a span is a child of another one."""
    assert span.context is not None
    assert outer.context is not None
    return (
        span.parent is not None
        and span.parent.span_id == outer.context.span_id
        and span.context.trace_id == outer.context.trace_id
    )


@pytest.fixture
def exported() -> Exported:
    """Provide a place where spans go."""
    return Exported()
