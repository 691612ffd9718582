"""Embeddings of texts, from any server that has `/v1/embeddings`."""

from __future__ import annotations

import os
import threading
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from .errors import INSTALL, EmbeddingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEY_VARIABLE = "ASSISTANTS_EMBEDDINGS_KEY"
"""The environment variable with the key of the server of embeddings."""
_BATCH = 64
_BATCH_CHARACTERS = 400_000
_SECONDS = 60.0
_TRIES = 3
_BUSY = (408, 429, 500, 502, 503, 504)
_LONGEST_PAUSE = 20.0


class Embedder(Protocol):
    """What makes vectors of texts."""

    def embed(self, texts: Sequence[str]) -> list[array[float]]:
        """Return one vector of float32 for each text.

        Raises:
            EmbeddingError: there are none.
        """


@dataclass
class EmbeddingServer:
    """A server with `/v1/embeddings`.

    Attributes:
        url: its base URL, such as `http://127.0.0.1:8080/v1`.
        model: the model that it is asked for.
        key: its key, if it needs one.
    """

    url: str
    model: str = "text-embedding-3-small"
    key: str | None = field(default=None, repr=False)
    pause: threading.Event = field(default_factory=threading.Event, repr=False)
    """Waited for between two tries; setting it ends the waiting."""

    def __post_init__(self) -> None:
        parts = httpx.URL(self.url)
        if parts.scheme not in ("http", "https") or not parts.host:
            raise ValueError(
                "the URL of embeddings must begin with http:// or https://"
            )
        if parts.userinfo:
            raise ValueError("the URL of embeddings has a password in it; use the key")
        try:
            import numpy  # noqa: F401 - only whether it is there
        except ModuleNotFoundError:
            raise ValueError(f"searching by embeddings needs: {INSTALL}") from None
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        self._client = httpx.Client(headers=headers, timeout=_SECONDS)
        self._url = f"{self.url.rstrip('/')}/embeddings"

    def close(self) -> None:
        """Close its connections."""
        self.pause.set()
        self._client.close()

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
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        attempt = 1
        while True:
            pause = 0.2 * 4 ** (attempt - 1)
            try:
                response = self._client.post(self._url, json=body)
            except (httpx.HTTPError, RuntimeError) as error:
                problem = f"can't be reached: {type(error).__name__}"
            else:
                if response.status_code == httpx.codes.OK:
                    return self._vectors(response, len(texts))
                problem = f"answered {response.status_code}{_reason(response)}"
                if response.status_code not in _BUSY:
                    raise self._error(problem)
                pause = max(pause, _retry_after(response))
            if attempt == _TRIES or self.pause.wait(min(pause, _LONGEST_PAUSE)):
                raise self._error(problem)
            attempt += 1

    def _vectors(self, response: httpx.Response, count: int) -> list[array[float]]:
        try:
            items = sorted(response.json()["data"], key=lambda item: item["index"])
            vectors = [array("f", item["embedding"]) for item in items]
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise self._error("answered with something else than embeddings") from error
        if len(vectors) != count or len({len(each) for each in vectors}) != 1:
            raise self._error(f"answered with {len(vectors)} vectors for {count} texts")
        return vectors

    def _error(self, problem: str) -> EmbeddingError:
        return EmbeddingError(f"The server of embeddings at {self.url} {problem}.")


def key_from(file: Path | None) -> str | None:
    """Return the key in a file or, without one, in the environment.

    Raises:
        ValueError: the file has none.
        OSError: it can't be read.
    """
    if file is None:
        return os.environ.get(KEY_VARIABLE) or None
    key = file.read_text("utf-8").strip()
    if not key:
        raise ValueError(f"{file} is empty; it must hold the key of the embeddings")
    return key


def _reason(response: httpx.Response) -> str:
    try:
        body: Any = response.json()
        message = body["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return ""
    # Some servers repeat the key that they refuse.
    sent = response.request.headers.get("authorization", "").removeprefix("Bearer ")
    text = str(message)[:200]
    return f": {text.replace(sent, '[key]') if sent else text}"


def _retry_after(response: httpx.Response) -> float:
    try:
        return float(response.headers.get("retry-after", 0))
    except ValueError:
        return 0.0
