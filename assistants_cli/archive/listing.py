"""What a server lists, besides what is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from assistants_archive import Entry
from assistants_client import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AuthenticationError,
)

from .source import Source, UnreadableError
from .units import problem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_archive.manifest import Problem
    from assistants_client import Client

    from .selection import Selection

_LISTS: Final = ("assistant", "vector_store", "file")
# What servers answer where nobody can list threads, as the API says itself.
# OpenAI's refuses the key for it, and no other request; a wrong one fails at the next.
_NO_LIST: Final = (400, 401, 403, 404, 405, 501)
NAME_THEM: Final = (
    "this server does not list threads; name them by their ids, with --thread or "
    "--threads-from"
)


class Listing:
    """Find what is to be exported.

    Attributes:
        problems: what could not be listed.
    """

    def __init__(self, source: Source, selection: Selection) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._selection = selection

    def units(self) -> Iterator[tuple[str, str]]:
        """Yield the kinds and ids of what is named, and of what is listed.

        Raises:
            APIConnectionError: the server can't be reached.
            AuthenticationError: the key is not accepted.
        """
        for thread in self._selection.threads:
            yield "thread", thread
        for store, _ in self._selection.batches:
            yield "vector_store", store
        if self._selection.everything:
            yield from self._threads()
            for kind in _LISTS:
                yield from self._list(kind)

    def _threads(self) -> Iterator[tuple[str, str]]:
        found = 0
        try:
            for each in self._list("thread", strict=True):
                yield each
                found += 1
        except APIStatusError as error:
            if found or error.status_code not in _NO_LIST:
                self._note("threads", error)
            elif not self._selection.threads:
                self._note("threads", UnreadableError(NAME_THEM), error.status_code)
        except UnreadableError as error:
            self._note("threads", error)

    def _list(self, kind: str, *, strict: bool = False) -> Iterator[tuple[str, str]]:
        try:
            for item in self._source.items(f"{kind}s"):
                if item.id:
                    yield kind, item.id
                else:
                    error = UnreadableError("an item has no id that is text")
                    self._note(f"{kind}s", error)
        except (APIConnectionError, AuthenticationError):
            raise
        except (APIError, UnreadableError) as error:
            if strict:
                raise
            self._note(f"{kind}s", error)

    def _note(self, what: str, error: Exception, status: int | None = None) -> None:
        problem = problem_of(Entry("list", what), what, error)
        problem.status = status or problem.status
        self.problems.append(problem)


def address_of(client: Client) -> str:
    """Return where a client's server is, without what may be secret."""
    parts = urlsplit(str(client.base_url))
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")
