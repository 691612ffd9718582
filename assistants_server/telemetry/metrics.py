"""Metrics, as Prometheus reads them: what they are called, and what they count.

All labels have few values, whatever clients send: no ids, no paths, no names of models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from ..extras import install_command

if TYPE_CHECKING:
    from prometheus_client import Metric

Counts = Callable[[], Mapping[str, int]]
OTHER: Final = "other"
"""The operation of requests that are for none."""
_REQUEST: Final = ("operation", "status")
_ENDS: Final = ("completed", "failed", "cancelled", "expired", "incomplete")
# Seconds: requests, and what models take their time for.
_QUICK: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_SLOW: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 600)


class MissingMetricsError(ValueError):
    """Metrics need a package that is not installed; the text says how it is."""


def are_installed() -> bool:
    """Return whether what metrics are made with is installed."""
    return find_spec("prometheus_client") is not None


def how_to_install(*, with_path: bool = False) -> str:
    """Return what to do where it isn't."""
    command = install_command("metrics", with_path=with_path)
    return f"metrics need prometheus-client: {command}"


class Metrics:
    """The metrics of one server."""

    def __init__(self) -> None:
        """Make them, all at nothing.

        Raises:
            MissingMetricsError: the package that they are made with is not installed.
        """
        if not are_installed():
            raise MissingMetricsError(how_to_install(with_path=True))
        # It takes some 50 ms, and whoever embeds the server may not have it.
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            PlatformCollector,
            ProcessCollector,
        )

        self._registry = registry = CollectorRegistry()
        self._watched: list[_Watched] = []
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"assistants_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"assistants_{name}", text, registry=registry)

        def seconds(
            name: str, text: str, *labels: str, buckets: tuple[float, ...] = _SLOW
        ) -> Histogram:
            return Histogram(
                f"assistants_{name}_seconds",
                text,
                labels,
                buckets=buckets,
                registry=registry,
            )

        self.requests = counter(
            "requests_total", "Requests, by their operation and status.", *_REQUEST
        )
        self.request_seconds = seconds(
            "request_duration",
            "Seconds from a request to the beginning of its response.",
            "operation",
            buckets=_QUICK,
        )
        self.streams = gauge("streams_open", "Responses that are streams of events.")
        self.runs_started = counter("runs_started_total", "Runs that were created.")
        self.runs_ended = counter(
            "runs_ended_total", "Runs that came to their end, by how.", "status"
        )
        self.run_seconds = seconds(
            "run_duration", "Seconds from the creation of a run to its end."
        )
        self.tokens = counter(
            "tokens_total",
            "Tokens of the runs that ended, as models say or by estimate.",
            "kind",
        )
        self.turns = gauge("turns_in_progress", "Turns of engines that go on.")
        self.turns_waiting = gauge(
            "turns_waiting", "Runs that wait for another turn to end."
        )
        self.wait_seconds = seconds(
            "turn_wait", "Seconds that a run waited for its turn.", buckets=_QUICK
        )
        self.turn_seconds = seconds(
            "turn_duration", "Seconds that a turn of the engine took.", "outcome"
        )
        self.upstream_seconds = seconds(
            "upstream_duration",
            "Seconds from a request to an upstream to the end of its response.",
            *("operation", "outcome"),
        )
        self.upstream_first_seconds = seconds(
            "upstream_first_event",
            "Seconds from a request to an upstream to the first event of its stream.",
            "operation",
        )

        for status in _ENDS:
            self.runs_ended.labels(status)
        for outcome in ("completed", "failed", "incomplete", "over"):
            self.turn_seconds.labels(outcome)
        for kind in ("prompt", "completion", "cached"):
            self.tokens.labels(kind)

    def watch(
        self, name: str, text: str, counts: Counts, *, label: str | None = None
    ) -> None:
        """Add a gauge that is counted when `look` is called.

        Args:
            name: its name.
            text: what it is.
            counts: returns the values, by those of the label.
            label: the name of the label; without one there is one value, of "".
        """
        watched = _Watched(f"assistants_{name}", text, counts, label)
        self._watched.append(watched)
        self._registry.register(watched)

    def look(self) -> None:
        """Count what is watched; where it is changed, such as on an event loop."""
        for each in self._watched:
            each.look()

    def shown(self, accept: str) -> tuple[bytes, str]:
        """Return all of them as text, and its media type; it may take some 30 ms.

        Args:
            accept: the media types that are wanted: what an Accept header says.
        """
        from prometheus_client.exposition import choose_encoder

        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


class _Watched:
    """A gauge whose values are looked up from time to time."""

    def __init__(self, name: str, text: str, counts: Counts, label: str | None) -> None:
        self._name = name
        self._text = text
        self._counts = counts
        self._label = label
        self._found: Mapping[str, int] = {}

    def look(self) -> None:
        """Look the values up."""
        self._found = self._counts()

    def describe(self) -> Iterator[Metric]:
        yield self._family()

    def collect(self) -> Iterator[Metric]:
        family: Any = self._family()
        for value, count in self._found.items():
            family.add_metric([value] if self._label else [], count)
        yield family

    def _family(self) -> Metric:
        from prometheus_client.core import GaugeMetricFamily

        labels = [self._label] if self._label else []
        return GaugeMetricFamily(self._name, self._text, labels=labels)
