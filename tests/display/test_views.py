"""What is shown obeys nobody: neither HTML, nor terminals, nor the markup of rich."""

from __future__ import annotations

import copy
import io
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from assistants_client.display.cards import card
from assistants_client.display.conversation import Conversation
from assistants_client.display.html import html_of
from assistants_client.display.pages import page_line, page_view
from assistants_client.display.plain import text_of
from assistants_client.display.rich_text import renderables
from assistants_client.display.streams import SoFar, stream_line, stream_view
from assistants_client.display.texts import brief, printable, seconds, size
from assistants_client.display.timeline import Timeline
from assistants_client.display.views import Entry, Paragraph, Table, View
from tests.cases import each_case
from tests.display.specimens import (
    HOSTILE,
    RUN,
    STEPS,
    Elements,
    assert_plain,
    message,
    text,
)

KINDS = [
    *("Assistant", "FileObject", "Message", "Run", "RunStep", "Thread", "VectorStore"),
    "SomethingNew",
]
EVERYTHING: dict[str, Any] = {**STEPS[0], **STEPS[1], **RUN, **message(text("x"))}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def hostile(data: Any) -> Any:
    """Return JSON data with something bad in the place of every text."""
    if isinstance(data, dict):
        return {name: hostile(each) for name, each in data.items()}
    if isinstance(data, list):
        return [hostile(each) for each in data]
    return HOSTILE if isinstance(data, str) else data


def rich(view: View, **settings: Any) -> str:
    shown = io.StringIO()
    console = Console(file=shown, width=80, **settings)
    for each in renderables(view):
        console.print(each)
    return shown.getvalue()


def all_views(data: Any) -> list[View]:
    return [
        *(card(kind, data) for kind in KINDS),
        Conversation([data], thread_id=HOSTILE)._view(),
        Timeline(data, [data, *STEPS], now=1)._view(),
        page_view([data], more=True),
        stream_view(SoFar("runs.create", "open", 3, HOSTILE, data, HOSTILE)),
    ]


def test_hostile_texts_are_texts_everywhere() -> None:
    views = all_views(hostile(copy.deepcopy(EVERYTHING)))
    for view in views:
        html = html_of(view)
        Elements(html).assert_harmless()
        assert "<script" not in html
        assert_plain(text_of(view))
        assert_plain(rich(view))
    # They are there, though.
    words = Elements(html_of(views[2])).words
    assert r'</div><script>alert("&amp;")</script>\x1b[2J\x9b31m\u202e' in words
    assert "[red]x[/]" in rich(views[2])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*EVERYTHING]) | st.text(), anything))
def test_whatever_comes_is_shown(data: dict[str, Any]) -> None:
    for view in all_views(data):
        Elements(html_of(view)).assert_harmless()
        assert_plain(text_of(view))


def test_nothing_is_loaded_and_no_colour_is_that_of_a_page() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}
    html = html_of(Conversation([message(image)])._view())
    assert "https://x.example/a.png" in html
    assert "src=" not in html
    assert "href=" not in html
    # Neither light nor dark may be taken for granted.
    for colour in ("color:#000", "color:#fff", "color:black", "color:white"):
        assert colour not in html


def test_html_has_what_a_view_has() -> None:
    table = Table(("id", "what"), (("1", "<b>"), ("2", "&")), "More pages follow.")
    entry = Entry(
        "step", "1 s", (Paragraph("out\nput", "code", "said"),), "bad", (0, 0.5)
    )
    view = View("Run <1>", "good", (("status", "completed"),), (entry, table), "note")
    shown = Elements(html_of(view))
    assert shown.words == (
        "● Run <1>statuscompletedstep 1 ssaid: out\nput"
        "idwhat1<b>2&More pages follow.note"
    )
    assert any("width:50.00%" in each for each in shown.styles)


