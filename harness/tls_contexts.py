"""One TLS context for all the clients of a process that makes many of them."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any


def share_tls_contexts() -> None:
    """Let clients share what they read of the authorities that they trust.

    Each client of httpx reads all of them, which takes longer than most calls on
    loopback. Contexts with other settings are made anew each time.
    """
    made = ssl.create_default_context
    of_file = cache(lambda path: made(cafile=path))

    def shared(*arguments: Any, **options: Any) -> ssl.SSLContext:
        if not arguments and options.keys() == {"cafile"}:
            context: ssl.SSLContext = of_file(options["cafile"])
            return context
        return made(*arguments, **options)

    ssl.create_default_context = shared
