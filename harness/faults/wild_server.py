"""A server in the matrix that plays servers that people run, and worse than there are.

Each request says by a header in which dialect it is to be answered, and to which cell
it belongs.
"""

from __future__ import annotations

import itertools
import json
import socket
from collections import defaultdict
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from harness.faults.bench import Bench
from harness.faults.dialects import Dialect, dialects
from harness.faults.responses import ApiRequest, State, respond
from harness.faults.samples import IDS
from harness.faults.verdicts import KEY, Expected
from harness.scripted_server import CLOSE, LOOPBACK, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Self

    from harness.faults.bench import Furnishing
    from harness.faults.operations import Form
    from harness.scripted_server import Action, Request

DIALECT: Final = "x-dialect"
CELL: Final = "x-cell"


class Wild(Bench):
    """The server, with its dialects.

    Attributes:
        states: what came, cell by cell.
    """

    name = "wild"

    def __init__(self) -> None:
        self.dialects: dict[str, Dialect] = dialects()
        self.states: defaultdict[str, State] = defaultdict(State)
        self._stack = ExitStack()

    @property
    def troubles(self) -> tuple[str, ...]:
        return tuple(self.dialects)

    @property
    def thread_id(self) -> str:
        return IDS["thread_id"]

    def __enter__(self) -> Self:
        server = self._stack.enter_context(ScriptedServer(self._script))
        deaf = self._stack.enter_context(ScriptedServer(greeting=lambda: [CLOSE]))
        # It doesn't listen: whoever connects is refused.
        refusing = self._stack.enter_context(socket.socket())
        refusing.bind((LOOPBACK, 0))
        self.url = f"{server.url}/v1"
        nowhere = f"http://{LOOPBACK}:{refusing.getsockname()[1]}/v1"
        self._places = {"deaf": f"{deaf.url}/v1", "refusing": nowhere}
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _script(self, request: Request) -> Iterable[Action]:
        read = self._read(request)
        dialect = self.dialects[read.dialect]
        state = self.states[read.tag]
        state.requests += 1
        response = dialect.rewrite(read, respond(read, state))
        # These have done nothing; of all others, nobody knows.
        refused = response.status in (409, 429) or "retry-after" in response.headers
        state.created += read.creates and not refused
        return dialect.deliver(response.as_sent())

    def _read(self, request: Request) -> ApiRequest:
        parts = [unquote(part) for part in request.path.split("/")]
        # Behind "/v1", or behind a project.
        at = next(
            n for n, part in enumerate(parts) if part in ("assistants", "threads")
        )
        tag = request.headers.get(CELL, "")
        return ApiRequest(
            method=request.method,
            parts=tuple(parts[at:]),
            query=dict(request.query),
            headers=request.headers,
            body=request.json() if request.body else None,
            tag=tag,
            dialect=json.loads(request.headers.get(DIALECT, '"plain"')),
            number=self.states[tag].requests + 1,
        )

    def furnish(self, form: Form) -> Furnishing:
        # All is there already.
        yield from ()
        return IDS

    def options(self, trouble: str, tag: str) -> dict[str, Any]:
        dialect = self.dialects[trouble]
        # What can't be sent as a header is quoted.
        headers = {DIALECT: json.dumps(trouble), CELL: tag}
        options: dict[str, Any] = {"default_headers": headers}
        if dialect.place:
            options["base_url"] = self._places[dialect.place]
        if dialect.azure:
            options["default_query"] = {"api-version": "v1"}
            options["base_url"] = self.url.replace("/v1", "/api/projects/p")
            tokens = itertools.count(1)
            options["api_key"] = lambda: f"{KEY}-{next(tokens)}"
        return options

    def expected(self, trouble: str, form: Form) -> Expected:
        return self.dialects[trouble].judge(form)

    def is_slow(self, trouble: str) -> bool:
        return self.dialects[trouble].is_slow

    def ends_never(self, trouble: str) -> bool:
        return self.dialects[trouble].ends_never

    def may_create(self, trouble: str) -> int:
        return 1

    def created(self) -> Mapping[tuple[str, str], int]:
        return {(tag, "request"): state.created for tag, state in self.states.items()}
