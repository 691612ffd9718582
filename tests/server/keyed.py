"""Keys for tests: made as the command makes them, and clients that have them."""

from __future__ import annotations

import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from assistants_server.keys import Key, KeyStore
from assistants_server.keys.opened import open_keys
from assistants_server.store.key import digest_of, id_of, new_token
from tests.server.plain_client import PlainClient
from tests.store.stores import opener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistants_server import LocalServer


def make_key(store: Path, **settings: Any) -> str:
    """Make a key in a store, and return what clients send."""
    token, key = unstored(**settings)
    with keys_at(store) as keys:
        keys.add(key)
    return token


def revoke(store: Path, token: str) -> bool:
    """Revoke a key, and return whether it wasn't before."""
    with keys_at(store) as keys:
        return keys.revoke(id_of(token) or "", 1)


@contextmanager
def keys_at(store: Path) -> Iterator[KeyStore]:
    """Provide the keys of the store that a server opens by this path."""
    with closing(open_keys(setting(store))) as keys:
        yield keys


def setting(store: Path) -> str:
    """Return what names the store that a server of the tests opens by this path."""
    named = getattr(sys.modules[opener().__module__], "database", None)
    return named(store).secret if named else str(store)


def unstored(**settings: Any) -> tuple[str, Key]:
    """Return what a client sends, and the key."""
    id, token = new_token()  # noqa: A001 - that of a key
    made = {"project": "default", "scope": "write", "created_at": int(time.time())}
    return token, Key(id, digest=digest_of(token), **{**made, **settings})


def client(server: LocalServer, token: str) -> httpx.Client:
    """Return a bare client that has a key."""
    headers = {"authorization": f"Bearer {token}"}
    return PlainClient(f"http://127.0.0.1:{server.port}/v1", headers)
