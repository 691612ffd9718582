"""What python -m assistants_server does where no other command is named: serve."""

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

from .. import faults
from ..address import key_from
from ..configuration import upstream as upstream_options
from ..configuration.needs import refuse_idle_options
from ..configuration.redaction import without_secrets
from ..configuration.shown import shown
from ..configuration.sources import add_flags, configuration
from ..configuration.table import OPTIONS, PACE
from ..durations import seconds_of
from ..engines import deterministic, scripted
from ..engines.scripted import HEADER as SCRIPT_HEADER
from ..engines.scripted import HELP as SCRIPT_HELP
from ..engines.scripted import parse_script
from ..http.listeners import ListenError
from ..search import EmbeddingServer, SearchError
from ..search.embeddings import KEY_VARIABLE
from ..server import LocalServer
from ..settings import LOOPBACK
from ..store import StoreError
from ..telemetry.log import configure
from ..telemetry.spans import Spans
from .output import discard_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..configuration.sources import Configuration
    from ..engines import Engine

_NOWHERE = (
    "spans go nowhere: start the server by opentelemetry-instrument, which comes with "
    "opentelemetry-distro, or name a provider by OTEL_PYTHON_TRACER_PROVIDER"
)
_log = logging.getLogger("assistants_server")
# By how many new objects, and collections of younger ones, collections are apart.
_GARBAGE = 10_000, 20, 20
_WRONG_USE = 2
_DESCRIPTION = """\
Serve the Assistants API on this machine, all of its operations, for demos, tests and
offline work. A deterministic engine answers, which needs no network, or any model that
speaks chat completions or Responses, or an engine of your own."""


def serve(given: Sequence[str]) -> int:
    """Run the server until it is interrupted, and return the exit code.

    Args:
        given: the arguments of the command.
    """
    # What is loaded by now stays: to look through it for garbage would hold up the
    # event loop for some 50 ms each time.
    gc.freeze()
    # Nor is it looked through so often what a hundred runs have at a time.
    gc.set_threshold(*_GARBAGE)
    try:
        found = configured(given)
    except ValueError as error:
        print(f"assistants_server: {error}", file=sys.stderr)
        return _WRONG_USE
    if found.options.show_config:
        print(shown(found, OPTIONS))
        return 0
    return _serve(found)


def _serve(found: Configuration) -> int:
    options = found.options
    configure(options.log, options.log_level)
    for warning in found.warnings:
        _log.warning("%s", warning)
    try:
        with suppress(KeyboardInterrupt):
            refuse_idle_options(found, OPTIONS)
            server = _server(options)
            if options.traces and not Spans().has_provider():
                _log.warning(_NOWHERE)
            server.run(lambda: _greet(server, options))
    except (ArchiveError, SearchError, StoreError, ValueError) as error:
        _complain(options, str(error))
        return _WRONG_USE
    except OSError as error:
        _complain(options, _advice(error))
        return 1
    if options.log == "json":
        _log.info("stopped")
    else:
        print("\nstopped", file=sys.stderr)
    return 0


def _complain(options: argparse.Namespace, text: str) -> None:
    if options.log == "json":
        _log.error("%s", text)
    else:
        print(f"assistants_server: {text}", file=sys.stderr)


def _advice(error: OSError) -> str:
    if not isinstance(error, ListenError):
        return str(error)
    where = f"{error.host}:{error.port}"
    what = f"can't listen on {where}: {error.strerror or error}"
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        return f"{what}; name another --{error.option}, or 0 for a free one"
    host = error.option.replace("port", "host")
    return f"{what}; name another --{host}, such as {LOOPBACK}"


def configured(arguments: Sequence[str]) -> Configuration:
    """Return what the command line, the environment and a file say together.

    Raises:
        FileError: the file of options can't be used.
        OptionError: the environment has what is no value of its option.
    """
    given = _parser().parse_args(arguments)
    return configuration(given, os.environ, OPTIONS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistants_server",
        description=_DESCRIPTION,
        epilog=f"faults (--fault, or the header {faults.HEADER}):\n{faults.HELP}\n"
        f"scripts (--script, or the header {SCRIPT_HEADER}):\n{SCRIPT_HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_flags(parser, OPTIONS)
    return parser


def _server(options: argparse.Namespace) -> LocalServer:
    return LocalServer(
        engine=_engine(options),
        faults=options.fault,
        host=options.host,
        port=options.port,
        key=options.key,
        store=options.store,
        files=options.files,
        pace=_pace(options),
        poll_after=options.poll_after,
        expires_after=options.expires_after,
        keep_alive=options.keep_alive,
        drain=options.drain,
        lease=options.lease,
        max_body=options.max_body,
        max_file_size=options.max_file_size,
        max_turns=options.max_turns,
        keep=seconds_of(options.keep) if options.keep else None,
        fault_headers=options.allow_fault_headers,
        allow_origins=options.allow_origin,
        page=not options.no_page,
        embeddings=_embeddings(options),
        archive=options.archive,
        metrics_host=options.metrics_host,
        metrics_port=options.metrics_port,
        traces=options.traces,
    )


def _pace(options: argparse.Namespace) -> float:
    if options.pace is None:
        # A model has its own, which nothing may slow down.
        return 0.0 if options.engine else PACE
    pace: float = options.pace
    return pace


def _embeddings(options: argparse.Namespace) -> EmbeddingServer | None:
    if not options.embeddings:
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
        return scripted(*parse_script(file.read_text("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise ValueError(f"--script {file}: is not UTF-8 text") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"--script {file}: {reason}") from error


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
    if options.log == "json":
        fields = {"url": server.url, "metrics_url": server.metrics_url}
        _log.info("serving", extra={"fields": fields})
        return
    # An address of a database may have a password.
    state = (
        f"in {without_secrets(str(options.store))}" if options.store else "in memory"
    )
    key = "needed" if server.needs_key else "none needed"
    lines = [
        f"{server.url} serves the Assistants API; Ctrl-C ends it",
        f"answers: {_answering(options)}; state: {state}; key: {key}",
    ]
    if options.metrics_port is not None:
        lines.append(f"metrics: {server.metrics_url}")
    if server.page_url:
        lines.append(f"look at it: {server.page_url}")
    try:
        print("\n".join(lines), flush=True)
    except OSError:
        # Nobody reads it, which is no reason not to serve, nor to fail at the end.
        discard_output()
