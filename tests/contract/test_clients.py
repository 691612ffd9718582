"""Clients keep their secrets, leave their parents alone and share one pool."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

import httpx
import pytest

import assistants_api.client
from assistants_api import AuthenticatedClient, Client, errors
from assistants_api.api.assistants import create_assistant, get_assistant
from harness.scripted_server import RESET, TIMEOUT, Response, in_turn
from tests.contract.conftest import TOKEN

if TYPE_CHECKING:
    from harness.scripted_server import Request, ScriptedServer


def test_copies_add_and_the_parent_stays(server: ScriptedServer) -> None:
    parent = AuthenticatedClient(
        base_url=server.url,
        token=TOKEN,
        headers={"X-One": "1", "X-Two": "2"},
        cookies={"one": "1"},
        timeout=TIMEOUT,
    )
    with parent:
        child = parent.with_headers({"X-Two": "two", "X-Three": "3"})
        grandchild = child.with_cookies({"one": "uno", "two": "2"}).with_timeout(9)
        assert _sent(server, parent) == ({"x-one": "1", "x-two": "2"}, {"one": "1"})
        headers = {"x-one": "1", "x-two": "two", "x-three": "3"}
        assert _sent(server, child) == (headers, {"one": "1"})
        assert _sent(server, grandchild) == (headers, {"one": "uno", "two": "2"})
        assert _sent(server, parent) == ({"x-one": "1", "x-two": "2"}, {"one": "1"})
    for each in (child, grandchild):
        assert type(each) is AuthenticatedClient
    assert server.connections == 1
    assert {seen.headers["authorization"] for seen in server.requests} == {
        f"Bearer {TOKEN}"
    }


def test_what_was_given_stays_as_it_was_and_is_not_shared(
    server: ScriptedServer,
) -> None:
    headers, cookies = {"X-One": "1"}, {"one": "1"}
    with Client(
        anonymous=True, base_url=server.url, headers=headers, cookies=cookies
    ) as parent:
        parent.with_headers({"X-Two": "2"}).with_cookies({"two": "2"})
        assert (headers, cookies) == ({"X-One": "1"}, {"one": "1"})
        assert _sent(server, parent) == ({"x-one": "1"}, {"one": "1"})


def test_headers_differ_in_case_only_once(server: ScriptedServer) -> None:
    """Replace `X-ONE` by `x-one`, as HTTP knows no case."""
    with Client(anonymous=True, base_url=server.url, headers={"X-ONE": "1"}) as client:
        child = client.with_headers({"x-one": "2"})
        assert _sent(server, child)[0] == {"x-one": "2"}
        assert _sent(server, client)[0] == {"x-one": "1"}


def test_the_pool_is_shared_whoever_calls_first(server: ScriptedServer) -> None:
    """Also where the parent has made no connection when the copies are made."""
    with Client(anonymous=True, base_url=server.url, timeout=TIMEOUT) as parent:
        copies = [
            parent.with_headers({"X-One": "1"}),
            parent.with_cookies({"one": "1"}),
            parent.with_timeout(TIMEOUT / 2),
        ]
        for client in [*copies, parent, *copies]:
            _sent(server, client)
    assert server.connections == 1


def test_the_asynchronous_pool_is_shared(server: ScriptedServer) -> None:
    async def check() -> None:
        async with Client(anonymous=True, base_url=server.url) as parent:
            for client in (parent.with_headers({"X-One": "1"}), parent):
                await get_assistant.asyncio("id", client=client)

    asyncio.run(check())
    assert server.connections == 1
    assert "x-one" in server.requests[0].headers
    assert "x-one" not in server.requests[1].headers


def test_cookies_that_a_server_gives_a_copy_stay_with_it(
    server: ScriptedServer,
) -> None:
    """Let no session that a server opens for one client leak into another."""
    server.script = lambda _: Response(
        body=b"{}", headers={"Set-Cookie": "session=of-the-copy"}
    )
    with Client(anonymous=True, base_url=server.url) as parent:
        copy_ = parent.with_headers({"Authorization": "Bearer other"})
        _sent(server, copy_)
        assert "session" not in _sent(server, parent)[1]


def test_cookies_are_encoded_where_they_have_no_room(server: ScriptedServer) -> None:
    cookies = {"plain": "abc", "base64": "YWI/Yw==", "percent": "50%"}
    cookies |= {"comma": "a,b", "both": 'a; "b"%'}
    with Client(anonymous=True, base_url=server.url, cookies=cookies) as client:
        _sent(server, client)
    arrived = server.requests[-1].headers["cookie"]
    assert arrived == (
        "plain=abc; base64=YWI/Yw==; percent=50%; comma=a%2Cb; both=a%3B%20%22b%22%25"
    )


def test_timeouts_differ_between_copies(server: ScriptedServer) -> None:
    """Let the server hold its answer back until the hasty copy has given up."""

    given_up = threading.Event()
    server.script = lambda _: [given_up, RESET]
    with Client(anonymous=True, base_url=server.url, timeout=TIMEOUT) as patient:
        hasty = patient.with_timeout(0.05)
        with pytest.raises(httpx.ReadTimeout) as caught:
            get_assistant.sync_detailed("id", client=hasty)
        # Not a timeout that the HTTP library has by itself.
        assert caught.value.request.extensions["timeout"]["read"] == 0.05
        given_up.set()
        server.script = in_turn(Response.of({"id": "x"}))
        assert get_assistant.sync("id", client=patient).id == "x"
        hasty_seconds, patient_seconds = hasty.timeout, patient.timeout
    assert (hasty_seconds, patient_seconds) == (0.05, TIMEOUT)


def test_many_threads_and_copies_do_not_mix(server: ScriptedServer) -> None:
    def answer(seen: Request) -> Response:
        return Response.of({"id": seen.headers["x-who"], "model": seen.json()["model"]})

    server.script = answer
    barrier = threading.Barrier(8)

    def work(number: int) -> None:
        barrier.wait(TIMEOUT)
        for turn in range(10):
            who = f"{number}-{turn}"
            client = parent.with_headers({"X-Who": who})
            found = create_assistant.sync(client=client, body={"model": who})
            assert (found.id, found.model) == (who, who)

    with (
        Client(anonymous=True, base_url=server.url, timeout=TIMEOUT) as parent,
        ThreadPoolExecutor(8) as executor,
    ):
        for done in [executor.submit(work, number) for number in range(8)]:
            done.result()
    assert len(server.requests) == 80
    # Not one connection each: what the pool keeps is used again.
    assert server.connections <= 8


def test_the_pool_is_made_once_though_threads_race(server: ScriptedServer) -> None:
    client = Client(anonymous=True, base_url=server.url)
    barrier = threading.Barrier(8)

    def get() -> object:
        barrier.wait(TIMEOUT)
        return client.get_httpx_client()

    with client, ThreadPoolExecutor(8) as executor:
        found = [executor.submit(get) for _ in range(8)]
        assert len({id(each.result()) for each in found}) == 1


def test_many_tasks_do_not_mix(server: ScriptedServer) -> None:
    server.script = lambda seen: Response.of({"id": seen.headers["x-who"]})

    async def one(client: Client, who: str) -> None:
        child = client.with_headers({"X-Who": who})
        assert (await get_assistant.asyncio("id", client=child)).id == who

    async def check() -> None:
        async with Client(
            anonymous=True, base_url=server.url, timeout=TIMEOUT
        ) as client:
            await asyncio.gather(*(one(client, str(number)) for number in range(30)))

    asyncio.run(check())
    assert len(server.requests) == 30


def test_a_client_can_be_used_again_after_it_was_closed(server: ScriptedServer) -> None:
    client = Client(anonymous=True, base_url=server.url)
    for _ in range(2):
        with client:
            _sent(server, client)
    assert server.connections == 2


def test_another_token_and_header_name_are_sent(server: ScriptedServer) -> None:
    """Serve Azure and the like, where the key has its own header."""
    with AuthenticatedClient(
        base_url=server.url, token="key", prefix="", auth_header_name="api-key"
    ) as client:
        _sent(server, client)
    assert server.requests[0].headers["api-key"] == "key"
    assert "authorization" not in server.requests[0].headers


def test_an_own_authorization_header_cannot_be_sent_twice(
    server: ScriptedServer,
) -> None:
    with AuthenticatedClient(
        base_url=server.url, token=TOKEN, headers={"authorization": "Bearer other"}
    ) as client:
        _sent(server, client)
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_redirects_are_not_followed_with_the_token(server: ScriptedServer) -> None:
    server.script = in_turn(Response(307, headers={"Location": f"{server.url}/x"}))
    with (
        AuthenticatedClient(base_url=server.url, token=TOKEN) as client,
        pytest.raises(errors.UnexpectedStatus),
    ):
        get_assistant.sync("id", client=client)
    assert len(server.requests) == 1


def _sent(
    server: ScriptedServer, client: Client
) -> tuple[dict[str, str], dict[str, str]]:
    """Make a call; return the X- headers and the cookies that arrived."""
    get_assistant.sync_detailed("id", client=client)
    seen = server.requests[-1].headers
    cookies: SimpleCookie = SimpleCookie(seen.get("cookie", ""))
    return (
        {key: value for key, value in seen.items() if key.startswith("x-")},
        {key: morsel.value for key, morsel in cookies.items()},
    )


def test_connections_are_made_by_one_thread_at_a_time() -> None:
    pool = assistants_api.client._Pool({})

    def is_free() -> bool:
        with ThreadPoolExecutor(1) as other:
            found: bool = other.submit(pool.lock.acquire, blocking=False).result()
        return found

    class Made:
        is_closed = False

        def __init__(self) -> None:
            assert not is_free()

    made = pool.made("sync", Made)
    assert pool.made("sync", Made) is made
    assert is_free()
