"""The command line: python -m assistants_server."""

from __future__ import annotations

import argparse
import errno
import gc
import logging
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from assistants_archive import ArchiveError

from . import faults
from .address import key_from
from .engines import deterministic, scripted
from .engines.scripted import HEADER as SCRIPT_HEADER
from .engines.scripted import HELP as SCRIPT_HELP
from .engines.scripted import parse_script
from .search import EmbeddingServer
from .search.embeddings import KEY_VARIABLE, MODEL
from .server import LocalServer
from .settings import LOOPBACK, MEBIBYTE
from .store import StoreError
from .upstream import options as upstream_options
from .upstream.options import ENGINE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .engines import Engine

_KEY = "ASSISTANTS_LOCAL_KEY"
_MAX_TURNS = "ASSISTANTS_MAX_TURNS"
_NO_PAGE = "ASSISTANTS_LOCAL_NO_PAGE"
_log = logging.getLogger("assistants_server")
_PORT = 8000
_PACE = 0.02
# By how many new objects, and collections of younger ones, collections are apart.
_GARBAGE = 10_000, 20, 20
_WRONG_USE = 2
_DESCRIPTION = """\
Serve the Assistants API on this machine, all of its operations, for demos, tests and
offline work. A deterministic engine answers, which needs no network, or any model that
speaks chat completions or Responses, or an engine of your own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is interrupted, and return the exit code."""
    given = sys.argv[1:] if arguments is None else [*arguments]
    if given[:1] == ["import"]:
        # It needs nothing of what serves.
        from .archive.command import main as import_archive

        return import_archive(given[1:])
    if given[:1] == ["keys"]:
        from .keys.command import main as manage_keys

        return manage_keys(given[1:])
    options = _parser().parse_args(given)
    # What is loaded by now stays: to look through it for garbage would hold up the
    # event loop for some 50 ms each time.
    gc.freeze()
    # Nor is it looked through so often what a hundred runs have at a time.
    gc.set_threshold(*_GARBAGE)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        with suppress(KeyboardInterrupt):
            server = _server(options)
            server.run(lambda: _greet(server, options))
    except (ArchiveError, StoreError, ValueError) as error:
        print(f"assistants_server: {error}", file=sys.stderr)
        return _WRONG_USE
    except OSError as error:
        print(f"assistants_server: {_advice(options, error)}", file=sys.stderr)
        return 1
    print("\nstopped", file=sys.stderr)
    return 0


def _advice(options: argparse.Namespace, error: OSError) -> str:
    where = f"{options.host}:{options.port}"
    what = f"can't listen on {where}: {error.strerror or error}"
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        return f"{what}; name another --port, or 0 for a free one"
    return f"{what}; name another --host, such as {LOOPBACK}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistants_server",
        description=_DESCRIPTION,
        epilog=f"faults (--fault, or the header {faults.HEADER}):\n{faults.HELP}\n"
        f"scripts (--script, or the header {SCRIPT_HEADER}):\n{SCRIPT_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--host",
        default=LOOPBACK,
        help="address to listen on; any but a loopback one needs a key "
        "(default: %(default)s)",
    )
    add(
        "--port",
        type=int,
        default=_PORT,
        help="port; 0 picks a free one (default: %(default)s)",
    )
    add(
        "--key",
        default=os.environ.get(_KEY),
        help="API key that clients must send as `Authorization: Bearer KEY`; better "
        f"set as {_KEY}, which other users of the machine can't see (default: none); "
        "`python -m assistants_server keys --help` makes more of them, for projects",
    )
    add(
        "--store",
        metavar="FILE",
        type=Path,
        help="keep the state in this file, and uploaded files in FILE.files beside it, "
        "so that both survive a restart, even in the middle of a run (default: in "
        "memory, and in a temporary folder)",
    )
    add(
        "--archive",
        metavar="FOLDER",
        type=Path,
        help="import an archive at the start, which `assistants export` made; what is "
        "there already stays as it is (`python -m assistants_server import --help` "
        "does it without serving)",
    )
    add(
        "--engine",
        metavar="ENGINE",
        default=os.environ.get(ENGINE_VARIABLE),
        help="what answers: `chat` or `responses`, a model behind --upstream; or "
        "MODULE:NAME, a function that takes a Turn and yields text and tool calls "
        f"(default: {ENGINE_VARIABLE} in the environment, or a deterministic one)",
    )
    upstream_options.add_options(parser)
    add(
        "--script",
        metavar="FILE",
        type=Path,
        help="script of every run, as JSON; see below",
    )
    add(
        "--fault",
        metavar="TEXT",
        action="append",
        default=[],
        help="what goes wrong, see below; may be given several times",
    )
    add(
        "--pace",
        metavar="SECONDS",
        type=float,
        help=f"time between two pieces of a message (default: {_PACE}); models, and "
        "other engines that are named, have a pace of their own",
    )
    add(
        "--poll-after",
        metavar="MS",
        type=int,
        default=100,
        help="milliseconds that clients are asked to wait between two polls of a run "
        "(default: %(default)s)",
    )
    add(
        "--expires-after",
        metavar="SECONDS",
        type=float,
        default=600.0,
        help="time after which an active run expires (default: %(default)s)",
    )
    add(
        "--max-body",
        metavar="BYTES",
        type=int,
        default=8 * MEBIBYTE,
        help="size of the largest request body, uploads aside (default: %(default)s)",
    )
    add(
        "--max-file-size",
        metavar="BYTES",
        type=int,
        default=512 * MEBIBYTE,
        help="size of the largest file that is uploaded (default: %(default)s)",
    )
    add(
        "--allow-fault-headers",
        dest="fault_headers",
        action="store_true",
        default=None,
        help=f"obey {faults.HEADER} of any client (default: only without a key and on "
        "a loopback address)",
    )
    add(
        "--allow-origin",
        metavar="ORIGIN",
        action="append",
        default=[],
        help="a web page that may send requests, such as http://localhost:3000; may be "
        "given several times (default: none but the server's own)",
    )
    add(
        "--no-page",
        dest="page",
        action="store_false",
        default=not os.environ.get(_NO_PAGE),
        help="don't serve the page at / that shows what is on the server (default: "
        f"serve it, unless {_NO_PAGE} is set in the environment)",
    )
    add(
        "--max-turns",
        metavar="N",
        type=int,
        default=os.environ.get(_MAX_TURNS) or None,
        help="how many turns of the engine go on at once; other runs wait in order "
        f"(default: {_MAX_TURNS} in the environment, or no limit)",
    )
    add(
        "--embeddings",
        metavar="URL",
        help="base URL of a server with /embeddings, such as http://127.0.0.1:8080/v1: "
        "files are searched by meaning too (default: by their words alone)",
    )
    add(
        "--embeddings-model",
        metavar="NAME",
        default=MODEL,
        help="model that makes the embeddings (default: %(default)s)",
    )
    add(
        "--embeddings-key",
        metavar="FILE",
        type=Path,
        help=f"file with the key of that server (default: {KEY_VARIABLE} in the "
        "environment, or no key)",
    )
    return parser


