"""The placement of objects in the store: none replaces another."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from ..compact_json import to_json
from .checks import WrongError
from .shapes import adapted

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store import Store
    from .report import Report, Verdict

JSON = dict[str, Any]
# Half of a surrogate pair, which neither SQLite nor UTF-8 has: a text that was cut.
_HALVES = re.compile("[\ud800-\udfff]")
IMPORTED = "imported"
"""The note on an imported object: the hash of what it was in the archive."""


class Placement:
    """What all imports of objects share.

    Attributes:
        store: where they go: that of their project.
        report: what comes of them.
        when: when the archive was made, in seconds.
        now: the time.
    """

    def __init__(
        self, whole: Store, report: Report, *, project: str, when: int, now: int
    ) -> None:
        """Prepare.

        Args:
            whole: the store.
            report: what comes of them.
            project: whose they are then.
            when: when the archive was made, in seconds.
            now: the time.
        """
        self._whole = whole
        self.store = whole.of(project)
        self.report = report
        self.when = when
        self.now = now
        self._is_mended = False

    def adapted(self, kind: str, value: Any, **places: str) -> JSON | None:
        """Return an object as it is kept; None, and a note, if it can't be."""
        try:
            made = adapted(kind, value, made=self.when, **places)
        except (WrongError, RecursionError) as error:
            found = value.get("id") if isinstance(value, dict) else None
            self.report.add("refused", kind, str(found)[:100], str(error))
            return None
        written = to_json(made)
        whole = _HALVES.sub("\ufffd", written)
        self._is_mended = whole != written
        mended: JSON = json.loads(whole) if self._is_mended else made
        return mended

    def place(
        self,
        kind: str,
        value: Any,
        made: JSON,
        *,
        thread: str | None = None,
        run: str | None = None,
        notes: JSON | None = None,
        expires: int | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> Verdict:
        """Add an object, unless it is there, or was; return what became of it.

        Args:
            kind: what it is.
            value: the object as it came.
            made: the object as it is kept.
            thread: the thread, or vector store, that it belongs to.
            run: the run that it belongs to.
            notes: notes on it.
            expires: when it expires, in seconds.
            before: called before it is added, if it is.
        """
        digest = digest_of(value)
        found = self.store.stored(made["id"])
        if found is None and self._whole.stored(made["id"]):
            reason = "another project has the id"
            return self._conflict(kind, made["id"], reason)
        if found is None:
            before()
            kept = {**(notes or {}), IMPORTED: digest}
            self.store.add(
                kind, made, thread=thread, run=run, notes=kept, expires=expires
            )
            self.report.add("imported", kind)
            if self._is_mended:
                reason = "halves of characters in it are replaced"
                self.report.note("adapted", kind, made["id"], reason)
            return "imported"
        if (found.kind, found.thread, found.run) != (kind, thread, run):
            reason = f"the id belongs to a {found.kind} elsewhere"
            return self._conflict(kind, made["id"], reason)
        if found.body is None:
            self.report.add("deleted", kind, made["id"], "it was deleted here since")
            return "deleted"
        if found.notes.get(IMPORTED) == digest or found.body == made:
            self.report.add("unchanged", kind)
            return "unchanged"
        reason = "another one with this id is here, and stays"
        return self._conflict(kind, made["id"], reason)

    def may_add_to(self, verdict: Verdict, id: str) -> bool:
        """Return whether what belongs to an object may be added to the one here.

        It may where they are the same, or where the one here came from an archive too,
        maybe an earlier one of the same server, in which something was different.
        """
        if verdict != "conflict":
            return verdict in ("imported", "unchanged")
        found = self.store.stored(id)
        return found is not None and IMPORTED in found.notes

    def _conflict(self, kind: str, id: str, reason: str) -> Verdict:
        self.report.add("conflict", kind, id, reason)
        return "conflict"


def digest_of(value: Any) -> str:
    """Return the hash of an object as it came."""
    return hashlib.sha256(to_json(value).encode("utf-8", "surrogatepass")).hexdigest()
