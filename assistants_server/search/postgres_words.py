"""The words of chunks in PostgreSQL: its full-text index, and BM25."""

from __future__ import annotations

import threading
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .lexemes import lexeme, query, vector, words
from .ranking import best_possible, bm25, score_of, weight_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ..store.database import Database
    from .chunks import Chunk

    Term: TypeAlias = tuple[str, ...]

# Chunks with a rare word, of which those count that have most of the question; words
# that would exceed this number count for those only that rarer ones have found. Of
# these words so many, the rarest, say which chunks are the best, as with SQLite.
_MOST_FOUND, _FOR_ALL = 4000, 3
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
        stems = self._stemmed({*chain.from_iterable(texts)})
        lexemes = {word: lexeme(store, stem) for word, stem in stems.items()}
        return [(vector(text, lexemes), len(text)) for text in texts]

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
        if not terms:
            return {}
        few = _few(terms, counts, limit)
        points = self._best(store, terms, few, weights, limit, files)
        if len(points) < limit and few < len(terms):
            # Most of the chunks that have them are in other files.
            points = self._best(store, terms, len(terms), weights, limit, files)
        return points

    def _best(
        self,
        store: Store,
        terms: Sequence[Term],
        few: int,
        weights: Mapping[Term, float],
        limit: int,
        files: Collection[int] | None,
    ) -> dict[int, float]:
        """Return the points of the chunks that have most of a question.

        Args:
            store: where to search.
            terms: words, the rarest first.
            few: of how many words a chunk must have one.
            weights: what each word counts.
            limit: how many chunks at least.
            files: search only among those, where given.
        """
        usual = store.words / store.chunks
        # What divides the weights of words that a chunk has once: a straight line.
        flat = 1 / bm25(1, 0)
        slope = (1 / bm25(1, 1) - flat) / usual
        queries = [query(store.id, term) for term in terms]
        values: list[Any] = [] if files is None else [[*files]]
        for term, wanted in [*zip(terms, queries, strict=True)][: few + _FOR_ALL]:
            values += [weights[term], wanted]
        values += [flat, slope, max(_MOST_COUNTED, limit)]
        for term, wanted in zip(terms, queries, strict=True):
            values += [wanted] if term[1:] else [_SAME, wanted]
        is_phrase = tuple(bool(term[1:]) for term in terms)
        select = _statement(is_phrase, few, in_files=files is not None)
        points = {}
        for chunk, length, *ranks in self._database.execute(select, values):
            points[chunk] = sum(
                weights[term] * bm25(1 if term[1:] else _times(rank), length / usual)
                for term, rank in zip(terms, ranks, strict=True)
                if rank
            )
        return points

    def _counted(self, store: Store, terms: Sequence[Term]) -> dict[Term, int]:
        """Return in how many chunks of a store each word is."""
        with self._lock:
            version, known = self._counts.get(store.id, (None, {}))
            if version != store.version or len(known) > _MOST_KNOWN:
                known = {}
                self._counts[store.id] = store.version, known
        new = [term for term in terms if term not in known]
        if new:
            each = "(select count(*) from index_chunks where words @@ ?::tsquery)"
            found = self._database.execute(
                f"select {', '.join([each] * len(new))}",
                [query(store.id, term) for term in new],
            )
            known.update(zip(new, found.fetchone(), strict=True))
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


def _few(terms: Sequence[Term], counts: Mapping[Term, int], limit: int) -> int:
    """Return of how many words, the rarest ones, a chunk must have one."""
    found = 0
    for number, term in enumerate(terms):
        found += counts[term]
        if number and found > _MOST_FOUND and counts[terms[number - 1]] >= limit:
            return number
    return len(terms)


@lru_cache(maxsize=100)
def _statement(is_phrase: tuple[bool, ...], few: int, *, in_files: bool) -> str:
    """Return what finds the best chunks, and how much of each word they have.

    Which chunks have a word, the index knows: to look into each takes many times as
    long, so that is done for the best ones alone, and each is unpacked once. `is true`
    keeps PostgreSQL, which knows little of how many rows there are, from joining.

    Args:
        is_phrase: of each word, whether it is several that follow each other.
        few: of how many words, the first ones, a chunk must have one.
        in_files: whether only chunks of some files count.
    """
    has = (
        "(select id, length, ?::float8 as weight from index_chunks"
        " where words @@ ?::tsquery"
    )
    allowed = ""
    if in_files:
        allowed = "allowed as materialized (select unnest(?::bigint[]) as file), "
        has += " and (file in (select file from allowed)) is true"
    # Of a word that is nearly everywhere some chunks are as good as others.
    rare = " union all ".join([f"{has} limit {_MOST_FOUND})"] * few)
    common = f" union all {has} and (id in (select id from rare)) is true)"
    ranks = ", ".join(
        "(words @@ ?::tsquery)::integer"
        if each
        else "ts_rank(?::real[], words, ?::tsquery)"
        for each in is_phrase
    )
    return f"""
with {allowed}rare as materialized ({rare}), best as materialized (
    select id from (
        select * from rare{common * min(len(is_phrase) - few, _FOR_ALL)}
    ) found
    group by id, length
    order by sum(weight) / (?::float8 + ?::float8 * length) desc, id limit ?
)
select id, length, {ranks} from (
    select id, length, words || ''::tsvector as words from index_chunks
    where id = any(array(select id from best)) offset 0
) unpacked
"""


def _times(rank: float) -> int:
    """Return how often a chunk has a word of which PostgreSQL says the rank."""
    return bisect_left(_RANKS, rank - _BARELY) + 1
