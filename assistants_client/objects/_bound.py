"""What all live objects share: whose they are, and how they change in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from .. import _api
from .._call import id_of
from .._errors import ConfigurationError

if TYPE_CHECKING:
    from typing import Self


class Place(NamedTuple):
    """Where an object came from.

    Attributes:
        client: who asked for it.
        ids: the path arguments that it was asked for with.
    """

    client: Any
    ids: Mapping[str, Any]


class Bound:
    """What a model needs to be alive; comes before the model among the bases.

    A live object equals another of its class with the same fields, whoever asked for
    it. One that was pickled, or made by hand, has no client and only its fields.
    """

    __slots__ = ()

    _place: Place

    def _at(self) -> Place:
        place = getattr(self, "_place", None)
        if place is None:
            name = type(self).__name__
            raise ConfigurationError(
                f"this {name} has no client, as it was not given by one: retrieve it"
            )
        found: Place = place
        return found

    def _key(self, name: str, own: str | None = None) -> str:
        """Give an id: the one that was asked for, as an answer may lack its own.

        Args:
            name: what the path argument is called.
            own: what the object calls it, if not the same.
        """
        given = self._at().ids.get(name)
        if given is None:
            given = getattr(self, own or name, None)
            if given is _api.UNSET or given is None:
                raise ConfigurationError(f"the server did not say the {name} of this")
        return id_of(name, given)

    def _adopt(self, other: Any) -> Self:
        """Take the fields of another."""
        kind: Any = type(self)
        for each in attrs.fields(kind):
            setattr(self, each.name, getattr(other, each.name))
        return self

    def __copy__(self) -> Self:
        """Give an independent copy, of the same client."""
        model: Any = self
        copied: Self = type(model).from_dict(model.to_dict())
        place = getattr(self, "_place", None)
        if place is not None:
            # Not by name: the slot is the subclass's, as only one base may have any.
            object.__setattr__(copied, "_place", place)
        return copied

    def __deepcopy__(self, _: Any) -> Self:
        """Give the same as `copy.copy` does: a client is nothing to copy."""
        return self.__copy__()
