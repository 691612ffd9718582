"""The Python on the pages runs, against the embedded server."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import assistants_api
import assistants_client
from assistants_client.local import LocalServer
from codegen.build import GENERATED
from codegen.vendor.making import Options
from codegen.vendor.writing import write
from tests.docs.pages import all_pages, blocks, docs_pages, run

if TYPE_CHECKING:
    from pathlib import Path

# The page that begins: others use the names that it makes, and those of `tools`.
FIRST, TOOLS = "first-steps", "tools"
COPY = "mine_assistants"
pytestmark = pytest.mark.filterwarnings(
    # Of the older package, all of whose methods are shown beside ours.
    "ignore:(The Assistants API is )?deprecated:DeprecationWarning"
)


@pytest.fixture
def _copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the copy that the page on copies makes, and let it be imported."""
    (page,) = [page for page in docs_pages() if page.name == "vendoring"]
    assert f" --with-client --name {COPY}\n" in page.text
    write(tmp_path, Options(COPY, with_client=True, generated=GENERATED), force=False)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("_copied")
def test_python_runs_from_top_to_bottom(capsys: pytest.CaptureFixture[str]) -> None:
    pages = {page.name: blocks(page, "python") for page in docs_pages()}
    assert sum(map(len, pages.values())) > 30
    begin = pages[FIRST][:1] + pages[TOOLS][:1]
    wrong = []
    with LocalServer(poll_after=1) as server:
        for name, found in pages.items():
            names: dict[str, Any] = {"__name__": "__main__"}
            made: list[Any] = []
            try:
                for block in ([] if name == FIRST else begin) + found:
                    run(block, names, server.url)
                    made += [each for each in names.values() if is_client(each)]
            except Exception:  # noqa: BLE001 - all pages are tried
                wrong.append(f"{name}:\n{traceback.format_exc()}")
            finally:
                for client in made:
                    client.close()
    printed = capsys.readouterr().out
    assert wrong == [], "\n".join(wrong)
    assert "You said: What is six times seven?" in printed


def is_client(value: object) -> bool:
    """Tell whether something is a client, which pages leave open as scripts do."""
    return isinstance(value, assistants_client.Client | assistants_api.Client)


def test_every_block_says_what_it_is_and_is_that() -> None:
    found = [block for page in all_pages() for block in blocks(page)]
    assert {block.language for block in found} == {"python", "sh", "text", "yaml"}
    for block in found:
        if block.language == "yaml":
            assert yaml.safe_load(block.code), block.where
