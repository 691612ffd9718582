"""The code on the pages runs, against the embedded server."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import assistants_api
import assistants_client
import assistants_server
from assistants_server import LocalServer
from codegen import source
from codegen.overlay import apply
from codegen.paths import GENERATED, PINNED
from codegen.vendor.copy import Options, write
from tests.docs.pages import LANGUAGES, Page, all_pages, docs_pages, running_at, where
from tests.imitation import undone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sybil.example import Example

# The page that begins. Guides run alone; pages to look something up in, which say so at
# their top, use the names of that page, and those of `tools`.
FIRST, TOOLS = Page("docs/first-steps.md"), Page("docs/tools.md")
# How a block begins that is a file of its own.
_FILE = re.compile(r"# \w+\.py\n")
COPY = "mine_assistants"
WITH_PYTHON = [page for page in docs_pages() if "python" in page.languages]
# Readers have time.
QUICK: Any = {"pace": 0.001, "poll_after": 1}
pytestmark = pytest.mark.filterwarnings(
    # One page forks, on purpose.
    "ignore:This process .* is multi-threaded:DeprecationWarning",
    # Of the older package, all of whose methods are shown beside ours.
    "ignore:(The Assistants API is )?deprecated:DeprecationWarning",
)


@pytest.fixture
def evaluate() -> Iterator[Callable[[Example], None]]:
    """Run blocks against a server, and close what pages leave open."""
    made: list[Any] = []
    with LocalServer(**QUICK) as server:
        run = running_at(server.url)

        def evaluate(example: Example) -> None:
            if _FILE.match(example.parsed):
                example.namespace = {"__name__": where(example)}
            run(example)
            made.extend(each for each in example.namespace.values() if is_open(each))

        yield evaluate
        for each in made:
            each.stop() if isinstance(each, LocalServer) else each.close()


def is_open(value: object) -> bool:
    clients = assistants_client.Client | assistants_api.Client
    return isinstance(value, clients | LocalServer | sqlite3.Connection)


@pytest.fixture
def _copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the copy that the page on copies makes, and let it be imported."""
    page = Page("docs/vendoring.md")
    assert f" --with-client --name {COPY}\n" in page.text
    write(tmp_path, Options(COPY, with_client=True, generated=GENERATED), force=False)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.name)
def test_python_runs_from_top_to_bottom(
    page: Page,
    evaluate: Callable[[Example], None],
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    # Some write files, and most have a server of their own.
    monkeypatch.chdir(tmp_path)
    quick = partial(LocalServer, **QUICK)
    monkeypatch.setattr(assistants_server, "LocalServer", quick)
    if COPY in page.text:
        request.getfixturevalue("_copied")
    found = page.examples("python", evaluate)
    namespace = found[0].namespace
    namespace["__name__"] = "__main__"
    if f"{FIRST.name}.md)" in page.text.partition("\n## ")[0]:
        first, tools = (each.examples("python", evaluate) for each in (FIRST, TOOLS))
        for example in (first[0], tools[1]):
            example.namespace = namespace
            example.evaluate()
    with undone():
        for example in found:
            example.evaluate()
    if page == FIRST:
        assert "You said: What is six times seven?" in capsys.readouterr().out


def test_most_pages_have_code() -> None:
    assert len(WITH_PYTHON) > 10
    assert sum(len(page.examples("python")) for page in WITH_PYTHON) > 30


def test_actions_of_an_overlay_find_what_they_change() -> None:
    code = [each.parsed for page in all_pages() for each in page.examples("yaml")]
    lists = [found for found in map(yaml.safe_load, code) if isinstance(found, list)]
    actions = [action for each in lists for action in each]
    assert len(actions) > 2
    assert all(action["description"] for action in actions)
    document = source.load(PINNED).document
    applied = apply(document, {"overlay": "1.0.0", "actions": actions})
    assert applied.unused == []
    events = applied.document["components"]["schemas"]["RunStreamEvent"]["oneOf"]
    assert events[-1] == {"$ref": "#/components/schemas/ThreadRunPausedEvent"}


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_every_block_says_what_it_is_and_is_that(page: Page) -> None:
    assert page.languages <= {*LANGUAGES}
    for example in page.examples("yaml"):
        assert yaml.safe_load(example.parsed), where(example)
    for example in page.examples("toml"):
        assert tomllib.loads(example.parsed), where(example)
