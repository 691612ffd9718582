"""How the demo shows a call: what is asked, and what came back."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from assistants_api import check
from scripts._demo_build import OffError

if TYPE_CHECKING:
    from rich.console import Console

    from assistants_api.types import Model, Request

_GOT = "  got    "
_MORE = " " * len(_GOT)


class Report:
    """Lines on the console, one call after the other."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._label = _GOT

    def heading(self, text: str) -> None:
        """Begin a part of the demo."""
        self._out.print(f"\n[bold]{text}[/]")

    def asked(self, function: str, request: Request) -> None:
        """Show a call; its request is cut where it is longer than a line."""
        query = f"?{urlencode(request.query)}" if request.query else ""
        body = f" {json.dumps(request.json)}" if request.json else ""
        line = f"  asked  {request.method} {request.path}{query}{body}"
        if len(line) > self._out.width:
            line = f"{line[: self._out.width - 3]}..."
        self._out.print(f"\n[cyan]{function}[/]")
        self._out.print(line, style="dim", markup=False)
        self._label = _GOT

    def got(self, text: str) -> None:
        """Show one thing that came back with the call."""
        for line in wrap(text, self._out.width - len(_GOT)):
            self._out.print(f"{self._label}{line}", markup=False)
            self._label = _MORE

    def got_piece(self, text: str) -> None:
        """Show the next piece of a text that comes in pieces."""
        if self._label == _GOT:
            text, self._label = f"{_GOT}{text}", _MORE
        self._out.print(text, end="", markup=False, soft_wrap=True)

    def end_pieces(self) -> None:
        """End the line of the pieces."""
        self._out.print()

    def fits(self, value: Model, schema: str) -> None:
        """Show that an answer is what the document says.

        Raises:
            OffError: it is not.
        """
        deviations = check(value, schema)
        expect(not deviations, f"not what the document says of {schema}: {deviations}")
        self.got(f'check(..., "{schema}") finds nothing wrong')


def expect(true: bool, otherwise: str) -> None:
    """Go on only if something is true.

    Raises:
        OffError: it is not.
    """
    if not true:
        raise OffError(otherwise)
