"""Which HTTP library a client uses: by what is passed, set, and installed."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

from assistants_client import (
    APIConnectionError,
    AsyncClient,
    Client,
    ConfigurationError,
)
from assistants_client._transport.library import VARIABLE, chosen_library, library_of
from assistants_client._transport.pool import SURROUNDINGS
from assistants_server import LocalServer
from tests.client.recording import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

URL = "http://127.0.0.1:1/v1"
LIBRARIES: list[Any] = [httpx, httpx2]
# What is done where httpx is not installed, nor httpx2 at first. All modules of ours
# have to be imported without them, or the server, which is told where it is.
WITHOUT_HTTPX = """
import asyncio, importlib, os, pkgutil, sys

sys.modules["httpx"] = sys.modules["httpx2"] = None
import assistants_client
from assistants_client import AsyncClient, Client, ConfigurationError

for each in pkgutil.walk_packages(assistants_client.__path__, "assistants_client."):
    if not each.name.startswith("assistants_server"):
        importlib.import_module(each.name)
settings = {"base_url": sys.argv[1], "api_key": "none"}


def refusal(**chosen):
    os.environ.update(chosen)
    try:
        Client(**settings)
    except ConfigurationError as error:
        return str(error)


print(refusal())
del sys.modules["httpx2"]
print(refusal(ASSISTANTS_HTTP="httpx"))
del os.environ["ASSISTANTS_HTTP"]


async def main():
    async with AsyncClient(**settings) as client:
        raw = await client.with_raw_response.threads.create()
        return type(raw.http_response).__module__


with Client(**settings) as client:
    made = client.assistants.create(model="m")
    with client.threads.runs.stream(
        thread_id=client.threads.create().id, assistant_id=made.id
    ) as stream:
        print(client.get("/assistants", cast_to=dict)["object"], [*stream][-1].event)
print(asyncio.run(main()), sys.modules["httpx"])
"""
WITH_BOTH = """
import logging, sys
before = {*sys.modules}
from assistants_client import Client
print(*{"httpx", "httpx2"} & {*sys.modules})
with Client(base_url=sys.argv[1], api_key="none") as client:
    runs = client.threads.runs
    print(*{"httpx", "httpx2", "http.cookiejar", "urllib.request"} & {*sys.modules})
    # Each would take more time than all else together.
    slow = {"attr", "attrs", "dataclasses", "inspect", "msgspec"}
    print(*slow & {*sys.modules} - before)
    made = client.threads.create(messages=[{"role": "user", "content": "é"}])
    client.threads.retrieve(made.id)
print(*{"httpx", "httpx2", "msgspec"} & {*sys.modules})
"""

# The first argument is where the server is, the second where a damaged library lies.
WITH_DAMAGED = """
import os, sys

sys.path.insert(0, sys.argv[2])
from assistants_client import Client, ConfigurationError

settings = {"base_url": sys.argv[1], "api_key": "none"}
try:
    with Client(**settings) as client:
        client.threads.create()
except ConfigurationError as error:
    print(error)
try:
    import httpx
except ImportError:
    pass
import httpx2

# What is passed is used, whatever the other one is.
with httpx2.Client() as http:
    Client(**settings, http_client=http).threads.create()
os.environ["ASSISTANTS_HTTP"] = "httpx2"
with Client(**settings) as client:
    print(type(client.with_raw_response.threads.create().http_response).__module__)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


