"""What is removed is gone from the disk, wherever the server ended meanwhile."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assistants_server.search import Chunk, Index
from tests.cases import some
from tests.server.test_privacy import SECRET, has_secret

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.sqlite("an index in a file; a database has it in tables")


# A file beside another one, the last one of a store, and a whole store.
@pytest.mark.parametrize(
    ("others", "file"), [(["b"], "a"), ([], "a"), (["b"], None)], ids=str
)
def test_what_was_being_removed_when_it_was_killed_is_gone(
    tmp_path: Path, others: list[str], file: str | None
) -> None:
    live = tmp_path / "live"
    live.mkdir()
    index = Index(live / "index.db")
    # More than goes at once.
    index.add("vs", "a", [Chunk(f"Day {n} is {SECRET}.", n) for n in range(100)])
    for each in others:
        index.add("vs", each, [Chunk("The tide in Hull.", 0)])
    moments: list[Path] = []

    def note(statement: str) -> None:
        """Keep the disk as a kill would leave it, after each change."""
        if statement.startswith(("begin", "pragma")):
            moments.append(tmp_path / f"{len(moments)}")
            shutil.copytree(live, moments[-1])

    index._sql.set_trace_callback(note)
    index.remove("vs", file)
    index.close()
    assert has_secret(live) == []
    # The first one is from before.
    for moment in some(moments[1:]):
        assert has_secret(moment)
        again = Index(moment / "index.db")
        assert has_secret(moment) == []
        assert again.files() == ({("vs", "b")} if file and others else set())
        again.close()
    assert len(moments) > 3
