"""Cookies go back to the origin that they came from, and to no other."""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any

import pytest

from harness.either_client import settled
from harness.scripted_server import Response, ScriptedServer
from tests.client.both import KINDS, NAMES, use

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scripted_server import Request

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)


def setting(name: str, more: str = "") -> Callable[[Request], Response]:
    headers = {"Set-Cookie": f"session={name}; Path=/{more}"}
    return lambda _: Response.of({"id": "thread_1"}, headers=headers)


def cookies(server: ScriptedServer) -> list[str | None]:
    return [each.headers.get("cookie") for each in server.requests]


@both
@pytest.mark.parametrize("more", ["", "; Domain=127.0.0.1"])
def test_a_copy_for_another_server_has_other_cookies(kind: Any, more: str) -> None:
    with (
        ScriptedServer(setting("old", more)) as old,
        ScriptedServer(setting("new", more)) as new,
    ):

        async def calls(client: Any) -> None:
            moved = client.with_options(base_url=new.url)
            # To whom it is the same if they lead to the same place.
            same = client.with_options(base_url=f"{old.url}/v1", max_retries=1)
            for each in (client, moved, client, moved, same):
                await settled(each.threads.create())

        use(kind, calls, base_url=old.url)
        assert cookies(old) == [None, "session=old", "session=old"]
        assert cookies(new) == [None, "session=new"]


@both
def test_one_that_spoils_requests_is_dropped_wherever_it_is(kind: Any) -> None:
    def script(_: Request) -> Any:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        body = b'{"id": "thread_1"}'
        cookie = "Set-Cookie: bad=ä; Path=/\r\nSet-Cookie: good=a; Path=/\r\n".encode()
        return head + cookie + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    with ScriptedServer(script) as server:

        async def calls(client: Any) -> None:
            for _ in range(2):
                await settled(client.threads.create())

        use(kind, calls, base_url=server.url)
        assert cookies(server) == [None, "good=a"]


@both
def test_responses_without_any_are_not_looked_through(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []

    def extract(self: CookieJar, response: Any, request: Any) -> None:
        looked.append(request.get_full_url())

    monkeypatch.setattr(CookieJar, "extract_cookies", extract)
    bare, with_cookie = Response.of({"id": "thread_1"}), setting("new")

    def script(request: Request) -> Response:
        return with_cookie(request) if len(server.requests) == 2 else bare

    with ScriptedServer(script) as server:

        async def calls(client: Any) -> None:
            for _ in range(3):
                await settled(client.threads.create())

        use(kind, calls, base_url=server.url)
        assert looked == [f"{server.url}/threads"]
