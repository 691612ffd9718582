"""The server's search: how quickly files are indexed, and found among many others."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from statistics import quantiles

from assistants_server.search import Chunk, Index, Strategy, chunks, extract
from bench.rows import Goal, Row

_TEXTS = Path(__file__).resolve().parents[1] / "tests" / "search" / "texts"
_MEGABYTE = 1_000_000
_INDEXED = 2 * _MEGABYTE
_MOST_INDEXING = 1.0
_CHUNKS = 100_000
A_FILE = 1000
_MOST_SEARCHING = 0.020
# Beside the words of the texts, as many that are in hardly any chunk.
_RARE = 30_000


def indexing(scratch: Path, rounds: int) -> list[Row]:
    """Measure how long 2 MB of text take, from the file to the index."""
    text = "\n\n".join(p.read_text("utf-8") for p in sorted(_TEXTS.glob("*.txt")))
    path = scratch / "text.txt"
    data = (text * (_INDEXED // len(text) + 1)).encode()[:_INDEXED]
    path.write_bytes(data)
    taken = []
    for number in range(rounds):
        index = Index(scratch / f"indexing-{number}.db")
        began = time.perf_counter()
        index.add("vs", "file", chunks(extract(path, path.name)))
        taken.append(time.perf_counter() - began)
        index.close()
    return [
        Row(f"indexing {_INDEXED // _MEGABYTE} MB of text", taken, [], goal=_INDEXING)
    ]


def searching(scratch: Path, strategy: Strategy) -> list[Row]:
    """Measure how long the questions of the tests take among 100,000 chunks."""
    index = Index(scratch / "searching.db")
    words = drawn_words()
    size = 4 * strategy.size
    for number in range(0, _CHUNKS, A_FILE):
        index.add("vs", f"file-{number}", drawn_chunks(words, number, size))
    taken = []
    for question in questions():
        began = time.perf_counter()
        index.search(["vs"], question, 20)
        taken.append(time.perf_counter() - began)
    index.close()
    what = f"searching {_CHUNKS:,} chunks of {strategy.size} tokens"
    slow = quantiles(taken, n=20)[-1]
    return [
        Row(what, taken, [], goal=_SEARCHING),
        Row(f"{what}, the slowest of 20", [slow], []),
    ]


def questions() -> list[str]:
    lines = (_TEXTS / "questions.tsv").read_text("utf-8").splitlines()
    return [line.rpartition("\t")[2] for line in lines]


def drawn_words() -> tuple[list[str], list[float]]:
    """Return words and, added up, how often each occurs: as in the texts, and rarer."""
    counts: Counter[str] = Counter()
    for path in sorted(_TEXTS.glob("*.txt")):
        counts.update(re.findall(r"\w+", path.read_text("utf-8")))
    rare = {f"{_syllables(number)}": 0.1 for number in range(_RARE)}
    weights = {**rare, **counts}
    return [*weights], [*accumulate(weights.values())]


def _syllables(number: int) -> str:
    word = ""
    while number:
        number, rest = divmod(number, 60)
        word += "bdfgklmnprst"[rest % 12] + "aeiou"[rest // 12]
    return word or "ba"


def drawn_chunks(
    words: tuple[list[str], list[float]], first: int, size: int
) -> Iterator[Chunk]:
    vocabulary, weights = words
    chance = random.Random(first)
    for number in range(A_FILE):
        # The words of a text have five letters on average, and a space.
        drawn = chance.choices(vocabulary, cum_weights=weights, k=size // 6)
        yield Chunk(" ".join(drawn), number * size)


_INDEXING = Goal(_MOST_INDEXING, "median")
_SEARCHING = Goal(_MOST_SEARCHING, "median")
