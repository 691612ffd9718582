"""What has to work through nginx as it works without."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

from assistants_client import StreamInterrupted
from harness.checks import assistant, must, thread_of
from harness.nginx.site import NAME
from harness.nginx.stage import FIRST, SECOND, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.nginx.stage import Stage

# More than any buffer on the way, and than nginx lets pass if nobody says so.
_LARGE = 48 * 1024 * 1024
_ALLOWED = 516 * 1024 * 1024
_METRICS = (
    *("/metrics", "//metrics", "/%6detrics", "/./metrics", "/v1/../metrics"),
    *("/metrics?x=1", "/metrics#x"),
)


def keyed(stage: Stage) -> str:
    """Check that a key gets through, and that there is no way without one."""
    must(stage.http.get("/assistants").status_code == 200, "the key is not taken")
    refused = stage.http.get("/assistants", headers={"authorization": "Bearer wrong"})
    must(refused.status_code == 401, f"without a key: {refused.status_code}")
    must("www-authenticate" in refused.headers, "the refusal does not say how")
    return "200 with it, 401 without"


def plain(stage: Stage) -> str:
    """Check that nothing is served without TLS."""
    url = f"http://{NAME}:{stage.front.place.http}/v1/assistants"
    response = stage.http.get(url)
    must(response.status_code == 403, f"plain HTTP has {response.status_code}")
    must("location" not in response.headers, "a redirect hides that the key was shown")
    return response.text.strip()


def newer(stage: Stage) -> str:
    """Check that clients may speak HTTP/2."""
    context = ssl.create_default_context(cafile=stage.front.place.folder / "cert.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    address = "127.0.0.1", stage.front.place.https
    with (
        socket.create_connection(address, TIMEOUT) as opened,
        context.wrap_socket(opened, server_hostname=NAME) as tls,
    ):
        chosen, version = tls.selected_alpn_protocol(), tls.version()
    must(chosen == "h2", f"nginx speaks {chosen}")
    return f"{chosen} in {version}"


def streamed(stage: Stage) -> str:
    """Check that a piece of an answer arrives before the next one is there."""
    stage.go_on.clear()
    pieces: list[str] = []
    with stage.client.threads.runs.stream(
        thread_id=thread_of(stage.client, "Hello"), assistant_id=assistant(stage.client)
    ) as stream:
        for piece in stream.text_deltas:
            pieces.append(piece)
            # Where something keeps it back, this is never reached.
            stage.go_on.set()
    must(pieces == [FIRST, SECOND], f"the pieces are {pieces}")
    return "the first piece came while the answer was waiting for it"


def uncompressed(stage: Stage) -> str:
    """Check that no compression keeps events back, whatever is asked for."""
    stage.go_on.set()
    made = stage.http.post("/assistants", json={"model": "m"}).json()["id"]
    sent = {"assistant_id": made, "stream": True}
    response = stage.http.post(
        "/threads/runs", json=sent, headers={"accept-encoding": "gzip"}
    )
    coding = response.headers.get("content-encoding")
    must(coding is None, f"the stream is in {coding}")
    must(response.text.endswith("data: [DONE]\n\n"), "the stream has no end")
    must("x-accel-buffering" not in response.headers, "what is for nginx was passed on")
    return "as it is"


def silent(stage: Stage) -> str:
    """Check that a run may say nothing for longer than nginx waits."""
    timeout = stage.front.place.timeout or 0
    stage.go_on.clear()
    text = ""
    with stage.client.threads.runs.stream(
        thread_id=thread_of(stage.client, "Hello"), assistant_id=assistant(stage.client)
    ) as stream:
        for piece in stream.text_deltas:
            text += piece
            if piece == FIRST:
                time.sleep(timeout * 2)
                stage.go_on.set()
    must(text == FIRST + SECOND, f"the answer is {text!r}")
    return f"{timeout * 2:g} s of silence, and nginx waits for {timeout:g} s"


def cut(stage: Stage) -> str:
    """Check that without comments it is cut off, so that the check above is one."""
    stage.go_on.clear()
    heard = ""
    try:
        with stage.client.threads.runs.stream(
            thread_id=thread_of(stage.client, "Hello"),
            assistant_id=assistant(stage.client),
        ) as stream:
            for piece in stream.text_deltas:
                heard += piece
    except StreamInterrupted as error:
        must(heard == FIRST, f"before the end there was {heard!r}")
        return f"{type(error).__name__}, as it should be"
    finally:
        stage.go_on.set()
    must(condition=False, problem="nginx has waited for ever")
    return ""


def resumed(stage: Stage) -> str:
    """Check that a stream that was cut off goes on with `resume=True`."""
    stage.go_on.clear()
    seen = len(stage.server.exchanges)

    def go_on_when_polled() -> None:
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline and not stage.go_on.is_set():
            new = stage.server.exchanges[seen:]
            if any(each.method == "GET" and "/runs/" in each.path for each in new):
                stage.go_on.set()
            time.sleep(0.01)

    watching = threading.Thread(target=go_on_when_polled)
    watching.start()
    try:
        with stage.client.threads.runs.stream(
            thread_id=thread_of(stage.client, "Hello"),
            assistant_id=assistant(stage.client),
            resume=True,
        ) as stream:
            heard = "".join(stream.text_deltas)
    finally:
        stage.go_on.set()
        watching.join()
    must(heard == FIRST + SECOND, f"the answer is {heard!r}")
    return "cut, and whole in the end"


def uploaded(stage: Stage) -> str:
    """Check that a large file gets through, without a stay on nginx's disk."""
    content = bytes(range(256)) * (_LARGE // 256)
    file = stage.client.files.create(file=("large.bin", content), purpose="assistants")
    must(file.bytes == _LARGE, f"{file.bytes} bytes arrived")
    with stage.http.stream("GET", f"/files/{file.id}/content") as response:
        digest = hashlib.sha256()
        for piece in response.iter_bytes():
            digest.update(piece)
    must(digest.digest() == hashlib.sha256(content).digest(), "it came back different")
    log = stage.front.log()
    must("buffered to a temporary file" not in log, "nginx wrote it to its disk")
    return f"{_LARGE // 1024**2} MiB there and back"


def too_large(stage: Stage) -> str:
    """Check where the limit is: not below the server's own."""
    found = {size: _begun(stage, size) for size in (_ALLOWED, _ALLOWED + 1)}
    must(found[_ALLOWED] == b"100", f"a file of 512 MiB has {found[_ALLOWED]!r}")
    must(found[_ALLOWED + 1] == b"413", f"a larger one has {found[_ALLOWED + 1]!r}")
    return "516 MiB may be sent, a byte more is refused at once"


def hidden(stage: Stage) -> str:
    """Check that metrics are not shown, whatever their path is called."""
    before = len(stage.server.exchanges)
    for path in _METRICS:
        status, body = _raw(stage, path)
        must(status == b"404", f"{path} has {status!r}")
        must(b"# HELP" not in body, f"{path} shows metrics")
        must(b"nginx" in body, f"{path} reached the server")
    must(len(stage.server.exchanges) == before, "the server was asked")
    return f"{len(_METRICS)} ways to write it"


def _raw(stage: Stage, path: str) -> tuple[bytes, bytes]:
    """Ask for a path just as it is written, and return the status and the body."""
    request = (
        f"GET {path} HTTP/1.1\r\nhost: {NAME}\r\nauthorization: Bearer x\r\n"
        "connection: close\r\n\r\n"
    )
    with _tls(stage) as tls:
        tls.sendall(request.encode())
        response = b"".join(iter(lambda: tls.recv(65536), b""))
    head, _, body = response.partition(b"\r\n\r\n")
    return head.split(b" ")[1], body


def _begun(stage: Stage, size: int) -> bytes:
    """Announce a body of a size, and return the status before any of it is sent."""
    request = (
        f"POST /v1/files HTTP/1.1\r\nhost: {NAME}\r\nexpect: 100-continue\r\n"
        f"authorization: Bearer x\r\ncontent-length: {size}\r\n"
        "content-type: multipart/form-data; boundary=b\r\n\r\n"
    )
    with _tls(stage) as tls:
        tls.sendall(request.encode())
        return tls.recv(65536).split(b" ")[1]


def _tls(stage: Stage) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=stage.front.place.folder / "cert.pem")
    opened = socket.create_connection(
        ("127.0.0.1", stage.front.place.https), timeout=TIMEOUT
    )
    return context.wrap_socket(opened, server_hostname=NAME)


USUAL: tuple[Callable[[Stage], str], ...] = (
    *(keyed, plain, newer, streamed, uncompressed),
    *(uploaded, too_large, hidden),
)
"""What is checked with the configuration of the guide."""
