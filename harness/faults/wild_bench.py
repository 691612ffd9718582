"""The wild server in the matrix."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from harness.faults.bench import Bench
from harness.faults.dialects import Dialect, dialects
from harness.faults.samples import IDS
from harness.faults.verdicts import KEY, Expected
from harness.faults.wild_server import CELL, DIALECT, WildServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from harness.faults.bench import Furnishing
    from harness.faults.operations import Form


class Wild(Bench):
    """The wild server, with its dialects."""

    name = "wild"

    def __init__(self) -> None:
        self.dialects: dict[str, Dialect] = dialects()
        self._server = WildServer()

    @property
    def troubles(self) -> tuple[str, ...]:
        return tuple(self.dialects)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def thread_id(self) -> str:
        return IDS["thread_id"]

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def furnish(self, form: Form) -> Furnishing:
        # All is there already.
        yield from ()
        return IDS

    def options(self, trouble: str, tag: str) -> dict[str, Any]:
        dialect = self.dialects[trouble]
        # What can't be sent as a header is quoted.
        headers = {DIALECT: json.dumps(trouble), CELL: tag}
        options: dict[str, Any] = {"default_headers": headers}
        if dialect.place == "deaf":
            options["base_url"] = self._server.deaf_url
        elif dialect.place:
            options["base_url"] = self._server.refusing_url
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
        states = self._server.states.items()
        return {(tag, "request"): state.created for tag, state in states}
