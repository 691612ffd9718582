"""What reads results as models, or as live objects of a client."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import _api
from .._error_messages import is_error, properties_of
from .._ids import KINDS, id_of
from .._json import CODEC
from .._operations import LIVE
from ..objects._live import Binding, noted, updatable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call import CallResult
    from .._operation import Operation
    from ..client import AsyncClient, Client


def object_reader(
    operation: Operation[object, object],
    client: Client | AsyncClient,
    ids: Mapping[str, object],
) -> Callable[[CallResult[object]], Any]:
    """Return what reads the result of a call as an object of the operation's class.

    Args:
        operation: the operation.
        client: the client that the object belongs to.
        ids: the path parameters that it was requested with.
    """
    kind = operation.kind
    if kind == "bytes":
        from ..binary import contents

        return contents
    live = kind in LIVE
    read_data = reader(kind, client, ids)

    def read(result: CallResult[object]) -> Any:
        if not live and not result.response.content.strip():
            # Some servers confirm a deletion by its status alone.
            return read_data({})
        data = result.json()
        if type(data) is dict:
            if data.get("id") or not is_error(data, properties_of(_model(kind))):
                return read_data(data)
            # Tools that report local variables must not report secrets that it repeats.
            del data
            raise result.false_success()
        del data
        what = f"no {kind.lower()}" if live else "no object"
        raise result.undecodable(result.response, what)

    return read


def item_reader(
    operation: Operation[object, object],
    client: Client | AsyncClient,
    ids: Mapping[str, object],
) -> Callable[[Any], Any]:
    """Return what reads the items of a list; what is no object stays as it came."""
    return reader(operation.kind, client, ids)


def reader(
    kind: str, client: Client | AsyncClient, ids: Mapping[str, object]
) -> Callable[[Any], Any]:
    """Return what makes objects of JSON data: live ones, or models as they are.

    What is no object stays as it came.

    Args:
        kind: the name of their class, without "Async".
        client: the client that they belong to.
        ids: the path parameters that they were requested with.
    """
    if kind not in LIVE:
        read_model: Callable[[Any], Any] = getattr(_api, kind).from_json
        return read_model
    live = live_class(kind, client.asynchronous)
    from_dict, binding = live.from_dict, Binding(client, ids)
    names = updatable(live._updated_by)
    pack, problems = CODEC.pack, CODEC.problems

    def read(data: Any) -> Any:
        if type(data) is not dict:
            return data
        made = from_dict(data)
        made._binding = binding
        then = {}
        for name in names:
            if name in data:
                then[name] = data[name]
        try:
            # As `noted` does, which would be two calls more for each object.
            made._read = pack(then)
        except problems:
            made._read = noted(then)
        return made

    return read


def bound(operation: Operation[Any, Any], client: Any, params: dict[str, Any]) -> Any:
    """Return a live object of which nothing but its ids is known.

    Args:
        operation: the one that retrieves it.
        client: the client that it belongs to.
        params: its ids, by the names of the path parameters.

    Raises:
        ConfigurationError: an id can't be used.
    """
    ids = {name: id_of(name, value) for name, value in params.items()}
    own = operation.parameters.path[-1]
    kind = next(each for each, (class_, _) in KINDS.items() if class_ == operation.kind)
    known = {"id" if name == own else name: value for name, value in ids.items()}
    return reader(operation.kind, client, ids)({"object": kind, **known})


@cache
def _model(kind: str) -> Any:
    return live_class(kind, False) if kind in LIVE else getattr(_api, kind)


@cache
def live_class(kind: str, asynchronous: bool) -> Any:
    """Return the class of live objects of a kind, such as "Run"."""
    home = import_module(f"..{LIVE[kind]}", __package__)
    return getattr(home, f"Async{kind}" if asynchronous else kind)
