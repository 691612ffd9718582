"""Credentials by the schemes of a document, and what becomes of them on the way."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from harness.scripted_server import Request, Response, ScriptedServer
from tests.codegen.packages import module
from tests.codegen.specs import Document, document, obj, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.codegen.conftest import Make

SCHEMES: Document = {
    "headerKey": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "queryKey": {"type": "apiKey", "in": "query", "name": "key"},
    "cookieKey": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "basic": {"type": "http", "scheme": "basic", "description": "The one of the shop."},
    "bearer": {"type": "http", "scheme": "bearer"},
    "certificate": {"type": "mutualTLS"},
    "openId": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example/c"},
    "oauth": {
        "type": "oauth2",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "https://id.example/token",
                "scopes": {"read": "r"},
            }
        },
    },
}
NEEDS: dict[str, Any] = {
    "general": None,
    "nothing": [],
    "either": [{"queryKey": [], "basic": []}, {"cookieKey": []}],
    "perhaps": [{}, {"headerKey": []}],
    "tokens": [{"oauth": ["read"]}],
    "more": [{"oauth": ["read", "write"]}],
    "secure": [{"certificate": []}],
    "open": [{"openId": []}],
}
SECRET = "s3cret"


@pytest.fixture(scope="module")
def package(make: Make) -> Any:
    paths: Document = {}
    for name, needs in NEEDS.items():
        made = operation(name, schema=obj())
        paths[f"/{name}"] = {
            "post": made if needs is None else {**made, "security": needs}
        }
    given = document(paths)
    given["components"] = {"securitySchemes": SCHEMES}
    return make({**given, "security": [{"headerKey": []}, {"bearer": []}]})


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _: Response(body=b"{}")) as server:
        yield server


@pytest.fixture
def sent(package: Any, server: ScriptedServer) -> Callable[..., Request]:
    """Call an operation; return what arrived."""

    def run(name: str, kind: str = "Client", /, **options: Any) -> Request:
        given = options.pop("given", None)
        if given is not None:
            options["credentials"] = package.Credentials(**given)
        with getattr(package, kind)(base_url=server.url, **options) as client:
            assert SECRET not in repr(client)
            getattr(package.api.things, name).sync(client=client)
        return server.requests[-1]

    return run


def test_each_scheme_has_its_place(sent: Callable[..., Request]) -> None:
    assert sent("general", given={"header_key": SECRET}).headers["X-Key"] == SECRET
    bearer = sent("general", given={"bearer": lambda: SECRET})
    assert bearer.headers["Authorization"] == f"Bearer {SECRET}"
    both = sent("either", given={"query_key": SECRET, "basic": ("me", "pä:ss")})
    assert both.query == [("key", SECRET)]
    user = base64.b64encode("me:pä:ss".encode()).decode()
    assert both.headers["Authorization"] == f"Basic {user}"
    assert "Cookie" not in both.headers
    alone = sent("either", given={"cookie_key": "a;b", "query_key": SECRET})
    assert alone.headers["Cookie"] == "sid=a%3Bb"
    assert alone.query == []
    assert (
        sent("open", given={"open_id": SECRET}).headers["Authorization"][7:] == SECRET
    )
    assert sent("perhaps", given={"header_key": SECRET}).headers["X-Key"] == SECRET
    assert (
        sent("tokens", given={"oauth": SECRET}).headers["Authorization"][7:] == SECRET
    )


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("general", {}),
        ("general", {"basic": ("a", SECRET)}),
        ("either", {"query_key": SECRET}),
        ("tokens", {"header_key": SECRET}),
        ("secure", {"header_key": SECRET}),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(
    sent: Callable[..., Request],
    package: Any,
    server: ScriptedServer,
    name: str,
    given: dict[str, Any],
) -> None:
    with pytest.raises(module(package, "errors").MissingCredentials) as caught:
        sent(name, given=given)
    assert server.requests == []
    assert f"POST /{name} needs " in str(caught.value)
    assert SECRET not in str(caught.value)
    assert sent(name, given=given, anonymous=True).path == f"/{name}"


def test_what_goes_anyway_counts(sent: Callable[..., Request]) -> None:
    for options in (
        {"headers": {"x-KEY": "k"}},
        {"headers": {"Authorization": "Bearer t"}},
    ):
        assert sent("general", **options).path == "/general"
    assert sent("either", cookies={"sid": "x"}).headers["Cookie"] == "sid=x"
    assert sent("nothing").path == "/nothing"
    assert sent("perhaps").path == "/perhaps"
    token = sent("general", "AuthenticatedClient", token=SECRET)
    assert token.headers["Authorization"] == f"Bearer {SECRET}"
    azure = {"token": SECRET, "prefix": "", "auth_header_name": "api-key"}
    assert sent("tokens", "AuthenticatedClient", **azure).headers["api-key"] == SECRET


def test_docstrings_say_what_is_needed(package: Any) -> None:
    said = {n: getattr(package.api.things, n).sync.__doc__ for n in NEEDS}
    assert "Needs credentials: `header_key`, or `bearer`." in said["general"]
    assert "`oauth` with the scope read." in said["tokens"]
    assert "`oauth` with the scopes read, write." in said["more"]
    assert "or `cookie_key`." in said["either"]
    assert "client certificate" in said["secure"]
    assert "Needs" not in said["nothing"]
    about = package.Credentials.__doc__
    assert "https://id.example/c" in about
    assert "the name and the password of a user. The one of the shop.\n" in about


def test_no_secret_follows_a_redirect_to_another_origin(package: Any) -> None:
    given = {"header_key": SECRET, "bearer": SECRET}
    for leaves in (True, False):
        with ScriptedServer() as first, ScriptedServer() as second:
            target = second.url if leaves else first.url
            moved = Response(307, headers={"Location": f"{target}/general?x=1"})
            good = Response(body=b"{}")

            def script(request: Request, good: Any = good, moved: Any = moved) -> Any:
                return good if request.query else moved

            first.script = second.script = script
            with package.Client(
                base_url=first.url,
                credentials=package.Credentials(**given),
                headers={"X-Own": SECRET},
                cookies={"c": SECRET},
                follow_redirects=True,
            ) as client:
                found = package.api.things.general.sync_detailed(client=client)
            assert found.status_code == 200
            arrived = (second if leaves else first).requests[-1]
            assert (SECRET.encode() in arrived.raw) is not leaves


class Issuer:
    """A server that issues tokens, each for as long as it says, and takes the last."""

    def __init__(self, lasts: Any = 60) -> None:
        self.issued = 0
        self.lasts = lasts
        self.takes = ""

    def __call__(self, request: Request) -> Response:
        if request.path != "/token":
            token = request.headers["Authorization"].removeprefix("Bearer ")
            return Response(200 if token == self.takes else 401, body=b"{}")
        self.issued += 1
        self.takes = f"token-{self.issued}"
        answer = {"access_token": self.takes, "expires_in": self.lasts}
        return Response(body=json.dumps(answer).encode())


@pytest.fixture
def issuer(server: ScriptedServer) -> Issuer:
    server.script = made = Issuer()
    return made


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _client(package: Any, server: ScriptedServer, **options: Any) -> Any:
    url = f"{server.url}/token"
    made = package.ClientCredentials("id:1", SECRET, token_url=url, **options)
    assert SECRET not in repr(made)
    credentials = package.Credentials(oauth=made)
    return package.Client(base_url=server.url, credentials=credentials)


def test_a_token_is_fetched_kept_and_renewed(
    package: Any, server: ScriptedServer, issuer: Issuer
) -> None:
    clock = Clock()
    call = package.api.things.tokens.sync
    with _client(package, server, scopes=["read", "x"], clock=clock) as client:
        call(client=client)
        call(client=client)
        assert issuer.issued == 1
        asked = server.requests[0]
        assert asked.body == b"grant_type=client_credentials&scope=read+x"
        basic = base64.b64encode(b"id%3A1:" + SECRET.encode()).decode()
        assert asked.headers["Authorization"] == f"Basic {basic}"
        # It expires before it does for the server.
        clock.now = 59
        call(client=client)
        assert issuer.issued == 2
        issuer.takes = "revoked"
        call(client=client)
        assert issuer.issued == 3
        assert server.requests[-1].headers["Authorization"] == "Bearer token-3"


def test_one_fetch_serves_all_that_wait(
    package: Any, server: ScriptedServer, issuer: Issuer
) -> None:
    tokens = package.api.things.tokens
    with _client(package, server) as client:
        threads = [
            threading.Thread(target=tokens.sync, kwargs={"client": client})
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert issuer.issued == 1

    async def together() -> None:
        async with _client(package, server) as client:
            await asyncio.gather(*(tokens.asyncio(client=client) for _ in range(6)))

    asyncio.run(together())
    assert issuer.issued == 2
    assert sum(r.path == "/tokens" for r in server.requests) == 12


def test_a_refused_token_is_said_without_the_secret(
    package: Any, server: ScriptedServer
) -> None:
    server.script = lambda _: Response(401, body=b'{"error": "invalid_client"}')
    with (
        _client(package, server, in_body=True) as client,
        pytest.raises(
            module(package, "errors").TokenRefused, match="invalid_client"
        ) as caught,
    ):
        package.api.things.tokens.sync(client=client)
    assert SECRET not in str(caught.value)
    assert caught.value.status_code == 401
    assert [r.path for r in server.requests] == ["/token"]
    assert f"client_secret={SECRET}".encode() in server.requests[0].body


def test_a_refusal_that_stays_is_the_answer(
    package: Any, server: ScriptedServer, issuer: Issuer
) -> None:
    def stubborn(request: Request) -> Response:
        return (
            issuer(request) if request.path == "/token" else Response(401, body=b"{}")
        )

    server.script = stubborn
    with _client(package, server) as client, pytest.raises(Exception, match="401"):
        package.api.things.tokens.sync(client=client)
    assert [r.path for r in server.requests] == ["/token", "/tokens"] * 2
    assert module(package, "oauth").ClientCredentials is package.ClientCredentials
