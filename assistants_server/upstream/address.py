"""Where the upstream is, and the key for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

KEY_VARIABLE: Final = "ASSISTANTS_UPSTREAM_KEY"
"""The environment variable with the key of the upstream."""
_AZURE: Final = (".azure.com", ".azure.us", ".azure.cn")
_OPENAI: Final = ".openai.com"


@dataclass(frozen=True)
class Address:
    """A base URL with `/chat/completions` or `/responses` below it, and its key.

    Attributes:
        url: the base URL, such as `http://127.0.0.1:11434/v1`.
        key: the key, if it needs one.

    Raises:
        ValueError: the URL can't be used, or the key would be sent unprotected.
    """

    url: str
    key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the upstream's URL must begin with http:// or https://")
        if parts.username or parts.password or parts.query or parts.fragment:
            # The URL stands in errors and logs.
            raise ValueError(
                "the upstream's URL must hold no secrets and no query; "
                f"put the key into a file, or into {KEY_VARIABLE}"
            )
        key = self.key
        if key is not None and (not key or not key.isascii() or not key.isprintable()):
            raise ValueError(
                "the upstream's key must be printable ASCII, and not empty"
            )
        if key and parts.scheme == "http" and not _is_near(parts.hostname):
            raise ValueError(
                f"the key would go to {parts.hostname} unencrypted; use https://"
            )

    @property
    def host(self) -> str:
        """Return the host and port, as errors name the upstream."""
        return urlsplit(self.url).netloc

    @property
    def is_the_original(self) -> bool:
        """Return whether OpenAI or Azure is behind it, who refuse what they don't know.

        Others have an API like theirs, each a little different.
        """
        name = urlsplit(self.url).hostname or ""
        return name.endswith((*_AZURE, _OPENAI))

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that hold the key."""
        if not self.key:
            return {}
        name = urlsplit(self.url).hostname or ""
        if name.endswith(_AZURE):
            # Azure takes its own keys by this header, and only tokens as bearer.
            return {"api-key": self.key}
        return {"authorization": f"Bearer {self.key}"}

    def without_key(self, text: str) -> str:
        """Return a text of the upstream's with its key taken out."""
        return text.replace(self.key, "[key]") if self.key else text


def key_from(file: Path | None, variable: str = KEY_VARIABLE) -> str | None:
    """Return the key in a file or, without one, in the environment.

    Args:
        file: the file; blanks and line breaks around the key don't matter.
        variable: the environment variable.

    Raises:
        ValueError: the file holds no key.
        OSError: it can't be read.
    """
    if file is None:
        return os.environ.get(variable) or None
    key = file.read_text("utf-8").strip()
    if not key:
        raise ValueError(f"{file} is empty; it must hold a key")
    return key


def _is_near(host: str) -> bool:
    """Return whether a host is this machine, or of its own network."""
    try:
        address = ip_address(host)
    except ValueError:
        # Names without a dot are those of containers and of the local network.
        return "." not in host or host.endswith((".local", ".internal"))
    return address.is_loopback or address.is_private
