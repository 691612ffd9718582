"""Batches of files that have ended, and stay so whatever becomes of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.file_objects import is_kept, shown_batch

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..store import Store


def keep_ended_batches(
    store: Store, vector_store: str, files: Collection[str], /
) -> None:
    """Keep the batches as they are that have ended: files of theirs are indexed again.

    Until then the state of a batch is what its files are in; a file is in a vector
    store once, also where several batches have added it.

    Args:
        store: the store.
        vector_store: the id of the vector store.
        files: the ids of the files that will be indexed again, or for the first time.
    """
    entries = store.vector_store_files
    for batch in entries.batches_of(vector_store, files):
        if not is_kept(batch):
            counts, _ = entries.counts(vector_store, batch=batch["id"])
            if not counts.get("in_progress"):
                store.put(shown_batch(batch, counts))
