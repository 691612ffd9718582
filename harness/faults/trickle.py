"""A server that hardly ever ends: it sends a byte from time to time, anywhere.

Each place of HTTP and of event streams where a byte may be sent without an end is one
of `PLACES`; a request for the thread of that name gets it. So do servers of TLS, and
proxies, which are slow before there is any HTTP.
"""

from __future__ import annotations

import itertools
import select
import socket
import ssl
import subprocess
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from harness.scripted_server import CLOSE, LOOPBACK, TIMEOUT, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.scripted_server import Action, Request

_CHUNKED: Final = b"Transfer-Encoding: chunked\r\n"
_JSON: Final = b"Content-Type: application/json\r\n"
_EVENTS: Final = b"Content-Type: text/event-stream\r\n"
# Seconds after which a call that is held is let go.
_LONGEST: Final = 6
_TEXT: Final = (b"a",)
# The beginning of gzip with the name of a file, which ends with a zero byte.
_NAMED: Final = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"


def _head(*lines: bytes, status: int = 200) -> bytes:
    return b"HTTP/1.1 %d Whatever\r\n%b\r\n" % (status, b"".join(lines))


def _bodies(kind: bytes, status: int) -> dict[str, tuple[bytes, tuple[bytes, ...]]]:
    """Return the places within a body: what comes at once, and what then comes."""
    chunked = _head(kind, _CHUNKED, status=status)
    gzip = b"Content-Encoding: gzip\r\n"
    return {
        "name of a chunk's extension": (chunked + b"2;", _TEXT),
        "value of a chunk's extension": (chunked + b'2;a="', _TEXT),
        "trailer": (chunked + b"2\r\n{}\r\n0\r\nX-Slow: ", _TEXT),
        "trailers": (
            chunked + b"2\r\n{}\r\n0\r\n",
            tuple(bytes([each]) for each in b"X-Slow: a\r\n"),
        ),
        "packed to nothing": (
            _head(kind, gzip, _CHUNKED, status=status)
            + b"%x\r\n%b\r\n" % (len(_NAMED), _NAMED),
            (b"1\r\na\r\n",),
        ),
    }


_INTERIM: Final = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
HEADS: Final[dict[str, tuple[bytes, tuple[bytes, ...]]]] = {
    "status line": (b"HTTP/1.1 200 ", _TEXT),
    "name of a header": (b"HTTP/1.1 200 OK\r\n", _TEXT),
    "header": (b"HTTP/1.1 200 OK\r\nX-Slow: ", _TEXT),
    "headers": (
        b"HTTP/1.1 200 OK\r\n",
        tuple(bytes([each]) for each in b"X-Slow: a\r\n"),
    ),
    "interim heads": (b"", (_INTERIM,)),
    "an interim head": (b"HTTP/1.1 103 Early Hints\r\nLink: ", _TEXT),
    "100 Continue": (b"", (b"HTTP/1.1 100 Continue\r\n\r\n",)),
}
"""Places before the end of a head: what comes at once, and what then comes slowly."""
BODIES: Final[dict[str, tuple[bytes, tuple[bytes, ...]]]] = {
    f"{name}, {status}": each
    for status in (200, 400, 500)
    for name, each in {
        **_bodies(_JSON, status),
        "body": (_head(_JSON, b"Content-Length: 9999\r\n", status=status), _TEXT),
        "body until it closes": (_head(_JSON, status=status), _TEXT),
        "chunks": (
            _head(_JSON, _CHUNKED, status=status),
            (b"1\r\na\r\n",),
        ),
    }.items()
}
"""Places within bodies that are read as a whole."""
STREAMS: Final[dict[str, tuple[bytes, tuple[bytes, ...]]]] = {
    **_bodies(_EVENTS, 200),
    "comment": (_head(_EVENTS) + b":", _TEXT),
    "comments": (_head(_EVENTS), (b": still here\n\n",)),
    "empty lines": (_head(_EVENTS), (b"\n",)),
    "data": (_head(_EVENTS) + b"data: ", _TEXT),
    "name of a field": (_head(_EVENTS), _TEXT),
    "events without data": (_head(_EVENTS), (b"event: a\n\n",)),
    "pauses": (_head(_EVENTS), (b"retry: 1\n\n",)),
    "JSON in place of events": (_head(_JSON), _TEXT),
    "a page in place of events": (_head(b"Content-Type: text/html\r\n"), _TEXT),
}
"""Places within streams of events where no event comes."""
PLACES: Final = {**HEADS, **BODIES, **{f"events: {n}": e for n, e in STREAMS.items()}}
"""All of them; those of streams are named so."""
HANDSHAKE: Final = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"
"""How the head of a server's first record in TLS begins, which is a long one."""
TUNNEL: Final = b"HTTP/1.1 200 Connection established\r\nX-Slow: "
"""How the answer of a proxy begins that is asked for a tunnel."""


