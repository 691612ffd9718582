"""What stops an update."""

from __future__ import annotations

from collections.abc import Iterable


class UpdateError(Exception):
    """There is no update; the message says what is wrong, and what to do."""

    def __init__(self, message: str, details: Iterable[str] = ()) -> None:
        super().__init__("\n".join([message, *details]))
