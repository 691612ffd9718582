"""Heads of answers, and codings of bodies, that are true, odd, or lies."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

Headers = list[tuple[str, str]]
ASKING = ("Retry-After", "retry-after-ms", "openai-poll-after-ms")
WAITS = (
    *("0", "1", "120", "121", "3600", "59999", "60001", "120000", "120001"),
    *("-1", "1e400", "-0", "nan", "inf", "1_0", "0x10", " 1 "),
    *("1.5", "1,5", "999999999999999999999", "", "soon", "1;2", "٣", "+1", "1e-400"),
    *("Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0 0 0"),
    *("Mon, 01 Jan 0001 00:00:00 -0000", "Mon, 01 Jan 0001 00:00:00 +2359"),
    *("Thu, 01 Jan 1970 00:00:00", "Wed, 31 Feb 2026 99:99:99 GMT", "Sat, 21 Nov 2026"),
    *("Fri, 31 Dec 9999 23:59:59 -2359", "1 Jan 1 1:1:1 -9999", "2026-11-21T14:00:00Z"),
    *("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "9" * 400, "9" * 5_000),
)
_WISHES = ("true", "false", "TRUE", "maybe", "", " true")
_TYPES = (
    *("application/json", "application/json; charset=utf-8", "text/event-stream"),
    *("application/json; charset=hex", "text/html; charset=undefined", "a/b; charset="),
    *("application/json; charset=utf-16", "application/json; charset=\xff", "/", ";;;"),
    *("text/plain; charset=idna", 'application/json; charset="', "multipart/mixed"),
    *("text/plain; charset=rot13", "text/plain; charset=zlib_codec", "x" * 5_000),
    *("application/json; charset=latin-1; charset=nope", "APPLICATION/JSON"),
)
_IDS = ("req_1", "", "x" * 5_000, "é", "\x1b[31m", "{0}", "%s", "req\t1", "a, b")
_LOCATIONS = (
    *("/v1/elsewhere", "?a=b", "", "//127.0.0.1:1/v1", "http://127.0.0.1:1/", "."),
    *(
        "http://localhost:1/x",
        "http://[::1",
        "http://127.0.0.1:99999999/",
        "ftp://x:y/",
    ),
    *(
        "https://127.0.0.1:x/",
        "javascript:alert(1)",
        "x" * 9_000,
        "/é\x85",
        "http:///a",
    ),
    *("/%zz", "http://a:b@127.0.0.1:1/", "\\\\127.0.0.1\\x", "#", "../../..", "http:"),
    *("ftp://127.0.0.1:99999999/", "http://127.0.0.1:0/", "http://\u2100/", "//[/"),
)
_LENGTHS = ("0", "1", "-1", "99999999999999999999999", "5, 5", "5, 6", "x", "+2", "")
_CODINGS = (
    *("gzip", "deflate", "br", "zstd", "x-gzip", "GZIP", "identity", "gzip, gzip"),
    *("gzip, identity", "", "gzip;q=1", "compress", "\xff", "deflate, gzip", "rot13"),
)
_COOKIES = (
    "a=b",
    "=",
    "a=b; expires=x; domain=.; path=\x7f",
    "x" * 5_000,
    ";;",
    "\xff",
)


def head(rng: Random) -> Headers:
    """Return headers, a few of which mean something."""
    makers = {
        **dict.fromkeys(ASKING, WAITS),
        "x-should-retry": _WISHES,
        "Content-Type": _TYPES,
        "x-request-id": _IDS,
        "Location": _LOCATIONS,
        "Set-Cookie": _COOKIES,
    }
    found: Headers = []
    for _ in range(rng.randrange(6)):
        name = rng.choice([*makers])
        value = rng.choice(makers[name])
        if rng.random() < 0.1:
            value = noise(rng)
        found.append((rng.choice((name, name.lower(), name.upper())), value))
    if rng.random() < 0.1:
        found.append((noise(rng)[:20], noise(rng)))
    if rng.random() < 0.03:
        found += [(f"x-{i}", "y" * rng.choice((1, 900))) for i in range(90)]
    if rng.random() < 0.02:
        found.append(("x-long", "z" * 100_000))
    return found


def noise(rng: Random) -> str:
    return "".join(chr(rng.randrange(256)) for _ in range(rng.randrange(40)))


def coded(rng: Random, content: bytes) -> tuple[bytes, str | None, bool]:
    """Return a body in some coding, what it is called, and whether that is all true."""
    match rng.randrange(13):
        case 0 | 1:
            return content, None, True
        case 2:
            return gzip.compress(content), rng.choice(("gzip", "x-gzip", "GZIP")), True
        case 3:
            return zlib.compress(content), "deflate", True
        case 4:
            engine = zlib.compressobj(wbits=-15)
            return engine.compress(content) + engine.flush(), "deflate", True
        case 5:
            half = len(content) // 2
            members = gzip.compress(content[:half]) + gzip.compress(content[half:])
            return members, "gzip", False
        case 6:
            return gzip.compress(gzip.compress(content)), "gzip, gzip", False
        case 7:
            packed = gzip.compress(content)
            return packed[: rng.randrange(len(packed))], "gzip", False
        case 8:
            return gzip.compress(content) + rng.randbytes(9), "gzip", False
        case 9:
            bits = bytearray(gzip.compress(content))
            bits[rng.randrange(len(bits))] ^= 1 << rng.randrange(8)
            return bytes(bits), "gzip", False
        case 10:
            packed = zlib.compress(content)
            return packed[: rng.randrange(len(packed))], "deflate", False
        case 11:
            return gzip.compress(content), rng.choice(_CODINGS), False
    return content, rng.choice(_CODINGS), False


def answer(
    rng: Random, status: int, headers: Headers, content: bytes
) -> tuple[bytes, bool]:
    """Return the bytes of a response, and whether they can be relied on."""
    content, coding, honest = coded(rng, content)
    if coding is not None:
        headers = [*headers, ("Content-Encoding", coding)]
    match rng.randrange(9):
        case 0:
            headers = [*headers, ("Content-Length", rng.choice(_LENGTHS))]
            honest = False
        case 1:
            at = rng.randrange(1, len(content) + 2)
            chunks = [each for each in (content[:at], content[at:]) if each]
            body = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in chunks)
            headers = [*headers, ("Transfer-Encoding", "chunked")]
            content = body + b"0\r\n\r\n"
        case 2:
            headers = [*headers, ("Transfer-Encoding", rng.choice(("chunked", "gzip")))]
            honest = False
        case 3:
            # It ends where the connection does.
            pass
        case _:
            headers = [*headers, ("Content-Length", str(len(content)))]
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{n}: {v}" for n, v in headers)]
    start = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
    if rng.random() < 0.05:
        start = (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
            + start
        )
    if rng.random() < 0.05:
        start, honest = start.replace(b"\r\n", rng.choice((b"\n", b"\r"))), False
    if rng.random() < 0.03:
        start, honest = rng.randbytes(30) + start, False
    return start + content, honest
