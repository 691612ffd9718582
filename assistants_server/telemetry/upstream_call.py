"""One request to an upstream: how long it takes, and how it ends."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ..engines.turn_events import Usage
from ..engines.upstream_errors import PassingError
from .spans import (
    CACHED_TOKENS,
    INPUT_TOKENS,
    MODEL,
    OPERATION,
    OUTPUT_TOKENS,
    PROVIDER,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

    from opentelemetry.trace import Span

    from ..address import Address
    from .metrics import Metrics
    from .spans import Attributes, Kind, Spans

# What is asked for by which path; the rest is about files.
_OPERATIONS: Final = {
    "/chat/completions": "chat",
    "/responses": "responses",
    "/embeddings": "embeddings",
    "/models": "models",
}
_FILES: Final = "files"
# What the conventions for generative AI call these.
_CONVENTIONAL: Final = {
    "chat": "chat",
    "responses": "chat",
    "embeddings": "embeddings",
}
_PORTS: Final = {"http": 80, "https": 443}
_FIRST: Final = "gen_ai.response.time_to_first_chunk"


class UpstreamCall:
    """A request to an upstream, from its beginning to the end of its response.

    Its span is never the current one: an answer is read in a generator, between whose
    steps others are at work.

    Attributes:
        headers: what the request has besides: the trace that it belongs to.
    """

    def __init__(
        self,
        metrics: Metrics | None,
        spans: Spans | None,
        path: str,
        address: Address,
        model: str,
    ) -> None:
        self.headers: dict[str, str] = {}
        self._metrics = metrics
        self._spans = spans
        self._operation = _OPERATIONS.get(path, _FILES)
        self._address = address
        self._model = model
        self._span: Span | None = None
        self._begun = 0.0
        self._has_first = False

    def __enter__(self) -> Self:
        self._begun = time.perf_counter()
        if self._spans:
            self._span = self._spans.begun(*self._described())
            self.headers = self._spans.headers(self._span)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._metrics:
            seconds = time.perf_counter() - self._begun
            self._metrics.upstream_seconds.labels(
                self._operation, _outcome(error)
            ).observe(seconds)
        if self._span and self._spans:
            if error is not None:
                self._spans.failed(self._span, type(error).__name__)
            self._span.end()

    def first(self) -> None:
        """Note that the first event is there; later ones don't count."""
        if not self._has_first:
            self._has_first = True
            seconds = time.perf_counter() - self._begun
            if self._metrics:
                self._metrics.upstream_first_seconds.labels(self._operation).observe(
                    seconds
                )
            if self._span:
                self._span.set_attribute(_FIRST, round(seconds, 6))

    def used(self, outputs: Iterable[object]) -> None:
        """Note the tokens that the upstream says it took, if outputs say them."""
        if self._span is None:
            return
        for each in outputs:
            if isinstance(each, Usage):
                self._span.set_attributes(
                    {
                        INPUT_TOKENS: each.prompt_tokens,
                        OUTPUT_TOKENS: each.completion_tokens,
                        CACHED_TOKENS: each.cached_tokens,
                    }
                )

    def _described(self) -> tuple[str, Kind, Attributes]:
        """Return the name, the kind and the attributes of its span."""
        found = urlsplit(self._address.url)
        attributes: dict[str, str | int] = {
            "server.address": found.hostname or "",
            "server.port": found.port or _PORTS.get(found.scheme, 0),
        }
        name = _CONVENTIONAL.get(self._operation)
        if name is None:
            return f"upstream {self._operation}", "client", attributes
        attributes |= {OPERATION: name, PROVIDER: self._address.provider}
        if self._model:
            attributes[MODEL] = self._model
        return f"{name} {self._model}".rstrip(), "client", attributes


def _outcome(error: BaseException | None) -> str:
    """Return how a request ended, in one of few words."""
    match error:
        case None:
            return "ok"
        case GeneratorExit() | asyncio.CancelledError():
            # Nobody reads on: the run is over, or an event said what is wrong.
            return "closed"
        case PassingError(is_limit=True):
            return "limited"
    return "failed"
