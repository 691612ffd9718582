"""The words of chunks in PostgreSQL: its full-text index, and BM25."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from functools import partial
from heapq import nlargest
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .lexemes import query, vector, words
from .ranking import best_possible, bm25, score_of, weight_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ..store.database import Database
    from .chunks import Chunk

    Term: TypeAlias = tuple[str, ...]

# Chunks with a rare word, of which those count that have most of the question; words
# that would exceed this number count for those only that rarer ones have found.
_MOST_FOUND = 4000
# For so many of them words are counted; so many words are remembered.
_MOST_COUNTED, _MOST_KNOWN = 150, 200_000
# `ts_rank` of one word, where all places count the same, is the sum of 1/n² over its n
# places, by the sum of all such: so it says how many there are. To count them in the
# vector itself takes three times as long.
_SAME = [1.0, 1.0, 1.0, 1.0]
_RANKS = [part / 1.64493406685 for part in accumulate(1 / n**2 for n in range(1, 257))]
_BARELY = 1e-6


class Store(NamedTuple):
    """A store that is searched.

    Attributes:
        id: its number.
        chunks: how many it has.
        words: how many words these have together.
        version: another one when something was added or removed.
        dimensions: how long its vectors are; None where it has none.
    """

    id: int
    chunks: int
    words: int
    version: int
    dimensions: int | None


class PostgresWords:
    """The words of all stores; its methods are called within a change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        # By words and versions that don't change, so several threads may add to them.
        self._stems: dict[str, str] = {}
        # By store, which version its counts are of, and these.
        self._counts: dict[int, tuple[int, dict[Term, int]]] = {}

    def vectors(self, store: int, chunks: Iterable[Chunk]) -> list[tuple[str, int]]:
        """Return the words of chunks, and how many they are."""
        texts = [words(each.text) for each in chunks]
        stems = self._stemmed({word for text in texts for word in text})
        return [(vector(store, text, stems), len(text)) for text in texts]

    def best(
        self,
        stores: Sequence[Store],
        terms: Sequence[Term],
        limit: int,
        *,
        files: Collection[int] | None,
    ) -> dict[int, float]:
        """Return the chunks that fit best, best first, with scores from 0 to 1.

        Args:
            stores: where to search.
            terms: words, and words that follow each other.
            limit: how many chunks at most.
            files: search only among those, where given.
        """
        stems = self._stemmed({word for term in terms for word in term})
        wanted = [*dict.fromkeys(tuple(stems[w] for w in term) for term in terms)]
        counts = {each.id: self._counted(each, wanted) for each in stores}
        total = sum(each.chunks for each in stores)
        weights = {}
        for term in wanted:
            found = sum(counts[each.id][term] for each in stores)
            if found:
                weights[term] = weight_of(min(found, total), total)
        best = best_possible(weights.values(), len(wanted))
        points: dict[int, float] = {}
        for each in stores:
            there = {term: counts[each.id][term] for term in weights}
            points |= self._points(each, weights, there, limit, files)
        ranked = sorted(points.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return {chunk: score_of(sum_, best) for chunk, sum_ in ranked}

    def _points(
        self,
        store: Store,
        weights: Mapping[Term, float],
        counts: Mapping[Term, int],
        limit: int,
        files: Collection[int] | None,
    ) -> dict[int, float]:
        """Return the points of the chunks of a store that may be among the best."""
        terms = sorted(filter(counts.get, counts), key=counts.__getitem__)
        sums: dict[int, float] = defaultdict(float)
        lengths: dict[int, int] = {}
        find = partial(self._having, store, files)
        usual = store.words / store.chunks
        rest: list[Term] = []
        for number, term in enumerate(terms):
            is_common = len(sums) + counts[term] > _MOST_FOUND
            if number and is_common and len(sums) >= limit:
                rest = terms[number:]
                break
            # Of a word that is nearly everywhere some chunks are as good as others.
            for chunk, length in find([term], most=_MOST_FOUND):
                sums[chunk] += weights[term] * bm25(1, length / usual)
                lengths[chunk] = length
        most = max(_MOST_COUNTED, limit)
        if rest and len(sums) > most:
            # Which of them have the common words, too, is cheaper than how often.
            for term in rest:
                for chunk, length in find([term], among=sums):
                    sums[chunk] += weights[term] * bm25(1, length / usual)
        chosen = nlargest(most, sums, key=sums.__getitem__)
        return self._exactly(store, terms, weights, {c: lengths[c] for c in chosen})

    def _exactly(
        self,
        store: Store,
        terms: Sequence[Term],
        weights: Mapping[Term, float],
        lengths: Mapping[int, int],
    ) -> dict[int, float]:
        """Return the points of some chunks by how often each word is in them."""
        single = [term for term in terms if not term[1:]]
        points = dict.fromkeys(lengths, 0.0)
        usual = store.words / store.chunks
        ranks = ", ".join(["ts_rank(?::real[], words, ?::tsquery)"] * len(single))
        values = ((_SAME, query(store.id, term)) for term in single)
        rows = self._database.execute(
            f"select id, array[{ranks}]::real[] from index_chunks"
            " where id = any(?::bigint[])",
            [*chain.from_iterable(values), [*lengths]],
        )
        for chunk, found in rows:
            for term, rank in zip(single, found, strict=True):
                if rank:
                    times = bisect_left(_RANKS, rank - _BARELY) + 1
                    part = bm25(times, lengths[chunk] / usual)
                    points[chunk] += weights[term] * part
        for term in terms:
            if term[1:]:
                for chunk, length in self._having(store, None, [term], among=lengths):
                    points[chunk] += weights[term] * bm25(1, length / usual)
        return points

    def _having(
        self,
        store: Store,
        files: Collection[int] | None,
        terms: Sequence[Term],
        *,
        among: Iterable[int] | None = None,
        most: int | None = None,
    ) -> list[tuple[int, int]]:
        """Return the chunks with one of some words, and their lengths in words."""
        # Whether they have it, the index knows; to look into each chunk of some takes
        # many times as long, and so does an array in which each is looked for.
        values: list[object] = [" | ".join(query(store.id, term) for term in terms)]
        select = (
            "with found as materialized"
            " (select id, file, length from index_chunks where words @@ ?::tsquery)"
            " select id, length from found"
        )
        if among is not None:
            select += " join unnest(?::bigint[]) wanted on wanted = id"
            values.append([*among])
        if files is not None:
            select += " join unnest(?::bigint[]) of_file on of_file = file"
            values.append([*files])
        if most is not None:
            select += " limit ?"
            values.append(most)
        return self._database.execute(select, values).fetchall()

    def _counted(self, store: Store, terms: Iterable[Term]) -> dict[Term, int]:
        """Return in how many chunks of a store each word is."""
        with self._lock:
            version, known = self._counts.get(store.id, (None, {}))
            if version != store.version or len(known) > _MOST_KNOWN:
                known = {}
                self._counts[store.id] = store.version, known
        count = "select count(*) from index_chunks where words @@ ?::tsquery"
        for term in terms:
            if term not in known:
                row = self._database.execute(count, (query(store.id, term),))
                (known[term],) = row.fetchone()
        return {term: known[term] for term in terms}

    def _stemmed(self, texts: Collection[str]) -> dict[str, str]:
        """Return the stems of words, by PostgreSQL's own Porter, as FTS5 has it."""
        with self._lock:
            if len(self._stems) > _MOST_KNOWN:
                self._stems = {}
            known = self._stems
        new = [word for word in texts if word not in known]
        if new:
            rows = self._database.execute(
                "select word, (ts_lexize('index_porter', word))[1]"
                " from unnest(?::text[]) word",
                (new,),
            )
            known.update((word, stem or word) for word, stem in rows)
        return {word: known[word] for word in texts}
