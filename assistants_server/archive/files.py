"""Importing files with their contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_archive import UnitLines

if TYPE_CHECKING:
    from typing import BinaryIO

    from assistants_archive import Archive, Entry

    from ..contents import Contents, Draft
    from .placement import Placement

JSON = dict[str, Any]
TEXT_NOTE = "text_only"
"""The note on a file of whose content there is only the text."""
_PIECE = 1024 * 1024
_NO_CONTENT = "its content is not in the archive"


class FileImport:
    """Import files, one after the other.

    `settle` has to be called after each, when it is stored or taken back.
    """

    def __init__(
        self, archive: Archive, contents: Contents, placement: Placement, *, dry: bool
    ) -> None:
        self._archive = archive
        self._contents = contents
        self._placement = placement
        self._dry = dry
        self._draft: Draft | None = None

    def add(self, entry: Entry, file: BinaryIO) -> None:
        """Import a file, unless it is there or has expired.

        Raises:
            ArchiveError: its content can't be read.
            OSError: the disk is full, or can't be read.
        """
        lines = UnitLines(file)
        parts = (_text(part) for _, part in lines.of("parsed_content"))
        text = "\n".join(part for part in parts if part)
        for _, value in lines.of("file"):
            made = self._placement.adapted("file", value)
            if made is not None:
                self._place(entry, value, made, text)

    def _place(self, entry: Entry, value: Any, made: JSON, text: str) -> None:
        report, expires = self._placement.report, made["expires_at"]
        if expires is not None and expires <= self._placement.now:
            reason = "it has expired since it was exported"
            report.add("refused", "file", entry.id, reason)
            return
        notes: JSON = {}
        if entry.content:
            size = entry.content.bytes
        elif text:
            size, notes = len(text.encode("utf-8", "replace")), {TEXT_NOTE: True}
        else:
            size = 0
            made = {**made, "status": "error", "status_details": _NO_CONTENT}
        verdict = self._placement.place(
            "file",
            value,
            {**made, "bytes": size},
            notes=notes,
            expires=expires,
            before=lambda: self._store_content(entry, made["id"], text),
        )
        if verdict != "imported":
            return
        if not entry.content:
            reason = "only its text is in the archive" if text else _NO_CONTENT
            report.note("adapted", "file", entry.id, reason)
        if made["filename"] != value.get("filename"):
            reason = f"its name is {made['filename']!r} now"
            report.note("adapted", "file", entry.id, reason)

    def settle(self) -> None:
        """Keep the content of a file that is stored now, or delete it."""
        if self._draft:
            store = self._placement.store
            with store.changes():
                is_stored = store.stored(self._id) is not None
            if is_stored:
                self._draft.commit()
            self._draft.discard()
            self._draft = None

    def _store_content(self, entry: Entry, id: str, text: str) -> None:
        if self._dry:
            return
        self._id = id
        draft = self._draft = self._contents.draft(id)
        if entry.content:
            with self._archive.open(entry.content) as content:
                while piece := content.read(_PIECE):
                    draft.write(piece)
        else:
            draft.write(text.encode("utf-8", "replace"))
        draft.finish()
        draft.keep()


def _text(part: Any) -> str:
    """Return the text that a vector store has of a part of a file."""
    found = part.get("text") if isinstance(part, dict) else None
    return found if isinstance(found, str) else ""
