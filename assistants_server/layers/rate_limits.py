"""A layer that keeps each key to its requests and tokens of a minute."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from ..http.errors import HTTPError
from ..http.store_errors import StoreErrors
from ..store import StoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ..keys import Key
    from ..store import Store
    from ..store.rates import Level, What

# The operations after which a model is asked.
_ASKING = ("createRun", "createThreadAndRun", "submitToolOutputsToRun")


class RateLimits:
    """A layer around an application that refuses what is too much for a key.

    What is left goes along with every response, as OpenAI says it. Tokens are known
    when a turn is over: what has begun is never broken off, and the next run waits.
    """

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store
        self._store_errors = StoreErrors()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        key: Key | None = scope.get("local_key")
        if key is None or (key.requests is None and key.tokens is None):
            await self._app(scope, receive, send)
            return
        asks = scope.get("local_operation") in _ASKING
        try:
            admit = partial(self._admit, key, asks=asks)
            refused, levels = await self._store.perform(admit)
        except StoreError as error:
            await self._store_errors.response_to(error).response()(scope, receive, send)
            return
        shown = {name: text for what in levels for name, text in _shown(*what).items()}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(shown)
            await send(message)

        if refused:
            await refused.response()(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)

    def _admit(
        self, key: Key, *, asks: bool
    ) -> tuple[HTTPError | None, list[tuple[What, Level]]]:
        """Take a request, and return why it is refused, if it is, and what is left."""
        rates = self._store.rates
        levels: list[tuple[What, Level]] = []
        refused: HTTPError | None = None
        if key.tokens is not None:
            level = rates.level(key.id, "tokens", key.tokens)
            levels.append(("tokens", level))
            if asks and level.wait:
                refused = _too_many("tokens", level)
        if key.requests is not None:
            if refused:
                level = rates.level(key.id, "requests", key.requests)
            else:
                taken, level = rates.take(key.id, key.requests)
                refused = None if taken else _too_many("requests", level)
            levels.append(("requests", level))
        return refused, levels


def _too_many(what: What, level: Level) -> HTTPError:
    seconds = max(math.ceil(level.wait), 1)
    message = (
        f"This key has {level.limit} {what} a minute, which are used up; try again in "
        f"{seconds} s."
    )
    headers = {
        "retry-after": str(seconds),
        "retry-after-ms": str(max(math.ceil(level.wait * 1000), 1)),
    }
    return HTTPError(429, message, code="rate_limit_exceeded", headers=headers)


def _shown(what: What, level: Level) -> dict[str, str]:
    return {
        f"x-ratelimit-limit-{what}": str(level.limit),
        f"x-ratelimit-remaining-{what}": str(level.remaining),
        f"x-ratelimit-reset-{what}": _duration(level.reset),
    }


def _duration(seconds: float) -> str:
    """Return a duration as OpenAI's headers have it: 120ms, 1.5s, 6m0s."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    text = f"{rest:.3f}".rstrip("0").rstrip(".")
    return f"{int(minutes)}m{text}s" if minutes else f"{text}s"
