"""Settings that are wrong, and addresses and stores that can't be used."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from assistants_server import FaultError, LocalServer, SettingsError, StoreError
from tests.cases import each_case
from tests.server.api import talking

SECRET = "sk-that-nobody-may-see"


@each_case(
    ("settings", "said"),
    [
        ({"host": "0.0.0.0"}, "0.0.0.0 can be reached .*a key is needed"),
        ({"host": "::"}, ":: can be reached .*a key is needed"),
        ({"host": ""}, "a key is needed"),
        ({"key": ""}, "the key must be .*not empty"),
        ({"key": f"{SECRET}\n"}, "the key must be printable"),
        ({"key": f"{SECRET}\xe9"}, "the key must be printable ASCII"),
        ({"port": -1}, "port must be 0 to 65535, not -1"),
        ({"port": 65536}, "port must be 0 to 65535, not 65536"),
        ({"pace": -0.1}, "pace must be"),
        ({"pace": float("nan")}, "pace must be"),
        ({"poll_after": -1}, "poll.after must be"),
        ({"expires_after": float("inf")}, "expires.after must be"),
        ({"keep_alive": 0}, "keep.alive must be"),
        ({"max_body": 0}, "max.body must be"),
        ({"max_file_size": 0}, "max.file.size must be"),
        ({"faults": ["429", "slwo=2"]}, "'slwo=2' is no fault; known are"),
        ({"port": "8000"}, "port must be a number, 0 to 65535, not '8000'"),
        ({"pace": True}, "pace must be a number"),
        ({"key": 5}, "the key must be text, not int"),
        ({"store": 5}, "the store must be the path of a file .*, not int"),
        ({"engine": "chat"}, "the engine must be a function .*, not 'chat'"),
        (
            {"allow_origins": "http://a"},
            r"allow_origins must be a list, such as \['http",
        ),
    ],
)
def test_wrong_settings_are_refused_at_once(settings: Any, said: str) -> None:
    expected = FaultError if "faults" in settings else SettingsError
    with pytest.raises(expected, match=said) as caught:
        LocalServer(**settings)
    assert SECRET not in str(caught.value)


def test_a_text_is_no_list_of_faults() -> None:
    with pytest.raises(
        SettingsError, match=r"faults must be a list, such as \['429'\]"
    ):
        LocalServer(faults="429")


def test_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = LocalServer(port=other.getsockname()[1])
        for _ in range(2):
            with pytest.raises(OSError, match="in use"):
                server.start()
    with server, talking(server) as api:
        api.get("/assistants")


def test_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(OSError, match="assign"):
        LocalServer(host="192.0.2.1", key=SECRET).start()


@pytest.mark.sqlite("a folder that isn't there; test_database_outages has the other")
def test_store_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    server = LocalServer(store=tmp_path / "later" / "state.db")
    with pytest.raises(StoreError, match="can't be opened"):
        server.start()
    # Nor does it keep the port.
    socket.create_server(("127.0.0.1", server.port)).close()
    (tmp_path / "later").mkdir()
    with server:
        with pytest.raises(StoreError, match="another server uses this file"):
            LocalServer(store=tmp_path / "later" / "state.db").start()
        with talking(server) as api:
            api.get("/assistants")


@pytest.mark.parametrize(
    ("host", "name"), [("::1", "[::1]"), ("localhost", "localhost")]
)
def test_other_loopback_addresses_serve(host: str, name: str) -> None:
    server = LocalServer(host=host)
    if host == "::1" and not _has_ipv6():
        with pytest.raises(OSError, match=r"(assign|support)"):
            server.start()
        return
    with server, talking(server) as api:
        assert server.url == f"http://{name}:{server.port}/v1"
        api.get("/assistants")


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
