"""The words of chunks: one full-text index of SQLite for each store, and BM25.

Each store has a table of its own, so how rare a word is counts within the store, and
removing a store takes no time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .ranking import best_possible, score_of, weight_in_fts5, weight_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

ALLOWED = "allowed"
"""The temporary table of the chunks among which to search, where not among all."""
_TOKENIZER = "porter unicode61 remove_diacritics 2"
# Scoring takes a microsecond for each chunk that has a word. Words that would exceed
# this number count for those chunks only that rarer words have found.
_MOST_SCORED = 10_000


class Words:
    """The words of all stores."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        """Use the tables of an index; its lock must be held in every method."""
        self._sql = sql

    def add(self, store: int, texts: Iterable[tuple[int, str]]) -> None:
        """Add texts of chunks."""
        self._sql.execute(
            f"create virtual table if not exists {_table(store)} using"
            f" fts5 (text, content = '', tokenize = '{_TOKENIZER}')"
        )
        insert = f"insert into {_table(store)} (rowid, text) values (?, ?)"
        self._sql.executemany(insert, texts)

    def remove(self, store: int, texts: Iterable[tuple[int, str]]) -> None:
        """Remove texts, which must be as they were added."""
        table = _table(store)
        delete = f"insert into {table} ({table}, rowid, text) values ('delete', ?, ?)"
        self._sql.executemany(delete, texts)

    def remove_all(self, store: int) -> None:
        """Remove all texts of a store."""
        self._sql.execute(f"drop table if exists {_table(store)}")

    def best(
        self, sizes: Mapping[int, int], terms: list[str], limit: int, *, filtered: bool
    ) -> dict[int, float]:
        """Return the chunks that fit best, best first, with scores from 0 to 1.

        Args:
            sizes: the stores to search, and how many chunks each has.
            terms: strings of FTS5.
            limit: how many chunks at most.
            filtered: whether to search only among those in the table `ALLOWED`.
        """
        found = {store: self._counts(store, terms) for store in sizes}
        total = sum(sizes.values())
        weights = {
            term: weight_of(sum(counts[term] for counts in found.values()), total)
            for term in terms
            if any(counts[term] for counts in found.values())
        }
        best = best_possible(weights, len(terms))
        sums: dict[int, float] = {}
        for store, counts in found.items():
            # What FTS5 multiplies with is replaced by weights that fit small stores.
            factors = {
                term: weight / weight_in_fts5(counts[term], sizes[store])
                for term, weight in weights.items()
                if counts[term]
            }
            sums |= self._sums(store, factors, counts, limit, filtered=filtered)
        ranked = sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:limit]
        return {chunk: score_of(points, best) for chunk, points in ranked}

    def _counts(self, store: int, terms: list[str]) -> dict[str, int]:
        """Return in how many chunks each word is."""
        table = _table(store)
        count = f"select count(*) from {table} where {table} match ?"
        return {t: self._sql.execute(count, (t,)).fetchone()[0] for t in terms}

    def _sums(
        self,
        store: int,
        factors: dict[str, float],
        counts: dict[str, int],
        limit: int,
        *,
        filtered: bool,
    ) -> dict[int, float]:
        rare, scored = [], 0
        common = sorted(factors, key=lambda term: counts[term])
        while common and (scored < limit or scored + counts[common[0]] <= _MOST_SCORED):
            scored += counts[common[0]]
            rare.append(common.pop(0))
        if not rare:
            return {}
        table = _table(store)
        among = f" and +rowid in {ALLOWED}" if filtered else ""
        # The limit keeps SQLite from calling bm25() where it can't be called.
        each = (
            f"select * from (select rowid as chunk, ? * bm25({table}) as part"
            f" from {table} where {table} match ?{among} limit -1)"
        )
        parts = " union all ".join([each] * len(rare))
        parameters = [value for t in rare for value in (-factors[t], t)]
        rows = self._sql.execute(
            f"select chunk, sum(part) as points from ({parts})"
            " group by chunk order by points desc limit ?",
            (*parameters, limit),
        )
        sums = dict(rows.fetchall())
        candidates = json.dumps([*sums])
        for term in common:
            rows = self._sql.execute(
                f"select rowid, bm25({table}) from {table} where {table} match ?"
                " and rowid in (select value from json_each(?))",
                (term, candidates),
            )
            for chunk, part in rows:
                sums[chunk] -= factors[term] * part
        return sums


def _table(store: int) -> str:
    return f"words_{store:d}"
