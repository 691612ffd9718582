"""What to do about a refusal, for whoever runs the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..engines.upstream_errors import NoModelError, UpstreamError

if TYPE_CHECKING:
    from ..engines.interface import Turn
    from .model_names import ModelNames

# Ollama's, OpenRouter's, and how others put it.
_NO_TOOLS: Final = re.compile(
    r"(does not|doesn't) support (tools?|(tool|function) (use|calling|calls))\b"
    r"|\b(tools?|(tool|function) (use|calling|calls)) (is|are) not supported"
    r"|no endpoints found that support tool use",
    re.IGNORECASE,
)


def advice_on(
    error: UpstreamError, turn: Turn, names: ModelNames, search: str | None
) -> str:
    """Return what to do about an error; "" where nobody knows.

    Args:
        error: the error.
        turn: the turn that it ended.
        names: how models are named.
        search: the name of the function by which the model searches files, if any.
    """
    name = turn.run["model"]
    if isinstance(error, NoModelError) and names.upstream(name) == name:
        return f"start the server with --model {name}=NEW to name one"
    if not _NO_TOOLS.search(error.text):
        return ""
    advice = f"start the server with --model {name}=NEW to name one that takes tools"
    if search and not turn.functions:
        return f"{advice}, or with --leave-out file_search to answer without files"
    return advice
