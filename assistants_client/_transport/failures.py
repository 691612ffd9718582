"""Failures of an HTTP library: what they mean, without the key that they hold."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._effects import NoResponse

Stage: TypeAlias = Literal["connect", "unsent", "sent", "answered"]

# An error of an HTTP library stands for one of the library below it, and so on.
_CAUSES = 10

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    from .._redaction import Secrets
    from .library import Library


def unanswered(
    error: BaseException,
    library: Library,
    trace: Any,
    waiting: bool,
    peer: str,
) -> NoResponse | None:
    """Return what it means that a request has no response; None for another failure.

    Args:
        error: the failure, one of those of the library.
        library: the HTTP library.
        trace: what followed the request: it knows how far that came, and whether its
            connection had served others before.
        waiting: whether it still waited for a connection.
        peer: the proxy that was asked for a connection, if one was; else "".
    """
    if isinstance(error, RuntimeError) and not isinstance(
        error, library.http.StreamError
    ):
        return None
    timed_out = isinstance(error, (library.http.TimeoutException, TimeoutError))
    what = str(error) or type(error).__name__
    stage, reused = trace.stage, trace.reused
    if isinstance(error, library.http.ProxyError):
        return _refused(what)
    if isinstance(error, library.unsent):
        stage = "connect"
    elif isinstance(error, TimeoutError) and waiting:
        what, stage = "no connection was free", "connect"
    elif isinstance(error, TimeoutError):
        what = "the head of the response came too slowly"
    if timed_out:
        what = late(what)
    if peer and stage == "connect":
        what = f"the proxy at {peer} can't be reached: {what}"
    return NoResponse(what, stage=stage, timed_out=timed_out, reused=reused)


def late(what: str) -> str:
    """Return what to say of a timeout: that it is one, and what more is known."""
    if "timed out" in what:
        return what
    return f"timed out ({what})" if what else "timed out"


def broken_off(error: Exception, library: Library, secrets: Secrets) -> NoResponse:
    """Return what it means that a body breaks off."""
    forget_secrets(error, library, secrets)
    timed_out = isinstance(error, library.http.TimeoutException)
    what = str(error) or type(error).__name__
    if timed_out:
        # What the library says of it is hardly ever more.
        more = (
            "" if "timed out" in what or what == type(error).__name__ else f" ({what})"
        )
        what = f"nothing came for too long{more}"
    return NoResponse(what, stage="answered", timed_out=timed_out)


def _refused(what: str) -> NoResponse:
    """Return what it means that a proxy opens no connection to the server.

    Args:
        what: its status, and what is said of that.
    """
    known = {
        "407": "credentials go before the host in its URL",
        "403": "it allows no connections there",
    }
    status = what[:3]
    hint = f"; {known[status]}" if status in known else ""
    # A proxy that refuses once does so again; one that fails may not.
    is_final = status.isdigit() and status.startswith("4")
    text = f"the proxy refused the connection: {what}{hint}"
    return NoResponse(text, stage="connect", final=is_final)


def forget_secrets(error: BaseException, library: Library, secrets: Secrets) -> None:
    """Remove secrets from an error of an HTTP library, and from those behind it.

    It has the request, which holds the key; and some say what is wrong with a header.
    """
    found: Any = error
    for _ in range(_CAUSES):
        if found is None:
            return
        found.args = tuple(
            secrets.redact(each) if isinstance(each, str) else each
            for each in found.args
        )
        if isinstance(found, library.http.RequestError):
            with suppress(RuntimeError):
                sent = found.request
                url = sent.url.copy_with(userinfo=b"", query=None)
                found.request = library.http.Request(sent.method, url)
        found = found.__cause__ or found.__context__


def forget_unsendable(jar: CookieJar) -> None:
    """Drop cookies that can't be sent back: one would spoil every request."""
    for cookie in [*jar]:
        text = f"{cookie.name}{cookie.value or ''}"
        if not (text.isascii() and text.isprintable()):
            with suppress(KeyError):
                jar.clear(cookie.domain, cookie.path, cookie.name)
