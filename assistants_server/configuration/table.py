"""The table of all options: what the command line, files and the environment have."""

from __future__ import annotations

from typing import Final

from .. import faults
from ..search.embeddings import KEY_VARIABLE as EMBEDDINGS_KEY_VARIABLE
from ..search.embeddings import MODEL
from ..settings import LOOPBACK, MEBIBYTE
from ..store.processes import LEASE
from ..telemetry.log import FORMATS, LEVELS
from .option import DURATION, FILE, NUMBER, PLACE, SWITCH, WHOLE, Option
from .upstream import ENGINE_VARIABLE
from .upstream import OPTIONS as UPSTREAM

PACE: Final = 0.02
"""Seconds between two pieces of a message, of engines that have no pace themselves."""
_PORT: Final = 8000

_ABOUT: Final = (
    Option(
        "config",
        "read options from this file, in TOML: `port = 8080`, one a line; the "
        "environment counts more than it, and the command line most",
        FILE,
        "FILE",
        otherwise="no file",
    ),
    Option(
        "show-config",
        "print every option, its value and where that comes from, with secrets "
        "redacted, and don't serve",
        SWITCH,
        default=False,
        otherwise="serve",
    ),
)
_ACCESS: Final = (
    Option(
        "host",
        "address to listen on; any but a loopback one needs a key",
        default=LOOPBACK,
    ),
    Option("port", "port; 0 picks a free one", WHOLE, default=_PORT),
    Option(
        "key",
        "API key that clients must send as `Authorization: Bearer KEY`; better set in "
        "the environment, which other users of the machine can't see; `python -m "
        "assistants_server keys --help` makes more of them, for projects",
        otherwise="none",
        variable="ASSISTANTS_LOCAL_KEY",
        secret=True,
        keeps_empty=True,
    ),
    Option(
        "allow-origin",
        "a web page that may send requests, such as http://localhost:3000; may be "
        "given several times",
        metavar="ORIGIN",
        otherwise="none but the server's own",
        many=True,
    ),
    Option(
        "no-page",
        "don't serve the page at / that shows what is on the server",
        SWITCH,
        default=False,
        otherwise="serve it",
        variable="ASSISTANTS_LOCAL_NO_PAGE",
    ),
)
_STATE: Final = (
    Option(
        "store",
        "keep the state in this file, and uploaded files in FILE.files beside it, so "
        "that both survive a restart, even in the middle of a run; or in PostgreSQL, "
        "postgresql://USER@HOST/DATABASE, where several servers may share it: its "
        "password is safest in PGPASSWORD or ~/.pgpass",
        PLACE,
        "FILE",
        otherwise="in memory, and in a temporary folder",
    ),
    Option(
        "files",
        "keep uploaded files in this folder, in s3://BUCKET/PREFIX (endpoint and "
        "credentials come from AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and the others that "
        "boto3 knows), or in the `database` of a store in PostgreSQL; each store needs "
        "a place of its own",
        metavar="PLACE",
        otherwise="in FILE.files, or in the database of such a store",
    ),
    Option(
        "keep",
        "delete for good what nobody has used for so long, such as 30d: threads with "
        "all that is in them, and files that are in no vector store and no assistant",
        DURATION,
        "TIME",
        otherwise="all is kept",
    ),
    Option(
        "archive",
        "import an archive at the start, which `assistants export` made; what is there "
        "already stays as it is (`python -m assistants_server import --help` does it "
        "without serving)",
        FILE,
        "FOLDER",
        otherwise="none",
    ),
)
_RUNS: Final = (
    Option(
        "engine",
        "what answers: `chat` or `responses`, a model behind --upstream; or "
        "MODULE:NAME, a function that takes a Turn and yields text and tool calls",
        metavar="ENGINE",
        otherwise="a deterministic one",
        variable=ENGINE_VARIABLE,
    ),
    *UPSTREAM,
    Option(
        "script",
        "script of every run, as JSON; see below",
        FILE,
        "FILE",
        otherwise="none",
    ),
    Option(
        "pace",
        "time between two pieces of a message; models, and other engines that are "
        "named, have a pace of their own",
        NUMBER,
        "SECONDS",
        otherwise=str(PACE),
    ),
    Option(
        "poll-after",
        "milliseconds that clients are asked to wait between two polls of a run",
        WHOLE,
        "MS",
        default=100,
    ),
    Option(
        "expires-after",
        "time after which an active run expires",
        NUMBER,
        "SECONDS",
        default=600.0,
    ),
    Option(
        "keep-alive",
        "time without an event after which a stream has a comment, so that no proxy "
        "takes it for dead",
        NUMBER,
        "SECONDS",
        default=15.0,
    ),
    Option(
        "drain",
        "time that turns of the engine may still take when the server stops; what has "
        "not ended then goes on with the next server, or with another one",
        NUMBER,
        "SECONDS",
        default=0.0,
    ),
    Option(
        "lease",
        "time after which other servers on the same database take this one for dead, "
        "and carry on its runs",
        NUMBER,
        "SECONDS",
        default=LEASE,
    ),
    Option(
        "max-turns",
        "how many turns of the engine go on at once; other runs wait in order",
        WHOLE,
        "N",
        otherwise="no limit",
    ),
)
_BODIES: Final = (
    Option(
        "max-body",
        "size of the largest request body, uploads aside",
        WHOLE,
        "BYTES",
        default=8 * MEBIBYTE,
    ),
    Option(
        "max-file-size",
        "size of the largest file that is uploaded",
        WHOLE,
        "BYTES",
        default=512 * MEBIBYTE,
    ),
)
_SEARCH: Final = (
    Option(
        "embeddings",
        "base URL of a server with /embeddings, such as http://127.0.0.1:8080/v1: "
        "files are searched by meaning too",
        metavar="URL",
        otherwise="by their words alone",
    ),
    Option(
        "embeddings-model",
        "model that makes the embeddings",
        metavar="NAME",
        default=MODEL,
    ),
    Option(
        "embeddings-key",
        f"file with the key of that server; {EMBEDDINGS_KEY_VARIABLE} in the "
        "environment is the key itself",
        FILE,
        "FILE",
        otherwise="no key",
        variable="ASSISTANTS_EMBEDDINGS_KEY_FILE",
    ),
    Option(
        "embeddings-key-itself",
        "the key of that server",
        variable=EMBEDDINGS_KEY_VARIABLE,
        secret=True,
        only_variable=True,
    ),
)
_FAULTS: Final = (
    Option(
        "fault",
        "what goes wrong, see below; may be given several times",
        metavar="TEXT",
        otherwise="nothing",
        many=True,
        separator=";",
    ),
    Option(
        "allow-fault-headers",
        f"obey {faults.HEADER} of any client",
        SWITCH,
        otherwise="only without a key and on a loopback address",
    ),
)
_TELEMETRY: Final = (
    Option(
        "log",
        "how the log on stderr is written; in JSON requests and runs are in it, too",
        default="text",
        choices=FORMATS,
    ),
    Option(
        "log-level",
        "the least severe level that is logged",
        otherwise="info in JSON, and warning in text",
        choices=LEVELS,
    ),
    Option(
        "metrics-port",
        "a port that has /metrics, /healthz and /readyz alone, and needs no key; 0 "
        "picks a free one",
        WHOLE,
        "PORT",
        otherwise="metrics are at --port, for the key of an admin",
    ),
    Option(
        "metrics-host",
        "address of that port",
        metavar="HOST",
        default=LOOPBACK,
    ),
    Option(
        "traces",
        "make spans of requests, runs and what they need, with OpenTelemetry; where "
        "its `opentelemetry-instrument` starts the server, set the variable",
        SWITCH,
        default=False,
        otherwise="make none",
    ),
)
OPTIONS: Final = (
    *_ABOUT,
    *_ACCESS,
    *_STATE,
    *_RUNS,
    *_BODIES,
    *_SEARCH,
    *_TELEMETRY,
    *_FAULTS,
)
"""All options, in the order in which they are shown."""
