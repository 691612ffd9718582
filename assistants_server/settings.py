"""The settings of the server."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from .address import is_key
from .contents.setting import check_place
from .store import DatabaseURL, place_of
from .store.processes import LEASE

if TYPE_CHECKING:
    import os

    from .store import Place

LOOPBACK = "127.0.0.1"
MEBIBYTE = 1024 * 1024
# Seconds: uses are not noted more exactly than by some minutes.
_SHORTEST_KEEPING = 3600
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
    store: Place | None = None
    files: str | None = None
    pace: float = 0.0
    poll_after: int = 50
    expires_after: float = 600.0
    keep_alive: float = 15.0
    drain: float = 0.0
    lease: float = LEASE
    max_body: int = 8 * MEBIBYTE
    max_file_size: int = 512 * MEBIBYTE
    max_turns: int | None = None
    keep: float | None = None
    fault_headers: bool | None = None
    allow_origins: tuple[str, ...] = ()
    page: bool = True
    metrics_host: str = LOOPBACK
    metrics_port: int | None = None

    def __post_init__(self) -> None:
        if self.key is not None and not isinstance(self.key, str):
            # Its value is a secret, whatever it is.
            raise SettingsError(f"the key must be text, not {type(self.key).__name__}")
        if self.key is not None and not is_key(self.key):
            raise SettingsError("the key must be printable ASCII, and not empty")
        try:
            check_place(self.files, self.store)
        except ValueError as error:
            raise SettingsError(str(error)) from error
        if self.store is None:
            self.check_key(has_key=self.key is not None)
        for origin in self.allow_origins:
            if not _ORIGIN.fullmatch(origin):
                raise SettingsError(
                    f"{origin} is no origin of web pages; one is https://example.com, "
                    "or with its port http://localhost:3000"
                )
        if self.metrics_port is None and self.metrics_host != LOOPBACK:
            raise SettingsError(
                f"the address of metrics, {self.metrics_host}, needs a metrics port; "
                "without one they are at the port of the API"
            )
        if self.lease != LEASE and not isinstance(self.store, DatabaseURL):
            raise SettingsError(
                "a lease needs a store in PostgreSQL, which several servers share"
            )
        if self.port and self.port == self.metrics_port:
            raise SettingsError("the metrics need another port than the API")
        for name, least, most in (
            ("port", 0, 65535),
            ("metrics_port", 0, 65535),
            ("pace", 0, 3600),
            ("poll_after", 0, 3_600_000),
            ("expires_after", 0, 10**8),
            ("keep_alive", 0.01, 10**8),
            ("drain", 0, 86_400),
            ("lease", 1, 3600),
            ("max_body", 1, 2**31),
            ("max_file_size", 1, 2**40),
            ("max_turns", 1, 10**6),
            ("keep", 1, 10**10),
        ):
            value = getattr(self, name)
            if value is None:
                continue
            label = name.replace("_", " ")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise SettingsError(
                    f"{label} must be a number, {least} to {most}, not {value!r}"
                )
            if not least <= value <= most or not math.isfinite(value):
                raise SettingsError(f"{label} must be {least} to {most}, not {value}")

        if self.keep is not None and self.keep < _SHORTEST_KEEPING:
            raise SettingsError(
                "what nobody uses is kept for an hour at least, not for "
                f"{self.keep} seconds"
            )

    def check_key(self, *, has_key: bool) -> None:
        """Check that strangers need a key, where there can be any.

        Args:
            has_key: whether there is one, in the settings or the store.

        Raises:
            SettingsError: they don't.
        """
        if has_key or is_loopback(self.host):
            return
        how = "set one"
        if self.store is not None:
            how += " (`python -m assistants_server keys create --help` says how)"
        raise SettingsError(
            f"{self.host} can be reached from other machines, so a key is needed; "
            f"{how}, or listen on {LOOPBACK}"
        )

    def obeys_fault_headers(self, *, has_key: bool) -> bool:
        """Return whether a client may ask for faults, with a key or without.

        Unless somebody says so it may only where all of them are the user's own.
        """
        if self.fault_headers is None:
            return not has_key and is_loopback(self.host)
        return self.fault_headers


# Asked for each request, mostly about the same host; clients may name any.
@lru_cache(maxsize=32)
def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this machine only."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False


def store_place(store: str | os.PathLike[str] | Place | None) -> Place | None:
    """Return where a store is.

    Raises:
        SettingsError: there can't be one.
    """
    try:
        return None if store is None else place_of(store)
    except TypeError:
        kind = type(store).__name__
        raise SettingsError(
            f"the store must be the path of a file or the URL of a database, not {kind}"
        ) from None
    except ValueError as error:
        raise SettingsError(str(error)) from None


def check_kinds(engine: object, **lists: object) -> None:
    """Check what would be noticed late, or taken for something else.

    Args:
        engine: what answers in runs.
        lists: settings that are lists of texts.

    Raises:
        SettingsError: the engine can't be called, or a text stands for a list.
    """
    if not callable(engine):
        raise SettingsError(
            "the engine must be a function that takes a turn, or an engine with a "
            f"model, such as ChatEngine(...), not {engine!r}"
        )
    for name, value in lists.items():
        if isinstance(value, str):
            raise SettingsError(f"{name} must be a list, such as [{value!r}]")
