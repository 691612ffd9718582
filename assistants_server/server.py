"""The server: in a thread of its own for tests, or in this one for the command line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import uvicorn

from .app import PREFIX, App
from .archive import import_at_start
from .contents import open_contents, our_folder
from .engines import deterministic
from .execution.file_search import FileSearcher
from .execution.scheduler import Scheduler
from .faults import Faults
from .http.connections import Connections
from .http.listeners import Listeners, origin_of
from .keys.opened import keys_known
from .layers.order import layers_around
from .library.index_file import open_index
from .library.indexer import Indexer
from .library.library import Library
from .library.retention import Retention
from .library.searcher import Searcher
from .settings import LOOPBACK, MEBIBYTE, Settings, check_kinds, store_place
from .store import open_store
from .store.processes import LEASE
from .telemetry.health import METRICS
from .telemetry.instruments import Instruments, install
from .telemetry.metrics import (
    Metrics,
    MissingMetricsError,
    are_installed,
    how_to_install,
)
from .telemetry.spans import Spans
from .uvicorn_server import UvicornServer, run_loop

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from typing import Self

    from opentelemetry.trace import TracerProvider

    from .contents import Contents
    from .engines import Engine
    from .layers.request_log import Exchange, RequestLog
    from .search import EmbeddingServer
    from .store import Place


class LocalServer:
    """A complete Assistants server on loopback, in a thread of its own.

        with LocalServer() as server:
            client = OpenAI(base_url=server.url, api_key="any")

    `async with` does the same without holding up the event loop. Every server has a
    state of its own.
    """

    def __init__(
        self,
        *,
        engine: Engine = deterministic,
        faults: Iterable[str] = (),
        host: str = LOOPBACK,
        port: int = 0,
        key: str | None = None,
        store: str | os.PathLike[str] | Place | None = None,
        files: str | os.PathLike[str] | None = None,
        pace: float = 0.0,
        poll_after: int = 50,
        expires_after: float = 600.0,
        keep_alive: float = 15.0,
        drain: float = 0.0,
        lease: float = LEASE,
        max_body: int = 8 * MEBIBYTE,
        max_file_size: int = 512 * MEBIBYTE,
        max_turns: int | None = None,
        keep: float | None = None,
        fault_headers: bool | None = None,
        allow_origins: Iterable[str] = (),
        page: bool = True,
        embeddings: EmbeddingServer | None = None,
        archive: str | os.PathLike[str] | None = None,
        metrics_host: str = LOOPBACK,
        metrics_port: int | None = None,
        traces: bool | TracerProvider = False,
    ) -> None:
        """Prepare a server; it doesn't listen yet.

        Args:
            engine: what answers in runs, see `assistants_server.engines`.
            faults: faults to begin with, see `assistants_server.faults.HELP`.
            host: the address to listen on; any but a loopback one needs a key.
            port: the port; 0 takes a free one.
            key: the API key that clients must send, unless they have another one that
                the store knows; without any every client is served.
            store: the file of the state, or the URL of a database of PostgreSQL, such
                as `postgresql://USER:PASSWORD@HOST/DATABASE`; in memory without one.
            files: where uploaded files are: a folder, `s3://BUCKET/PREFIX`, or
                `database`, the one of a store in PostgreSQL. Without it they are in
                such a database, in the folder `NAME.files` beside the file of a store,
                or in a temporary folder.
            pace: seconds between two pieces of a message, and that a run is queued.
            poll_after: milliseconds that clients are asked to wait between two polls
                of a run.
            expires_after: seconds after which an active run expires.
            keep_alive: seconds without an event after which a stream has a comment, so
                that no proxy takes it for dead.
            drain: seconds that turns of engines may still take when the server stops;
                what has not ended then goes on with the next server.
            lease: seconds after which other servers on the same database take this one
                for dead, and carry on its runs.
            max_body: the size of the largest request body, in bytes, uploads aside.
            max_file_size: the size of the largest file that is uploaded, in bytes.
            max_turns: how many turns of engines may go on at once; the others wait in
                order. None for no limit.
            keep: seconds after which threads and files that nobody has used since are
                deleted for good, an hour at least. None keeps them.
            fault_headers: whether the header `X-Local-Fault` is obeyed; by default only
                without a key and on loopback.
            allow_origins: the web pages that may send requests, such as
                `http://localhost:3000`.
            page: whether to serve a page at `/` that shows what is on the server.
            embeddings: what makes embeddings, so that files are searched by meaning
                too; without it they are searched by their words.
            archive: the folder of an archive, which is imported when the server starts;
                what is there already stays as it is.
            metrics_host: the address of the port of metrics.
            metrics_port: a port that has `/metrics`, `/healthz` and `/readyz` alone,
                without a key; 0 takes a free one. If there is none, metrics are at the
                API's port, for the key of an admin.
            traces: whether spans are made, with OpenTelemetry's API; they go where the
                process has them go, or to this provider.

        Raises:
            FaultError: a fault is unknown.
            MissingMetricsError: metrics have a port, and need what is not installed.
            MissingTracesError: so do spans.
            SettingsError: a setting is invalid, or they contradict each other.
        """
        check_kinds(engine, faults=faults, allow_origins=allow_origins)
        self.faults = Faults(faults)
        self._settings = Settings(
            host=host,
            port=port,
            key=key,
            store=store_place(store),
            files=None if files is None else str(files),
            pace=pace,
            poll_after=poll_after,
            expires_after=expires_after,
            keep_alive=keep_alive,
            drain=drain,
            lease=lease,
            max_body=max_body,
            max_file_size=max_file_size,
            max_turns=max_turns,
            keep=keep,
            fault_headers=fault_headers,
            allow_origins=tuple(allow_origins),
            page=page,
            metrics_host=metrics_host,
            metrics_port=metrics_port,
        )
        if metrics_port is not None and not are_installed():
            raise MissingMetricsError(how_to_install(with_path=True))
        self._spans: Spans | None = None
        if traces:
            self._spans = Spans(None if traces is True else traces)
        self._engine = engine
        self._embeddings = embeddings
        self._archive = archive
        self._port: int | None = None
        self._metrics_port: int | None = None
        self._needs_key = key is not None
        self._running: _Running | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        starting = asyncio.ensure_future(asyncio.to_thread(self.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            # The thread can't be cancelled, so what it starts is stopped.
            await asyncio.wait([starting])
            await asyncio.to_thread(self.stop)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def port(self) -> int:
        """Return the port.

        Raises:
            RuntimeError: the server hasn't been started yet.
        """
        if self._port is None:
            raise RuntimeError("the server hasn't been started yet")
        return self._port

    @property
    def url(self) -> str:
        """Return the base URL for clients, such as `http://127.0.0.1:8000/v1`."""
        return f"{self._origin}{PREFIX}"

    @property
    def page_url(self) -> str | None:
        """Return the address of the page for browsers; None if none is served."""
        return f"{self._origin}/" if self._settings.page else None

    @property
    def metrics_url(self) -> str:
        """Return the address of the metrics, for Prometheus."""
        if self._metrics_port is None:
            return f"{self._origin}{METRICS}"
        origin = origin_of(self._settings.metrics_host, self._metrics_port)
        return f"{origin}{METRICS}"

    @property
    def needs_key(self) -> bool:
        """Return whether clients needed a key when the server began."""
        return self._needs_key

    @property
    def _origin(self) -> str:
        return origin_of(self._settings.host, self.port)

    @property
    def engine(self) -> Engine:
        """Return the engine; another one may be set, for the runs that start then."""
        return self._engine

    @engine.setter
    def engine(self, engine: Engine) -> None:
        self._engine = engine
        if self._running:
            self._running.scheduler.engine = engine

    @property
    def exchanges(self) -> list[Exchange]:
        """Return the last 1000 requests, oldest first, with their statuses."""
        return [*self._running.request_log.exchanges] if self._running else []

    def start(self) -> None:
        """Listen and serve in a thread; return when it accepts connections.

        Raises:
            OSError: the address can't be used.
            RuntimeError: the server runs already.
            StoreError: the store's file can't be used.
            ArchiveError: the archive is none, or damaged.
        """
        if self._thread:
            raise RuntimeError("the server runs already")
        listeners = self._listen()
        ready = threading.Event()
        failures: list[BaseException] = []

        def work() -> None:
            try:
                run_loop(self._serve(listeners, ready.set))
            except BaseException as error:  # noqa: BLE001 - raised in the other thread
                failures.append(error)
            finally:
                ready.set()

        # A daemon, so that a test that forgets to stop it can end.
        self._thread = threading.Thread(target=work, name="local-server", daemon=True)
        self._thread.start()
        ready.wait()
        if failures:
            self._thread.join()
            self._thread = None
            listeners.close()
            raise failures[0]

    def stop(self) -> None:
        """End all streams, close all connections and the store."""
        thread, running = self._thread, self._running
        if thread and running:
            running.server.stop()
            thread.join()
        self._thread = None

    def run(self, ready: Callable[[], None]) -> None:
        """Serve in this thread until it is interrupted.

        Args:
            ready: called when it accepts connections.

        Raises:
            KeyboardInterrupt: by Ctrl-C, when everything has been closed.
            OSError: the address can't be used.
            StoreError: the store's file can't be used.
        """
        with self._listen() as listeners:
            run_loop(self._serve(listeners, ready))

    def _listen(self) -> Listeners:
        listeners = Listeners(self._settings)
        self._port, self._metrics_port = listeners.port, listeners.metrics_port
        return listeners

    async def _serve(self, listeners: Listeners, ready: Callable[[], None]) -> None:
        place = self._settings.store
        store = open_store(place)
        store.processes.lease = self._settings.lease
        folder = our_folder(place)
        contents: Contents | None = None
        try:
            keys, others = await keys_known(store, place, self._settings.key)
            self._needs_key = await keys.is_needed()
            self._settings.check_key(has_key=self._needs_key)
            contents = open_contents(self._settings.files, store, folder)
            index = open_index(contents, store, folder, self._embeddings)
            indexer = Indexer(store, contents, index, self._embeddings)
            library = Library(store, contents, indexer, Searcher(store, indexer))
            searcher = FileSearcher(store, library)
            scheduler = Scheduler(
                store, self._settings, self._engine, searcher, contents
            )
            app = App(store, scheduler, library, self._settings)
            connections = Connections()
            layers = layers_around(
                app,
                store=store,
                scheduler=scheduler,
                settings=self._settings,
                keys=keys,
                faults=self.faults,
                connections=connections,
                instruments=self._instruments(scheduler),
                metrics_port=listeners.metrics_port,
            )
            config = uvicorn.Config(
                layers.asgi,
                http=connections.protocol,
                timeout_keep_alive=connections.keep_alive,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
            )
            server = UvicornServer(
                *(config, store, scheduler, indexer, connections, ready),
                drain=self._settings.drain,
            )
            self._running = _Running(server, scheduler, layers.request_log)
            if self._archive is not None:
                import_at_start(self._archive, store, contents)
            await scheduler.resume()
            idle = asyncio.get_running_loop().create_task(connections.end_idle())
            keep = self._settings.keep
            others += [Retention(store, library, keep).go_on] if keep else []
            await indexer.start(library.expire, others)
            await server.serve(listeners.sockets)
            idle.cancel()
        finally:
            store.close()
            if contents is not None:
                contents.close()
            folder.close()

    def _instruments(self, scheduler: Scheduler) -> Instruments:
        """Return what measures, in all tasks that this one begins from now on."""
        metrics = Metrics() if are_installed() else None
        if metrics:
            text = "Runs that this process carries on."
            metrics.watch("runs", text, scheduler.states, label="status")
        made = Instruments(metrics, self._spans)
        install(made)
        return made


class _Running(NamedTuple):
    """What exists while the server runs."""

    server: UvicornServer
    scheduler: Scheduler
    request_log: RequestLog
