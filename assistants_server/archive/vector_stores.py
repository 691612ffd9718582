"""Importing vector stores with their files and batches; they are indexed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_archive import UnitLines

from ..contract.file_objects import active, failed

if TYPE_CHECKING:
    from typing import BinaryIO

    from .placement import Placement

JSON = dict[str, Any]
# What the server counts itself.
_COUNTED = ("usage_bytes", "file_counts")
_SAME = ("created_at", "attributes", "chunking_strategy")


def import_vector_store(placement: Placement, file: BinaryIO) -> None:
    """Import the vector store of a unit with all that is in it."""
    lines = UnitLines(file)
    store = None
    for _, value in lines.of("vector_store"):
        made = placement.adapted("vector_store", value)
        if made:
            made = _used(
                placement, {k: v for k, v in made.items() if k not in _COUNTED}
            )
            expires = made["expires_at"]
            verdict = placement.place("vector_store", value, made, expires=expires)
            store = made["id"] if placement.may_add_to(verdict, made["id"]) else store
    if store is not None:
        _import_files(placement, store, lines)


def _import_files(placement: Placement, store: str, lines: UnitLines) -> None:
    for _, value in lines.of("vector_store_file"):
        entry = placement.adapted("vector_store_file", value, vector_store_id=store)
        if entry:
            _add_file(placement, entry)
    for _, value in lines.of("file_batch"):
        made = placement.adapted("file_batch", value, vector_store_id=store)
        if made:
            kept = {k: v for k, v in made.items() if k not in _COUNTED}
            placement.place("file_batch", value, kept, thread=store)
    for line, value in lines.of("batch_file"):
        entry = placement.adapted("vector_store_file", value, vector_store_id=store)
        batch = placement.store.stored(line.batch or "")
        if entry and batch and batch.kind == "file_batch" and batch.thread == store:
            placement.store.vector_store_files.join(
                batch=line.batch or "", file=entry["id"]
            )


def _used(placement: Placement, store: JSON) -> JSON:
    """Return a vector store that doesn't expire at once: its import is a use of it."""
    if store["status"] not in ("completed", "in_progress", "expired"):
        store = {**store, "status": "completed"}
    if store["status"] == "in_progress":
        # Which files are, the server finds out itself.
        store = {**store, "status": "completed"}
    expires = store["expires_at"]
    if store["status"] == "expired" or expires is None or expires > placement.now:
        return store
    return active(store) if store["expires_after"] else {**store, "expires_at": None}


def _add_file(placement: Placement, entry: JSON) -> None:
    files, store = placement.store.vector_store_files, entry["vector_store_id"]
    id = entry["id"]  # noqa: A001 - of the file
    found = files.get(store, id)
    if found:
        same = all(found.body[name] == entry[name] for name in _SAME)
        placement.report.add(
            "unchanged" if same else "conflict",
            "vector_store_file",
            id,
            "" if same else f"it is in {store} with other attributes, and stays so",
        )
    elif files.position(store, id) is not None:
        reason = f"it was taken out of {store} here since"
        placement.report.add("deleted", "vector_store_file", id, reason)
    else:
        files.add([_to_be_indexed(placement, entry)])
        placement.report.add("imported", "vector_store_file")


def _to_be_indexed(placement: Placement, entry: JSON) -> JSON:
    """Return a file of a vector store as it is imported."""
    if entry["status"] in ("failed", "cancelled"):
        return entry
    file = placement.store.get("file", entry["id"])
    if file is None or file["status"] == "error":
        why = "its content is not in the archive"
        placement.report.note("adapted", "vector_store_file", entry["id"], why)
        return failed(entry, "invalid_file", f"The file can't be indexed: {why}.")
    return {**entry, "status": "in_progress"}
