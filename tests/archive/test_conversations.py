"""An import into conversations: what is carried, once, and what is lost."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from assistants_archive import ArchiveError
from assistants_cli.archive.conversations import (
    Carried,
    Conversations,
    NoConversationsError,
    survey,
)
from assistants_client import APIError, Client
from harness.prism.conversations import ITEMS
from harness.prism.models import schema_errors
from harness.scripted_server import CLOSE, Response, ScriptedServer
from tests.archive.alterations import made, sealed
from tests.archive.shop import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.scripted_server import Request
    from tests.archive.shop import Shop

COUNT = 45
_HELLO = {"type": "text", "text": {"value": "Hello"}}
_PICTURE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


class There:
    """A server with conversations, which judges what it gets by upstream's facts.

    Attributes:
        conversations: the items of each.
        break_at: at which requests it says nothing, having done what was asked.
        refused: statuses to answer with, the next one first.
    """

    def __init__(self) -> None:
        self.conversations: dict[str, list[Any]] = {}
        self.bodies: list[Any] = []
        self.posts = 0
        self.break_at: set[int] = set()
        self.refused: list[int] = []

    def __call__(self, request: Request) -> Any:
        _, _, _, *rest = request.path.split("/")
        if request.method == "GET":
            return self._page(rest[0], dict(request.query))
        self.posts += 1
        if self.refused:
            return Response.of({"error": {"message": "no"}}, self.refused.pop(0))
        body = request.json()
        assert [*schema_errors(ITEMS if rest else "/conversations", body)] == []
        self.bodies.append(body)
        answer = self._add(rest[0], body["items"]) if rest else self._make(body)
        return [CLOSE] if self.posts in self.break_at else answer

    def _make(self, body: Any) -> Response:
        name = f"conv_{len(self.conversations) + 1}"
        self.conversations[name] = []
        made = {"id": name, "object": "conversation", "created_at": 1}
        return Response.of({**made, "metadata": body["metadata"]})

    def _add(self, name: str, items: list[Any]) -> Response:
        if name in self.conversations:
            self.conversations[name] += items
        return self._page(name, {})

    def _page(self, name: str, query: dict[str, str]) -> Response:
        if name not in self.conversations:
            return Response.of({"error": {"message": "no such conversation"}}, 404)
        begin = int(query.get("after", "item_-1").removeprefix("item_")) + 1
        found = self.conversations[name][begin : begin + int(query.get("limit", 20))]
        data = [{**each, "id": f"item_{begin + n}"} for n, each in enumerate(found)]
        more = begin + len(data) < len(self.conversations[name])
        last = data[-1]["id"] if data else None
        whole = {"object": "list", "data": data, "has_more": more, "last_id": last}
        return Response.of({**whole, "first_id": None})


@pytest.fixture
def there() -> There:
    return There()


@pytest.fixture
def client(there: There) -> Iterator[Client]:
    with (
        ScriptedServer(there) as server,
        Client(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as client,
    ):
        yield client


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Make an archive of a thread with 45 messages."""
    lines: list[Any] = [
        {"kind": "thread", "object": {"id": "thread_1", "metadata": {"a": "b", "c": 1}}}
    ]
    for number in range(COUNT):
        text = [{"type": "text", "text": {"value": f"Message {number}"}}]
        role = "assistant" if number % 2 else "user"
        message = {"id": f"msg_{number}", "role": role, "content": text}
        lines.append({"kind": "message", "object": message})
    return made(tmp_path / "long", {("thread", "thread_1"): lines})


def _texts(items: list[Any]) -> list[str]:
    return [
        item["content"]
        if isinstance(item["content"], str)
        else "".join(part.get("text", "") for part in item["content"])
        for item in items
    ]


def test_messages_become_items_in_order(
    there: There, client: Client, long: Path
) -> None:
    done = Conversations(client, long).run()
    (items,) = there.conversations.values()
    assert _texts(items) == [f"Message {number}" for number in range(COUNT)]
    assert [each["role"] for each in items[:3]] == ["user", "assistant", "user"]
    assert [len(body.get("items", ())) for body in there.bodies] == [0, 20, 20, 5]
    assert there.bodies[0]["metadata"] == {"a": "b"}
    assert (done.threads, done.items, done.problems) == (1, COUNT, [])


