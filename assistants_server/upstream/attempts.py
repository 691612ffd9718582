"""Attempts at one request: which failures are worth another one, and when."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any, Final

import httpx

from ..retry_after import retry_after
from .errors import UpstreamError, error_of, is_used_up

if TYPE_CHECKING:
    from ..address import Address

TRIES: Final = 4
FIRST_PAUSE: Final = 0.5
"""Seconds before a failed request is sent again, unless told otherwise."""
_LONGEST_PAUSE: Final = 30.0
_TOO_MANY: Final = 429
# Statuses of servers that are busy or restarting.
_PASSING: Final = (408, 500, 502, 503, 504, 529)
_log = logging.getLogger("assistants_server")


class PassingError(Exception):
    """A refusal that may not be one a moment later.

    Attributes:
        error: what it is for good, unless another attempt is made.
        pause: the seconds that the upstream asks to wait.
        counts: whether attempts are numbered; else time alone ends them.
    """

    def __init__(self, error: UpstreamError, pause: float, *, counts: bool) -> None:
        super().__init__()
        self.error = error
        self.pause = pause
        self.counts = counts


class Attempts:
    """The attempts at one request so far.

    Attributes:
        error: why the last one failed.
    """

    def __init__(
        self,
        name: str,
        *,
        until: float,
        tries: int = TRIES,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Begin with the first one.

        Args:
            name: what errors call the upstream.
            until: the time after which none is made, in seconds since 1970.
            tries: how many are made.
            first_pause: seconds before the second one, doubled with each.
        """
        self._name = name
        self._until = until
        self._tries = tries
        self._pause = first_pause
        self.error = UpstreamError(f"{name} was not asked.")

    def pause_after(self, error: Exception, *, begun: bool = False) -> float:
        """Return the seconds before the next attempt.

        Args:
            error: why the last one failed: of the transport, or `PassingError`.
            begun: whether something of the response was passed on already.

        Raises:
            UpstreamError: there is none.
        """
        self._tries -= 1
        pause = min(self._pause, _LONGEST_PAUSE)
        self._pause *= 2
        if isinstance(error, PassingError):
            self.error = error.error
            pause = max(error.pause, pause)
            over = time.time() + pause >= self._until
            over = over or (error.counts and self._tries <= 0)
        else:
            what = "broke off" if begun else "can't be reached"
            what = f"{self._name} {what} ({type(error).__name__})."
            self.error = UpstreamError(what)
            over = begun or self._tries <= 0
        if over:
            raise self.error from (error.__cause__ or error)
        _log.warning("%s; it is asked again in %.1f s", self.error, pause)
        return pause


def failure_of(
    name: str, address: Address, response: httpx.Response
) -> UpstreamError | PassingError:
    """Return what a response that is no success stands for.

    Args:
        name: what errors call the upstream.
        address: where it is.
        response: the response, with its body.
    """
    status = response.status_code
    body = _body(response, address)
    if response.has_redirect_location:
        target = httpx.URL(response.headers["location"])
        where = target.copy_with(userinfo=b"", query=None, fragment=None)
        return UpstreamError(
            f"{name} answered {status}: it redirects to {where}, which is not followed;"
            " if that is right, name it in the options"
        )
    error = error_of(name, status, body)
    if status == _TOO_MANY and not is_used_up(body):
        return PassingError(error, retry_after(response.headers), counts=False)
    if status in _PASSING:
        return PassingError(error, retry_after(response.headers), counts=True)
    return error


def _body(response: httpx.Response, address: Address) -> Any:
    """Return a body without the key, which some servers repeat."""
    text = address.without_key(response.content.decode("utf-8", "replace"))
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    clean = address.without_key(json.dumps(body, ensure_ascii=False))
    return json.loads(clean)
