"""What all live objects have in common: their client, and changes in place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from .. import _api
from .._arguments import given
from .._errors import ConfigurationError
from .._ids import id_of
from .._json import CODEC, unpacked
from .._log import LOGGER
from .._redaction import Secrets
from .._text import public
from ..display.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Self

    from ..display.views import View

Noted: TypeAlias = bytes | str | dict[str, Any]
"""Properties as they were: packed, or copied where that can't be done."""

_NOTHING: Final = object()
# An attribute of each model, and no property.
_MORE: Final = "additional_properties"


class Binding:
    """Where a live object came from.

    Attributes:
        client: the client that requested it; None where it was pickled.
        ids: the path parameters that it was requested with.
    """

    __slots__ = ("client", "ids")

    def __init__(self, client: Any, ids: Mapping[str, Any]) -> None:
        self.client = client
        self.ids = ids


class LiveObject(Shown):
    """A model that knows its client; comes before the model among the bases.

    A live object equals another with the same properties, whichever client it belongs
    to, and the plain model of them. One that was pickled, or made by hand, has no
    client; that of `client.attach(...)` is given to it.
    """

    __slots__ = ()

    _binding: Binding
    # What `update` can change, as it was read; see `noted`.
    _read: Noted
    # The model of the body by which it is updated, if it can be.
    _updated_by: ClassVar[str] = ""

    def __dir__(self) -> list[str]:
        return public(super().__dir__())

    def __repr__(self) -> str:
        model: Any = self
        return _api.line(model, hiding(self).redact)

    def _shown_data(self) -> Any:
        """Return its data as JSON, without secrets of the client."""
        model: Any = self
        return hiding(self).redact_json(model.to_dict()) or {}

    def _view(self) -> View:
        from ..display.cards import card

        return card(type(self).__name__.removeprefix("Async"), self._shown_data())

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
        object.__setattr__(self, "_read", getattr(other, "_read", b""))
        return self

    def _changed(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was changed since the object was read, and what is given.

        Args:
            params: what is given to `update`, which wins.
        """
        model: Any = self
        now, then = model.to_dict(), _as_read(getattr(self, "_read", b""))
        changed = {
            name: now[name]
            for name in updatable(type(self)._updated_by)
            if name in now and _differs(now[name], then.get(name, _NOTHING))
        }
        return {**changed, **given(params)}

    def __copy__(self) -> Self:
        """Return an independent copy, of the same client."""
        model: Any = self
        copied: Self = type(model).from_dict(model.to_dict())
        for name in ("_binding", "_read"):
            if hasattr(self, name):
                # Not by name: the slot is the subclass's, because only one base may
                # have slots.
                object.__setattr__(copied, name, getattr(self, name))
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
        read = getattr(self, "_read", None)
        return _restored, (type(self), model.to_dict(), known, read)


class SyncObject(LiveObject):
    """A live object whose methods are not awaited."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, Self]:
        # Code that serves both kinds of client awaits what can be awaited.
        note_awaited(type(self).__name__)
        yield from ()
        return self


@cache
def note_awaited(what: str) -> None:
    """Log, once, how something is awaited that was here before it was awaited."""
    LOGGER.warning(
        "await does nothing for this %s: it comes from a Client, whose methods block, "
        "the event loop as well. Those of an AsyncClient are awaited, and return an "
        "Async%s; or call the method by await asyncio.to_thread(...)",
        what,
        what,
    )


@cache
def updatable(model: str) -> frozenset[str]:
    """Return the properties of the body by which an object is updated."""
    if not model:
        return frozenset()
    # Late, as for the first resource all else takes hardly as long to import.
    import attrs

    kind = getattr(_api, model)
    own = (each.name for each in attrs.fields(kind) if each.name != _MORE)
    return frozenset(kind._property_names.get(name, name) for name in own)


def share_read(live: Any, other: Any) -> None:
    """Note of another object what was read, if it is known of the first one."""
    read = getattr(live, "_read", None)
    if read is not None:
        object.__setattr__(other, "_read", read)


def noted(data: Mapping[str, Any]) -> Noted:
    """Return properties as they are now, whatever becomes of what they hold.

    They are packed, since copies of all containers within would take more time to make,
    several times the memory, and as much of the garbage collector's time as a model.
    """
    # Not every key needs to be text, as JSON would have it.
    CODEC.use_msgspec()
    try:
        return CODEC.pack(data)
    except CODEC.problems:
        # Such as half of a surrogate pair, or a number of many digits. This copies at
        # any depth, and so where `copy.deepcopy` would fail.
        copied: dict[str, Any] = _api.to_json(data)
        return copied


def _as_read(noted: Noted) -> Mapping[str, Any]:
    if isinstance(noted, dict):
        return noted
    found: Mapping[str, Any] = unpacked(noted) if noted else {}
    return found


def _differs(value: Any, other: Any) -> bool:
    # NaN differs from itself.
    return bool(value != other) and repr(value) != repr(other)


def bind(live: Any, client: Any, ids: Mapping[str, Any]) -> None:
    """Bind a live object to a client.

    Args:
        live: the object.
        client: the client, None for none.
        ids: the path parameters of its requests.
    """
    object.__setattr__(live, "_binding", Binding(client, ids))
    if not hasattr(live, "_read"):
        data = live.to_dict()
        names = updatable(type(live)._updated_by) & data.keys()
        object.__setattr__(live, "_read", noted({name: data[name] for name in names}))


def hiding(live: Any) -> Secrets:
    """Return what redacts the secrets of the client of an object."""
    client = getattr(getattr(live, "_binding", None), "client", None)
    return Secrets() if client is None else client.options.secrets


def bound_ids(live: LiveObject) -> Mapping[str, Any]:
    """Return the path parameters that a live object was requested with."""
    binding = getattr(live, "_binding", None)
    return {} if binding is None else binding.ids


def _restored(
    kind: Any,
    data: dict[str, Any],
    ids: dict[str, str],
    read: Noted | None = None,
) -> Any:
    """Return an object that was pickled."""
    live = kind.from_dict(data)
    if read is not None:
        object.__setattr__(live, "_read", read)
    if ids:
        bind(live, None, ids)
    return live
