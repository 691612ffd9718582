"""The layers around the application, in the order in which requests meet them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..faults import HEADER, FaultMiddleware
from ..http.targets import Targets
from ..page import Page
from ..telemetry.health import Health, Readiness
from ..telemetry.requests import RequestTelemetry
from .admission import Admission, FaultHeaders
from .metrics_page import ForAdmins, MetricsPage
from .rate_limits import RateLimits
from .request_log import RequestLog

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from ..app import App
    from ..execution.scheduler import Scheduler
    from ..faults import Faults
    from ..http.connections import Connections
    from ..keys import KeyRing
    from ..settings import Settings
    from ..store import Store
    from ..telemetry.instruments import Instruments


@dataclass(frozen=True)
class Layers:
    """The application with all layers around it.

    Attributes:
        asgi: the outermost one.
        request_log: the last requests.
    """

    asgi: ASGIApp
    request_log: RequestLog


def layers_around(
    app: App,
    *,
    store: Store,
    scheduler: Scheduler,
    settings: Settings,
    keys: KeyRing,
    faults: Faults,
    connections: Connections,
    instruments: Instruments,
    metrics_port: int | None,
) -> Layers:
    """Put all layers around an application.

    Args:
        app: the application.
        store: what has to be there, and has the limits of keys.
        scheduler: says whether the server stops.
        settings: who is let in, and whether there is a page.
        keys: the keys by which clients are let in.
        faults: the faults that are set.
        connections: the connections of the server.
        instruments: what measures.
        metrics_port: the port of metrics, if they have one.
    """
    faulty = FaultMiddleware(
        app.asgi(),
        faults=faults,
        connections=connections,
        operation_of=app.operation_of,
    )
    obeying = FaultHeaders(faulty, HEADER, settings)
    limited = RateLimits(obeying, store)
    admission = Admission(limited, settings, keys)
    measured = RequestTelemetry(admission, instruments)
    request_log = RequestLog(measured, operation_of=app.operation_of)
    readiness = Readiness(
        lambda: store.perform(store.check),
        lambda: scheduler.is_closing,
    )
    metrics = MetricsPage(instruments.metrics)
    health = Health(
        Page(request_log) if settings.page else request_log,
        readiness,
        metrics,
        Admission(ForAdmins(metrics), settings, keys),
        metrics_port,
    )
    return Layers(Targets(health), request_log)
