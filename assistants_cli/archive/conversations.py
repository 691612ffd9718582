"""The import of an archive into Conversations, where threads of OpenAI's went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assistants_archive import Archive, ArchiveError, LineError, UnitLines, verify
from assistants_client import APIStatusError, NotFoundError

from .. import _model_api as api
from .items import count_other, item_of, metadata_of
from .listing import address_of
from .mapping import Mapped, Mapping

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from assistants_archive import Entry
    from assistants_client import Client

AT_ONCE: Final = 20
"""How many items a request may have."""
_PAGE = 100
_REFUSED = (400, 404, 413, 422)


class NoConversationsError(Exception):
    """The server has no conversations."""


@dataclass
class Carried:
    """What came of an import into conversations.

    Attributes:
        threads: how many threads became conversations now.
        items: how many items were added now.
        before: how many threads had been imported before.
        lost: what could not be carried, by the names in `items.LOSSES`.
        problems: what failed, with the ids of the threads.
    """

    threads: int = 0
    items: int = 0
    before: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)


def survey(path: str | os.PathLike[str]) -> Carried:
    """Return what would be carried into conversations, and what can't be.

    Raises:
        ArchiveError: it is not an archive, or damaged.
        OSError: it can't be read.
    """
    found, archive = Carried(), _sound(path)
    for entry in archive.entries():
        if entry.unit == "thread" and entry.lines:
            found.threads += 1
        for kind, value in _lines(archive, entry):
            if kind != "message":
                count_other(kind, value, found.lost)
            elif item_of(value, found.lost) is not None:
                found.items += 1
    found.lost = +found.lost
    return found


class Conversations:
    """An import, which goes on where an earlier one of the same archive ended.

    Attributes:
        mapping: the file that says which thread is which conversation.
    """

    def __init__(
        self,
        client: Client,
        path: str | os.PathLike[str],
        *,
        on_thread: Callable[[Carried], None] = lambda _: None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            client: a client of the server that has conversations.
            path: the folder of the archive.
            on_thread: called after each thread.
        """
        self._client = client
        self._server = address_of(client)
        self._path = Path(path)
        self._on_thread = on_thread
        self._carried = Carried()
        self.mapping = self._path

    def run(self) -> Carried:
        """Make a conversation of each thread, and return what came of it.

        Raises:
            ArchiveError: it is not an archive, or damaged.
            NoConversationsError: the server has no such thing.
            APIError: the server can't be reached, or refuses the key; what is done
                stays, and the same call goes on.
            OSError: the archive, or the mapping beside it, can't be used.
        """
        archive = _sound(self._path)
        with Mapping(self._path) as mapping:
            self.mapping = mapping.path
            for entry in archive.entries("thread"):
                if entry.lines:
                    self._import(archive, entry, mapping)
                    self._on_thread(self._carried)
        return self._carried

    def _import(self, archive: Archive, entry: Entry, mapping: Mapping) -> None:
        known = mapping.get(self._server, entry.id)
        if known and known.state == "done":
            self._carried.before += 1
            return
        try:
            mapped = self._opened(archive, entry, mapping, known)
            self._add_items(archive, entry, mapping, mapped)
        except NotFoundError as error:
            if known is None or not known.conversation:
                raise NoConversationsError(
                    f"{self._server} has no conversations: {error.message}"
                ) from error
            self._fail(entry.id, f"its conversation is gone: {error.message}")
        except APIStatusError as error:
            if error.status_code not in _REFUSED:
                raise
            self._fail(entry.id, str(error))
        else:
            self._carried.threads += 1

    def _fail(self, thread: str, reason: str) -> None:
        self._carried.problems.append((thread, reason))

    def _opened(
        self, archive: Archive, entry: Entry, mapping: Mapping, known: Mapped | None
    ) -> Mapped:
        """Return the conversation of a thread, with how many items it has."""
        if known and known.conversation:
            return Mapped(
                self._server,
                entry.id,
                "open",
                known.conversation,
                self._count(known.conversation),
            )
        if known and known.state == "creating":
            reason = "an earlier import may have left an empty conversation behind"
            self._fail(entry.id, reason)
        threads = (v for kind, v in _lines(archive, entry) if kind == "thread")
        metadata = metadata_of(next(threads, None), Counter())
        mapping.put(Mapped(self._server, entry.id, "creating"))
        body = api.CreateConversationBody.from_dict({"metadata": metadata})
        try:
            answer = self._send(api.create_conversation.build_request(body=body))
        except APIStatusError as error:
            if error.status_code in _REFUSED:
                mapping.put(Mapped(self._server, entry.id, "refused"))
            raise
        made = api.ConversationResource.from_dict(answer)
        mapped = Mapped(self._server, entry.id, "open", made.id)
        mapping.put(mapped)
        return mapped

    def _add_items(
        self, archive: Archive, entry: Entry, mapping: Mapping, mapped: Mapped
    ) -> None:
        assert mapped.conversation
        lost: Counter[str] = Counter()
        there = mapped.items
        batch: list[api.EasyInputMessage] = []
        count = 0
        for kind, value in _lines(archive, entry):
            if kind != "message":
                count_other(kind, value, lost)
                continue
            item = item_of(value, lost)
            if item is None:
                continue
            count += 1
            if count > there:
                batch.append(item)
            if len(batch) == AT_ONCE:
                self._add(mapped.conversation, batch)
        if batch:
            self._add(mapped.conversation, batch)
        if count < there:
            reason = f"its conversation has {there} items, and the thread {count}"
            self._fail(entry.id, reason)
        self._carried.lost += lost
        mapping.put(
            Mapped(
                self._server,
                entry.id,
                "done",
                mapped.conversation,
                count,
                dict(+lost),
            )
        )

    def _add(self, conversation: str, batch: list[api.EasyInputMessage]) -> None:
        body = api.CreateConversationItemsRequest.from_dict(
            {"items": [each.to_dict() for each in batch]}
        )
        request = api.create_conversation_items.build_request(conversation, body=body)
        self._send(request)
        self._carried.items += len(batch)
        batch.clear()

    def _count(self, conversation: str) -> int:
        """Return how many items a conversation has."""
        count, after = 0, ""
        while True:
            more: Any = {"after": after} if after else {}
            request = api.list_conversation_items.build_request(
                conversation, limit=_PAGE, order="asc", **more
            )
            page = api.ConversationItemList.from_dict(self._send(request))
            found = page.data or []
            count += len(found)
            last = page.last_id or (found[-1].to_dict().get("id") if found else None)
            if not page.has_more or not last or last == after:
                return count
            after = last

    def _send(self, request: api.Request) -> dict[str, Any]:
        """Send a request of the generated package by the client, which retries it."""
        if request.method == "GET":
            query = dict(request.query)
            return self._client.get(request.path, cast_to=dict, extra_query=query)
        return self._client.post(request.path, cast_to=dict, body=request.json)


def _sound(path: str | os.PathLike[str]) -> Archive:
    found = verify(path)
    if not found.sound:
        raise ArchiveError(
            f"{path} is damaged, so nothing is imported: {found.damages[0]}"
        )
    return Archive(path)


def _lines(archive: Archive, entry: Entry) -> Iterator[tuple[str, Any]]:
    if entry.lines is None:
        return
    try:
        with archive.open(entry.lines) as file:
            lines = UnitLines(file)
            for kind in lines.kinds:
                for _, value in lines.of(kind):
                    yield kind, value
    except LineError as error:
        where = archive.folder.path / entry.lines.path
        raise ArchiveError(f"{where}: {error}") from None