def _server(options: argparse.Namespace) -> LocalServer:
    return LocalServer(
        engine=_engine(options),
        faults=options.fault,
        host=options.host,
        port=options.port,
        key=options.key,
        store=options.store,
        pace=_pace(options),
        poll_after=options.poll_after,
        expires_after=options.expires_after,
        max_body=options.max_body,
        max_file_size=options.max_file_size,
        max_turns=options.max_turns,
        fault_headers=options.fault_headers,
        allow_origins=options.allow_origin,
        page=options.page,
        embeddings=_embeddings(options),
        archive=options.archive,
    )


def _pace(options: argparse.Namespace) -> float:
    if options.pace is None:
        # A model has its own, which nothing may slow down.
        return 0.0 if options.engine else _PACE
    pace: float = options.pace
    return pace


def _embeddings(options: argparse.Namespace) -> EmbeddingServer | None:
    if not options.embeddings:
        if options.embeddings_key:
            raise ValueError("--embeddings-key needs --embeddings")
        return None
    try:
        key = key_from(options.embeddings_key, KEY_VARIABLE)
    except OSError as error:
        what = f"{options.embeddings_key}: {error.strerror}"
        raise ValueError(f"--embeddings-key {what}") from error
    return EmbeddingServer(options.embeddings, options.embeddings_model, key)


def _engine(options: argparse.Namespace) -> Engine:
    if options.engine and options.script:
        raise ValueError("use either --engine or --script, which has an engine")
    if options.script:
        return _scripted(options.script)
    if options.engine not in upstream_options.ENGINES:
        return _named(options.engine) if options.engine else deterministic
    engine = upstream_options.engine_of(options)
    if not options.no_check:
        for warning in upstream_options.check(engine):
            _log.warning("%s", warning)
    return engine


def _scripted(file: Path) -> Engine:
    try:
        return scripted(*parse_script(file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ValueError(f"--script {file}: {error}") from error


def _named(text: str) -> Engine:
    module, _, name = text.partition(":")
    if not module or not name:
        raise ValueError(
            f"--engine {text}: expected chat, responses, or MODULE:NAME, as in "
            "my.engines:parrot"
        )
    # As `python -m` does by itself, but a console or a debugger may not.
    sys.path.insert(0, str(Path.cwd()))
    try:
        engine: Any = getattr(import_module(module), name)
    except Exception as error:  # importing runs other people's code
        what = f"{type(error).__name__}: {error}"
        raise ValueError(f"--engine {text}: importing it raised {what}") from error
    if not callable(engine):
        raise ValueError(f"--engine {text}: it is not callable")
    return cast("Engine", engine)


def _answering(options: argparse.Namespace) -> str:
    if options.engine in upstream_options.ENGINES:
        return f"models at {options.upstream} ({options.engine})"
    if options.script:
        return f"the script {options.script}"
    return options.engine or "a deterministic engine"


def _greet(server: LocalServer, options: argparse.Namespace) -> None:
    state = f"in {options.store}" if options.store else "in memory"
    key = "needed" if options.key else "none needed"
    try:
        print(f"{server.url} serves the Assistants API; Ctrl-C ends it")
        print(f"answers: {_answering(options)}; state: {state}; key: {key}")
        if server.page_url:
            print(f"look at it: {server.page_url}")
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads it, which is no reason not to serve, nor to fail at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
