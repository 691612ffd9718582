"""What the README says is tried: its code runs, its transcript is what is shown.

Its commands, links and names are tested with those of the other pages, in tests/docs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistants_client import Client
from assistants_server import LocalServer
from tests.docs.pages import BASE_URL, Page, running_at

if TYPE_CHECKING:
    import pytest

README = Page("README.md")
_CHANGING = re.compile(r"thread_\w+|req_\w+|127\.0\.0\.1:\d+|date: .*")


def test_python_runs_from_top_to_bottom(capsys: pytest.CaptureFixture[str]) -> None:
    with LocalServer() as server:
        found = README.examples("python", running_at(server.url))
        assert sum(each.parsed.count(BASE_URL) for each in found) == 1
        namespace = found[0].namespace
        try:
            for example in found:
                example.evaluate()
        finally:
            if "client" in namespace:
                namespace["client"].close()
    printed = capsys.readouterr().out
    response = "You said: What is six times seven? The functions gave: times: "
    assert response in printed
    assert "\ncompleted\n" in printed
    assert f"+00:00 ['{response}" in printed
    assert "ThreadRunRequiresActionEvent(" in printed


def test_first_example_is_on_the_first_screen() -> None:
    assert README.examples("python")[0].line < 30
    assert README.text.count("\n") < 150


def test_transcript_is_what_the_call_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (block,) = README.examples("text")
    with (
        LocalServer() as server,
        Client(base_url=server.url, api_key="key-of-the-test") as client,
    ):
        thread = client.threads.create()
        client.threads.delete(thread, verbosity=1)
    shown = capsys.readouterr().err
    assert "thread_9B9mLdG7NDqF0n4zMuYfMke5" in block.parsed
    assert _CHANGING.sub("...", shown) == _CHANGING.sub("...", block.parsed)
