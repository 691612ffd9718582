"""A key: what it opens, and how it is recognised without being stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass, field
from typing import Final

DEFAULT_PROJECT: Final = "default"
"""The project of the option `--key`, and of all that was stored before projects."""
SCOPES: Final = ("read", "write", "admin")
"""What keys may do; each may do what those before it may."""
MOST_A_MINUTE: Final = 10**9
"""The largest limit of requests or tokens."""
_PREFIX = "sk-asst"
_ID_LENGTH, _BYTES = 12, 32
_ALPHABET = string.ascii_letters + string.digits
_TOKEN = re.compile(rf"{_PREFIX}-([A-Za-z0-9]{{{_ID_LENGTH}}})-([A-Za-z0-9_-]{{43}})")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_NAME = 100


class InvalidKeyError(ValueError):
    """There can be no such key; the text says why."""


@dataclass(frozen=True)
class Key:
    """A key, without what a client sends.

    Attributes:
        id: names it; it is part of what a client sends, and no secret.
        project: whose objects it opens.
        scope: what it may do, one of `SCOPES`.
        digest: the hash of what a client sends.
        name: what its owner calls it.
        created_at: when it was made, in seconds since 1970.
        expires_at: when it ends by itself, likewise; None for never.
        revoked_at: when it was revoked, likewise; None if it wasn't.
        requests: how many requests a minute; None for no limit.
        tokens: how many tokens of models a minute; None for no limit.

    Raises:
        InvalidKeyError: the project, scope, name or a limit can't be.
    """

    id: str
    project: str
    scope: str
    digest: str = field(repr=False)
    name: str = ""
    created_at: int = 0
    expires_at: int | None = None
    revoked_at: int | None = None
    requests: int | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        check_project(self.project)
        if self.scope not in SCOPES:
            known = ", ".join(SCOPES)
            raise InvalidKeyError(f"{self.scope!r} is no scope; known are {known}")
        if len(self.name) > _LONGEST_NAME or not self.name.isprintable():
            raise InvalidKeyError(
                f"the name must be printable, and at most {_LONGEST_NAME} characters"
            )
        for what, limit in (("requests", self.requests), ("tokens", self.tokens)):
            if limit is not None and not 1 <= limit <= MOST_A_MINUTE:
                most = f"1 to {MOST_A_MINUTE}"
                raise InvalidKeyError(f"{what} per minute must be {most}, not {limit}")

    def may(self, scope: str) -> bool:
        """Return whether it may do what takes a scope."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)

    def is_valid(self, now: float) -> bool:
        """Return whether it still opens anything, in seconds since 1970."""
        expired = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not expired


def new_token() -> tuple[str, str]:
    """Return the id of a new key, and what a client sends: 256 bits by chance."""
    letters = (secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
    id = "".join(letters)  # noqa: A001 - that of a key
    return id, f"{_PREFIX}-{id}-{secrets.token_urlsafe(_BYTES)}"


def id_of(token: str) -> str | None:
    """Return the id of the key in what a client sends; None if it has none."""
    match = _TOKEN.fullmatch(token)
    return match[1] if match else None


def digest_of(token: str) -> str:
    """Return the hash by which a key is recognised.

    Nobody can guess what it is made of, so that a quick hash is as good as a slow one.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def is_same(digest: str, token: str) -> bool:
    """Return whether a token has a digest, in a time that says nothing of either."""
    return hmac.compare_digest(digest.encode(), digest_of(token).encode())


def check_project(name: str) -> None:
    """Check the name of a project.

    Raises:
        InvalidKeyError: it is none.
    """
    if not _PROJECT.fullmatch(name):
        raise InvalidKeyError(
            f"{name!r} is no name of a project; one has up to 64 letters, digits, "
            "dots, hyphens and underscores, the first a letter or digit"
        )
