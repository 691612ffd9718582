"""Spans of OpenTelemetry, where somebody asks for them: by its API alone.

A flow is wrapped by another one: what it sends names the span, and functions of tools
have spans of their own. Names and attributes are those of the conventions for
generative AI, without what these call contents.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from ._effects import InvokeAll, Send, Within
from ._errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

    from ._effects import Effect, Flow, Invocation

T = TypeVar("T")

_OPERATION: Final = "gen_ai.operation.name"
_TOOL: Final = "gen_ai.tool.name"
_PORTS: Final = {"http": 80, "https": 443}
_AZURE: Final = (".azure.com", ".azure.us", ".azure.cn")
# The operations that create an agent, and that begin a run.
_CREATES: Final = "assistants.create"
_BEGINS: Final = ("threads.runs.create", "threads.create_and_run")
# What of a run becomes which attribute.
_OF_RUN: Final = {
    "id": "assistants.run.id",
    "status": "assistants.run.status",
    "assistant_id": "gen_ai.agent.id",
    "thread_id": "gen_ai.conversation.id",
    "model": "gen_ai.request.model",
}
_OF_USAGE: Final = {
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
}


def traces_of(given: Any) -> Traces:
    """Return what makes spans, as a setting says it.

    Args:
        given: True, or the provider that they go to.

    Raises:
        ConfigurationError: it is neither, or OpenTelemetry's API is not installed.
    """
    if isinstance(given, Traces):
        return given
    if given is not True and not callable(getattr(given, "get_tracer", None)):
        what = type(given).__name__
        raise ConfigurationError(
            "traces must be True, False, or a TracerProvider of OpenTelemetry, not "
            f"{what}"
        )
    try:
        return Traces(None if given is True else given)
    except ImportError as error:
        raise ConfigurationError(
            "traces need opentelemetry-api: pip install 'assistants-client[traces]'"
        ) from error


class Traces:
    """What makes the spans of a client."""

    def __init__(self, provider: TracerProvider | None) -> None:
        # Whoever wants no spans pays nothing for them.
        from opentelemetry import context, trace
        from opentelemetry.trace.propagation.tracecontext import (
            TraceContextTextMapPropagator,
        )

        self._trace = trace
        self._context = context
        # Nothing that a program may have in its baggage goes to a server.
        self._propagator = TraceContextTextMapPropagator()
        self._tracer = trace.get_tracer("assistants_client", tracer_provider=provider)

    def marked(self, flow: Flow[T], context: Any = None) -> Flow[T]:
        """Return a flow that does the same, within a span.

        Args:
            flow: the flow.
            context: that of the span; the current one if not given.
        """
        try:
            effect = next(flow)
            while True:
                try:
                    result = yield from self._performed(effect, context)
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - the flow decides
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as stop:
            found: T = stop.value
            return found
        finally:
            flow.close()

    def call(self, call: Any, flow: Flow[T], base_url: str) -> Flow[T]:
        """Return the flow of a call, with a span where it is for an agent."""
        if call.trace is not None:
            # It ends with the stream, unless that is left to the caller.
            of_stream: SpanOfCall = call.trace
            return of_stream.within(flow, ends=call.unread)
        if call.stream:
            return flow
        if call.operation == _CREATES:
            return SpanOfCall(self, "create_agent", call, base_url).within(flow)
        if call.operation in _BEGINS:
            return SpanOfCall(self, "invoke_agent", call, base_url).within(flow)
        return flow

    def run(self, call: Any, base_url: str) -> SpanOfCall:
        """Return the span of what follows a run that a call begins, or finds."""
        return SpanOfCall(self, "invoke_agent", call, base_url)

    def begin(self, name: str, attributes: Mapping[str, Any]) -> tuple[Span, Any]:
        """Begin a span whose other side is the server; return its context, too."""
        span = self._tracer.start_span(
            name, kind=self._trace.SpanKind.CLIENT, attributes=attributes
        )
        return span, self._trace.set_span_in_context(span)

    def failed(self, span: Span, why: str) -> None:
        """Note that what a span is about failed, without what the error says."""
        span.set_attribute("error.type", why)
        span.set_status(self._trace.Status(self._trace.StatusCode.ERROR))

    def _performed(self, effect: Effect, context: Any) -> Flow[Any]:
        """Have an effect performed within a span."""
        if type(effect) not in (Send, InvokeAll, Within):
            return (yield effect)
        effect = self._in_trace(effect, context)
        if context is None:
            return (yield effect)
        # Whatever else makes spans in there, such as the HTTP library, finds this one.
        token = self._context.attach(context)
        try:
            return (yield effect)
        finally:
            self._context.detach(token)

    def _in_trace(self, effect: Effect, context: Any) -> Effect:
        """Return an effect that names a span, and observes the tools that it calls."""
        match effect:
            case Within(inner, seconds):
                return Within(self._in_trace(inner, context), seconds)
            case Send(request):
                names: dict[str, str] = {}
                self._propagator.inject(names, context)
                # Others have the same, so these are a copy, which shows no key either.
                headers: Any = copy(request.headers)
                for name, value in names.items():
                    headers.setdefault(name, value)
                return Send(request.replaced(headers=headers))
            case InvokeAll(invocations):
                return InvokeAll(tuple(map(self._observed, invocations)))
        return effect

    def _observed(self, invocation: Invocation) -> Invocation:
        """Return an invocation with a span of its own, if it is one of a tool."""
        if not invocation.tool:
            return invocation
        function = invocation.function
        attributes = {
            _OPERATION: "execute_tool",
            _TOOL: invocation.tool,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": invocation.call_id,
        }

        def within() -> Any:
            return self._tracer.start_as_current_span(
                f"execute_tool {invocation.tool}",
                attributes=attributes,
                end_on_exit=False,
                record_exception=False,
                set_status_on_exception=False,
            )

        async def finished(found: Any, span: Span) -> Any:
            with self._ending(span), self._trace.use_span(span):
                return await found

        def observed() -> Any:
            with within() as span, self._ending(span) as ending:
                found = function()
                if not inspect.isawaitable(found):
                    return found
                ending.later = True
                return finished(found, span)

        async def observed_async() -> Any:
            return await observed()

        is_async = inspect.iscoroutinefunction(function)
        # Without its name: a flow within another one is not to observe it twice.
        own = observed_async if is_async else observed
        return invocation.of(own, tool="", call_id=invocation.call_id)

    def _ending(self, span: Span) -> _Ending:
        return _Ending(self, span)


class _Ending:
    """Ends a span, and notes whether it failed.

    Attributes:
        later: whether it doesn't end here.
    """

    def __init__(self, traces: Traces, span: Span) -> None:
        self.later = False
        self._traces = traces
        self._span = span

    def __enter__(self) -> _Ending:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, _: object) -> None:
        if error is not None:
            self._traces.failed(self._span, type(error).__name__)
        if not self.later:
            self._span.end()


class SpanOfCall:
    """The span of a call, or of all that follows a run."""

    def __init__(self, traces: Traces, name: str, call: Any, base_url: str) -> None:
        """Prepare; it begins when something is sent.

        Args:
            traces: what makes spans.
            name: the operation, as the conventions call it.
            call: the call.
            base_url: where the server is.
        """
        self._traces = traces
        self._name = name
        self._call = call
        self._base_url = base_url
        self._span: Span | None = None
        self._context: Any = None
        self._is_over = False

    def within(self, flow: Flow[T], *, ends: bool = True) -> Flow[T]:
        """Return a flow that does the same, within the span.

        Args:
            flow: the flow of the call.
            ends: whether the span ends with it; where not, `following` ends it.
        """
        self._begin()
        try:
            found = yield from self._traces.marked(flow, self._context)
        except BaseException as error:
            self.end(getattr(error, "run", None), error)
            raise
        if ends:
            self.end(found)
        return found

    def following(self, flow: Flow[T], run: Callable[[], Any]) -> Flow[T]:
        """Return a flow that does the same, and ends the span that has begun.

        Args:
            flow: follows a run.
            run: returns the run as far as it is known.
        """
        try:
            found = yield from self._traces.marked(flow, self._context)
        except GeneratorExit:
            self.end(run())
            raise
        except BaseException as error:
            self.end(run(), error)
            raise
        self.end(run())
        return found

    def end(self, found: Any = None, error: BaseException | None = None) -> None:
        """End the span, with what became of it; do nothing the second time."""
        span = self._span
        if span is None or self._is_over:
            return
        self._is_over = True
        # Whatever a server sent, it must not end what goes on without spans.
        with suppress(Exception):
            self._describe(span, found)
        if error is not None:
            self._traces.failed(span, type(error).__name__)
        span.end()

    def __del__(self) -> None:
        # At the end of the interpreter, what ending needs may be gone.
        with suppress(Exception):
            self.end()

    def _begin(self) -> None:
        parts = urlsplit(self._base_url)
        host = parts.hostname or ""
        provider = "azure.ai.openai" if host.endswith(_AZURE) else "openai"
        attributes: dict[str, Any] = {
            _OPERATION: self._name,
            "gen_ai.provider.name": provider,
            "server.address": host,
            "server.port": parts.port or _PORTS.get(parts.scheme, 0),
        }
        body = self._call.body
        given = {**self._call.ids, **(body if isinstance(body, dict) else {})}
        for key in ("assistant_id", "thread_id", "model"):
            if isinstance(given.get(key), str):
                attributes[_OF_RUN[key]] = given[key]
        if isinstance(given.get("run_id"), str):
            attributes[_OF_RUN["id"]] = given["run_id"]
        agent = given.get("name") if self._name == "create_agent" else None
        name = self._name
        if isinstance(agent, str) and agent:
            attributes["gen_ai.agent.name"] = agent
            name = f"{self._name} {agent}"
        self._span, self._context = self._traces.begin(name, attributes)

    def _describe(self, span: Span, found: Any) -> None:
        """Say what the response is: an agent, or a run as it is then."""
        call = getattr(found, "call", None)
        if call is not None:
            found = None if call.unread or call.stream else found.json()
        facts = _Facts(found)
        if self._name == "create_agent":
            if isinstance(facts["id"], str):
                span.set_attribute(_OF_RUN["assistant_id"], facts["id"])
            return
        for key, attribute in _OF_RUN.items():
            if isinstance(facts[key], str):
                span.set_attribute(attribute, facts[key])
        usage = _Facts(facts["usage"])
        for key, attribute in _OF_USAGE.items():
            if isinstance(usage[key], int):
                span.set_attribute(attribute, usage[key])
        if facts["status"] == "failed":
            code = _Facts(facts["last_error"])["code"]
            self._traces.failed(span, code if isinstance(code, str) else "failed")


class _Facts:
    """The properties of an object of the API, be it a model or JSON data."""

    def __init__(self, found: Any) -> None:
        self._found = found

    def __getitem__(self, name: str) -> Any:
        if isinstance(self._found, Mapping):
            return self._found.get(name)
        return getattr(self._found, name, None)
