"""Databases and terminals of other encodings than UTF-8."""

from __future__ import annotations

from contextlib import closing

import pytest

from assistants_server.store import DatabaseURL, StoreError
from assistants_server.store.postgres import PostgresStore, is_store
from tests import postgres_store as stores
from tests.store.test_postgres import tables

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_can_not_hold_any_text_is_left_alone(encoding: str) -> None:
    cluster, name = stores.cluster(), f"in_{encoding.lower()}"
    with cluster.connect("postgres") as connection:
        connection.execute(
            f"create database {name} encoding '{encoding}' template template0".encode()
        )
    url = DatabaseURL(cluster.url("postgres").replace("/postgres", f"/{name}"))
    try:
        for use in (PostgresStore, is_store):
            with pytest.raises(StoreError, match=f"encoding {encoding},") as caught:
                use(url)
            assert "createdb --encoding UTF8" in str(caught.value)
            assert f"/{name} has" in str(caught.value)
            assert cluster.password not in str(caught.value)
        assert tables(url) == []
    finally:
        cluster.drop(name)


def test_the_encoding_of_a_terminal_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    text = "\u2028 \U0001f600 é"
    with closing(PostgresStore(stores.database())) as store, store.changes():
        store.add("assistant", {"id": "asst_1", "name": text})
        assert store.all("assistant") == [{"id": "asst_1", "name": text}]