def test_a_second_import_doubles_nothing(
    there: There, client: Client, long: Path
) -> None:
    Conversations(client, long).run()
    posts = there.posts
    again = Conversations(client, long).run()
    assert (again.threads, again.items, again.before) == (0, 0, 1)
    assert there.posts == posts


@pytest.mark.parametrize("broken", range(2, 5))
def test_an_import_goes_on_where_it_was_interrupted(
    there: There, client: Client, long: Path, broken: int
) -> None:
    there.break_at = {broken}
    with pytest.raises(APIError):
        Conversations(client, long).run()
    done = Conversations(client, long).run()
    assert done.problems == []
    (items,) = there.conversations.values()
    assert _texts(items) == [f"Message {number}" for number in range(COUNT)]


def test_a_conversation_whose_id_never_came_is_said(
    there: There, client: Client, long: Path
) -> None:
    there.break_at = {1}
    with pytest.raises(APIError):
        Conversations(client, long).run()
    done = Conversations(client, long).run()
    ((thread, reason),) = done.problems
    assert thread == "thread_1"
    assert "may have left an empty conversation" in reason
    assert [len(each) for each in there.conversations.values()] == [0, COUNT]


@pytest.mark.parametrize("status", [429, 500, 401])
def test_a_server_that_refuses_ends_it(
    there: There, client: Client, long: Path, status: int
) -> None:
    there.refused = [status]
    with pytest.raises(APIError):
        Conversations(client, long).run()


def test_a_thread_that_is_refused_is_said(
    there: There, client: Client, long: Path
) -> None:
    there.refused = [400]
    done = Conversations(client, long).run()
    assert done.threads == 0
    assert done.problems[0][0] == "thread_1"
    # Nothing can have been left behind, so nothing is said of that.
    assert Conversations(client, long).run().problems == []


def test_a_server_without_conversations_is_named(
    there: There, client: Client, long: Path
) -> None:
    there.refused = [404]
    with pytest.raises(NoConversationsError, match="has no conversations: no"):
        Conversations(client, long).run()


def test_a_conversation_that_is_gone_is_said(
    there: There, client: Client, long: Path
) -> None:
    there.break_at = {3}
    with pytest.raises(APIError):
        Conversations(client, long).run()
    there.conversations.clear()
    done = Conversations(client, long).run()
    assert "is gone" in done.problems[0][1]


def test_what_is_lost_is_known_before_and_after(
    there: There, client: Client, archive: Path, shop: Shop
) -> None:
    before = survey(archive)
    assert before.lost == {
        "ids": 4,
        "attachments": 1,
        "tool_resources": 1,
        "runs": 2,
        "steps": 3,
        "tool_calls": 2,
        "assistants": 1,
        "vector_stores": 1,
        "files": 1,
    }
    done = Conversations(client, archive).run()
    assert (done.threads, done.items) == (before.threads, before.items) == (3, 4)
    # What no thread has in it isn't lost thread by thread.
    alone = {"assistants", "vector_stores", "files"}
    assert done.lost == {k: n for k, n in before.lost.items() if k not in alone}
    items = itertools.chain.from_iterable(there.conversations.values())
    contents = [each["content"] for each in items]
    picture = {"image_url": "https://example.com/a.png", "detail": "auto"}
    assert "How high is it? é\u2028" in contents
    assert [{"type": "input_image", **picture}] in contents


@pytest.mark.parametrize(
    ("message", "lost"),
    [
        ({"role": "system", "content": []}, "roles"),
        ({"role": "user", "content": []}, "empty"),
        ({"role": "user", "content": [{"type": "image_file"}]}, "images"),
        ({"role": "user", "content": [{"type": "audio"}]}, "parts"),
        ({"role": "assistant", "content": "text"}, "unreadable"),
        ({"role": "assistant", "content": [_PICTURE]}, "empty"),
        (None, "unreadable"),
    ],
)
def test_what_can_be_no_item_is_counted(
    tmp_path: Path, message: Any, lost: str
) -> None:
    thread = {"kind": "thread", "object": {"id": "thread_1"}}
    lines = [thread, {"kind": "message", "object": message}]
    found = survey(made(tmp_path / "a", {("thread", "thread_1"): lines}))
    assert found.items == 0
    assert found.lost[lost] == 1


