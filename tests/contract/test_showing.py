"""Objects are shown in one line: what is looked for first, no secret, nothing raw."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants_api import models, showing
from assistants_api.showing import MOST, line
from assistants_api.types import UNSET, UnknownObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "of-nobody-but-me"
RUN: dict[str, Any] = {
    "assistant_id": "asst_1",
    "completed_at": None,
    "created_at": 1_764_000_000,
    "expires_at": None,
    "failed_at": 1_764_000_012,
    "id": "run_1",
    "instructions": "Be kind. " * 400,
    "last_error": {"code": "server_error", "message": "Sorry, " * 30},
    "metadata": {},
    "object": "thread.run",
    "started_at": 1_764_000_001,
    "status": "failed",
    "thread_id": "thread_1",
    "tools": [{"type": "function", "function": {"name": "f", "more": "x" * 900}}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13},
}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "content": [{"type": "text", "text": {"value": "Good morning!"}}],
    "created_at": 1_764_000_000,
    "role": "assistant",
}
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.integers(10, 20_000).map(lambda bits: 2**bits),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def run(**more: Any) -> models.RunObject:
    return models.RunObject.from_dict({**RUN, **more})


def test_a_run_shows_what_became_of_it() -> None:
    shown = repr(run())
    assert shown == str(run())
    assert shown.startswith(
        "RunObject(id='run_1', status='failed', created_at=2025-11-24T16:00:00Z, "
        "started_at=2025-11-24T16:00:01Z, failed_at=2025-11-24T16:00:12Z, "
        "usage=(completion_tokens=3, prompt_tokens=10, total_tokens=13), "
        "last_error=(code='server_error', message='Sorry, Sorry,"
    )
    assert shown.endswith("'...), ...)")
    assert "instructions" not in shown
    assert "None" not in shown


def test_what_is_small_is_shown_whole() -> None:
    deleted = {"id": "thread_1", "object": "thread.deleted", "deleted": True}
    shown = repr(models.DeleteThreadResponse.from_dict(deleted))
    assert shown == "DeleteThreadResponse(id='thread_1', deleted=True)"
    small = models.ThreadObject.from_dict({"id": "t", "metadata": {"a": "b"}, "x": [1]})
    assert repr(small) == "ThreadObject(id='t', metadata={'a': 'b'}, x=[1])"
    assert repr(UnknownObject({"type": "new", "n": None, "m": 0})) == (
        "UnknownObject(type='new', m=0)"
    )


def test_a_message_shows_its_text_and_an_event_its_object() -> None:
    message = models.MessageObject.from_dict(MESSAGE)
    assert repr(message) == (
        "MessageObject(id='msg_1', role='assistant', content=[(type='text', "
        "text=(value='Good morning!'))], created_at=2025-11-24T16:00:00Z)"
    )
    event = models.ThreadRunFailedEvent.from_dict(
        {"event": "thread.run.failed", "data": RUN}
    )
    assert repr(event).startswith("ThreadRunFailedEvent(data=(id='run_1', status='fail")


def test_control_characters_are_escaped() -> None:
    hostile = "\x1b[2J\r\n\x07\x9b31m\u202e\u2028\ud800</b>"
    data = {"id": hostile, hostile: hostile, "metadata": {hostile: [hostile]}}
    shown = repr(run(**data))
    assert shown.isprintable()
    assert r"id='\x1b[2J\r\n\x07\x9b31m\u202e\u2028\ud800</b>'" in shown


@pytest.mark.parametrize(
    "make",
    [
        lambda: "x" * 10_000_000,
        lambda: "\x1b" * 100_000,
        lambda: "\U000e0001" * 100_000,
        lambda: ["x"] * 100_000,
        lambda: [[]] * 100_000,
        lambda: {str(n): n for n in range(100_000)},
        lambda: [2**100_000] * 5,
        lambda: b"x" * 10_000_000,
        lambda: math.nan,
    ],
    ids=["text", "escapes", "tags", "list", "lists", "dict", "numbers", "bytes", "nan"],
)
def test_no_value_makes_it_long(make: Callable[[], Any]) -> None:
    value = make()
    for data in (dict.fromkeys(RUN, value), {"status": value}, {"new": value}):
        shown = repr(models.RunObject.from_dict(data))
        assert len(shown) <= MOST + len("RunObject()")
        assert shown.isprintable()
    long = repr(models.RunObject.from_dict({f"{n}" * 500: value for n in range(900)}))
    assert len(long) <= MOST + len("RunObject()")


def test_what_contains_itself_comes_to_an_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    own: Any = models.ThreadObject.from_dict({"id": "thread_1"})
    own.metadata = {"own": own, "endless": endless}
    assert len(repr(own)) < MOST


def test_no_more_is_looked_at_than_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def look(text: str) -> str:
        looked.append(len(text))
        return text

    class Watched:
        def fullmatch(self, text: str) -> None:
            look(text)

        search = fullmatch

    class Endless(Mapping[int, int]):
        def __getitem__(self, key: int) -> int:
            return key

        def __iter__(self) -> Iterator[int]:
            return count(1)

        def __len__(self) -> int:
            return sys.maxsize

    class Long:
        def __repr__(self) -> str:
            return "x" * 100_000

    monkeypatch.setattr(showing, "_SECRET", Watched())
    monkeypatch.setattr(showing, "_HEADERS", Watched())
    monkeypatch.setattr(showing, "_PATTERNS", [Watched()])
    long = "x" * 100_000
    for value, expected in [
        (long, f"UnknownObject(a='{'x' * 40}"),
        (Endless(), "UnknownObject(a={1: 1, 2: 2, "),
        (Long(), "UnknownObject(a=<Long>)"),
    ]:
        assert line(UnknownObject({"a": value}), look).startswith(expected)
    for name in (long, "x" * 61):
        assert line(UnknownObject({name: 1}), look).startswith("UnknownObject('xxx")
    assert max(looked) <= MOST + 4_000


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*RUN]) | st.text(), anything))
def test_whatever_comes_is_shown_in_one_line(data: dict[str, Any]) -> None:
    for shown in (
        repr(models.RunObject.from_dict(data)),
        repr(UnknownObject(data)),
        line(models.MessageObject.from_dict({"content": [data]}), most=60),
    ):
        assert shown.isprintable()
        assert len(shown) < MOST + 20


@pytest.mark.parametrize(
    "hidden",
    [
        {"api_key": SECRET},
        {"apiKey": SECRET},
        {"x-api-key": SECRET},
        {"authorization": SECRET},
        {"Authorization": [SECRET]},
        {"password": {"it is": SECRET}},
        {"client_secret": SECRET},
        {"access_token": SECRET},
        {"headers": {"X-Anything": SECRET}},
        {"metadata": {"agent": {"headers": {"X": SECRET}}}},
        {"tools": [{"type": "mcp", "server": "s", "authorization": SECRET}]},
        {"last_error": {"code": "x", "Set-Cookie": SECRET}},
    ],
    ids=str,
)
def test_what_is_named_like_a_secret_is_hidden(hidden: dict[str, Any]) -> None:
    read = models.RunObject.from_dict({"id": "run_1", **hidden})
    assert SECRET not in repr(read)
    assert "***" in repr(read)
    assert SECRET not in repr([*read.__rich_repr__()])
    # The data itself is what came.
    assert read.to_dict() == {"id": "run_1", **hidden}


def test_numbers_of_tokens_and_keys_of_filters_are_no_secrets() -> None:
    limited = models.RunObject.from_dict({"max_prompt_tokens": 300})
    assert repr(limited) == "RunObject(max_prompt_tokens=300)"
    by_key = models.ComparisonFilter.from_dict({"type": "eq", "key": "k", "value": 1})
    assert repr(by_key) == "ComparisonFilter(type='eq', value=1, key='k')"


def test_secrets_that_are_known_are_taken_out_before_a_text_is_cut() -> None:
    def hide(text: str) -> str:
        return text.replace(SECRET, "[hidden]")

    for padding in range(0, 200, 7):
        read = run(last_error={"message": "x" * padding + SECRET}, status=SECRET)
        assert SECRET[:4] not in line(read, hide)


def test_what_is_no_json_is_shown_if_it_is_short_and_plain() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError("no")

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no")

        __hash__ = None  # type: ignore[assignment]

    class Loud:
        def __repr__(self) -> str:
            return "\x1b[31mred"

    made: Any = models.CreateFileRequest(file=b"123", purpose=Rude())  # type: ignore[arg-type]
    assert "purpose=<Rude>" in repr(made)
    assert "file=<3 bytes>" in repr(made)
    made.purpose, made.file = Loud(), UNSET
    assert repr(made) == "CreateFileRequest(purpose=<Loud>)"


def test_rich_shows_the_same_in_the_same_order() -> None:
    pairs = dict(run().__rich_repr__())
    assert [*pairs][:3] == ["id", "status", "created_at"]
    assert repr(pairs["created_at"]) == "2025-11-24T16:00:00Z"
    assert pairs["instructions"] == RUN["instructions"]
    assert "completed_at" not in pairs
