"""An engine for servers that are processes of their own, which tests look at.

It notes in the file ASKED what it is asked, and by which process. It says "It is ",
waits until there is a file GO, and says "so"; asked to call, it calls first.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistants_server import ToolCall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from assistants_server import Turn


async def engine(turn: Turn) -> AsyncIterator[Any]:
    """Answer."""
    with Path(os.environ["ASKED"]).open("a") as file:
        file.write(f"{turn.number} {os.getpid()}\n")
    if "call" in turn.question and not turn.outputs:
        yield ToolCall("add", {"a": 1})
        return
    yield "It is "
    while not Path(os.environ["GO"]).exists():
        await asyncio.sleep(0.002)
    yield "so"
