"""Files and vector stores: what the operations, runs and messages do with them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ..contract import file_objects
from ..contract.objects import now
from ..http.errors import HTTPError, not_found
from .ended_batches import keep_ended_batches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contents import Contents, Draft
    from ..store import Store
    from .searcher import Searcher

JSON = dict[str, Any]
# As in the API: of stores that are made on the way, for a thread or a message.
_EXPIRY = {"anchor": "last_active_at", "days": 7}


class Background(Protocol):
    """What happens after a change, beside the requests; `Indexer` describes it."""

    # ruff: noqa: D102 - see there
    def wake(self) -> None: ...

    def stop(self, pairs: Iterable[tuple[str, str]]) -> None: ...

    def forget(self, vector_store: str, file: str | None = None) -> None: ...

    def delete_contents(self, ids: Iterable[str]) -> None: ...

    def delete_rest(self, id: str) -> None: ...

    def empty(self, vector_store: str) -> None: ...


class Library:
    """All files and vector stores.

    Its methods are called within `Store.changes`. What takes a while (indexing,
    deleting chunks and contents) is left to the background, which looks at the store
    again first: a change that is taken back changes nothing there either.

    Attributes:
        contents: the contents of the files.
        searcher: what searches the vector stores.
    """

    def __init__(
        self,
        store: Store,
        contents: Contents,
        background: Background,
        searcher: Searcher,
    ) -> None:
        self.contents = contents
        self.searcher = searcher
        self._store = store
        self._entries = store.vector_store_files
        self._background = background

    def of(self, store: Store) -> Library:
        """Return the files and vector stores of a project.

        Args:
            store: the store as the project sees it.
        """
        return Library(store, self.contents, self._background, self.searcher)

    def expire(self) -> None:
        """Delete the files whose time is over, and empty such vector stores."""
        for file in self._store.expired("file", now()):
            self.delete_file(file["id"])
        for store in self._store.expired("vector_store", now()):
            self._empty(store["id"])
            self._store.put({**store, "status": "expired"})
            self._store.expire_at(store["id"], None)

    def add_file(self, body: JSON, content: Draft) -> JSON:
        """Add a file, and return it."""
        made = file_objects.file(body, id=content.id, size=content.size)
        self._store.add("file", made, expires=made["expires_at"])
        content.keep()
        return made

    def delete_file(self, id: str) -> None:
        """Delete a file with its content, and take it out of all vector stores."""
        for store in self._entries.stores_of(id):
            self.remove(store, id)
        self._store.delete(id)
        self._store.after(partial(self._background.delete_contents, [id]))

    def add_store(self, body: JSON) -> JSON:
        """Add a vector store with its first files, and return it as it is stored.

        Raises:
            HTTPError: a file doesn't exist.
        """
        made = file_objects.vector_store(body)
        self._store.add("vector_store", made, expires=made["expires_at"])
        same = _of_all(body)
        self.add(made["id"], [{"file_id": f, **same} for f in body.get("file_ids", ())])
        return made

    def shown(self, store: JSON) -> JSON:
        """Return a stored vector store as clients see it."""
        # What is left in one that has expired is being taken out.
        counts: tuple[dict[str, int], int] = ({}, 0)
        if store["status"] != "expired":
            counts = self._entries.counts(store["id"])
        return file_objects.shown_store(store, *counts)

    def put_store(self, store: JSON) -> None:
        """Replace a stored vector store."""
        self._store.put(store)
        self._store.expire_at(store["id"], store["expires_at"])

    def use_store(self, store: JSON) -> None:
        """Note that a vector store is used now.

        Raises:
            HTTPError: it has expired.
        """
        if _is_over(store):
            message = (
                f"{store['id']} has expired; make a new vector store of its files."
            )
            raise HTTPError(400, message, code="vector_store_expired")
        self.put_store(file_objects.active(store))

    def delete_store(self, id: str) -> None:
        """Delete a vector store with its batches; its files stay."""
        self._empty(id)
        self.delete_thread(id)

    def add(
        self,
        store: str,
        requests: Iterable[JSON],
        *,
        batch: str | None = None,
    ) -> None:
        """Add files to a vector store, to be indexed in the background.

        Args:
            store: the id of the vector store.
            requests: a body of `createVectorStoreFile` for each file. Of several for
                the same file, the last one counts.
            batch: the id of the batch that they belong to.

        Raises:
            HTTPError: a file doesn't exist.
        """
        last = {each["file_id"]: each for each in requests}
        # Nobody deletes one of them between here and the end of this change.
        self._store.lock(*last)
        there = self._store.existing("file", last)
        for file in last:
            if file not in there:
                raise not_found("file", file)
        entries = [file_objects.vector_store_file(store, last[file]) for file in last]
        keep_ended_batches(self._store, store, last)
        self._entries.add(entries, batch=batch)
        self._store.after(self._background.wake)

    def remove(self, store: str, file: str) -> None:
        """Take a file out of a vector store; the file itself stays."""
        self._entries.delete(store, file)
        self._store.after(partial(self._background.forget, store, file))

    def cancel(self, batch: JSON) -> JSON:
        """Cancel what is left of a batch, and return the batch as it is stored."""
        if file_objects.is_kept(batch):
            return batch
        store = batch["vector_store_id"]
        left = self._entries.cancel(store, batch=batch["id"])
        if not left:
            return batch
        pairs = [(store, file) for file in left]
        self._store.after(partial(self._background.stop, pairs))
        cancelled = {**batch, "status": "cancelled"}
        self._store.put(cancelled)
        return cancelled

    def tool_resources(self, given: JSON | None) -> JSON:
        """Return tool resources as they are stored: new vector stores become ids."""
        kept: JSON = {}
        if given and "code_interpreter" in given:
            files = given["code_interpreter"].get("file_ids", [])
            kept["code_interpreter"] = {"file_ids": files}
        if given and "file_search" in given:
            search = given["file_search"]
            made = [
                self._helper_store(each) for each in search.get("vector_stores", ())
            ]
            ids = [*search.get("vector_store_ids", ()), *made]
            kept["file_search"] = {"vector_store_ids": ids}
        return kept

    def attach(self, thread: str, attachments: Iterable[JSON]) -> None:
        """Add the files that are attached to messages to the tools of their thread.

        Files for search go into the thread's vector store, which is made if there is
        none.

        Raises:
            HTTPError: a file doesn't exist.
        """
        wanted: dict[str, list[str]] = {"code_interpreter": [], "file_search": []}
        for each in attachments:
            for tool in each.get("tools") or ():
                if each.get("file_id") and tool["type"] in wanted:
                    wanted[tool["type"]].append(each["file_id"])
        if not any(wanted.values()):
            return
        found = self._store.get("thread", thread)
        assert found is not None
        resources = dict(found["tool_resources"] or {})
        if wanted["code_interpreter"]:
            before = resources.get("code_interpreter", {}).get("file_ids", [])
            ids = [*dict.fromkeys([*before, *wanted["code_interpreter"]])]
            resources["code_interpreter"] = {"file_ids": ids}
        if wanted["file_search"]:
            requests = [{"file_id": each} for each in wanted["file_search"]]
            ids = resources.get("file_search", {}).get("vector_store_ids", [])
            store = self._usable(ids[0]) if ids else None
            if store is None:
                store = self._helper_store({})
                resources["file_search"] = {"vector_store_ids": [store]}
            self.add(store, requests)
        self._store.put({**found, "tool_resources": resources})

    def _usable(self, id: str) -> str | None:
        self._store.lock(id)
        store = self._store.get("vector_store", id)
        if store is None or _is_over(store):
            return None
        self.use_store(store)
        return id

    def _helper_store(self, body: JSON) -> str:
        """Add a vector store that expires, and return its id."""
        made = self.add_store(
            {"metadata": body.get("metadata"), "expires_after": _EXPIRY}
        )
        same = _of_all(body)
        requests = [{"file_id": each, **same} for each in body.get("file_ids", ())]
        self.add(made["id"], requests)
        id: str = made["id"]  # noqa: A001 - for its type
        return id

    def delete_thread(self, id: str) -> None:
        """Delete a thread, or a vector store, with all that is in it."""
        self._store.delete_thread(id)
        self._store.after(partial(self._background.delete_rest, id))

    def _empty(self, id: str) -> None:
        if self._entries.delete_all(id):
            self._store.after(partial(self._background.empty, id))
        self._store.after(partial(self._background.forget, id))


def _is_over(store: JSON) -> bool:
    """Return whether a vector store has expired, noticed or not."""
    expires = store["expires_at"]
    return store["status"] == "expired" or (expires is not None and expires <= now())


def _of_all(body: JSON) -> JSON:
    """Return what a body says of all files that it names."""
    names = ("attributes", "chunking_strategy")
    return {name: body[name] for name in names if name in body}
