"""Cookies that go back to where they came from, and nowhere else."""

from __future__ import annotations

from http.cookiejar import Cookie, CookieJar
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


class CookiesByOrigin(CookieJar):
    """A jar for each scheme, host and port.

    Copies of a client may lead to other servers. A jar of the standard library tells
    those apart by their hosts alone, and has one send cookies to all hosts of a domain.
    """

    def __init__(self) -> None:
        super().__init__()
        self._jars: dict[str, CookieJar] = {}

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Keep the cookies of a response."""
        self._jar(request).extract_cookies(response, request)

    def add_cookie_header(self, request: Any) -> None:
        """Add to a request the cookies of where it goes."""
        self._jar(request).add_cookie_header(request)

    def clear(
        self,
        domain: str | None = None,
        path: str | None = None,
        name: str | None = None,
    ) -> None:
        """Drop cookies, by the names of where they are, in all jars."""
        for jar in [*self._jars.values()]:
            try:
                jar.clear(domain, path, name)
            except KeyError:
                continue

    def __iter__(self) -> Iterator[Cookie]:
        return chain.from_iterable([*jar] for jar in [*self._jars.values()])

    def __len__(self) -> int:
        return sum(map(len, [*self._jars.values()]))

    def _jar(self, request: Any) -> CookieJar:
        scheme, place, *_ = urlsplit(request.get_full_url())
        found = self._jars.setdefault(f"{scheme}://{place}", CookieJar())
        # One lock for all, which `unlock` knows.
        found._cookies_lock = self._cookies_lock  # type: ignore[attr-defined]
        return found


def pass_over_the_rest(cookies: Any) -> None:
    """Have an HTTP client look for cookies only in responses that bring some.

    Otherwise it makes a request and a response of the standard library of each of them,
    which takes a sixth of a whole call.

    Args:
        cookies: those of the client, in a jar of their own.
    """
    kind, jar = type(cookies), cookies.jar

    def extract(response: Any) -> None:
        if "set-cookie" in response.headers:
            # By another one around the same jar: these would never be let go of.
            kind(jar).extract_cookies(response)

    cookies.extract_cookies = extract
