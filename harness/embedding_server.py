"""A server of embeddings with a tiny idea of meaning, and whatever failures are asked.

Its vectors count words, and words of one meaning count as one: so it finds what has
not a word in common with the question.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self

LENGTH = 256
_MEANINGS = (
    ("car", "cars", "automobile", "automobiles", "vehicle"),
    ("doctor", "physician", "surgeon"),
    ("money", "refund", "refunds", "repaid", "reimbursed"),
    ("buy", "purchase", "bought", "acquire"),
)
_SAME = {word: group[0] for group in _MEANINGS for word in group}


@dataclass(frozen=True)
class Answer:
    """What the server shall answer in place of embeddings."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class EmbeddingPeer:
    """The server, on loopback.

    Attributes:
        requests: the bodies of the requests so far.
        headers: their headers.
        answers: what the next requests are answered with, first things first.
        length: how many numbers a vector has.
    """

    def __init__(self, key: str | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: deque[Answer] = deque()
        self.length = LENGTH
        self._key = key
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are sent as one; else the client would delay its own.
            wbufsize = -1

            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                body = json.loads(self.rfile.read(size))
                headers = {k.lower(): v for k, v in self.headers.items()}
                answer = peer._answer(self.path, headers, body)
                sent = json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, format: str, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, headers: dict[str, str], body: Any) -> Answer:
        self.requests.append(body)
        self.headers.append(headers)
        if self.answers:
            return self.answers.popleft()
        if path != "/v1/embeddings":
            return Answer(404, {"error": {"message": f"no such path: {path}"}})
        sent = headers.get("authorization")
        if self._key is not None and sent != f"Bearer {self._key}":
            return Answer(401, {"error": {"message": f"Incorrect API key: {sent}"}})
        items = [
            {"object": "embedding", "index": place, "embedding": self.vector(text)}
            for place, text in enumerate(body["input"])
        ]
        # Their order is nowhere promised.
        return Answer(200, {"object": "list", "data": items[::-1]})

    def vector(self, text: str) -> list[float]:
        """Return the vector of a text."""
        numbers = [0.0] * self.length
        for word in text.lower().replace(".", " ").replace("?", " ").split():
            known = _SAME.get(word, word)
            # Words that are in every text would make all of them alike.
            if len(known) > 2:
                numbers[zlib.crc32(known.encode()) % self.length] += 1
        return numbers if any(numbers) else [1.0] * self.length
