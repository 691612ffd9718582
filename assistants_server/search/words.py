"""The words of chunks: one full-text index of SQLite for each store, and BM25.

Each store has a table of its own, so how rare a word is counts within the store, and
removing a store takes no time.
"""

from __future__ import annotations

import json
from heapq import nlargest
from typing import TYPE_CHECKING

from .ranking import best_possible, score_of, weight_in_fts5, weight_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

ALLOWED = "allowed"
"""The temporary table of the files among which to search, where not among all."""
TOKENIZER = "porter unicode61 remove_diacritics 2 categories ''L* N* Co M*''"
"""What finds words, of which marks (M) are parts, such as vowels of India's scripts."""
# Scoring takes two microseconds for each chunk that has a word. Words that would exceed
# this number count for those chunks only that rarer words have found.
_MOST_SCORED = 4000
# Of these words so many, the rarest, count for all of those chunks, the others for the
# best ones; in a chunk of usual length a word that is there once counts so much.
_FOR_ALL, _BEST, _ONCE = 3, 40, 1.0
# Pages that are merged at once: some milliseconds.
_PAGES = 200
# How many counts of words are known of a store, until it changes.
_MOST_KNOWN = 10_000


class Words:
    """The words of all stores."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        """Use the tables of an index; its lock must be held in every method."""
        self._sql = sql
        self._known: dict[int, dict[str, int]] = {}

    def add(self, store: int, texts: Iterable[tuple[int, str]]) -> None:
        """Add texts of chunks."""
        self._sql.execute(
            f"create virtual table if not exists {_table(store)} using"
            f" fts5 (text, content = '', tokenize = '{TOKENIZER}')"
        )
        self._known.pop(store, None)
        insert = f"insert into {_table(store)} (rowid, text) values (?, ?)"
        self._sql.executemany(insert, texts)

    def remove(self, store: int, texts: Iterable[tuple[int, str]]) -> None:
        """Remove texts, which must be as they were added."""
        table = _table(store)
        self._known.pop(store, None)
        delete = f"insert into {table} ({table}, rowid, text) values ('delete', ?, ?)"
        self._sql.executemany(delete, texts)

    def forget(self, store: int, *, first: bool) -> bool:
        """Merge the index a little, and return whether there is more to do.

        Words that were removed are in it until all of it is merged.

        Args:
            store: the store.
            first: whether to begin to merge all of it.
        """
        table = _table(store)
        there = "select 1 from sqlite_master where name = ?"
        if not self._sql.execute(there, (table,)).fetchone():
            return False
        before = self._sql.total_changes
        pages = -_PAGES if first else _PAGES
        merge = f"insert into {table} ({table}, rank) values ('merge', ?)"
        self._sql.execute(merge, (pages,))
        # As the documentation of FTS5 says: with less than two there was nothing.
        return self._sql.total_changes - before >= 2

    def remove_all(self, store: int) -> None:
        """Remove all texts of a store."""
        self._sql.execute(f"drop table if exists {_table(store)}")
        self._known.pop(store, None)

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
        best = best_possible(weights.values(), len(terms))
        sums: dict[int, float] = {}
        for store, counts in found.items():
            sums |= self._sums(
                store, weights, sizes[store], counts, limit, filtered=filtered
            )
        ranked = sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:limit]
        return {chunk: score_of(points, best) for chunk, points in ranked}

    def _counts(self, store: int, terms: list[str]) -> dict[str, int]:
        """Return in how many chunks each word is."""
        known = self._known.setdefault(store, {})
        if len(known) > _MOST_KNOWN:
            known.clear()
        table = _table(store)
        count = f"select count(*) from {table} where {table} match ?"
        for term in terms:
            if term not in known:
                (known[term],) = self._sql.execute(count, (term,)).fetchone()
        return {term: known[term] for term in terms}

    def _sums(
        self,
        store: int,
        weights: dict[str, float],
        size: int,
        counts: dict[str, int],
        limit: int,
        *,
        filtered: bool,
    ) -> dict[int, float]:
        terms = sorted(filter(counts.get, weights), key=lambda term: counts[term])
        groups = _groups(terms, counts, size, limit)
        # What FTS5 multiplies with is replaced by weights that fit small stores.
        theirs = {term: weight_in_fts5(counts[term], size) for term in terms}
        sums = self._scored(store, groups, weights, theirs, filtered=filtered)
        while len(sums) < limit and groups and len(groups[0]) > 1:
            # Fewer chunks have all of them than was to be expected.
            groups[0].pop()
            sums = self._scored(store, groups, weights, theirs, filtered=filtered)
        if filtered and len(sums) < limit and len(groups) < len(terms):
            # The chunks with those words are in other files.
            groups = [[term] for term in terms]
            sums = self._scored(store, groups, weights, theirs, filtered=filtered)
        left = terms[sum(map(len, groups)) :]
        scored = " OR ".join(f"({' AND '.join(group)})" for group in groups)
        for term in left[:_FOR_ALL]:
            for chunk in self._matching(store, f"({scored}) AND {term}"):
                if chunk in sums:
                    sums[chunk] += weights[term] * _ONCE
        best = nlargest(_BEST, sums, key=sums.__getitem__)
        for term in left[_FOR_ALL:]:
            for chunk in self._matching(store, term, best):
                sums[chunk] += weights[term] * _ONCE
        return sums

    def _scored(
        self,
        store: int,
        groups: list[list[str]],
        weights: Mapping[str, float],
        theirs: Mapping[str, float],
        *,
        filtered: bool,
    ) -> dict[int, float]:
        """Return the best chunks that have all words of a group, and their scores."""
        if not groups:
            return {}
        table = _table(store)
        owner = f"(select file from chunks where chunks.id = {table}.rowid)"
        among = f" and {owner} in {ALLOWED}" if filtered else ""
        # The limit keeps SQLite from calling bm25() where it can't be called.
        each = (
            f"select * from (select rowid as chunk, ? * bm25({table}) as part"
            f" from {table} where {table} match ?{among} limit -1)"
        )
        parts = " union all ".join([each] * len(groups))
        parameters: list[float | str] = []
        for group in groups:
            factor = sum(map(weights.__getitem__, group))
            factor /= sum(map(theirs.__getitem__, group))
            parameters += [-factor, " AND ".join(group)]
        rows = self._sql.execute(
            f"select chunk, sum(part) as points from ({parts})"
            " group by chunk order by points desc limit ?",
            (*parameters, 2 * _MOST_SCORED),
        )
        return dict(rows.fetchall())

    def _matching(
        self, store: int, query: str, among: Iterable[int] | None = None
    ) -> Iterator[int]:
        """Yield the chunks that match a query of FTS5; `among` bounds them."""
        table = _table(store)
        # Not bm25(): for each row that is named it would count the words anew.
        select = f"select rowid from {table} where {table} match ?"
        if among is None:
            rows = self._sql.execute(select, (query,))
        else:
            select += " and rowid in (select value from json_each(?))"
            rows = self._sql.execute(select, (query, json.dumps([*among])))
        for (chunk,) in rows:
            yield chunk


def _groups(
    terms: list[str], counts: Mapping[str, int], size: int, limit: int
) -> list[list[str]]:
    """Return the words for which chunks are scored, the rarest ones.

    Where even the rarest is in too many chunks, it is those with several of them
    together that count.

    Args:
        terms: words, the rarest first.
        counts: in how many chunks each is.
        size: how many chunks there are.
        limit: how many chunks are wanted.
    """
    if not terms:
        return []
    groups, scored = [terms[:1]], float(counts[terms[0]])
    for term in terms[1:]:
        if scored > _MOST_SCORED and len(groups) == 1:
            together = scored * counts[term] / size
            if together < 2 * limit:
                break
            groups[0].append(term)
            scored = together
        elif scored < limit or scored + counts[term] <= _MOST_SCORED:
            groups.append([term])
            scored += counts[term]
        else:
            break
    return groups


def _table(store: int) -> str:
    return f"words_{store:d}"
