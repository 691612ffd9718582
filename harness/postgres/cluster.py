"""A PostgreSQL server of its own, which is gone when it isn't needed any more."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from harness.postgres.programs import for_everybody, programs
from harness.processes import ProcessError, free_port, plain_environment

if TYPE_CHECKING:
    from typing import Self

USER = "assistants"
_ROOT = 0
# Debian's user for it: PostgreSQL refuses to be run by root.
_UNPRIVILEGED = "postgres"
_SECONDS = 60.0
_COMMON = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
# What would make a crash of the machine harmless, and makes tests slow.
_CARELESS = {"fsync": "off", "full_page_writes": "off"}


class Cluster:
    """A server of PostgreSQL on loopback, with a password, in a temporary folder.

        with Cluster() as cluster:
            LocalServer(store=cluster.url("mine"))

    It ends with the process that started it, however that ends.

    Attributes:
        password: the password of its user.
        port: where it listens.
    """

    def __init__(
        self, *, programs: Path | None = None, durable: bool = False, **settings: str
    ) -> None:
        """Say how it is to be.

        Args:
            programs: the folder of its programs; by default the machine's.
            durable: whether it writes as in production, for figures; tests are quicker
                without.
            settings: parameters of its configuration.
        """
        self.password = secrets.token_urlsafe(12)
        self.port = 0
        self._programs = programs
        self._settings = {**_COMMON, **({} if durable else _CARELESS), **settings}
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._databases: set[str] = set()
        # A signal says that the parent is dead as soon as the thread is that started
        # the child; so one does that lives to the end.
        self._starter = ThreadPoolExecutor(1, "postgres")

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        try:
            self._make(self._folder)
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def url(self, database: str) -> str:
        """Return the URL of a database, with its password; it is made if need be."""
        if database not in self._databases:
            with self.connect("postgres") as connection:
                try:
                    name = sql.Identifier(database)
                    connection.execute(sql.SQL("create database {}").format(name))
                except psycopg.errors.DuplicateDatabase:
                    pass
            self._databases.add(database)
        return self._url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected to it."""
        name = sql.Identifier(database)
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(name)
            )
        self._databases.discard(database)

    def connect(self, database: str) -> psycopg.Connection:
        """Return a connection to a database, in which every statement is committed."""
        return psycopg.connect(self._url(database), autocommit=True)

    def start(self) -> None:
        """Start it, on the same port and with the same data; return when it serves.

        Raises:
            ProcessError: it doesn't come up.
        """
        assert self._folder is not None
        self.port = self.port or free_port()
        given = [f"-c{name}={value}" for name, value in self._settings.items()]
        command = [
            *_as_somebody(("--pdeathsig", "QUIT")),
            *(self._program("postgres"), "-D", str(self._data)),
            *("-p", str(self.port), "-k", str(self._folder), *given),
        ]
        self._process = self._starter.submit(self._popen, command).result()
        deadline = time.monotonic() + _SECONDS
        while not self._serves():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ProcessError(f"PostgreSQL did not start:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it; its data stay.

        Args:
            at_once: as if it crashed, so that it has to recover; without, all that goes
                on is rolled back and written down first.
        """
        process, self._process = self._process, None
        if process and process.poll() is None:
            process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            try:
                process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def restart(self, *, at_once: bool = False) -> None:
        """Stop it and start it again; `stop` describes the argument."""
        self.stop(at_once=at_once)
        self.start()

    def log(self) -> str:
        """Return what it has said so far."""
        return self._log.read_text("utf-8", errors="replace")

    @property
    def _data(self) -> Path:
        assert self._folder is not None
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        assert self._folder is not None
        return self._folder / "log"

    def _make(self, folder: Path) -> None:
        secret = folder / "password"
        secret.write_text(self.password, "utf-8")
        self._programs = self._programs or programs()
        if os.geteuid() == _ROOT:
            shutil.chown(folder, _UNPRIVILEGED)
            shutil.chown(secret, _UNPRIVILEGED)
            self._programs = for_everybody(self._programs, folder)
        command = [
            *(*_as_somebody(), self._program("initdb"), "-D", str(self._data)),
            *("--username", USER, "--pwfile", str(secret)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
            *("--no-sync", "--no-instructions"),
        ]
        done = subprocess.run(
            command,
            cwd="/",
            env=plain_environment(),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ProcessError(f"no database could be made:\n{done.stderr[-2000:]}")

    def _program(self, name: str) -> str:
        assert self._programs is not None
        return str(self._programs / name)

    def _popen(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd="/",
                env=plain_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _url(self, database: str) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def _serves(self) -> bool:
        try:
            with self.connect("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def _remove(self) -> None:
        self.stop(at_once=True)
        self._starter.shutdown()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _as_somebody(options: tuple[str, ...] = ()) -> list[str]:
    """Return what starts a program as a user that PostgreSQL takes.

    Raises:
        ProcessError: there is none, or no program that becomes one.
    """
    setpriv = shutil.which("setpriv")
    if os.geteuid() != _ROOT:
        return [setpriv, *options] if setpriv and options else []
    try:
        user = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        message = f"root may not run PostgreSQL, and no user is called {_UNPRIVILEGED}"
        raise ProcessError(message) from None
    if not setpriv:
        raise ProcessError("setpriv of util-linux is needed to run PostgreSQL as root")
    who = ("--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--init-groups")
    return [setpriv, *who, *options]
