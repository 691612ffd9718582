"""Search: text out of files, chunks, and an index of them; it knows nothing of HTTP.

The text of a file is taken out by `extract`, cut by `chunks`, and put into an `Index`,
which finds it by BM25 and, with an `EmbeddingServer`, by meaning.
"""

from __future__ import annotations

from .chunks import Chunk, Strategy, chunks, strategy_of
from .embeddings import EmbeddingServer
from .errors import EmbeddingError, ExtractionError, SearchError
from .extraction import Limits, StoppedError, extract
from .filters import FilterError, check_filter, matches
from .hits import Hit
from .index import Index
from .interface import Added

__all__ = [
    "Added",
    "Chunk",
    "EmbeddingError",
    "EmbeddingServer",
    "ExtractionError",
    "FilterError",
    "Hit",
    "Index",
    "Limits",
    "SearchError",
    "StoppedError",
    "Strategy",
    "check_filter",
    "chunks",
    "extract",
    "matches",
    "strategy_of",
]
