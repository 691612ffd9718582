"""nginx as a process of its own on loopback, with a certificate of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import ssl
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from harness import debian
from harness.nginx.site import NAME, Place, write_configuration
from harness.processes import ProcessError, free_port, is_listening, run, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PACKAGE = "nginx"
_WHERE = "/usr/sbin"
_UNPRIVILEGED = "www-data"


def program() -> Path:
    """Return nginx; install Debian's package where there is none.

    Raises:
        ProcessError: it can't be had.
    """
    if not _found():
        debian.install(_PACKAGE)
    found = _found()
    if not found:
        raise ProcessError(f"the package {_PACKAGE} brought no {_PACKAGE}")
    return Path(found)


class Front:
    """nginx while it runs, called by its `name`."""

    name = NAME

    def __init__(self, place: Place) -> None:
        self.place = place
        self._trust = ssl.create_default_context(cafile=place.folder / "cert.pem")

    @property
    def url(self) -> str:
        """The base URL of the API behind it."""
        return f"https://{NAME}:{self.place.https}/v1"

    def http(self, **options: Any) -> httpx.Client:
        """Return a client that finds the name here, and believes its certificate."""
        return httpx.Client(transport=self._transport(), **options)

    def _transport(self) -> httpx.BaseTransport:
        return _Here(verify=self._trust)

    def log(self, name: str = "error") -> str:
        """Return what it has logged."""
        file = self.place.folder / f"{name}.log"
        return file.read_text("utf-8", errors="replace")


class _Here(httpx.HTTPTransport):
    """A transport to this machine, whatever the name of the host."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


@contextmanager
def front(ports: Sequence[int], timeout: float | None = None) -> Iterator[Front]:
    """Run nginx within the block, with the configuration of the guide.

    Args:
        ports: those of the two processes of the server.
        timeout: seconds that nginx waits for the next byte, if not as in the guide.

    Raises:
        ProcessError: it can't be had, or doesn't start.
    """
    nginx = program()
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:
        folder = Path(name)
        place = Place(folder, ports, free_port(), free_port(), timeout)
        configuration = write_configuration(place)
        _certify(folder)
        command: list[str | Path] = [
            *_as_somebody(folder),
            *(str(nginx), "-p", name, "-c", str(configuration)),
            *("-e", str(folder / "error.log")),
        ]
        with running(command, folder / "log", lambda: is_listening(place.https)):
            yield Front(place)


def _found() -> str | None:
    return shutil.which(_PACKAGE, path=f"{os.environ.get('PATH', '')}:{_WHERE}")


def _certify(folder: Path) -> None:
    """Make a key and a certificate that nobody else believes."""
    if not shutil.which("openssl"):
        raise ProcessError("openssl is not here; install it")
    run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
        *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", f"/CN={NAME}"),
        *("-addext", f"subjectAltName=DNS:{NAME}"),
        *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
    )


def _as_somebody(folder: Path) -> list[str]:
    """Return what starts nginx without root, which needs none above port 1023."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise ProcessError(f"no user is called {_UNPRIVILEGED}") from None
    for each in (folder, *folder.iterdir()):
        shutil.chown(each, _UNPRIVILEGED)
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise ProcessError("setpriv of util-linux is not here; install it")
    who = ("--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups")
    return [setpriv, *who]
