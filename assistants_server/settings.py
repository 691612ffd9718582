"""The settings of the server."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from .address import is_key

LOOPBACK = "127.0.0.1"
MEBIBYTE = 1024 * 1024
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s*?#@]+", re.ASCII)


class SettingsError(ValueError):
    """The server can't run with these settings; the text says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """The settings of the server; `LocalServer` describes them.

    Raises:
        SettingsError: another address than a loopback one without a key, or a number
            out of bounds.
    """

    host: str = LOOPBACK
    port: int = 0
    key: str | None = field(default=None, repr=False)
    store: Path | None = None
    pace: float = 0.0
    poll_after: int = 50
    expires_after: float = 600.0
    max_body: int = 8 * MEBIBYTE
    max_file_size: int = 512 * MEBIBYTE
    max_turns: int | None = None
    fault_headers: bool | None = None
    allow_origins: tuple[str, ...] = ()
    page: bool = True

    def __post_init__(self) -> None:
        if self.key is not None and not is_key(self.key):
            raise SettingsError("the key must be printable ASCII, and not empty")
        if self.key is None and not is_loopback(self.host):
            raise SettingsError(
                f"{self.host} can be reached from other machines, so a key is needed; "
                f"set one, or listen on {LOOPBACK}"
            )
        for origin in self.allow_origins:
            if not _ORIGIN.fullmatch(origin):
                raise SettingsError(
                    f"{origin} is no origin of web pages; one is https://example.com, "
                    "or with its port http://localhost:3000"
                )
        for name, least, most in (
            ("port", 0, 65535),
            ("pace", 0, 3600),
            ("poll_after", 0, 3_600_000),
            ("expires_after", 0, 10**8),
            ("max_body", 1, 2**31),
            ("max_file_size", 1, 2**40),
            ("max_turns", 1, 10**6),
        ):
            value = getattr(self, name)
            if value is None:
                continue
            if not least <= value <= most or not math.isfinite(value):
                label = name.replace("_", " ")
                raise SettingsError(f"{label} must be {least} to {most}, not {value}")

    @property
    def obeys_fault_headers(self) -> bool:
        """Return whether clients may ask for faults.

        Unless somebody says so they may only where all of them are the user's own.
        """
        if self.fault_headers is None:
            return self.key is None and is_loopback(self.host)
        return self.fault_headers


def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this machine only."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False