@pytest.mark.parametrize(
    "message",
    [
        {"attachments": 5},
        {"attachments": True},
        {"status": {}},
        {"content": [{"type": "text", "text": {"value": "Hello", "annotations": 5}}]},
    ],
)
@pytest.mark.parametrize("thread", [{"tool_resources": [1]}, {"tool_resources": "x"}])
def test_what_is_of_another_type_is_not_counted(
    tmp_path: Path, message: Any, thread: Any
) -> None:
    lines = [
        {"kind": "thread", "object": {"id": "thread_1", **thread}},
        {"kind": "message", "object": {"role": "user", "content": [_HELLO], **message}},
    ]
    found = survey(made(tmp_path / "a", {("thread", "thread_1"): lines}))
    assert found.items == 1
    assert found.lost == {"ids": 1}


def test_metadata_and_citations_that_are_lost_are_counted(tmp_path: Path) -> None:
    metadata = {**{f"name {n}": "x" for n in range(17)}, "long": "x" * 513, "no": 7}
    cited = {"type": "text", "text": {"value": "Hello", "annotations": [{}, {}]}}
    refused = {"type": "refusal", "refusal": "No."}
    lines = [
        {"kind": "thread", "object": {"id": "thread_1", "metadata": metadata}},
        {"kind": "message", "object": {"role": "user", "content": [cited, refused]}},
    ]
    found = survey(made(tmp_path / "a", {("thread", "thread_1"): lines}))
    assert found.lost == {
        "ids": 1,
        "thread_metadata": 3,
        "citations": 2,
        "refusals": 1,
    }


def test_halves_of_characters_are_replaced(
    there: There, client: Client, tmp_path: Path
) -> None:
    half = {"type": "text", "text": {"value": "cut \ud83d, whole \ud83d\ude00"}}
    lines = [
        {"kind": "thread", "object": {"id": "thread_1", "metadata": {"a": "\ud800"}}},
        {"kind": "message", "object": {"role": "user", "content": [half]}},
    ]
    path = made(tmp_path / "a", {("thread", "thread_1"): lines})
    assert Conversations(client, path).run().items == 1
    ((item,),) = there.conversations.values()
    assert item["content"] == "cut \ufffd, whole \U0001f600"


def test_an_object_that_is_no_json_is_named(tmp_path: Path) -> None:
    lines = [{"kind": "thread", "object": {"id": "thread_1", "x": "MARK"}}]
    folder = made(tmp_path / "a", {("thread", "thread_1"): lines})
    (path,) = folder.glob("threads/*")
    path.write_bytes(path.read_bytes().replace(b"MARK", b"\xff!!!"))
    with pytest.raises(ArchiveError, match=rf"{path.name}: it is no JSON"):
        survey(sealed(folder))


def test_a_damaged_archive_is_refused(client: Client, long: Path) -> None:
    (path,) = long.glob("threads/*")
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ArchiveError, match="damaged"):
        survey(long)
    with pytest.raises(ArchiveError, match="damaged"):
        Conversations(client, long).run()


def test_progress(client: Client, long: Path) -> None:
    seen: list[Carried] = []
    Conversations(client, long, on_thread=seen.append).run()
    assert [each.threads for each in seen] == [1]


def test_a_line_of_the_mapping_that_was_cut_short(
    there: There, client: Client, long: Path
) -> None:
    first = Conversations(client, long)
    first.run()
    whole = first.mapping.read_bytes()
    for rest in (b'{"server": "http', b'{"server": "http://x", "thread": "y"'):
        first.mapping.write_bytes(whole + rest)
        assert Conversations(client, long).run().before == 1
        assert first.mapping.read_bytes() == whole
    first.mapping.write_bytes(b"[]\n" + whole)
    with pytest.raises(ArchiveError, match="a line can't be read"):
        Conversations(client, long).run()
