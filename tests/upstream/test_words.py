"""No sentence of this repository is upstream's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.contract import upstream
from harness.contract.upstream import ROOT
from harness.contract.words import borrowed, files, prose_of

if TYPE_CHECKING:
    from pathlib import Path

# The text of the MIT licence, which upstream's own notice holds too.
LICENCES = {"LICENSE", "NOTICE"}


@pytest.mark.parametrize("document", upstream.for_prose(), ids=lambda path: path.name)
def test_no_sentence_is_upstreams(document: Path) -> None:
    prose = prose_of(document)
    assert len(prose) > 1000
    found = [
        f"{path.relative_to(ROOT)}: {run}"
        for path in files()
        if path.name not in LICENCES
        for run in borrowed(path.read_bytes().decode("utf-8", "replace"), prose)
    ]
    assert not found, "\n".join(["", *found])
