"""Cookies that go back to where they came from, and nowhere else."""

from __future__ import annotations

from http.cookiejar import Cookie, CookieJar
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


_NAMES = ("set-cookie", "set-cookie2")


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
        # As httpx has it; most responses bring none, and to look for them by what the
        # standard library offers takes a tenth of a whole call.
        headers = getattr(getattr(response, "response", None), "headers", None)
        if headers is not None and not any(map(headers.__contains__, _NAMES)):
            return
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
