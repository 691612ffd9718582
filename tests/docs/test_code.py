"""The Python on the pages runs, against the embedded server."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import assistants_api
import assistants_client
from assistants_server import LocalServer
from codegen import source
from codegen.overlay import apply
from codegen.paths import GENERATED, PINNED
from codegen.vendor.copy import Options
from codegen.vendor.placement import write
from tests.docs.pages import all_pages, blocks, docs_pages, run

if TYPE_CHECKING:
    from pathlib import Path

# The page that begins; those that say so at their top use the names that it makes, and
# those of `tools`. Others have to import and make all that they use.
FIRST, TOOLS = "first-steps", "tools"
# How a block begins that is a file of its own.
_FILE = re.compile(r"# \w+\.py\n")
_SAYS_SO = f"({FIRST}.md)"
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
    tops = {page.name: page.text.partition("\n## ")[0] for page in docs_pages()}
    using = {name for name, top in tops.items() if _SAYS_SO in top}
    assert len(using) > 5
    wrong = []
    with LocalServer(poll_after=1) as server:
        for name, found in pages.items():
            names: dict[str, Any] = {"__name__": "__main__"}
            made: list[Any] = []
            try:
                for block in (begin if name in using else []) + found:
                    is_file = _FILE.match(block.code)
                    seen = {"__name__": block.where} if is_file else names
                    run(block, seen, server.url)
                    made += [each for each in seen.values() if is_client(each)]
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


def test_actions_of_an_overlay_find_what_they_change() -> None:
    code = [block.code for page in all_pages() for block in blocks(page, "yaml")]
    lists = [found for found in map(yaml.safe_load, code) if isinstance(found, list)]
    actions = [action for each in lists for action in each]
    assert len(actions) > 2
    assert all(action["description"] for action in actions)
    document = source.load(PINNED).document
    applied = apply(document, {"overlay": "1.0.0", "actions": actions})
    assert applied.unused == []
    events = applied.document["components"]["schemas"]["RunStreamEvent"]["oneOf"]
    assert events[-1] == {"$ref": "#/components/schemas/ThreadRunPausedEvent"}


def test_every_block_says_what_it_is_and_is_that() -> None:
    found = [block for page in all_pages() for block in blocks(page)]
    assert {block.language for block in found} == {"python", "sh", "text", "yaml"}
    for block in found:
        if block.language == "yaml":
            assert yaml.safe_load(block.code), block.where
