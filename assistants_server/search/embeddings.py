"""Embeddings of texts, from any server that has `/v1/embeddings`."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from ..address import Address
from ..extras import install_command
from .errors import EmbeddingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._model_api import Request

KEY_VARIABLE = "ASSISTANTS_EMBEDDINGS_KEY"
"""The environment variable with the key of the server of embeddings."""
MODEL = "text-embedding-3-small"
_BATCH = 64
_BATCH_CHARACTERS = 400_000
_SECONDS = 60.0
_TRIES = 3
_FIRST_PAUSE = 0.2


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
        address = Address(self.url, self.key, "the server of embeddings")
        if find_spec("numpy") is None:
            command = install_command("search", with_path=True)
            raise ValueError(f"searching by embeddings needs numpy: {command}")
        # With an HTTP library, and all that models are asked by.
        from ..upstream.connection import Connection

        name = f"The server of embeddings at {self.url}"
        self._connection = Connection(address, name, first_pause=self.first_pause)

    def close(self) -> None:
        """Close its connections; whoever waits for it stops waiting."""
        self._connection.close()

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
        from .._model_api import ApiError, create_embedding
        from ..engines.upstream_errors import UpstreamError

        name = self._connection.name
        request = embedding_request(self.model, texts)
        try:
            response = self._connection.send(request, seconds=_SECONDS, tries=_TRIES)
            answer: Any = create_embedding.parse_response(response)
            items = sorted(answer.data, key=lambda item: item.index)
            vectors = [array("f", item.embedding) for item in items]
        except UpstreamError as error:
            raise EmbeddingError(f"{str(error).rstrip('.')}.") from error
        except (ApiError, AttributeError, TypeError, OverflowError) as error:
            what = "answered with something else than embeddings"
            raise EmbeddingError(f"{name} {what}.") from error
        lengths = {len(each) for each in vectors}
        if len(vectors) != len(texts) or len(lengths) != 1 or 0 in lengths:
            what = f"answered with {len(vectors)} vectors for {len(texts)} texts"
            raise EmbeddingError(f"{name} {what}.")
        return vectors


def embedding_request(model: str, texts: list[str]) -> Request:
    """Return the request for the embeddings of some texts."""
    from .._model_api import create_embedding

    return create_embedding.build_request(
        body={"model": model, "input": texts, "encoding_format": "float"}
    )
