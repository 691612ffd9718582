"""How each kind of unit is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_archive import content_path
from assistants_archive.manifest import Stored
from assistants_client import (
    APIConnectionError,
    BadRequestError,
    UnprocessableEntityError,
)

from .source import UnreadableError
from .units import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistants_archive import Entry, Folder

    from .source import Source

_RESULTS = "step_details.tool_calls[*].file_search.results[*].content"
# How often a download is begun that breaks off.
_DOWNLOADS = 3


class Readers:
    """Read units; the methods may be called in threads.

    Attributes:
        stores_of: the vector store that a file is in, by the file's id.
        batches: ids of batches, by the id of their vector store.
    """

    def __init__(
        self,
        source: Source,
        folder: Folder,
        batches: Iterable[tuple[str, str]],
        *,
        contents: bool,
    ) -> None:
        self._source = source
        self._folder = folder
        self._contents = contents
        self.stores_of: dict[str, str] = {}
        self.batches: dict[str, list[str]] = {}
        for store, batch in batches:
            self.batches.setdefault(store, []).append(batch)

    def read(self, kind: str, id: str) -> Entry:
        """Read a unit, and return its entry.

        Raises:
            APIConnectionError: the server can't be reached any more.
            AuthenticationError: the key is not accepted any more.
            OSError: its file can't be written.
        """
        reads = {"thread": _thread, "vector_store": self._vector_store}
        with Unit(self._source, self._folder, kind, id) as unit:
            path = "files" if kind == "file" else f"{kind}s"
            with unit.noting("object"):
                item = self._source.object(path, id)
                unit.add(kind, item)
                if item.id != id:
                    error = UnreadableError(
                        f"the response has another id: {item.id[:100]}"
                    )
                    unit.note("object", error)
                if kind == "file":
                    self._file(unit, item.value)
                elif kind in reads:
                    reads[kind](unit)
        return unit.entry

    def _vector_store(self, unit: Unit) -> None:
        path = ("vector_stores", unit.entry.id)
        place = {"vector_store": unit.entry.id}
        for each in unit.add_all("vector_store_file", *path, "files", **place):
            unit.refer_to("file", each.id)
        for batch in self.batches.get(unit.entry.id, ()):
            with unit.noting("file_batch"):
                found = self._source.object(*path, "file_batches", batch)
                unit.add("file_batch", found, **place)
                where = (*path, "file_batches", batch, "files")
                for each in unit.add_all("batch_file", *where, batch=batch, **place):
                    unit.refer_to("file", each.id)

    def _file(self, unit: Unit, file: dict[str, Any]) -> None:
        if not self._contents:
            return
        before = len(unit.entry.problems)
        with unit.noting("content"):
            unit.entry.content = self._content(unit.entry.id)
            size, came = file.get("bytes"), unit.entry.content.bytes
            if isinstance(size, int) and size != came:
                raise UnreadableError(f"{came} bytes came, where the file has {size}")
        store = self.stores_of.get(unit.entry.id)
        if len(unit.entry.problems) > before and store is not None:
            # Servers refuse the content of what was uploaded for assistants, and yet
            # return the text that they found in it.
            with unit.noting("parsed content"):
                for raw in self._source.parsed_content(store, unit.entry.id):
                    unit.add_raw("parsed_content", raw, vector_store=store)

    def _content(self, id: str) -> Stored:
        with self._folder.writing(content_path(id)) as draft:
            for attempt in range(1, _DOWNLOADS + 1):
                draft.restart()
                try:
                    for piece in self._source.content(id):
                        draft.write(piece)
                    break
                except APIConnectionError:
                    if attempt == _DOWNLOADS:
                        raise
        return Stored(draft.path, draft.size, draft.digest)


def _thread(unit: Unit) -> None:
    id = unit.entry.id  # noqa: A001 - of the thread
    for _ in unit.add_all("message", "threads", id, "messages", thread=id):
        pass
    runs = [each.id for each in unit.add_all("run", "threads", id, "runs", thread=id)]
    for run in runs:
        _steps(unit, id, run)


def _steps(unit: Unit, thread: str, run: str) -> None:
    path = ("threads", thread, "runs", run, "steps")
    found = 0
    with unit.noting("steps"):
        try:
            for item in unit.source.items(*path, **{"include[]": _RESULTS}):
                unit.add("step", item, thread=thread, run=run)
                found += 1
        except (BadRequestError, UnprocessableEntityError):
            # Not every server knows of these.
            if found:
                raise
            for item in unit.source.items(*path):
                unit.add("step", item, thread=thread, run=run)
