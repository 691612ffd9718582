"""A conversation is read from the top, with footnotes and placeholders."""

from __future__ import annotations

from typing import Any

from assistants_client.display.conversation import Conversation, files_to_name, in_order
from assistants_client.display.messages import plain_text
from tests.display.specimens import NOON, citation, message, text

IMAGE = f"data:image/png;base64,{'A' * 9_000}"
NAMES = {"file-1": "tides.md", "file-2": "moon.pdf"}


def said(*messages: Any, **more: Any) -> str:
    return str(Conversation(messages, **more))


def test_messages_have_roles_times_and_texts() -> None:
    shown = said(
        message(text("When is high tide?"), role="user"),
        message(text("At noon."), text("And at midnight."), id="msg_2"),
        thread_id="thread_1",
    )
    assert shown == (
        "Thread thread_1\n"
        "\n"
        "user  (2025-11-24 16:00:00Z, msg_1)\n"
        "  When is high tide?\n"
        "\n"
        "assistant  (2025-11-24 16:00:00Z, msg_2)\n"
        "  At noon.\n"
        "  And at midnight."
    )


def test_a_text_may_stand_there_as_it_was_sent() -> None:
    for content in ("At noon.", [{"type": "text", "text": "At noon."}]):
        shown = said({**message(), "content": content})
        assert shown.splitlines()[-1] == "  At noon."
        assert plain_text({"content": content}) == "At noon."


def test_citations_are_footnotes() -> None:
    value = "At noon【0†a】, or not【1†b】; noon【0†a】."
    part = text(
        value,
        citation("【1†b】", value.index("【1"), "file-2"),
        citation("【0†a】", value.index("【0"), "file-1", quote="At\nnoon"),
        citation("【0†a】", value.rindex("【0"), "file-1", quote="At\nnoon"),
        citation("【9†z】", 14, "file-gone"),
    )
    shown = said(message(part), file_names=NAMES)
    assert shown.splitlines()[3:] == [
        "  At noon[1], or not[3]; noon[1].",
        '  [1] tides.md (file-1): "At noon"',
        "  [2] file-gone",
        "  [3] moon.pdf (file-2)",
    ]


def test_marks_are_found_whatever_is_counted() -> None:
    value = "😀 noon【0†a】!"
    place = value.index("【")
    for start in (place, place + 1, 0, 10**9, -3, None, "x"):
        note = citation("【0†a】", place, "file-1")
        note["start_index"] = note["end_index"] = start
        assert "😀 noon[1]!" in said(message(text(value, note)))
    bare = {"type": "x", "start_index": 6, "end_index": 11, "url": "http://x/y"}
    shown = said(message(text(value, bare)))
    assert "😀 noon[1]!" in shown
    assert "[1] http://x/y" in shown


def test_overlapping_marks_take_nothing_twice() -> None:
    marks = [citation("bcd", 1, "file-1"), citation("cde", 2, "file-2")]
    assert "  a[1]ef\n" in said(message(text("abcdef", *marks)))


def test_what_is_no_text_has_a_placeholder() -> None:
    shown = said(
        message(
            {"type": "image_file", "image_file": {"file_id": "file-1"}},
            {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
            {"type": "image_url", "image_url": {"url": IMAGE}},
            {"type": "refusal", "refusal": "I can't."},
            {"type": "hologram", "size": 3},
            attachments=[
                {"file_id": "file-2", "tools": [{"type": "file_search"}]},
                {"file_id": "file-3"},
            ],
        ),
        message(status="incomplete", incomplete_details={"reason": "max_tokens"}),
        file_names=NAMES,
    )
    assert shown.splitlines()[2:] == [
        "assistant  (2025-11-24 16:00:00Z, msg_1)",
        "  [image tides.md (file-1)]",
        "  [image https://x.example/a.png]",
        "  [image data:image/png;base64,AAAAA...]",
        "  refused: I can't.",
        '  [{"type": "hologram", "size": 3}]',
        "  [attached: moon.pdf (file-2) for file_search]",
        "  [attached: file-3]",
        "",
        "assistant  (2025-11-24 16:00:00Z, msg_1, incomplete, max_tokens)",
        "  [no content]",
    ]


def test_lines_are_no_longer_than_asked_for() -> None:
    whole = Conversation([message(text("word " * 200))], thread_id="thread_1")
    for width in (40, 80, 120):
        lines = whole.to_text(width).splitlines()
        assert max(map(len, lines[3:])) <= width
        assert all(line.startswith("  word") for line in lines[3:])
    assert whole.to_html() == whole._repr_html_()
    assert whole.to_text() == whole.to_text(80) == str(whole)


def test_a_very_long_text_says_how_much_is_missing() -> None:
    shown = said(message(text("x" * 50_000)))
    assert len(shown) < 22_000
    assert "(30,000 more characters)" in shown


def test_one_line_says_how_many_there_are() -> None:
    messages = [message(text("a")), message(text("b"))]
    assert repr(Conversation(messages[:1])) == "<Conversation, 1 message>"
    whole = Conversation(messages, thread_id="t", has_earlier=True)
    assert repr(whole) == "<Conversation of t, 2 messages, and earlier ones>"
    assert "the last 2" in str(whole)
    assert [*whole] == messages
    assert len(whole) == 2
    assert str(Conversation([])) == "Thread\n\nThere are no messages."


def test_files_are_named_once_in_their_order() -> None:
    messages = [
        message(text("x", citation("x", 0, "b"), citation("x", 0, "a"))),
        message(
            {"type": "image_file", "image_file": {"file_id": "c"}},
            attachments=[{"file_id": "a"}, {"file_id": "d"}, {"file_id": 7}],
        ),
    ]
    assert files_to_name(messages) == ["b", "a", "c", "d"]


def test_messages_are_put_in_the_order_of_their_times() -> None:
    def at(second: Any, key: str) -> dict[str, Any]:
        return {"id": key, "created_at": second}

    newest_first = [at(NOON + 1, "c"), at(NOON, "b"), at(NOON, "a")]
    assert [each["id"] for each in in_order(newest_first)] == ["a", "b", "c"]
    # As a server sends them that knows no order.
    assert [m["id"] for m in in_order([at(1, "a"), at(2, "b")])] == ["a", "b"]
    assert [m["id"] for m in in_order([at(1, "b"), at(None, "a")])] == ["a", "b"]
