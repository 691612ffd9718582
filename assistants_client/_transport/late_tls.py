"""TLS that is set up when the first connection needs it, as those to http:// never do.

Loading the certificates that are trusted takes longer than a first request and its
response over loopback.
"""

from __future__ import annotations

import ssl
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class LateContext(ssl.SSLContext):
    """Stands for the context of an HTTP library, which is made when it is needed.

    It trusts nobody itself: whoever uses it otherwise than to wrap a connection is
    refused by it.
    """

    _http: Any
    _protocols: Iterable[str] | None = None

    def __new__(cls, http: Any) -> LateContext:
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made._http = http
        return made

    @cached_property
    def _context(self) -> ssl.SSLContext:
        found: ssl.SSLContext = self._http.create_ssl_context()
        if self._protocols is not None:
            found.set_alpn_protocols(self._protocols)
        return found

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Note which protocols are offered."""
        self._protocols = [*alpn_protocols]
        if "_context" in vars(self):
            self._context.set_alpn_protocols(self._protocols)

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        """Wrap a socket, by the context that is made now."""
        return self._context.wrap_socket(*args, **options)

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Wrap what is awaited, by the context that is made now."""
        return self._context.wrap_bio(*args, **options)
