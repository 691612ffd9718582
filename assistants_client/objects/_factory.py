"""From the JSON of an answer to a live object."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .. import _api
from .._call import UnfitError
from .._operations import OPERATIONS
from ._bound import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HOMES = {
    "Assistant": "assistants",
    "Message": "messages",
    "Run": "runs",
    "RunStep": "steps",
    "Thread": "threads",
}


def reader(
    kind: str, client: Any, ids: Mapping[str, Any]
) -> Callable[[dict[str, Any]], Any]:
    """Give what makes objects of JSON data.

    Args:
        kind: "Run", "Thread" and so on.
        client: whose they are; those of an asynchronous client are awaited.
        ids: the path arguments that they were asked for with.
    """
    from_dict = _class(kind, client.asynchronous).from_dict
    place = Place(client, ids)

    def read(data: dict[str, Any]) -> Any:
        made = from_dict(data)
        made._place = place
        return made

    return read


def parser(operation: str, client: Any, ids: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Give what reads an answer as a live object, or as what else it is.

    Args:
        operation: a key of `OPERATIONS`.
        client: as for `reader`, as well as `ids`.
    """
    kind = OPERATIONS[operation].gives
    if kind is None:
        return _parse_deletion(_api.endpoint(OPERATIONS[operation].module))
    read = reader(kind, client, ids)

    def parse(response: Any) -> Any:
        value = _api.json_of(response)
        if type(value) is not dict:
            raise UnfitError(f"no {kind.lower()}")
        return read(value)

    return parse


def _parse_deletion(module: Any) -> Callable[[Any], Any]:
    def parse(response: Any) -> Any:
        if not response.content.strip():
            # Some servers say by the status alone that it is done.
            response = evolve(response, content=b"{}")
        found = module.parse_response(response)
        if not isinstance(found, _api.Model):
            raise UnfitError("no object")
        return found

    return parse


def item_reader(
    operation: str, client: Any, ids: Mapping[str, Any]
) -> Callable[[Any], Any]:
    """Give what reads the items of a list; what is no object stays as it came."""
    kind = OPERATIONS[operation].gives
    assert kind is not None
    read = reader(kind, client, ids)
    return lambda value: read(value) if type(value) is dict else value


@cache
def _class(kind: str, asynchronous: bool) -> Any:
    home = import_module(f".{_HOMES[kind]}", __package__)
    return getattr(home, f"Async{kind}" if asynchronous else kind)
