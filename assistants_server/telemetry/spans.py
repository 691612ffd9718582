"""Spans of OpenTelemetry, by its API alone: whoever wants them brings the rest.

Attributes are those of the conventions for generative AI, without the contents that
these name as a choice; of exceptions there is the type, since their texts may have
contents too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ..extras import install_command

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

Attributes: TypeAlias = Mapping[str, str | int | float | bool | list[str]]
Kind: TypeAlias = Literal["server", "client", "internal"]
OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
AGENT: Final = "gen_ai.agent.id"
CONVERSATION: Final = "gen_ai.conversation.id"
MODEL: Final = "gen_ai.request.model"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHED_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
TOOL: Final = "gen_ai.tool.name"
TOOL_KIND: Final = "gen_ai.tool.type"
CALL: Final = "gen_ai.tool.call.id"
ERROR: Final = "error.type"
RUN: Final = "assistants.run.id"
_NAME: Final = "assistants_server"


class MissingTracesError(ValueError):
    """Spans need a package that is not installed; the text says how it is."""


class Spans:
    """What makes spans; without a provider of OpenTelemetry's SDK they go nowhere."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """Prepare.

        Args:
            provider: where spans go; by default where the process has them go.

        Raises:
            MissingTracesError: OpenTelemetry's API is not installed.
        """
        try:
            from opentelemetry import trace
            from opentelemetry.trace.propagation.tracecontext import (
                TraceContextTextMapPropagator,
            )
        except ImportError as error:
            command = install_command("traces", with_path=True)
            message = f"traces need opentelemetry-api: {command}"
            raise MissingTracesError(message) from error

        self._trace = trace
        self._tracer = trace.get_tracer(_NAME, tracer_provider=provider)
        # Of W3C's trace context, and nothing that a program may have in its baggage:
        # upstreams belong to others.
        self._propagator = TraceContextTextMapPropagator()
        self._kinds = {
            "server": trace.SpanKind.SERVER,
            "client": trace.SpanKind.CLIENT,
            "internal": trace.SpanKind.INTERNAL,
        }

    def has_provider(self) -> bool:
        """Return whether spans of the process go anywhere."""
        found = self._trace.get_tracer_provider()
        return not isinstance(
            found, self._trace.ProxyTracerProvider | self._trace.NoOpTracerProvider
        )

    @contextmanager
    def current(
        self,
        name: str,
        kind: Kind,
        attributes: Attributes,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Span]:
        """Begin a span within which all others are that are begun by then.

        Args:
            name: its name.
            kind: whose side it is of.
            attributes: its attributes.
            headers: of the request that it is about, which may name another span.
        """
        parent = None if headers is None else self._propagator.extract(headers)
        with self._tracer.start_as_current_span(
            name,
            context=parent,
            kind=self._kinds[kind],
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                self.failed(span, type(error).__name__)
                raise

    def begun(self, name: str, kind: Kind, attributes: Attributes) -> Span:
        """Begin a span that doesn't become the current one, and has to be ended."""
        return self._tracer.start_span(
            name, kind=self._kinds[kind], attributes=attributes
        )

    def failed(self, span: Span, why: str) -> None:
        """Note that what a span is about has failed.

        Args:
            span: the span.
            why: a code, a status, or the name of a class: one of few.
        """
        span.set_attribute(ERROR, why)
        span.set_status(self._trace.Status(self._trace.StatusCode.ERROR))

    def headers(self, span: Span | None = None) -> dict[str, str]:
        """Return the headers by which another server continues a trace.

        Args:
            span: what goes on there; the current one by default.
        """
        carrier: dict[str, str] = {}
        span = self._trace.get_current_span() if span is None else span
        context = self._trace.set_span_in_context(span)
        self._propagator.inject(carrier, context)
        return carrier


def usage_attributes(usage: Mapping[str, Any]) -> dict[str, int]:
    """Return the attributes for the tokens of a run."""
    found = {
        INPUT_TOKENS: usage.get("prompt_tokens"),
        OUTPUT_TOKENS: usage.get("completion_tokens"),
        CACHED_TOKENS: (usage.get("prompt_token_details") or {}).get("cached_tokens"),
    }
    return {name: count for name, count in found.items() if isinstance(count, int)}
