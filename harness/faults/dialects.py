"""The servers that the wild one can play, each by what it does differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from harness.faults import delivery
from harness.faults.responses import ApiResponse
from harness.faults.verdicts import RESULT, Expected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeAlias

    from harness.faults.delivery import Delivery
    from harness.faults.operations import Form
    from harness.faults.responses import ApiRequest

    Rewrite: TypeAlias = Callable[[ApiRequest, ApiResponse], ApiResponse]
    Judge: TypeAlias = Callable[[Form], Expected]


@frozen
class Dialect:
    """A way to answer.

    Attributes:
        name: what it is called.
        group: what it is an example of.
        rewrite: makes it of the right answer.
        deliver: sends it.
        judge: says what has to come of a call.
        is_slow: whether the client is to lose patience.
        ends_never: whether a wait for a run may have no end.
        place: where it is to be had: "" on the usual port, "deaf" or "refusing".
        azure: whether the client is one for Azure.
    """

    name: str
    group: str
    rewrite: Rewrite = lambda request, response: response
    deliver: Delivery = delivery.plain
    judge: Judge = lambda form: RESULT
    is_slow: bool = False
    ends_never: bool = False
    place: str = ""
    azure: bool = False


def both(*rewrites: Rewrite) -> Rewrite:
    """Do one after the other."""

    def rewrite(request: ApiRequest, response: ApiResponse) -> ApiResponse:
        for each in rewrites:
            response = each(request, response)
        return response

    return rewrite


def each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Rewrite:
    """Change all objects."""
    return lambda request, response: response.each(change)


def listed(change: Callable[[ApiRequest, dict[str, Any]], Any]) -> Rewrite:
    """Change lists only."""

    def rewrite(request: ApiRequest, response: ApiResponse) -> ApiResponse:
        is_list = request.method == "GET" and request.item is None
        return (
            evolve(response, value=change(request, response.value))
            if is_list
            else response
        )

    return rewrite


def dialects() -> dict[str, Dialect]:
    # They are made with what stands above.
    from harness.faults import error_bodies, known_servers, violations

    found: Iterable[Dialect] = (
        Dialect("plain", "plain"),
        *known_servers.DIALECTS,
        *error_bodies.DIALECTS,
        *violations.DIALECTS,
    )
    named: dict[str, Dialect] = {}
    for dialect in found:
        assert dialect.name not in named, dialect.name
        named[dialect.name] = dialect
    return named
