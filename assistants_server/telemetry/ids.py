"""The ids of what the current task is about, for logs and responses."""

from __future__ import annotations

import secrets
from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is answered, or that a run began with."""
run_id: ContextVar[str | None] = ContextVar("run_id", default=None)
"""The id of the run that is carried on."""
project: ContextVar[str | None] = ContextVar("project", default=None)
"""The project of the key of the request; None where clients need no key."""
key_id: ContextVar[str | None] = ContextVar("key_id", default=None)
"""The part of that key that is no secret, if it is one of the store."""


def new_request_id() -> str:
    """Return an id for a request."""
    return f"req_{secrets.token_hex(12)}"
