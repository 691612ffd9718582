"""An operation of the API, and what the function takes that builds its request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Final, Generic, NamedTuple, TypeVar

from . import _api

Sync_co = TypeVar("Sync_co", covariant=True)
Async_co = TypeVar("Async_co", covariant=True)


class Parameters(NamedTuple):
    """What the function takes that builds the request of an operation.

    Attributes:
        path: the names of its path parameters, in the order of the path.
        query: the names of its query parameters.
        has_body: whether it has a body.
        is_form: whether that is a form, with files in it.
    """

    path: tuple[str, ...]
    query: frozenset[str]
    has_body: bool
    is_form: bool


class Operation(Generic[Sync_co, Async_co]):
    """An operation of the API; its types are what the two clients return for it.

    Attributes:
        name: the path of its method, such as "threads.runs.create".
        module: its module in the generated package.
        kind: the class of its result, or of the items of its list.
        ids: arguments that may be objects in place of ids, or lists of such, besides
            those of its path.
        renamed: keywords that the document calls otherwise, and how.
        single: whether its list is never longer than a page.
    """

    def __init__(
        self,
        name: str,
        module: str,
        kind: str,
        ids: frozenset[str] = frozenset(),
        renamed: Mapping[str, str] | None = None,
        single: bool = False,
    ) -> None:
        self.name: Final = name
        self.module: Final = module
        self.kind: Final = kind
        self.ids: Final = ids
        self.renamed: Final[Mapping[str, str]] = renamed or {}
        self.single: Final = single

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @cached_property
    def parameters(self) -> Parameters:
        """Return its parameters."""
        return _parameters(self.module)


@cache
def _parameters(module: str) -> Parameters:
    home = _api.endpoint(module)
    # `inspect` says the same, but takes 5 ms to import.
    code = home.build_request.__code__
    path = code.co_varnames[: code.co_argcount]
    named = {*code.co_varnames[len(path) : len(path) + code.co_kwonlyargcount]}
    query, is_form = frozenset(named - {"body"}), hasattr(home, "multipart")
    return Parameters(path, query, "body" in named, is_form)
