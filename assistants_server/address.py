"""Where another server is, and the key for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_AZURE: Final = (".azure.com", ".azure.us", ".azure.cn")
_OPENAI: Final = ".openai.com"
# What documentation of servers has behind their base URLs.
_OPERATIONS: Final = ("/chat/completions", "/responses", "/embeddings", "/models")


@dataclass(frozen=True)
class Address:
    """The base URL of a server that is asked for something, and its key.

    Attributes:
        url: the base URL, such as `http://127.0.0.1:11434/v1`.
        key: the key, if it needs one.
        what: what the server is for, as errors name it.

    Raises:
        ValueError: the URL can't be used, or the key would be sent unprotected.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    what: str = "the upstream"

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            message = f"the URL of {self.what} must begin with http:// or https://"
            raise ValueError(message)
        if parts.username or parts.password or parts.query or parts.fragment:
            # The URL stands in errors and logs.
            raise ValueError(
                f"the URL of {self.what} must hold no secrets and no query; "
                "give the key apart, by a file or the environment"
            )
        path = parts.path.rstrip("/")
        for operation in _OPERATIONS:
            if path.endswith(operation):
                raise ValueError(
                    f"the URL of {self.what} must be its base URL, which doesn't end "
                    f"in {operation}"
                )
        if self.key is not None and not is_key(self.key):
            raise ValueError(
                f"the key of {self.what} must be printable ASCII, and not empty"
            )
        if self.key and parts.scheme == "http" and not _is_near(parts.hostname):
            raise ValueError(
                f"the key of {self.what} would go to {parts.hostname} unencrypted; "
                "use https://"
            )

    @property
    def host(self) -> str:
        """Return the host and port, as errors name the server."""
        return urlsplit(self.url).netloc

    @property
    def provider(self) -> str:
        """Return whose API it has, as OpenTelemetry's conventions call it.

        Others than Azure have OpenAI's, whoever they are.
        """
        name = urlsplit(self.url).hostname or ""
        return "azure.ai.openai" if name.endswith(_AZURE) else "openai"

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
        """Return a text of the server's with the key taken out, which some repeat."""
        return text.replace(self.key, "[key]") if self.key else text


def is_key(text: str) -> bool:
    """Return whether a text can be sent as a key."""
    return bool(text) and text.isascii() and text.isprintable()


def key_from(file: Path | None, variable: str) -> str | None:
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
    key = file.read_text("utf-8-sig").strip()
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