class TrickleServer(ScriptedServer):
    """The server; the last part of a path but one, or the last, names the place.

    It answers a proxy's requests as well, whose paths are whole URLs.
    """

    def __init__(self, pause: float, greeting: bytes | None = None) -> None:
        """Set up.

        Args:
            pause: seconds between two bytes.
            greeting: sent at once, and then more without an end, before anything is
                read.
        """
        self._pause = pause
        self._most = round(_LONGEST / pause)
        if greeting is None:
            super().__init__(self._trickle)
        else:
            super().__init__(greeting=lambda: self._slowly(greeting, _TEXT))

    def _trickle(self, request: Request) -> Iterator[Action]:
        if request.method == "CONNECT":
            return self._slowly(TUNNEL, _TEXT)
        path = unquote(request.path)
        return self._slowly(*next(PLACES[each] for each in PLACES if each in path))

    def _slowly(self, at_once: bytes, then: tuple[bytes, ...]) -> Iterator[Action]:
        yield at_once
        for each in itertools.islice(itertools.cycle(then), self._most):
            yield self._pause
            yield each
        # Whoever waits longer has waited too long.
        yield CLOSE


@contextmanager
def encrypted(port: int, folder: Path) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Stand in front of a server of HTTP with one of HTTPS.

    Args:
        port: that of the server.
        folder: where a certificate is put.

    Returns:
        the URL, and what a client needs to trust it.
    """
    name = str(folder / "certificate.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", "/CN=loopback", "-addext", f"subjectAltName=IP:{LOOPBACK}"),
            *("-keyout", name, "-out", f"{name}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(f"{name}.crt", name)
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((LOOPBACK, 0), backlog=99))
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                inner = socket.create_connection((LOOPBACK, port), TIMEOUT)
                args = (theirs, connection, inner)
                threads.append(threading.Thread(target=_relay, args=args))
                threads[-1].start()
                if stopping.is_set():
                    return

        stopping = threading.Event()
        threads.append(threading.Thread(target=accept))
        threads[0].start()
        yield (
            f"https://{LOOPBACK}:{listener.getsockname()[1]}",
            ssl.create_default_context(cafile=f"{name}.crt"),
        )
        stopping.set()
        socket.create_connection(listener.getsockname(), TIMEOUT).close()
        for each in threads:
            each.join(TIMEOUT)


def _relay(
    theirs: ssl.SSLContext, connection: socket.socket, inner: socket.socket
) -> None:
    """Hand on what comes from either side, until one of them hangs up."""
    with (
        connection,
        inner,
        suppress(OSError),
        theirs.wrap_socket(connection, server_side=True) as outer,
    ):
        while True:
            ready, _, _ = select.select([outer, inner], [], [])
            for each, other in ((outer, inner), (inner, outer)):
                if each in ready:
                    data = each.recv(65536)
                    if not data:
                        return
                    other.sendall(data)
