"""One turn of an engine: it is called, and what it yields is written down."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from ..engines.adapter import call_engine
from ..engines.outputs import problem_of
from ..engines.turn_events import (
    EngineError,
    Fail,
    FileSearch,
    Incomplete,
    MadeFile,
    Together,
    Wait,
)
from ..store import StoreError
from ..telemetry.instruments import instruments
from .file_search import FileSearchError
from .run_record import OverError
from .turn_usage import TokensSpentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..engines.interface import Engine, Turn
    from ..engines.turn_events import Output
    from .file_search import FileSearcher
    from .lane import Lane
    from .made_files import MadeFiles
    from .turn_writer import TurnWriter

# What ends a turn: how the engine ended the run, or what was wrong with it.
_Written: TypeAlias = "Fail | Incomplete | EngineError | TokensSpentError | None"
_log = logging.getLogger("assistants_server")


class WriteError(Exception):
    """What an engine yielded can't be stored, which is not its fault."""


async def take_turn(
    engine: Engine,
    turn: Turn,
    writer: TurnWriter,
    searcher: FileSearcher,
    made_files: MadeFiles,
    *,
    lane: Lane,
    is_over: Callable[[], bool],
) -> Fail | Incomplete | None:
    """Write what an engine yields; return how it ended the run, if it did.

    Args:
        engine: the engine.
        turn: what it is called with.
        writer: writes what it says and does.
        searcher: searches files for it.
        made_files: keeps the files that it makes.
        lane: where it waits between two outputs.
        is_over: returns whether the run has ended, and nothing may be written.

    Raises:
        OverError: it has.
        asyncio.CancelledError: likewise.
        WriteError: the store can't be written to.
    """
    try:
        async with aclosing(call_engine(engine, turn)) as outputs:
            reply: Any = None
            while True:
                output = await outputs.asend(reply)
                reply = None
                if is_over():
                    # An engine that swallowed being cancelled.
                    raise OverError
                if isinstance(output, Together):
                    ended = await _write(writer, partial(_write_all, writer, output))
                    if ended:
                        return ended
                    await lane.pause()
                    continue
                _check(output)
                if isinstance(output, Fail | Incomplete):
                    return output
                if isinstance(output, Wait):
                    await asyncio.sleep(output.seconds)
                    continue
                if isinstance(output, MadeFile):
                    reply = await _keep(made_files, output)
                    continue
                if isinstance(output, FileSearch) and output.query is not None:
                    room = turn.prompt_room
                    with instruments().tool("file_search", turn.run):
                        reply = await searcher.search(turn.run, output.query, room=room)
                    output = replace(output, results=reply)
                    if is_over():
                        raise OverError
                await _write(writer, partial(_write_one, writer, output))
                # Even at full pace others are served in between.
                await lane.pause()
    except StopAsyncIteration:
        return None
    except TokensSpentError:
        return Incomplete("max_completion_tokens")
    except EngineError as error:
        if error.__cause__:
            why = "the engine failed in run %s"
            _log.error(why, turn.run["id"], exc_info=error.__cause__)
        return Fail(f"The engine is wrong: {error}.")
    except FileSearchError as error:
        return Fail(str(error))
    except asyncio.CancelledError:
        if is_over():
            raise
        return Fail("The engine was cancelled from within.")
    except (OverError, WriteError, StoreError):
        raise
    except Exception as error:
        if is_over():
            raise OverError from error
        _log.exception("the engine failed in run %s", turn.run["id"])
        return Fail(f"The engine raised {type(error).__name__}.")


def outcome_of(ended: Fail | Incomplete | None) -> str:
    """Return how a turn ended, in a word."""
    if ended is None:
        return "completed"
    return "failed" if isinstance(ended, Fail) else "incomplete"


async def _keep(made_files: MadeFiles, made: MadeFile) -> str:
    try:
        return await made_files.keep(made)
    except Exception as error:
        raise WriteError(str(error)) from error


async def _write(
    writer: TurnWriter, write: Callable[[], _Written]
) -> Fail | Incomplete | None:
    """Write in one change, and return what ends the run, if anything does.

    Raises:
        EngineError: an output can't be written. What was written before it stays.
        OverError: the run has ended.
        TokensSpentError: that was the last that the run's budget allows.
        WriteError: the store can't be written to.
    """
    try:
        ended = await writer.perform(write)
    except OverError:
        raise
    except Exception as error:
        raise WriteError(str(error)) from error
    if isinstance(ended, EngineError | TokensSpentError):
        raise ended
    return ended


def _write_all(writer: TurnWriter, together: Together) -> _Written:
    try:
        for output in together.outputs:
            _check(output)
            if isinstance(output, Fail | Incomplete):
                return output
            if isinstance(output, Wait | MadeFile) or (
                isinstance(output, FileSearch) and output.query is not None
            ):
                what = type(output).__name__
                raise EngineError(f"it yielded {what} together with others")
            writer.write(output)
    except (EngineError, TokensSpentError) as error:
        # Raised when the change is made: not all of it was wrong.
        return error
    return None


def _write_one(writer: TurnWriter, output: Output) -> _Written:
    try:
        writer.write(output)
    except (EngineError, TokensSpentError) as error:
        return error
    return None


def _check(output: Any) -> None:
    """Check that an output can be written.

    Raises:
        EngineError: it can't.
    """
    problem = problem_of(output)
    if problem:
        raise EngineError(problem)
