"""Keys for tests: made as the command makes them, and clients that have them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

from assistants_server.keys import Key, KeyFile
from assistants_server.keys.key import digest_of, new_token
from tests.server.api import TIMEOUT

if TYPE_CHECKING:
    from pathlib import Path

    from assistants_server import LocalServer


def make_key(store: Path, **settings: Any) -> str:
    """Make a key in a store, and return what clients send."""
    token, key = unstored(**settings)
    KeyFile(store).add(key)
    return token


def unstored(**settings: Any) -> tuple[str, Key]:
    """Return what a client sends, and the key."""
    id, token = new_token()  # noqa: A001 - that of a key
    made = {"project": "default", "scope": "write", "created_at": int(time.time())}
    return token, Key(id, digest=digest_of(token), **{**made, **settings})


def client(server: LocalServer, token: str) -> httpx.Client:
    """Return a bare client that has a key."""
    headers = {"authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{server.port}/v1"
    return httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT)
