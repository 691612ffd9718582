"""Redirects, which are followed within one origin only.

Whoever else a server names would be handed the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from .._effects import Note, Send, Upload
from .._text import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._effects import Flow, HttpResponse, PreparedRequest

MOST: Final = 10
"""How often a request is sent on."""
SPENT: Final = (
    "it was not sent again, because a file in it can be read only once: pass bytes, a "
    "path, or a file that can be rewound"
)
"""What is said of an upload that can't be sent again."""
REDIRECTS = (301, 302, 303, 307, 308)
# These leave the method as it is; the others would make a GET of a POST.
_KEEPING = (307, 308)
_PORTS = {"http": 80, "https": 443}
_LONGEST = 8192


def follow_redirects(
    request: PreparedRequest, response: HttpResponse
) -> Flow[HttpResponse]:
    """Send a request on to where it is redirected within the same origin.

    A redirect that must not be followed is returned as it is; `refusal` says why.

    Args:
        request: the request.
        response: its response, which is a redirect.
    """
    for _ in range(MOST):
        location = response.headers.get("location", "")
        if response.status_code not in REDIRECTS or not location:
            break
        if _objection(request.method, request.url, response) or is_spent(request):
            break
        request = request.replaced(url=_target(request.url, location))
        path = urlsplit(request.url).path
        yield Note(f"status {response.status_code}; sent on to {path}")
        response = yield Send(request)
    return response


def is_spent(request: PreparedRequest) -> bool:
    """Return whether the body of a request is gone, so that it can't be sent again."""
    return isinstance(request.content, Upload) and request.content.is_spent


def refusal(
    method: str,
    url: str,
    response: HttpResponse,
    redact: Callable[[str], str] = str,
    *,
    spent: bool = False,
) -> str | None:
    """Return why a redirect was not followed, None if it was, or is none.

    Args:
        method: that of the request.
        url: the URL that it went to.
        response: the response.
        redact: removes secrets from what the server says.
        spent: whether the body of the request is gone.
    """
    location = response.headers.get("location", "")
    if response.status_code not in REDIRECTS or not location:
        return None
    found = _objection(method, url, response, redact)
    return found or (SPENT if spent else f"it was sent on more than {MOST} times")


def _objection(
    method: str, url: str, response: HttpResponse, redact: Callable[[str], str] = str
) -> str | None:
    location = response.headers["location"]
    try:
        target = urlsplit(_target(url, location))
        port = f":{target.port}" if target.port else ""
        elsewhere = not _is_same_origin(urlsplit(url), target)
    except ValueError:
        return "it is redirected to something that is no URL"
    shown = f"{target.scheme}://{shortened(redact(str(target.hostname)))}{port}"
    if elsewhere:
        return (
            f"it is redirected to {shown}, another origin, to which no key is sent; "
            "if the API is there, say so by base_url="
        )
    if method not in ("GET", "HEAD") and response.status_code not in _KEEPING:
        return (
            f"it is redirected in a way that makes a GET of a {method}; see whether "
            "base_url= begins as the server wants it, such as with https"
        )
    return None


def _target(url: str, location: str) -> str:
    """Return where a request goes, with the user of the URL where it has one.

    Raises:
        ValueError: that is no URL.
    """
    if len(location) > _LONGEST or not location.isprintable():
        raise ValueError
    # What browsers do with characters that no URL has.
    location = quote(location, safe="%/:=&?~#+!$,;'@()*[]")
    own, found = urlsplit(url), urlsplit(urljoin(url, location))
    netloc = found.netloc.rpartition("@")[2]
    if own.hostname == found.hostname:
        netloc = "".join((*own.netloc.rpartition("@")[:2], netloc))
    return urlunsplit(found._replace(netloc=netloc, fragment=""))


def _is_same_origin(own: SplitResult, other: SplitResult) -> bool:
    """Return whether a key may go from one to the other: to TLS, but not from it."""
    if other.scheme not in _PORTS:
        return False
    if _origin(own) == _origin(other):
        return True
    is_upgrade = own.scheme == "http" and other.scheme == "https"
    usual = own.port in (None, 80) and other.port in (None, 443)
    return is_upgrade and usual and own.hostname == other.hostname


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port
