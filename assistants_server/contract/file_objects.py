"""The API's objects around files: how they are made, and what is shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .objects import new_id, now, random_letters

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = dict[str, Any]
DAY = 24 * 3600
# What the API does with files for which nothing else is said.
_AUTO = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
_STATUSES = ("in_progress", "completed", "failed", "cancelled")


def new_file_id() -> str:
    """Return a new id of a file, which the API writes with a hyphen."""
    return f"file-{random_letters()}"


def file(body: JSON, *, id: str, size: int) -> JSON:
    """Return a new file from the body of `createFile`.

    Args:
        body: the body.
        id: its id, which its content has already.
        size: how many bytes the content has.
    """
    made = now()
    expiry = body.get("expires_after")
    return {
        "id": id,
        "object": "file",
        "bytes": size,
        "created_at": made,
        "expires_at": made + expiry["seconds"] if expiry else None,
        "filename": body["file"],
        "purpose": body["purpose"],
        "status": "processed",
        "status_details": None,
    }


def vector_store(body: JSON) -> JSON:
    """Return a new vector store as it is stored, from `createVectorStore`'s body."""
    made = {
        "id": new_id("vector_store"),
        "object": "vector_store",
        "created_at": now(),
        "name": body.get("name"),
        "description": body.get("description"),
        "status": "completed",
        "expires_after": body.get("expires_after"),
        "metadata": body.get("metadata") or {},
    }
    return active(made)


def active(store: JSON) -> JSON:
    """Return a vector store that is being used now, which puts its expiry off."""
    moment, expiry = now(), store["expires_after"]
    expires = moment + expiry["days"] * DAY if expiry else None
    return {**store, "last_active_at": moment, "expires_at": expires}


def modified_store(store: JSON, body: JSON) -> JSON:
    """Return a stored vector store with the changes of `modifyVectorStore`'s body."""
    changed = {**store, **body}
    changed["metadata"] = changed["metadata"] or {}
    if "expires_after" in body and store["status"] != "expired":
        # Or else a policy might end a store at once that nobody used for a while.
        return active(changed)
    return changed


def shown_store(store: JSON, counts: Mapping[str, int], usage: int) -> JSON:
    """Return a vector store as clients see it.

    Args:
        store: as it is stored.
        counts: how many files it has of each status.
        usage: how many bytes they use.
    """
    status = store["status"]
    if status != "expired" and counts.get("in_progress"):
        status = "in_progress"
    shown = {**store, "usage_bytes": usage, "file_counts": _counts(counts)}
    return {**shown, "status": status}


def vector_store_file(store: str, request: JSON) -> JSON:
    """Return a file of a vector store that is to be indexed.

    Args:
        store: the vector store's id.
        request: the body of `createVectorStoreFile`.
    """
    strategy = request.get("chunking_strategy") or {"type": "auto"}
    if strategy["type"] == "auto":
        strategy = {"type": "static", "static": _AUTO}
    return {
        "id": request["file_id"],
        "object": "vector_store.file",
        "usage_bytes": 0,
        "created_at": now(),
        "vector_store_id": store,
        "status": "in_progress",
        "last_error": None,
        "chunking_strategy": strategy,
        "attributes": request.get("attributes") or {},
    }


def failed(file: JSON, code: str, message: str) -> JSON:
    """Return a file of a vector store that can't be indexed."""
    error = {"code": code, "message": message}
    return {**file, "status": "failed", "usage_bytes": 0, "last_error": error}


def file_batch(store: str) -> JSON:
    """Return a new batch of files, as it is stored."""
    return {
        "id": new_id("file_batch"),
        "object": "vector_store.files_batch",
        "created_at": now(),
        "vector_store_id": store,
        "status": "completed",
    }


def is_kept(batch: JSON) -> bool:
    """Return whether a stored batch is kept as it ended, and not what its files are."""
    return "file_counts" in batch


def shown_batch(batch: JSON, counts: Mapping[str, int]) -> JSON:
    """Return a batch as clients see it.

    Args:
        batch: as it is stored.
        counts: how many files it has of each status.
    """
    if is_kept(batch):
        return batch
    status = batch["status"]
    if status != "cancelled" and counts.get("in_progress"):
        status = "in_progress"
    elif status != "cancelled" and counts.keys() == {"failed"}:
        status = "failed"
    return {**batch, "status": status, "file_counts": _counts(counts)}


def _counts(counts: Mapping[str, int]) -> JSON:
    known = {status: counts.get(status, 0) for status in _STATUSES}
    return {**known, "total": sum(known.values())}
