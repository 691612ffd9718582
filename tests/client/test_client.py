"""The client as people use it, sync and async, against the embedded server."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from assistants_api.models import MessageContentTextObject
from assistants_client import _errors as errors
from assistants_client.client import AsyncClient, Client
from assistants_client.pages import NoNextPageError
from assistants_server import LocalServer
from harness.contract.document import DOCUMENT

KEY = "sk-of-the-test"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
def client(server: LocalServer) -> Iterator[Client]:
    with Client(base_url=server.url, api_key=KEY) as client:
        yield client


@pytest.fixture
def thread(client: Client) -> str:
    made = client.threads.create(
        messages=[{"role": "user", "content": str(number)} for number in range(12)]
    )
    return made.id


def test_every_operation_has_its_method(server: LocalServer, client: Client) -> None:
    before = len(server.exchanges)
    assistant = client.assistants.create(model="m", name="a")
    client.assistants.retrieve(assistant)
    changed = client.assistants.update(assistant, name="b", metadata={"k": "v"})
    assert (changed.name, changed.metadata) == ("b", {"k": "v"})
    assert assistant.id in [each.id for each in client.assistants.list()]
    thread = client.threads.create()
    client.threads.retrieve(thread)
    client.threads.update(thread, metadata={"k": "v"})
    message = client.threads.messages.create(thread, role="user", content="Hello")
    client.threads.messages.retrieve(message, thread_id=thread)
    client.threads.messages.update(message, thread_id=thread, metadata={})
    client.threads.messages.list(thread, run_id="run_x")
    tools: Any = [{"type": "function", "function": {"name": "f"}}]
    run = client.threads.runs.create(thread, assistant_id=assistant.id, tools=tools)
    while run.status != "requires_action":
        run = client.threads.runs.retrieve(run, thread_id=thread)
    assert run.required_action
    (call,) = run.required_action.submit_tool_outputs.tool_calls
    client.threads.runs.update(run, thread_id=thread, metadata={})
    client.threads.runs.submit_tool_outputs(
        run, thread_id=thread, tool_outputs=[{"tool_call_id": call.id, "output": "1"}]
    )
    assert [each.id for each in client.threads.runs.list(thread)] == [run.id]
    step = [*client.threads.runs.steps.list(run, thread_id=thread)][-1]
    client.threads.runs.steps.retrieve(step, thread_id=thread, run_id=run)
    other = client.threads.create_and_run(assistant_id=assistant.id, tools=tools)
    client.threads.runs.cancel(other, thread_id=other.thread_id)
    client.threads.messages.delete(message, thread_id=thread)
    assert client.threads.delete(thread).deleted
    assert client.assistants.delete(assistant).deleted

    exchanges = server.exchanges[before:]
    assert {exchange.status for exchange in exchanges} == {200}
    assert {exchange.operation for exchange in exchanges} == {
        operation["operationId"]
        for path, item in DOCUMENT["paths"].items()
        if path.startswith(("/assistants", "/threads"))
        for operation in item.values()
    }


def test_old_code_finds_its_way(client: Client) -> None:
    assert client.beta.threads.create().object == "thread"


def test_free_keywords_go_out_as_they_are(client: Client) -> None:
    untyped: Any = client.assistants
    with pytest.raises(errors.BadRequestError, match=r"\$\.colour is not known here"):
        untyped.create(model="m", colour="blue")


@pytest.mark.parametrize("wrong", ["", ".", "..", None, 17, {}, {"id": ""}, object()])
def test_a_wrong_id_is_told_before_anything_is_sent(
    server: LocalServer, client: Client, wrong: Any
) -> None:
    before = len(server.exchanges)
    with pytest.raises(ValueError, match="thread_id must be an id"):
        client.threads.retrieve(wrong)
    with pytest.raises(errors.ConfigurationError):
        client.threads.messages.retrieve("msg_x", thread_id=wrong)
    assert len(server.exchanges) == before


def test_ids_are_escaped(client: Client) -> None:
    with pytest.raises(errors.NotFoundError, match="status 404"):
        client.threads.retrieve("a/b?c#d")


def test_a_page_is_what_the_server_gave(client: Client, thread: str) -> None:
    page = client.threads.messages.list(thread, limit=5, order="asc")
    assert len(page.data) == 5
    assert (page.first_id, page.last_id) == (page.data[0].id, page.data[-1].id)
    assert (page.has_more, page.object) == (True, "list")
    assert page.has_next_page()
    assert page.next_page_info() == {
        "limit": 5,
        "order": "asc",
        "after": page.last_id,
    }
    second = page.get_next_page()
    third = second.get_next_page()
    assert [len(each.data) for each in page.iter_pages()] == [5, 5, 2]
    assert not third.has_next_page()
    with pytest.raises(NoNextPageError):
        third.get_next_page()
    assert page.to_dict()["data"][0]["id"] == page.first_id


def test_iterating_goes_through_all_pages(client: Client, thread: str) -> None:
    found = [*client.threads.messages.list(thread, limit=5, order="asc")]
    texts = [
        part.text.value
        for each in found
        for part in each.content
        if isinstance(part, MessageContentTextObject)
    ]
    assert texts == [str(number) for number in range(12)]
    some = [*client.threads.messages.list(thread, limit=5, max_items=7)]
    assert len(some) == 7
    backwards = client.threads.messages.list(thread, limit=5, before=found[3].id)
    # The newest first on each page, of which the nearest comes first.
    names = [each.id for each in found]
    assert [each.id for each in backwards] == [*names[8:3:-1], *names[:8:-1]]
    assert [len(page.data) for page in backwards.iter_pages()] == [5, 3]


@pytest.mark.parametrize(
    ("how", "count"),
    [
        ("duplicate", 12),
        ("inclusive", 12),
        ("bare", 12),
        ("ignore-cursor", 5),
        ("endless", 0),
    ],
)
def test_servers_that_page_badly_end(
    client: Client, thread: str, how: str, count: int
) -> None:
    fault = {"X-Local-Fault": f"pages={how}"}
    found = client.threads.messages.list(thread, limit=5, extra_headers=fault)
    names = [each.id for each in found]
    assert len(names) == len({*names}) == count


def test_async_calls_and_pages(server: LocalServer) -> None:
    async def main() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            thread = await client.threads.create()
            for number in range(5):
                await client.threads.messages.create(
                    thread, role="user", content=str(number)
                )
            pages = client.threads.messages.list(thread, limit=2)
            page = await pages
            assert len(page.data) == 2
            assert len([each async for each in page]) == 5
            assert len([each async for each in pages]) == 5
            sizes = [len(each.data) async for each in page.iter_pages()]
            assert sizes == [2, 2, 1]
            assert len((await page.get_next_page()).data) == 2
            with pytest.raises(errors.NotFoundError):
                await client.threads.retrieve("nope")
            several = await asyncio.gather(
                *(client.threads.retrieve(thread) for _ in range(20))
            )
            assert {each.id for each in several} == {thread.id}
            with pytest.raises(ValueError, match="thread_id must be an id"):
                client.threads.messages.list("")

    asyncio.run(main())


def test_threads_may_share_a_client(client: Client) -> None:
    found: list[str] = []

    def work() -> None:
        found.extend(client.threads.create().id for _ in range(5))

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({*found}) == 40


def test_tasks_may_share_a_client(server: LocalServer) -> None:
    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            made = await asyncio.gather(
                *(client.threads.create(metadata={"n": str(n)}) for n in range(20))
            )
            assert [each.metadata for each in made] == [
                {"n": str(n)} for n in range(20)
            ]
            assert len({each.id for each in made}) == 20
            await client.close()
        await client.close()

    asyncio.run(run())


MANY = 40_000


def endless(request: httpx.Request) -> httpx.Response:
    """Play a list of many items."""
    first = int(request.url.params.get("after", "-1")) + 1
    items = [
        {"id": str(n), "object": "thread.message"} for n in range(first, first + 100)
    ]
    return httpx.Response(200, json={"data": items, "has_more": first < MANY - 100})


def test_many_items_take_no_more_memory_than_a_few() -> None:
    with httpx.Client(transport=httpx.MockTransport(endless)) as http:
        client = Client(base_url="http://127.0.0.1:1", api_key=KEY, http_client=http)
        number, blocks = 0, []
        for number, item in enumerate(client.threads.messages.list("t", limit=100)):
            assert item.id == str(number)
            if number in (2_000, MANY - 1):
                gc.collect()
                blocks.append(sys.getallocatedblocks())
        assert number == MANY - 1
        few, many = blocks
        # One block for each item would already be too many.
        assert many - few < 20_000


def test_copies_share_connections_and_leave_the_first_alone(
    server: LocalServer, client: Client
) -> None:
    copy = client.with_options(max_retries=0, default_headers={"x-mine": "1"})
    copy.threads.create()
    assert server.exchanges[-1].headers["x-mine"] == "1"
    client.threads.create()
    assert "x-mine" not in server.exchanges[-1].headers
    with pytest.raises(errors.ConfigurationError, match="timeout must be"):
        client.with_options(timeout=-1)
    untyped: Any = client
    with pytest.raises(TypeError):
        untyped.with_options(colour="blue")
    assert not client.is_closed()
    copy.close()
    assert client.is_closed()


def test_a_closed_client_says_so(server: LocalServer) -> None:
    client = Client(base_url=server.url, api_key=KEY)
    client.threads.create()
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="the client has been closed"):
        client.threads.create()


def test_a_forgotten_client_warns_once(server: LocalServer) -> None:
    kept = [Client(base_url=server.url, api_key=KEY)]
    kept[0].threads.create()
    kept[0].threads.with_raw_response.create()
    kept[0].with_raw_response.threads.create()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        # What others have left is no matter of this.
        gc.collect()
        warnings.simplefilter("always")
        kept.clear()
        gc.collect()
    (warning,) = caught
    assert warning.category is ResourceWarning
    assert "never closed" in str(warning.message)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_of_another_kind_is_refused(kind: Any) -> None:
    url = "http://127.0.0.1:1"
    other = httpx.AsyncClient() if kind is Client else httpx.Client()
    for wrong in (other, 5, openai.OpenAI(base_url=url, api_key=KEY)):
        said = rf"http_client of {kind.__name__} must be an httpx\.\w+ or .*, not \w+"
        with pytest.raises(errors.ConfigurationError, match=said):
            kind(base_url=url, api_key=KEY, http_client=wrong)
        with pytest.raises(errors.ConfigurationError, match=said):
            kind(base_url=url, api_key=KEY).with_options(http_client=wrong)


def test_an_error_says_where_nobody_answered_but_not_who_asked() -> None:
    url = "http://me:pass-of-mine@127.0.0.1:1/v1"
    with Client(base_url=url, api_key=KEY, max_retries=0) as client:
        with pytest.raises(errors.APIConnectionError) as caught:
            client.threads.create(extra_query={"sig": "secret-query"})
        assert str(caught.value).endswith("(POST http://127.0.0.1:1/v1/threads)")
        shown = f"{caught.value!r} {vars(caught.value)} {client!r}"
    assert "pass-of-mine" not in shown
    assert "secret-query" not in shown


def test_a_client_of_one_s_own_is_used_and_left_open(server: LocalServer) -> None:
    with httpx.Client(headers={"X-Own": "1"}) as http:
        with Client(base_url=server.url, api_key=KEY, http_client=http) as client:
            client.threads.create()
        assert server.exchanges[-1].headers["x-own"] == "1"
        assert not http.is_closed


@pytest.mark.parametrize("attempts", [2, 3])
def test_creating_is_retried_where_nothing_was_made(
    server: LocalServer, client: Client, attempts: int
) -> None:
    before = len(server.exchanges)
    fault = f"429 retry-after=0 times={attempts - 1} key=client{attempts}"
    made = client.threads.create(extra_headers={"X-Local-Fault": fault})
    assert made.object == "thread"
    assert len(server.exchanges) - before == attempts


@pytest.mark.parametrize(
    "fault", ["close=before-headers handled=yes", "500", "cut-body"]
)
def test_nothing_is_created_twice(
    server: LocalServer, client: Client, fault: str
) -> None:
    before = len(server.exchanges)
    with pytest.raises(errors.APIError):
        client.threads.create(extra_headers={"X-Local-Fault": fault})
    assert len(server.exchanges) - before == 1


def test_verbosity_of_a_call(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.threads.create(verbosity=1)
    shown = capsys.readouterr().err
    assert "-> POST /v1/threads" in shown
    assert "-> authorization: <REDACTED>" in shown
    assert "<- HTTP/1.1 200 OK" in shown
    assert ">> " not in shown
    assert KEY not in shown
    client.threads.create()
    assert capsys.readouterr().err == ""


def test_retries_are_shown(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    fault = {"X-Local-Fault": "429 retry-after=0 times=1 key=shown"}
    client.threads.create(verbosity=3, extra_headers=fault)
    shown = capsys.readouterr().err
    assert "*  status 429; retry 1 of 2 in 0.0 s\n" in shown
    assert shown.count("-> POST /v1/threads") == 2


def test_the_key_is_in_no_repr(client: Client) -> None:
    assert KEY not in repr(client)
    assert "http://127.0.0.1" in repr(client)
