"""`explain`: say what became of a place of the document, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from codegen import explanation
from codegen.commands.console import out, reported_errors, say
from codegen.commands.orders import ordering
from codegen.errors import json_path
from codegen.explanation import MOST
from codegen.pipeline import Order
from codegen.plan.literal import plain_text

Place = Annotated[
    str,
    typer.Argument(metavar="JSONPATH", help="What to explain, in the document."),
]


@ordering
def explain(place: Place, order: Order) -> None:
    """Say what became of a place in the document, and why: without writing anything.

    What changed it, overlays and passes; the class, attribute, function or argument
    that it is now; what was renamed or left out; what openapi-python-client says.
    """
    with reported_errors(), out.status("building", spinner="line"):
        found = explanation.explain(order, place)
    for at, lines in found[:MOST]:
        say(json_path(at))
        for line in lines:
            out.print(f"  {plain_text(line)}", markup=False)
    if len(found) > MOST:
        say(f"... and {len(found) - MOST} more places")
