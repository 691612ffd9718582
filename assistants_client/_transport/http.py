"""Effects in the world: requests by an HTTP library, time, and callables."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from .._effects import (
    Invoke,
    InvokeAll,
    Log,
    NoResponse,
    Note,
    Progress,
    Receive,
    Send,
    Sleep,
    TimeUp,
    Upload,
    Within,
)
from .._log import LOGGER
from .._redaction import Secrets
from .body import Bound, SyncBody, bound_for, hurry_if_whole, supervise, timing_of
from .cookie_locks import unlock
from .exchange import Exchange
from .failures import broken_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from .._effects import Effect, HttpResponse, PreparedRequest
    from .._progress import ProgressLine
    from .._transcript import Transcript
    from .exchange import Timing
    from .library import Library
    from .pool import Pool


_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class BaseHttp:
    """What performs effects, whether it is awaited or not.

    Attributes:
        transcript: where requests and responses are shown, if they are.
        library: the HTTP library.
    """

    def __init__(
        self,
        pool: Any,
        transcript: Transcript | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self.transcript = transcript
        self.library: Library = pool.library
        self._pool = pool
        self._client: Any = pool.get()
        self._secrets = Secrets() if secrets is None else secrets
        self._read: Any = None
        self._progress: ProgressLine | None = None
        # When the effect that is performed has to be done, by the monotonic clock.
        self._until: float | None = None

    def _exchange(self, prepared: PreparedRequest) -> Exchange:
        return Exchange(
            self._client,
            prepared,
            self._pool,
            self.transcript,
            self._secrets,
            until=self._until,
            show_sent=self._show_sent,
        )

    def clear_progress(self) -> None:
        """Clear what was shown on the terminal, if anything was."""
        if self._progress is not None:
            self._progress.clear()

    def _log(self, line: Log) -> None:
        level = _LEVELS[line.level]
        if LOGGER.isEnabledFor(level):
            # What servers say may repeat a key, and begin lines of its own.
            text = " ".join(self._secrets.redact(line.text).split())
            LOGGER.log(level, "%s", text, exc_info=line.error)

    def _show_progress(self, status: str, seconds: float) -> bool:
        """Show how a run is doing; return whether there is a terminal for it."""
        return self._progress_line().show(status, seconds)

    def _show_sent(self, sent: int, total: int | None) -> None:
        """Show how much of files was sent."""
        self._progress_line().show_bytes(sent, total)

    def _progress_line(self) -> ProgressLine:
        if self._progress is None:
            from .._progress import ProgressLine

            self._progress = ProgressLine()
        return self._progress


class Http(BaseHttp):
    """Performs effects by a client of an HTTP library."""

    _pool: Pool
    _client: httpx.Client
    _pieces: Iterator[bytes]
    _timing: Timing | None = None

    def perform(self, effect: Effect) -> Any:
        """Perform an effect.

        Raises:
            NoResponse: a request got no response.
            UnreadableResponse: a response can't be read.
            TimeUp: an effect took longer than it may.
            TypeError: a callable is asynchronous.
        """
        if type(effect) is Receive:
            # Before the others: of these, there are thousands.
            if effect.response is not self._read:
                self._begin(effect)
            try:
                return next(self._pieces, None)
            except self.library.broken as error:
                raise broken_off(error, self.library, self._secrets) from error
        match effect:
            case Send(request):
                return self._send(request)
            case Sleep(seconds):
                time.sleep(seconds)
            case Invoke(function):
                from .upload import plain

                return plain(function())
            case InvokeAll(invocations):
                from .concurrency import together

                return together(invocations, self._until)
            case Within(inner, seconds):
                return self._within(inner, seconds)
            case Log():
                self._log(effect)
            case Note(text):
                if self.transcript:
                    self.transcript.note(text)
            case Progress(status, seconds):
                return self._show_progress(status, seconds)
        return None

    def release(self, response: Any = None) -> None:
        """Close the response that is being read, and another one."""
        self.clear_progress()
        try:
            if self._read is not None:
                close(self._read)
        finally:
            if response is not None:
                close(response)

    def _within(self, effect: Effect, seconds: float) -> Any:
        """Perform an effect; it can't be cancelled, but waits no longer than that."""
        self._until = until = time.monotonic() + seconds
        if self._timing is not None:
            self._timing.end_by(until)
        try:
            return self.perform(effect)
        except NoResponse as error:
            if error.timed_out and time.monotonic() >= until:
                raise TimeUp from error
            raise
        finally:
            self._until = None
            if self._timing is not None:
                self._timing.end_by(None)

    def _begin(self, effect: Receive) -> None:
        """Begin to read a response, and close the one that was read before."""
        response: Any = effect.response
        # Remembered first: if this is interrupted, `release` closes what is read.
        known, self._read = self._read, response
        self._pieces = Bound(response, self.library, effect.limit).pieces()
        hurry_if_whole(response)
        self._timing = timing_of(response)
        if self._timing is not None:
            self._timing.end_by(self._until)
        if known is not None:
            close(known)

    def _send(self, prepared: PreparedRequest) -> HttpResponse:
        if isinstance(prepared.content, Upload):
            prepared.content.form.open()
        jar = self._client.cookies.jar
        try:
            exchange = self._exchange(prepared)
        except BaseException:
            unlock(jar)
            raise
        response: httpx.Response | None = None
        try:
            response = self._client.send(
                exchange.request, stream=True, follow_redirects=False
            )
            exchange.begun(response)
            # One that was made without a network has been read by that.
            if not response.is_closed:
                supervise(response, self.library, exchange.timing, SyncBody)
                bound = bound_for(response, self.library, prepared.limit)
                if not (prepared.stream and response.is_success):
                    bound.read()
        except BaseException as error:
            unlock(jar)
            # Else the connection stays taken.
            try:
                if response is not None:
                    response.close()
            finally:
                if exchange.timing.lease is not None:
                    exchange.timing.lease.drop()
            failure = exchange.failure(error)
            if failure is None:
                raise
            raise failure from error
        exchange.ended(response)
        return response


def close(response: Any) -> None:
    """Close a response, also where an interruption comes in between."""
    try:
        response.close()
    finally:
        # It counts as closed as soon as that has begun.
        timing = timing_of(response)
        if timing is not None and timing.lease is not None:
            timing.lease.drop()