def printed(program: str, server: LocalServer, *arguments: str) -> list[str]:
    command = [sys.executable, "-W", "error", "-c", program, server.url, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_httpx2_is_enough(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert printed(WITHOUT_HTTPX, server) == [
        "there is no HTTP library: pip install httpx or httpx2",
        "ASSISTANTS_HTTP is httpx, which is not installed: pip install httpx",
        "list thread.run.completed",
        "httpx2 None",
    ]


def test_nothing_is_imported_before_it_is_needed(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in SURROUNDINGS:
        # Whether these can be used is found out at once.
        monkeypatch.delenv(each, raising=False)
    for chosen in ("httpx", "httpx2"):
        monkeypatch.setenv(VARIABLE, chosen)
        assert printed(WITH_BOTH, server) == ["", "", "", chosen]


def test_the_environment_chooses_for_clients_that_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    usual = chosen_library().name
    for text, name in (("", usual), (" ", usual), ("httpx", "httpx"), ("httpx2 ", "")):
        monkeypatch.setenv(VARIABLE, text)
        assert chosen_library().name == (name or "httpx2")
        with Client(base_url=URL, api_key=KEY) as client:
            assert client._pool.library.name == (name or "httpx2")
    # What is passed counts for more.
    with httpx.Client() as http:
        client = Client(base_url=URL, api_key=KEY, http_client=http)
        assert client._pool.library is library_of(http, asynchronous=False)
    for wrong in ("requests", "HTTPX", "httpx,httpx2"):
        monkeypatch.setenv(VARIABLE, wrong)
        with pytest.raises(ConfigurationError) as caught:
            AsyncClient(base_url=URL, api_key=KEY)
        said = f"ASSISTANTS_HTTP must be httpx or httpx2, not '{wrong}'"
        assert str(caught.value) == said


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_what_is_no_client_of_that_kind_is_refused(kind: Any) -> None:
    name = kind.__name__
    other = "Client" if kind is AsyncClient else "AsyncClient"
    wrong = [getattr(library, other)() for library in LIBRARIES]
    found = [f"{each.__name__}.{other}" for each in LIBRARIES]
    wrong += [httpx2, getattr(httpx2, name), httpx2.Limits(), {}]
    found += ["builtins.module", "builtins.type", "httpx2.Limits", "builtins.dict"]
    wrong += [import_module("requests").Session(), httpx2.Response(200)]
    found += ["requests.sessions.Session", "httpx2.Response"]
    for each, what in zip(wrong, found, strict=True):
        with pytest.raises(ConfigurationError) as caught:
            kind(base_url=URL, api_key=KEY, http_client=each)
        assert str(caught.value) == (
            f"http_client of {name} must be an httpx.{name} or an httpx2.{name}, "
            f"not {what}"
        )


def test_both_libraries_serve_at_once(server: LocalServer) -> None:
    def call(library: Any) -> str:
        with library.Client() as http:
            client = Client(base_url=server.url, api_key=KEY, http_client=http)
            for _ in range(5):
                raw = client.with_raw_response.threads.create()
                assert type(raw.http_response) is library.Response
            nowhere = client.with_options(base_url=URL, max_retries=0)
            with pytest.raises(APIConnectionError) as caught:
                nowhere.threads.create()
            cause = repr(caught.value.__cause__.__cause__)  # type: ignore[union-attr]
        return cause.partition("(")[0]

    async def call_async() -> list[Any]:
        async with httpx.AsyncClient() as one, httpx2.AsyncClient() as other:
            clients = [
                AsyncClient(base_url=server.url, api_key=KEY, http_client=http)
                for http in (one, other)
            ]
            raw = [client.with_raw_response.threads.create() for client in clients * 3]
            return [type(each.http_response) for each in await asyncio.gather(*raw)]

    with ThreadPoolExecutor(4) as threads:
        said = [*threads.map(call, LIBRARIES * 2)]
    assert said == ["ConnectError"] * 4
    assert asyncio.run(call_async()) == [httpx.Response, httpx2.Response] * 3


def test_classes_of_others_are_taken_and_not_remembered(server: LocalServer) -> None:
    for library in LIBRARIES:
        mine = type("Mine", (library.Client,), {})
        with mine() as http:
            client = Client(base_url=server.url, api_key=KEY, http_client=http)
            raw = client.with_raw_response.threads.create()
            assert type(raw.http_response) is library.Response
            assert client._pool.library.name == library.__name__
        gone = weakref.ref(mine)
        del mine, http, client, raw
        gc.collect()
        assert gone() is None


def test_a_library_that_is_damaged_is_told(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "httpx.py").write_text("import nothing_of_that_name\n", "utf-8")
    assert printed(WITH_DAMAGED, server, str(tmp_path)) == [
        (
            "httpx is installed, but can't be used (No module named "
            "'nothing_of_that_name'): reinstall it, or set ASSISTANTS_HTTP to httpx2"
        ),
        "httpx2",
    ]
    (tmp_path / "httpx.py").write_text("", "utf-8")
    first, *rest = printed(WITH_DAMAGED, server, str(tmp_path))
    assert first.startswith("httpx is installed, but can't be used (")
    assert rest == ["httpx2"]
