"""Embeddings of texts, from any server that has `/v1/embeddings`."""

from __future__ import annotations

import threading
from array import array
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from ..address import Address
from ..extras import install_command
from ..retry_after import retry_after
from .errors import EmbeddingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

KEY_VARIABLE = "ASSISTANTS_EMBEDDINGS_KEY"
"""The environment variable with the key of the server of embeddings."""
MODEL = "text-embedding-3-small"
_BATCH = 64
_BATCH_CHARACTERS = 400_000
_SECONDS = 60.0
_TRIES = 3
_OK = 200
_BUSY = (408, 429, 500, 502, 503, 504)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 20.0


class Embedder(Protocol):
    """What makes vectors of texts."""

    @property
    def model(self) -> str:
        """Return what makes them; vectors of two models can't be compared."""
        ...

    def embed(self, texts: Sequence[str]) -> list[array[float]]:
        """Return one vector of float32 for each text.

        Raises:
            EmbeddingError: there are none.
        """
        ...


@dataclass
class EmbeddingServer:
    """A server with `/v1/embeddings`, whatever the model behind it.

    Several threads may use it.

    Attributes:
        url: its base URL, such as `http://127.0.0.1:8080/v1`.
        model: the model that it is asked for.
        key: its key, if it needs one.
        first_pause: seconds before a failed request is sent again.
    """

    url: str
    model: str = MODEL
    key: str | None = field(default=None, repr=False)
    first_pause: float = field(default=_FIRST_PAUSE, repr=False)

    def __post_init__(self) -> None:
        self._address = Address(self.url, self.key, "the server of embeddings")
        if find_spec("numpy") is None:
            command = install_command("search", with_path=True)
            raise ValueError(f"searching by embeddings needs numpy: {command}")
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._closed = threading.Event()

    def close(self) -> None:
        """Close its connections; whoever waits for it stops waiting."""
        with self._lock:
            client, self._client = self._client, None
            self._closed.set()
        if client:
            client.close()

    def embed(self, texts: Sequence[str]) -> list[array[float]]:
        """Return one vector of float32 for each text, asked for in batches.

        Raises:
            EmbeddingError: the server can't be reached, refuses, or answers with
                something else.
        """
        vectors: list[array[float]] = []
        batch: list[str] = []
        size = 0
        for text in texts:
            if batch and (len(batch) == _BATCH or size + len(text) > _BATCH_CHARACTERS):
                vectors += self._embed(batch)
                batch, size = [], 0
            batch.append(text)
            size += len(text)
        return vectors + (self._embed(batch) if batch else [])

    def _embed(self, texts: list[str]) -> list[array[float]]:
        import httpx

        client, closed = self._opened()
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        url = f"{self.url.rstrip('/')}/embeddings"
        for attempt in range(_TRIES):
            pause = self.first_pause * 4**attempt
            try:
                response = client.post(url, json=body)
            except (httpx.HTTPError, RuntimeError) as error:
                # A client that is closed meanwhile raises a RuntimeError.
                problem = f"can't be reached ({type(error).__name__})"
            else:
                if response.status_code == _OK:
                    return self._vectors(response, len(texts))
                problem = f"answered {response.status_code}{self._reason(response)}"
                if response.status_code not in _BUSY:
                    raise self._error(problem)
                pause = max(pause, retry_after(response.headers))
            last = attempt == _TRIES - 1
            if last or closed.wait(min(pause, _LONGEST_PAUSE)):
                raise self._error(problem)
        raise AssertionError("the last attempt raises")

    def _opened(self) -> tuple[httpx.Client, threading.Event]:
        import httpx

        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    headers=self._address.headers, timeout=_SECONDS
                )
                self._closed = threading.Event()
            return self._client, self._closed

    def _vectors(self, response: httpx.Response, count: int) -> list[array[float]]:
        try:
            items = sorted(response.json()["data"], key=lambda item: item["index"])
            vectors = [array("f", item["embedding"]) for item in items]
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise self._error("answered with something else than embeddings") from error
        lengths = {len(each) for each in vectors}
        if len(vectors) != count or len(lengths) != 1 or 0 in lengths:
            raise self._error(f"answered with {len(vectors)} vectors for {count} texts")
        return vectors

    def _reason(self, response: httpx.Response) -> str:
        try:
            body: Any = response.json()
            text = str(body["error"]["message"])[:200].rstrip(".")
        except (ValueError, KeyError, TypeError):
            return ""
        return f": {self._address.without_key(text)}"

    def _error(self, problem: str) -> EmbeddingError:
        return EmbeddingError(f"The server of embeddings at {self.url} {problem}.")
