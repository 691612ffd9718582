"""What is done beside the requests: files are indexed, and what is deleted goes.

Everything that takes a while is done in threads; the event loop only looks into the
store, and writes down what came of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from .._api import in_thread
from ..contents import UnreachableError
from ..contract.file_objects import failed
from ..quiet_log import QuietLog
from ..search.errors import (
    EmbeddingError,
    ExtractionError,
    RemovedError,
    SearchError,
)
from ..search.extraction import StoppedError
from ..store import StoreAwayError, StoreError
from .ended_batches import keep_ended_batches
from .job import Job
from .tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from ..contents import Contents
    from ..search.embeddings import EmbeddingServer
    from ..search.interface import Added
    from ..store import Store
    from ..store.vector_store_files import Entry
    from .index_file import IndexFile

JSON = dict[str, Any]
_Done = TypeVar("_Done")
AT_ONCE = 2
"""How many files are indexed at the same time."""
_SEARCHES = 4
# How often a file is begun that a server never came to the end of: it may be its death.
_MOST_ATTEMPTS = 3
# Seconds: between two looks at what has expired, and for the index to be closed.
_TIDY, _GRACE = 60.0, 1.0
_DAY = 24 * 3600.0
# Seconds before another try where the store can't be used.
_PAUSE = 1.0
# Seconds between two looks at what other processes have done.
_LOOK = 1.0
_log = logging.getLogger("assistants_server")


class Indexer:
    """Index the files of vector stores, the one that waits longest first.

    Which these are is in the store: what a server leaves when it ends, the next one
    takes up.

    Attributes:
        index: the chunks.
    """

    def __init__(
        self,
        store: Store,
        contents: Contents,
        index: IndexFile,
        embedder: EmbeddingServer | None = None,
    ) -> None:
        self.index = index
        self._embedder = embedder
        self._store = store
        self._entries = store.vector_store_files
        self._contents = contents
        self._jobs: dict[tuple[str, str], Job] = {}
        self._news = asyncio.Event()
        self._searches = asyncio.Semaphore(_SEARCHES)
        self._claims = asyncio.Lock()
        self._removals = asyncio.Lock()
        self._quiet = QuietLog()
        self._tasks = Tasks(self._quiet)

    async def start(
        self,
        expire: Callable[[], None],
        others: Iterable[Callable[[], Coroutine[Any, Any, None]]] = (),
    ) -> None:
        """Begin, with what an earlier server left.

        Args:
            expire: deletes what has expired.
            others: what else goes on until it is closed.
        """
        await self._store.perform(partial(self._take_over, expire))
        sweeping: list[Coroutine[Any, Any, None]] = []
        if self._contents.is_shared:
            sweeping = [self._sweep_daily()]
        else:
            # Nobody writes into it yet.
            await self._sweep()
        for _ in range(AT_ONCE):
            self._tasks.begin(self._work())
        for work in (self._tidy(expire), *sweeping, *(each() for each in others)):
            self._tasks.begin(work)

    def _take_over(self, expire: Callable[[], None]) -> None:
        """Go on with what an earlier server left."""
        expire()
        self._reconcile()
        for each in self._store.leftovers():
            self._store.after(partial(self.delete_rest, each))
        for each in self._entries.leftovers():
            self._store.after(partial(self.empty, each))

    def wake(self) -> None:
        """Let everything look again that waits for something to have changed."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def stop(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Stop indexing files, given as ids of vector stores and files."""
        for pair in pairs:
            if pair in self._jobs:
                self._jobs[pair].stop.set()

    def forget(self, vector_store: str, file: str | None = None) -> None:
        """Remove the chunks of a file that is in a vector store no more, or of all."""
        self.stop(
            pair
            for pair in self._jobs
            if pair[0] == vector_store and file in (None, pair[1])
        )
        self._tasks.begin_deletion(self._forget(vector_store, file))

    def delete_contents(self, ids: Iterable[str]) -> None:
        """Delete the contents of files that are no more."""
        self._tasks.begin_deletion(self._delete([*ids]))

    def delete_rest(self, id: str) -> None:
        """Delete what is left of a thread or vector store that is no more."""
        self._tasks.begin_deletion(self._repeat(partial(self._store.delete_rest, id)))

    def empty(self, vector_store: str) -> None:
        """Take the files out of a vector store that is no more, or has expired."""
        self._tasks.begin_deletion(
            self._repeat(partial(self._entries.delete_all, vector_store))
        )

    async def search(self, search: Callable[[], _Done]) -> _Done:
        """Return what a search in the index finds, in a thread of its own."""
        async with self._searches:
            return await in_thread(search)

    async def _changed(self, news: asyncio.Event) -> None:
        """Wait until something has changed, also in other processes."""
        if self._store.processes.alone:
            await news.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK):
                await news.wait()

    async def settled(self, vector_stores: Iterable[str]) -> None:
        """Wait until no file of some vector stores is being indexed."""
        ids = [*vector_stores]

        def busy() -> bool:
            return any("in_progress" in self._entries.counts(each)[0] for each in ids)

        news = self._news
        while await self._store.perform(busy):
            await self._changed(news)
            news = self._news

    async def close(self) -> None:
        """Stop everything where it is; the next server takes it up again.

        What is being deleted has some time to go, so that little is left to that one.
        """
        for job in self._jobs.values():
            job.stop.set()
        if self._embedder:
            self._embedder.close()
        await self._tasks.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await in_thread(self._close)

    def _close(self) -> None:
        self.index.close()
        self._contents.close()

    async def _work(self) -> None:
        """Index one file after the other."""
        while True:
            try:
                news = self._news
                entry = await self._claim()
                if entry is None:
                    await self._changed(news)
                else:
                    await self._work_on(entry)
            except Exception as error:  # noqa: BLE001 - such as a disk that is full
                self._quiet.error("work on the index failed", error)
                await asyncio.sleep(_PAUSE)

    async def _work_on(self, entry: Entry) -> None:
        pair = (entry.vector_store, entry.file)
        job = self._jobs[pair]
        try:
            changed = await self._index(entry, job)
            await self._store.perform(partial(self._settle, entry, changed))
        except (StoreError, UnreachableError, asyncio.CancelledError):
            # It was not this file that ended the server.
            await self._spare(entry, job)
            raise
        finally:
            del self._jobs[pair]
            self.wake()

    async def _claim(self) -> Entry | None:
        """Return the next file that nothing is being done with, and begin a job."""
        async with self._claims:
            busy = {job.place for job in self._jobs.values() if job.place is not None}
            next_one = partial(self._entries.next, besides=busy)
            while entry := await self._store.perform(next_one):
                pair = (entry.vector_store, entry.file)
                if pair not in self._jobs:
                    self._jobs[pair] = Job(entry.place)
                    return entry
                busy.add(entry.place)
        return None

    async def _index(self, entry: Entry, job: Job) -> JSON | None:
        """Return a file as it is when it has been indexed; None if it was stopped."""
        begin = partial(self._open, entry, job)
        file, attempts, notes = await self._store.perform(begin)
        if file is None:
            return failed(entry.body, "invalid_file", "The file was deleted.")
        if attempts > _MOST_ATTEMPTS:
            message = f"Indexing it ended the server {_MOST_ATTEMPTS} times."
            return failed(entry.body, "server_error", message)
        # Of some imported files there is only the text, whatever their names say.
        name = "text.txt" if notes.get("text_only") else file["filename"]
        add = self.index.adding(entry.body, name, job.stop)
        try:
            added: Added = await in_thread(add)
        except (RemovedError, StoppedError):
            await self._spare(entry, job)
            return None
        except (StoreAwayError, UnreachableError):
            raise
        except ExtractionError as error:
            return failed(entry.body, error.code, error.message)
        except (EmbeddingError, SearchError) as error:
            return failed(entry.body, "server_error", str(error))
        except Exception as error:  # noqa: BLE001 - a file can be anything
            if self._tasks.are_ending:
                await self._spare(entry, job)
                return None
            _log.exception("indexing %s failed", entry.file, exc_info=error)
            message = "Internal error of the server; its log has the details."
            return failed(entry.body, "server_error", message)
        return {**entry.body, "status": "completed", "usage_bytes": added.bytes}

    async def _spare(self, entry: Entry, job: Job) -> None:
        """Leave a file to whoever takes it up next, as soon as the store is there."""
        while job.is_counted:
            try:
                await self._store.perform(partial(self._take_back, entry, job))
            except StoreError:
                job.is_counted = True
                if self._tasks.are_ending:
                    return
                await asyncio.sleep(_PAUSE)

    def _take_back(self, entry: Entry, job: Job) -> None:
        self._entries.spare(entry.place)
        job.is_counted = False

    def _open(self, entry: Entry, job: Job) -> tuple[JSON | None, int, JSON]:
        """Return a file, how often indexing it has begun, and the notes on it."""
        file = self._store.get("file", entry.file)
        notes = self._store.notes(entry.file) if file else {}
        attempts = self._entries.begin(entry.place)
        # Who waits for this may be cancelled before it is told.
        job.is_counted = True
        return file, attempts, notes

    def _settle(self, entry: Entry, changed: JSON | None) -> None:
        """Write down what came of a file, if it is still to be indexed."""
        self._store.lock(entry.vector_store)
        now = self._entries.get(entry.vector_store, entry.file)
        if now and (now.place != entry.place or not self._entries.holds(now.place)):
            # It was added again, or somebody else took it over: what the index has of
            # it is replaced then.
            if now.place == entry.place and changed is not None:
                # Who was taken for dead isn't: it was not this file that ended it.
                self._entries.spare(now.place)
            return
        if now is None or now.body["status"] != "in_progress":
            forget = partial(self.forget, entry.vector_store, entry.file)
            self._store.after(forget)
        elif changed is not None:
            # Attributes may have been changed meanwhile.
            names = ("status", "usage_bytes", "last_error")
            result = {name: changed[name] for name in names}
            self._entries.put({**now.body, **result})

    async def _forget(self, vector_store: str, file: str | None) -> None:
        while any(
            pair[0] == vector_store and file in (None, pair[1]) for pair in self._jobs
        ):
            await self._news.wait()
        # Nothing else may be done with it meanwhile.
        pair = (vector_store, file or "")
        job = self._jobs[pair] = Job(None)
        try:
            if await self._store.perform(partial(self._is_there, vector_store, file)):
                return
            remove = self.index.removing(vector_store, file)
            async with self._removals:
                await in_thread(remove)
        finally:
            if self._jobs.get(pair) is job:
                del self._jobs[pair]
            self.wake()

    def _is_there(self, vector_store: str, file: str | None) -> bool:
        """Return whether a file is in a vector store; without one, whether any is."""
        if file is None:
            return bool(self._entries.counts(vector_store)[0])
        entry = self._entries.get(vector_store, file)
        return bool(entry and entry.body["status"] in ("completed", "in_progress"))

    async def _delete(self, ids: list[str]) -> None:
        there = await self._store.perform(partial(self._store.existing, "file", ids))
        gone = [each for each in ids if each not in there]
        await in_thread(partial(self._contents.delete, gone))

    async def _repeat(self, some: Callable[[], bool]) -> None:
        """Do something in portions; others are served in between."""
        while await self._store.perform(some):
            await asyncio.sleep(0)

    async def _sweep(self) -> None:
        """Delete contents that a crash left without their file."""
        files = await self._store.perform(partial(self._store.all, "file"))
        known = {file["id"] for file in files}
        await in_thread(partial(self._contents.sweep, known))

    async def _sweep_daily(self) -> None:
        while True:
            try:
                await self._sweep()
            except Exception as error:  # noqa: BLE001 - such as a store that is away
                self._quiet.error("contents without files can't be deleted yet", error)
            await asyncio.sleep(_DAY)

    async def _tidy(self, expire: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(_TIDY)
            try:
                await self._store.perform(expire)
            except Exception as error:  # noqa: BLE001 - such as a disk that is full
                self._quiet.error("what has expired can't be deleted yet", error)

    def _reconcile(self) -> None:
        """Make the index agree with the store after a crash, or with another index."""
        known = self._entries.statuses()
        there = self.index.files()
        missing: defaultdict[str, list[str]] = defaultdict(list)
        for (store, file), status in known.items():
            if status == "completed" and (store, file) not in there:
                missing[store].append(file)
        for store, files in missing.items():
            keep_ended_batches(self._store, store, files)
            for entry in filter(None, (self._entries.get(store, f) for f in files)):
                self._entries.put({**entry.body, "status": "in_progress"})
        stores = self.index.stores()
        gone = stores - self._store.existing("vector_store", stores)
        wanted = {each for each in known if known[each] in ("completed", "in_progress")}
        for names in (*((store,) for store in gone), *(there - wanted)):
            self._store.after(partial(self.forget, *names))
