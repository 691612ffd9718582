"""Files that code of an engine made: they become files of the server."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from ..contract import file_objects
from ..file_names import safe_name

if TYPE_CHECKING:
    from ..contents import Contents, Draft
    from ..engines.turn_events import MadeFile
    from ..store import Store


class MadeFiles:
    """Keep what engines make."""

    def __init__(self, store: Store, contents: Contents) -> None:
        """Keep nothing yet.

        Args:
            store: where files are.
            contents: where their contents are.
        """
        self._store = store
        self._contents = contents

    async def keep(self, made: MadeFile) -> str:
        """Store a file, and return its id.

        Raises:
            OSError: the disk is full, or can't be written to.
        """
        draft = self._contents.draft()
        try:
            await asyncio.to_thread(_write, draft, made.content)
            body = {"file": safe_name(made.filename), "purpose": "assistants_output"}
            file = file_objects.file(body, id=draft.id, size=draft.size)
            await self._store.perform(partial(self._add, file, draft))
        finally:
            draft.discard()
        id: str = file["id"]  # noqa: A001 - for its type
        return id

    def _add(self, file: dict[str, Any], draft: Draft) -> None:
        self._store.add("file", file, expires=None)
        draft.keep()
        self._store.after(draft.commit)


def _write(draft: Draft, content: bytes) -> None:
    draft.write(content)
    draft.finish()
