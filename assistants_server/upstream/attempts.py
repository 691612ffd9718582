"""Attempts at one request: which failures are worth another one, and when."""

from __future__ import annotations

import json
import logging
import os
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import httpx

from .._model_api import EventDecoder
from ..engines.upstream_errors import PassingError, UpstreamError, error_of
from ..telemetry.log import Private
from .retry_after import retry_after

if TYPE_CHECKING:
    from ..address import Address

TRIES: Final = 4
FIRST_PAUSE: Final = 0.5
"""Seconds before a failed request is sent again, unless told otherwise."""
_LONGEST_PAUSE: Final = 30.0
_SHOWN: Final = 200
_log = logging.getLogger("assistants_server")


class Attempts:
    """The attempts at one request so far.

    Attributes:
        error: why the last one failed.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        *,
        until: float,
        tries: int = TRIES,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Begin with the first one.

        Args:
            name: what errors call the upstream.
            address: where it is.
            until: the time after which none is made, in seconds since 1970.
            tries: how many are made.
            first_pause: seconds before the second one, doubled with each.
        """
        self._name = name
        self._address = address
        self._until = until
        self._tries = tries
        # Who tries once wants to know how it is now.
        self._waits_for_models = tries > 1
        self._pause = first_pause
        self.error = UpstreamError(f"{name} was not asked.")

    def pause_after(self, error: Exception) -> float:
        """Return the seconds before the next attempt.

        Args:
            error: why the last one failed: of the transport, or `PassingError`.

        Raises:
            UpstreamError: there is none: a rate limit, or a model that is loaded, is
                waited for as long as there is time, anything else has a number of
                attempts.
        """
        if not isinstance(error, PassingError):
            error = unreachable(self._name, error)
        self.error = error
        self._tries -= 1
        pause = max(error.pause, min(self._pause, _LONGEST_PAUSE))
        self._pause *= 2
        late = time.time() + pause >= self._until
        is_patient = error.is_limit or (error.is_loading and self._waits_for_models)
        if late or (self._tries <= 0 and not is_patient):
            raise error
        what = self._address.without_key(str(error)).rstrip(".")
        short = f"{self._name} failed ({type(error).__name__}, {error.code})"
        _log.warning("%s; it is asked again in %.1f s", Private(what, short), pause)
        return pause


def unreachable(
    name: str, cause: Exception, what: str = "can't be reached"
) -> PassingError:
    """Return what an error of the transport stands for."""
    why = type(cause).__name__
    if text := " ".join(_reason(cause).split())[:_SHOWN].rstrip("."):
        why += f": {text}"
    made = PassingError(f"{name} {what} ({why}).")
    made.__cause__ = cause
    return made


def _reason(error: BaseException) -> str:
    """Return what the system said, below all that was made of it."""
    below: BaseException | None = error
    while below:
        if isinstance(below, OSError) and below.errno and below.strerror:
            # Those of TLS have numbers of their own, as have those of names.
            known = below.errno > 0 and not isinstance(below, ssl.SSLError)
            return os.strerror(below.errno) if known else below.strerror
        below = below.__cause__ or below.__context__
    return str(error)


def failure_of(name: str, address: Address, response: httpx.Response) -> UpstreamError:
    """Return what a response that is no success stands for.

    Args:
        name: what errors call the upstream.
        address: where it is.
        response: the response, with its body.
    """
    if response.has_redirect_location:
        target = httpx.URL(response.headers["location"])
        where = target.copy_with(userinfo=b"", query=None, fragment=None)
        return UpstreamError(
            f"{name} answered {response.status_code}: it redirects to {where}, which "
            "is not followed; if that is right, name it in the options"
        )
    pause = retry_after(response.headers)
    return error_of(name, _body(response, address), response.status_code, pause=pause)


def _body(response: httpx.Response, address: Address) -> Any:
    """Return a body without the key, which some servers repeat.

    LiteLLM and others refuse by an event where a stream was asked for:
    BerriAI/litellm#18757.
    """
    text = address.without_key(response.content.decode("utf-8", "replace"))
    decoder = EventDecoder()
    events = [*decoder.feed(response.content), *decoder.flush()]
    for each in (text, *(event.data for event in events)):
        with suppress(ValueError, RecursionError):
            body: Any = json.loads(each)
            return json.loads(address.without_key(json.dumps(body, ensure_ascii=False)))
    return text