def test_rich_has_what_a_view_has_and_no_colours_in_a_pipe() -> None:
    view = Timeline(RUN, STEPS)._view()
    piped = rich(view)
    assert_plain(piped)
    for each in ("Run run_1: failed after 1 min 15 s", "output: 18", "Went away."):
        assert each in piped
    assert all(len(line) <= 80 for line in piped.splitlines())
    assert "\x1b[" in rich(view, force_terminal=True, color_system="standard")


def test_cells_are_no_markup_to_rich() -> None:
    shown = rich(View("x", parts=(Table(("[b]a", "b"), (("[red]x[/]", "[/]"),)),)))
    assert "[b]a" in shown
    assert "[red]x[/]" in shown


def test_pages_are_tables() -> None:
    runs = [{**RUN, "id": f"run_{n}"} for n in range(120)]
    assert page_line("Page", runs, more=True) == (
        "<Page of 120 dict objects: 'run_0', 'run_1', 'run_2', ...; more pages follow>"
    )
    assert page_line("Page", [], more=False) == "<Page of 0 objects; it is the last>"
    assert page_line("Page", ["a", 1], more=None) == "<Page of 2 objects>"
    shown = text_of(page_view(runs, more=True), 200)
    assert shown.count("gpt-4o") + shown.count("asst_1") == 100
    assert shown.endswith("20 more are on this page. More pages follow.")
    assert text_of(page_view([], more=False)) == (
        "Page of 0 objects\n\nThe page is empty."
    )
    mixed = text_of(page_view([{"id": "a"}, "text", 3], more=None))
    assert mixed.splitlines()[2:] == ["id  value", "a", "    text", "    3"]


def test_a_stream_shows_the_end_of_its_text_in_one_line() -> None:
    found = SoFar("runs.create", "open", 1200, "x", {"id": "r"}, "a" * 100 + "\x1b!")
    line = stream_line("Stream", found)
    assert line.startswith("<Stream of runs.create, open, 1,200 events, r, ...'aaaa")
    assert line.endswith(r"a\x1b!'>")
    fresh = SoFar("runs.create", "closed", 0, "", None, "")
    assert stream_line("Stream", fresh) == "<Stream of runs.create, closed>"
    assert text_of(stream_view(fresh)).splitlines()[1:] == ["  events  0"]


@each_case(
    ("value", "shown"),
    [
        *((0, "0 s"), (0.25, "0.25 s"), (59, "59 s"), (60, "1 min")),
        *((61.7, "1 min 1 s"), (3600, "1 h"), (5000, "1 h 23 min"), (-2, "-2 s")),
    ],
)
def test_durations_are_read_at_a_glance(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_sizes_are_read_at_a_glance() -> None:
    sizes = (0, 999, 1000, 1_234_567, 5 * 10**9, 7 * 10**12)
    assert [*map(size, sizes)] == [
        *("0 bytes", "999 bytes", "1.0 kB", "1.2 MB", "5.0 GB", "7.0 TB"),
    ]
    assert (size("x"), size(None), size(-1)) == ("x", "", "-1")
    assert len(size(10**400)) < 30


def test_texts_keep_their_lines_and_their_scripts() -> None:
    whole = "Grüße\taus\nHull 👩‍👩‍👧 می‌خواهم\u00a0x"
    assert printable(whole) == "Grüße    aus\nHull 👩‍👩‍👧 می‌خواهم x"
    assert printable("a\r\nb\rc") == "a\nb\\rc"
    assert brief("a\nb" * 100, 20) == "a ba ba ba ba ba ..."
    own: list[Any] = []
    own.append(own)
    assert brief(own) == "<list>"
    assert brief({"x": 10**5000}) == "<dict>"
    assert brief({"x": {1, 2}}) == '{"x": "<set>"}'


def test_a_client_imports_none_of_it_before_something_is_shown() -> None:
    code = (
        "import sys, assistants_client as a; a.Client; a.Run; a.Page; a.Stream;"
        "a.AssistantEventHandler;"
        "print([m for m in sys.modules if m == 'rich' or '.display.' in m"
        "])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "['assistants_client.display.shown']"
