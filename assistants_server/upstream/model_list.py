"""The models of an upstream, as it lists them when the server starts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .._model_api import ApiError, list_models, models
from ..engines.upstream_errors import UpstreamError
from .connection import Connection
from .values import text_of, those_of

if TYPE_CHECKING:
    from .model_names import ModelNames

_SECONDS: Final = 15.0
_SHOWN: Final = 10
_NOT_FOUND: Final = "answered 404"
_VERSION: Final = "/v1"


def listed(connection: Connection, names: ModelNames) -> list[str] | None:
    """Return the names of the upstream's models; None where it doesn't list them.

    Args:
        connection: the connection to the upstream; what it has open is closed.
        names: the table, whose models have to be there.

    Raises:
        UpstreamError: it can't be reached, refuses, lacks a model of the table, or has
            its API at another URL.
    """
    found = _listed(connection)
    if found is None:
        _look_elsewhere(connection)
        return None
    lacking = [name for name in names.new if name not in found]
    if found and lacking:
        raise UpstreamError(
            f"{connection.name} has no {', '.join(lacking)}; it has {_some(found)}."
        )
    return found


def _listed(connection: Connection) -> list[str] | None:
    request = list_models.build_request()
    try:
        sent = connection.send(request, seconds=_SECONDS, tries=1)
        answer = list_models.parse_response(sent)
    except ApiError:
        # Web pages that answer to any path are no list.
        return None
    except UpstreamError as error:
        if _NOT_FOUND in str(error):
            return None
        raise
    finally:
        # Turns have connections of their own.
        connection.close()
    data = getattr(answer, "data", None)
    if not isinstance(data, list):
        return None
    return [
        name
        for each in those_of(data, models.ModelSchema)
        if (name := text_of(each.id))
    ]


def _look_elsewhere(connection: Connection) -> None:
    """Raise where the API is, if the URL only lacks the end that nearly all have."""
    address = connection.address
    url = address.url.rstrip("/")
    if url.endswith(_VERSION):
        return
    below = replace(address, url=f"{url}{_VERSION}")
    try:
        found = _listed(Connection(below, connection.name))
    except UpstreamError:
        return
    if found is not None:
        raise UpstreamError(
            f"{connection.name} has its models at {below.url}, not at {url}; "
            "name that as its URL."
        )


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
