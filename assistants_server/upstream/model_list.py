"""The models of an upstream, as it lists them when the server starts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .._model_api import ApiError, list_models, models
from ..engines.upstream_errors import UpstreamError
from .connection import Connection
from .values import text_of, those_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..address import Address
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
    if found and (lacking := lacking_of(names, found, connection.address)):
        raise UpstreamError(
            f"{connection.name} has no {', '.join(lacking)}; it has {_some(found)}."
        )
    return found


def lacking_of(
    names: ModelNames, found: Collection[str], address: Address
) -> list[str]:
    """Return the models of a table that a server doesn't have.

    Args:
        names: the table.
        found: the models that it lists.
        address: where it is.
    """
    if address.provider != "openai":
        # Azure lists models, and is asked for deployments of them.
        return []
    return [name for name in names.new if not {*_spellings(name)} & {*found}]


def _spellings(name: str) -> tuple[str, ...]:
    """Return how a server may list what it knows by a name.

    Ollama adds a tag to it, and Google a collection (lucagrippa/obsidian-ai-tagger#37,
    simonw/llm-gemini#111); OpenRouter's variants, such as `:nitro`, aren't listed.
    """
    return name, f"{name}:latest", f"models/{name}", name.partition(":")[0]


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
