"""What keys have used, as the store counts it: for all who have the store."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.store.stores import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_server.store.sql import SQLStore

# So little that none comes back while a test goes on, however slow the machine is.
FEW = 3


@pytest.fixture
def store() -> Iterator[SQLStore]:
    with opened() as store:
        yield store


def test_requests_are_taken_until_there_are_none(store: SQLStore) -> None:
    # In 20 s one comes back.
    left = [store.rates.take("k", FEW) for _ in range(FEW + 1)]
    assert [taken for taken, _ in left] == [True, True, True, False]
    assert [level.remaining for _, level in left] == [2, 1, 0, 0]
    refused = left[-1][1]
    assert 0 < refused.wait <= 20
    assert 20 < refused.reset <= 60
    assert refused.limit == FEW
    assert store.rates.level("k", "requests", FEW).remaining == 0
    # Other keys, and tokens, have limits of their own.
    assert store.rates.level("k", "tokens", FEW).remaining == FEW
    assert store.rates.take("other", FEW)[0]


def test_tokens_are_owed(store: SQLStore) -> None:
    assert store.rates.level("k", "tokens", 100).remaining == 100
    store.rates.spend("k", 100, 30)
    assert 70 <= store.rates.level("k", "tokens", 100).remaining < 100
    store.rates.spend("k", 100, 1000)
    level = store.rates.level("k", "tokens", 100)
    assert level.remaining == 0
    assert level.wait > 60
    store.rates.spend("k", 100, 0)
    assert store.rates.level("k", "requests", 100).remaining == 100


def test_projects_count_together(store: SQLStore) -> None:
    for project in ("a", "b", "c"):
        assert store.of(project).rates.take("k", FEW)[0]
    assert not store.of("a").rates.take("k", FEW)[0]


def test_who_comes_at_the_same_time_gets_no_more(store: SQLStore) -> None:
    async def crowd() -> list[bool]:
        take = partial(store.rates.take, "k", FEW)
        found = await asyncio.gather(*(store.perform(take) for _ in range(8)))
        return [taken for taken, _ in found]

    assert sorted(asyncio.run(crowd())) == [False] * 5 + [True] * FEW
