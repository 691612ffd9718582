"""Both clients before a server of our making, without a socket; and how to use them."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import math
import pickle
from typing import TYPE_CHECKING, Any

import httpx

from assistants_client import AssistantsError, AsyncClient, Client
from harness import either_client
from harness.either_client import finished

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
    from typing import Self

URL = "http://127.0.0.1:1/v1"
KEY = "sk-of-the-fuzzing"
_DEEP = 150
MOST_REQUESTS = 60
MOST_ITEMS = 500_000
"""So many requests are made, and so many items come, for no case that ends."""


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, and what breaks after them, if anything does."""

    def __init__(self, pieces: list[bytes], breaks: Exception | None = None) -> None:
        self._pieces = pieces
        self._breaks = breaks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._breaks is not None:
            raise self._breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


class Bench:
    """The clients, and the server that is asked by both.

    Attributes:
        answer: what the server says to a request.
        asked: how many requests came since `answer` was set.
    """

    def __init__(self) -> None:
        self.answer: Callable[[httpx.Request], httpx.Response]
        self.asked = 0
        transport = httpx.MockTransport(self._answer)
        settings: Any = {"base_url": URL, "api_key": KEY, "max_retries": 0}
        self._https: list[Any] = [
            httpx.Client(transport=transport, trust_env=False),
            httpx.AsyncClient(transport=transport, trust_env=False),
        ]
        self._clients = (
            Client(**settings, http_client=self._https[0]),
            AsyncClient(**settings, http_client=self._https[1]),
        )
        self._runner = asyncio.Runner()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        assert self.asked <= MOST_REQUESTS, "it goes on asking for ever"
        return self.answer(request)

    def client(self, *, asynchronous: bool) -> Any:
        self.asked = 0
        for each in self._https:
            each.cookies.clear()
        return self._clients[asynchronous]

    def run(self, use: Coroutine[Any, Any, Any], *, asynchronous: bool) -> Any:
        """Carry out what awaits no more than it has to, by a loop or without."""
        return self._runner.run(use) if asynchronous else finished(use)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._https[0].close()
        self._runner.run(self._https[1].aclose())
        self._runner.close()


async def listed(items: Any) -> list[Any]:
    """Return what an iterable of either kind yields; it has to end."""
    found = await either_client.listed(items, MOST_ITEMS)
    assert len(found) < MOST_ITEMS, "it yields items for ever"
    return found


def typed(error: AssistantsError) -> str:
    """Check what an error says of itself; return the name of its class."""
    assert isinstance(error, AssistantsError)
    assert str(error)
    assert repr(error)
    assert len(str(error)) < 2_000, "an error whose text is far too long"
    held = [*map(_raw, vars(error).values())]
    with _as_deep_as_python_goes(held):
        again = _pickled(error)
        assert type(again) is type(error)
        assert str(again) == str(error)
    return type(error).__name__


def sound(value: Any, expected: Any) -> None:
    """Check what must work for all that is read: text, copies, times, the raw data."""
    data = value.to_dict()
    assert same(data, expected), f"{str(data)[:200]} is not {str(expected)[:200]}"
    assert type(repr(value)) is str
    for copied in (copy.copy, copy.deepcopy, _pickled):
        with _as_deep_as_python_goes(expected):
            again = copied(value)
            assert same(again.to_dict(), expected)
            assert again == value or _holds_nan(expected)
    assert value != expected
    for name in dir(type(value)):
        if name.endswith("_datetime"):
            found = getattr(value, name)
            assert found is None or found.utcoffset() is not None
            assert found is None or found.isoformat()


def same(left: Any, right: Any) -> bool:
    """Compare JSON strictly, and however deep it is."""
    todo = [(left, right)]
    for one, other in todo:
        if type(one) is not type(other):
            return False
        if isinstance(one, dict):
            if one.keys() != other.keys():
                return False
            todo.extend((one[key], other[key]) for key in one)
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            todo.extend(zip(one, other, strict=True))
        elif isinstance(one, float):
            if repr(one) != repr(other):
                return False
        elif one != other:
            return False
    return True


def _raw(value: Any) -> Any:
    if isinstance(value, list):
        return [*map(_raw, value)]
    return value.to_dict() if hasattr(value, "to_dict") else value


def _pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


def _as_deep_as_python_goes(value: Any) -> contextlib.AbstractContextManager[None]:
    """Excuse what the standard library can't copy, though it can read it."""
    level, depth = [value], 0
    while level:
        inner = [each for each in level if isinstance(each, dict | list)]
        level = [x for y in inner for x in (y.values() if isinstance(y, dict) else y)]
        depth += 1
    is_deep = depth > _DEEP
    return contextlib.suppress(RecursionError) if is_deep else contextlib.nullcontext()


def _holds_nan(value: Any) -> bool:
    todo = [value]
    for each in todo:
        if isinstance(each, float) and math.isnan(each):
            return True
        if isinstance(each, dict | list):
            todo.extend(each.values() if isinstance(each, dict) else each)
    return False
