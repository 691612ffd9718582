"""What all live objects have in common: their client, and changes in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._call import id_of
from .._errors import ConfigurationError

if TYPE_CHECKING:
    from typing import Self


class Binding(NamedTuple):
    """Where a live object came from.

    Attributes:
        client: the client that requested it; None where it was pickled.
        ids: the path parameters that it was requested with.
    """

    client: Any
    ids: Mapping[str, Any]


class LiveObject:
    """A model that knows its client; comes before the model among the bases.

    A live object equals another of its class with the same properties, whichever client
    it belongs to. One that was pickled, or made by hand, has no client; that of
    `client.attach(...)` is given to it.
    """

    __slots__ = ()

    _binding: Binding

    def _bound(self) -> Binding:
        binding: Binding | None = getattr(self, "_binding", None)
        if binding is None or binding.client is None:
            name = type(self).__name__
            raise ConfigurationError(
                f"this {name} has no client, because it was pickled or made by hand: "
                "client.attach(...) gives it one"
            )
        return binding

    if not TYPE_CHECKING:
        # Each class declares which of the two clients it has.
        @property
        def _client(self) -> Any:
            return self._bound().client

    def _key(self, name: str, own: str | None = None) -> str:
        """Return an id: that of the request, because a response may lack its own.

        Args:
            name: the name of the path parameter.
            own: the name of the property, if it is another one.
        """
        found = self._bound().ids.get(name)
        if found is None:
            found = getattr(self, own or name, None)
            if found is None:
                what = type(self).__name__
                raise ConfigurationError(f"the server sent no {name} of this {what}")
        return id_of(name, found)

    def _adopt(self, other: Any) -> Self:
        """Take over the properties of another object."""
        model: Any = self
        state = other.__getstate__()
        gone = model.__getstate__().keys() - state.keys()
        model.__setstate__(state)
        for name in gone:
            delattr(model, name)
        return self

    def __copy__(self) -> Self:
        """Return an independent copy, of the same client."""
        model: Any = self
        copied: Self = type(model).from_dict(model.to_dict())
        binding = getattr(self, "_binding", None)
        if binding is not None:
            # Not by name: the slot is the subclass's, because only one base may have
            # slots.
            object.__setattr__(copied, "_binding", binding)
        return copied

    def __deepcopy__(self, _: Any) -> Self:
        """Return what `copy.copy` returns: the client is not copied."""
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the client and its key.
        model: Any = self
        binding = getattr(self, "_binding", None)
        ids = binding.ids.items() if binding is not None else ()
        known = {name: id_of(name, value) for name, value in ids}
        return _restored, (type(self), model.to_dict(), known)


def bind(live: Any, client: Any, ids: Mapping[str, Any]) -> None:
    """Bind a live object to a client.

    Args:
        live: the object.
        client: the client, None for none.
        ids: the path parameters of its requests.
    """
    object.__setattr__(live, "_binding", Binding(client, ids))


def bound_ids(live: LiveObject) -> Mapping[str, Any]:
    """Return the path parameters that a live object was requested with."""
    binding = getattr(live, "_binding", None)
    return {} if binding is None else binding.ids


def _restored(kind: Any, data: dict[str, Any], ids: dict[str, str]) -> Any:
    """Return an object that was pickled."""
    live = kind.from_dict(data)
    if ids:
        bind(live, None, ids)
    return live
