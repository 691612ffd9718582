"""The site of the guide, for a machine without its names and certificates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
SITE: Final = ROOT / "docs" / "deploy" / "nginx.conf"
"""The very file that the guide has its readers copy."""
NAME: Final = "assistants.example.com"
# What Debian has around the sites, as far as it matters here.
_AROUND: Final = """\
pid {folder}/pid;
error_log {folder}/error.log info;
worker_processes 1;
daemon off;
events {{}}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    gzip on;
    gzip_types *;
    access_log {folder}/access.log;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Place:
    """What is different on this machine.

    Attributes:
        folder: where everything is.
        ports: of the processes of the server, two of them.
        http: where plain HTTP is served.
        https: where TLS is.
        timeout: seconds that nginx waits for the next byte; those of the file if None.
    """

    folder: Path
    ports: Sequence[int]
    http: int
    https: int
    timeout: float | None = None


def write_configuration(place: Place) -> Path:
    """Write the configuration of nginx, and return its file."""
    main = place.folder / "nginx.conf"
    main.write_text(_AROUND.format(folder=place.folder), "utf-8")
    site = adapted(SITE.read_text("utf-8"), place)
    (place.folder / "site.conf").write_text(site, "utf-8")
    return main


def adapted(text: str, place: Place) -> str:
    """Return the configuration of the guide with the ports and files of a place.

    Raises:
        ValueError: it hasn't what is to be replaced, or more of it.
    """
    first, second = place.ports
    changes = [
        (r"server 127\.0\.0\.1:8001 ", f"server 127.0.0.1:{first} ", 1),
        (r"server 127\.0\.0\.1:8002 ", f"server 127.0.0.1:{second} ", 1),
        (r"listen 80;", f"listen 127.0.0.1:{place.http};", 1),
        (r"listen 443 ssl", f"listen 127.0.0.1:{place.https} ssl", 1),
        (r"\n *listen \[::\]:[^\n]*", "", 2),
        (r"/etc/letsencrypt/live/[^/]*/fullchain\.pem", f"{place.folder}/cert.pem", 1),
        (r"/etc/letsencrypt/live/[^/]*/privkey\.pem", f"{place.folder}/key.pem", 1),
    ]
    if place.timeout is not None:
        milliseconds = round(place.timeout * 1000)
        to = f"proxy_read_timeout {milliseconds}ms;"
        changes.append((r"proxy_read_timeout \w+;", to, 1))
    for pattern, replacement, expected in changes:
        text, found = re.subn(pattern, replacement.replace("\\", r"\\"), text)
        if found != expected:
            raise ValueError(f"{SITE.name} has {pattern} {found} times, not {expected}")
    return text
