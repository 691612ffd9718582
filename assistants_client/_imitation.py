"""Objects of this package as instances of the classes of `openai`, for who asks."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from . import types
from ._errors import ConfigurationError
from .client import AsyncClient, Client
from .pages import AsyncPage, Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# Imported by a name that is no literal: nothing that we need.
_THEIRS: Final = "openai"
# The classes of ours whose instances those of theirs accept.
_accepted: dict[type, tuple[type, ...]] = {}


def imitate_openai() -> None:
    """Let `isinstance` accept objects of this package as ones of the `openai` package.

    This is for frameworks that take a client of `openai`, but check for its classes:
    from now on, in the whole process, `isinstance(client, openai.OpenAI)` is true of a
    `Client`, and likewise of an `AsyncClient`, of what methods return and of all models
    in `assistants_client.types`. Nothing else changes: exceptions stay what they are,
    as `except` asks for real base classes, and so does `issubclass`.

    Raises:
        ConfigurationError: `openai` is not installed.
    """
    try:
        import_module(f"{_THEIRS}.types")
    except ImportError as error:
        raise ConfigurationError(
            "imitate_openai() needs the package to imitate: pip install openai"
        ) from error
    openai: Any = import_module(_THEIRS)
    for client, theirs in ((Client, openai.OpenAI), (AsyncClient, openai.AsyncOpenAI)):
        _pretend(client, theirs)
    for model, theirs in _pairs():
        _accept(theirs, model)


def _pairs() -> Iterator[tuple[type, Any]]:
    """Yield our models with those of theirs, as far as this version has them."""
    pagination: Any = import_module(f"{_THEIRS}.pagination")
    yield Page, pagination.SyncCursorPage
    yield AsyncPage, pagination.AsyncCursorPage
    for found in pkgutil.walk_packages(types.__path__, f"{types.__name__}."):
        if found.ispkg or found.name.endswith("_params"):
            continue
        module = f"{_THEIRS}.types{found.name.removeprefix(types.__name__)}"
        try:
            there: ModuleType = import_module(module)
        except ImportError:
            continue
        here: Any = import_module(found.name)
        for own in here.__all__:
            theirs = getattr(there, own, None)
            # A dict has no class of its own, a union none at all.
            if hasattr(theirs, "model_fields") and isinstance(theirs, type):
                yield getattr(here, own), theirs


def _pretend(ours: type, theirs: type) -> None:
    """Let instances of ours give another class as theirs.

    `isinstance` asks for that too, and nothing else does: clients are neither pickled
    nor copied by it. The class of their client leaves no other way: its metaclass is
    `type` itself.
    """
    if not issubclass(ours, _Pretending):
        members = {"__slots__": (), "__class__": property(lambda _: theirs)}
        base = type(_Pretending.__name__, (_Pretending,), members)
        # Last, as the first one lays out the memory of an object.
        ours.__bases__ = (*ours.__bases__, base)


class _Pretending:
    """A base of a client that gives another class as its own."""

    __slots__ = ()


def _accept(theirs: Any, ours: type) -> None:
    """Let `isinstance` accept instances of ours as those of a model of theirs.

    By the metaclass of theirs, and not by `register`, which models of pydantic no
    longer heed; nor by a `__class__` of ours, by which `copy` and `pickle` go.
    """
    known = _accepted.get(theirs, ())
    if ours in known:
        return
    _accepted[theirs] = (*known, ours)
    if not known:
        theirs.__class__ = _accepting(type(theirs))


def _accepting(metaclass: Any) -> type:
    """Return a metaclass whose classes accept instances of ours too."""

    def instancecheck(cls: type, instance: object) -> bool:
        is_theirs: bool = metaclass.__instancecheck__(cls, instance)
        return is_theirs or isinstance(instance, _accepted.get(cls, ()))

    return type("Imitated", (metaclass,), {"__instancecheck__": instancecheck})
