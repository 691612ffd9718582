"""The committed digest of upstream's facts is that of the document which it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.contract import upstream, upstream_facts
from harness.contract.differences import differences
from harness.contract.upstream import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", upstream.for_facts(), ids=lambda path: path.name)
def test_the_upstream_document_itself_agrees(path: Path) -> None:
    digest = upstream_facts.load()
    found = upstream_facts.digest_of(path)
    pinned = upstream.load(ROOT / "openapi.yaml")
    assert differences(upstream_facts.repaired(found["document"]), pinned) == []
    # Compared outside of the assertion, as telling two such objects apart takes long.
    same = found["document"] == digest["document"]
    assert same, (
        f"python -m harness.contract.upstream_facts {path} writes the digest anew"
    )
    if path.name == digest["source"]["name"]:
        assert found["source"] == digest["source"]
