"""The bodies of uploads: read while they are sent, and shown meanwhile."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .._errors import AwaitableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .._api import FormPart
    from .._effects import Upload
    from .._transcript import Transcript


class Sending:
    """The body of one request, while that is sent.

    Attributes:
        headers: those that belong to the body.
        error: what broke it off, if that was not the network.
    """

    def __init__(
        self,
        upload: Upload,
        transcript: Transcript | None,
        show: Callable[[int, int | None], None],
        moved: Callable[[], None],
    ) -> None:
        """Begin.

        Args:
            upload: the body, its form being open.
            transcript: where it is shown, if it is.
            show: shows on the terminal how far it is, if that is asked for.
            moved: is called when more of it was sent.
        """
        # No other type says how the parts are told apart.
        self.headers = {"content-type": upload.form.content_type}
        if upload.form.length is not None:
            self.headers["content-length"] = str(upload.form.length)
        self.error: Exception | None = None
        self._form = upload.form
        self._transcript = transcript
        self._moved = moved
        progress = upload.progress
        self._progress = show if progress is True else progress or None
        files = [each.source.length for each in self._form.parts if each.is_file]
        known = [length for length in files if length is not None]
        self._total = sum(known) if len(known) == len(files) else None
        # What was sent of files before the part that is being sent.
        self._before = 0

    def _watch(self, part: FormPart, sent: int, is_all: bool) -> Any:
        self._moved()
        if self._transcript and (is_all or not sent):
            self._transcript.part(part.head, part.text, sent if is_all else None)
        if self._progress is None or not part.is_file:
            return None
        done = self._before + sent
        if is_all:
            # It was told that much already.
            self._before = done
            return None
        return self._progress(done, self._total)


class SyncSending(Sending):
    """Such a body for an HTTP client that is not awaited."""

    def _watch(self, part: FormPart, sent: int, is_all: bool) -> Any:
        plain(super()._watch(part, sent, is_all))

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._form.pieces(self._watch)
        except Exception as error:
            self.error = error
            raise


class AsyncSending(Sending):
    """Such a body for an HTTP client that is awaited."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._form.pieces_async(self._watch):
                yield piece
        except Exception as error:
            self.error = error
            raise


def plain(value: Any) -> Any:
    """Return what a function returned.

    Raises:
        AwaitableError: it has to be awaited.
    """
    if inspect.iscoroutine(value):
        value.close()
    if inspect.isawaitable(value):
        raise AwaitableError
    return value
