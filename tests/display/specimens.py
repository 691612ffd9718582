"""Objects to look at, and what reads HTML to judge it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from tests.cases import some

HOSTILE = (
    '</div><script>alert("&amp;")</script>\x1b[2J\x9b31m\u202e\r\x00\ud800 [red]x[/]'
)
NOON = 1_764_000_000
RUN: dict[str, Any] = {
    "id": "run_1",
    "object": "thread.run",
    "assistant_id": "asst_1",
    "created_at": NOON,
    "failed_at": NOON + 75,
    "instructions": "Be kind.",
    "last_error": {"code": "rate_limit_exceeded", "message": "No more tokens."},
    "model": "gpt-4o-mini",
    "started_at": NOON + 2,
    "status": "failed",
    "thread_id": "thread_1",
    "usage": {
        "prompt_tokens": 1200,
        "completion_tokens": 30,
        "total_tokens": 1230,
        "prompt_token_details": {"cached_tokens": 1024},
    },
}
CALLS: list[dict[str, Any]] = [
    {
        "id": "call_1",
        "type": "function",
        "function": {
            "name": "weather",
            "arguments": '{"city": "Hull"}',
            "output": "18",
        },
    },
    {
        "id": "call_2",
        "type": "code_interpreter",
        "code_interpreter": {
            "input": "print(1)\nplot()",
            "outputs": [
                {"type": "logs", "logs": "1\n"},
                {"type": "image", "image": {"file_id": "file-image"}},
            ],
        },
    },
    {
        "id": "call_3",
        "type": "file_search",
        "file_search": {
            "results": [{"file_id": "file-1", "file_name": "tides.md", "score": 0.5}]
        },
    },
]
STEPS: list[dict[str, Any]] = [
    {
        "id": "step_2",
        "object": "thread.run.step",
        "created_at": NOON + 70,
        "failed_at": NOON + 75,
        "last_error": {"code": "server_error", "message": "Went away."},
        "status": "failed",
        "step_details": {
            "type": "message_creation",
            "message_creation": {"message_id": "msg_2"},
        },
        "type": "message_creation",
    },
    {
        "id": "step_1",
        "object": "thread.run.step",
        "completed_at": NOON + 65,
        "created_at": NOON + 5,
        "status": "completed",
        "step_details": {"type": "tool_calls", "tool_calls": CALLS},
        "type": "tool_calls",
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    },
]


def text(value: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value, "annotations": [*annotations]}}


def citation(mark: str, start: int, key: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "file_citation",
        "text": mark,
        "start_index": start,
        "end_index": start + len(mark),
        "file_citation": {"file_id": key, **more},
    }


def message(*content: Any, role: str = "assistant", **more: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "object": "thread.message",
        "created_at": NOON,
        "role": role,
        "content": [*content],
        **more,
    }


class Elements(HTMLParser):
    """The elements, attributes and texts of some HTML.

    Attributes:
        tags: the names of its elements.
        attributes: the names of their attributes.
        styles: the values of those called `style`.
        words: its text.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.styles: set[str] = set()
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.styles |= {value or "" for name, value in attrs if name == "style"}
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def assert_harmless(self) -> None:
        assert self.tags <= {"div", "span", "table", "tr", "th", "td"}
        assert self.attributes <= {"style", "dir"}
        for style in some(self.styles):
            assert "url" not in style
            assert "expression" not in style
        assert_plain(self.words)


def assert_plain(shown: str) -> None:
    """Nothing in it is obeyed by a terminal, or turns the order of letters around."""
    odd = {each for each in shown if not each.isprintable()} - {
        "\n",
        "\u200d",
        "\u200c",
    }
    assert not odd
