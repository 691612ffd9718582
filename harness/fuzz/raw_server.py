"""A server that answers with the bytes it is given, whether or not they are HTTP."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

_PATIENCE = 20.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class RawServer:
    """The server; one connection after the other, one answer for each.

    Attributes:
        answers: the bytes of answers, one for each request; the last one stays.
        asked: the requests that came since somebody cleared the list.
    """

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []
        self._ending = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="raw-server")

    @property
    def url(self) -> str:
        """Give what all paths begin with."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self._ending:
                    return
                connection.settimeout(_PATIENCE)
                with contextlib.suppress(OSError):
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = b""
        # What was sent and not read would have the answer reset.
        while not _is_whole(request):
            piece = connection.recv(65536)
            if not piece:
                return
            request += piece
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        # Nor is it closed before the client has read all.
        while connection.recv(65536):
            pass

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        address = self._listener.getsockname()
        with socket.create_connection(address, _PATIENCE):
            self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()
        self._listener.close()


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end) and (length is None or len(body) >= int(length[1]))
