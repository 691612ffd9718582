"""The model of the proof: it does what the metadata of a run say, and notes each turn.

It is in every process of the server; all of them note into one file, a line at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING

from assistants_server import ToolCall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from assistants_server import Turn

VARIABLE = "ASSISTANTS_PROOF_TURNS"
"""The environment variable that names the file of notes."""
FUNCTION = "look_up"
_PAUSE = 0.02


async def answer(turn: Turn) -> AsyncIterator[ToolCall | str]:
    """Call a function in each round, and say in the end what was asked, and count."""
    plan = turn.run["metadata"]
    _note(turn, "begin")
    if turn.number < int(plan["rounds"]):
        await asyncio.sleep(_PAUSE)
        asked = {"number": int(plan["number"]), "round": turn.number}
        yield ToolCall(FUNCTION, json.dumps(asked))
    else:
        yield f"{turn.question}:"
        for piece in range(int(plan["pieces"])):
            await asyncio.sleep(_PAUSE)
            yield f" {piece}"
    _note(turn, "end")


def text_of(question: str, pieces: int) -> str:
    """Return what a run says in the end."""
    return "".join((f"{question}:", *(f" {piece}" for piece in range(pieces))))


def notes(file: Path) -> list[dict[str, str | int | float]]:
    """Return what was noted, in order."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _note(turn: Turn, what: str) -> None:
    line = {
        "run": turn.run["id"],
        "round": turn.number,
        "what": what,
        "process": os.getpid(),
        "at": time.time(),
    }
    # What is appended by one call is in one piece, whoever else writes.
    opened = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(opened, f"{json.dumps(line)}\n".encode())
    finally:
        os.close(opened)
