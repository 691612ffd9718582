"""What answers in the runs that are looked at: a keyword in the question says how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_server.engines import (
    Citation,
    CodeCall,
    Fail,
    FileSearch,
    Image,
    Incomplete,
    RefusedText,
    Text,
    ToolCall,
    Wait,
    deterministic,
    with_models,
)
from harness.browser.hostile import MARKUP

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from assistants_server.engines import Output, Turn
    from assistants_server.engines.interface import Outputs

_STORY = (
    "The harbour master wrote the height of the water down at every full hour, in ink, "
    "and at night by the light of the lamp over his door. When the book was full he "
    "began the next one, and nobody ever asked him what he wrote it for. "
)
_CODE = "heights = [4.1, 6.3, 7.2]\nprint(max(heights))"


@with_models("gpt-4o-mini", "gpt-4o")
def answer(turn: Turn) -> Outputs:
    """Answer as the question's keyword says; else as the deterministic engine does."""
    for keyword, way in _WAYS.items():
        if keyword in turn.question:
            return way(turn)
    return deterministic(turn)


def _tell(times: int) -> Callable[[Turn], Outputs]:
    async def outputs(turn: Turn) -> AsyncIterator[Output]:
        for word in (_STORY * times).split(" "):
            yield f"{word} "
            yield Wait(0.03)

    return outputs


async def _cite(turn: Turn) -> AsyncGenerator[Output, Any]:
    found = yield FileSearch(query=turn.question)
    (best,) = (n for n, each in enumerate(found) if "7.2" in str(each["content"]))
    yield "The highest water of the year was measured on 14 March"
    yield Citation(best)
    yield ", when it stood at 7.2 m. The Ada needs as much"
    yield Citation(1 - best)
    yield "."


async def _draw(turn: Turn) -> AsyncIterator[Output]:
    picture = next(i for i, f in turn.files.items() if f.filename.endswith(".png"))
    yield CodeCall(_CODE, logs="7.2\n", images=(picture,))
    yield "Here is the curve of that day."
    yield Image(picture)


async def _refuse(turn: Turn) -> AsyncIterator[Output]:
    yield RefusedText("I can't help with moving somebody else's boat.")


async def _call(turn: Turn) -> AsyncIterator[Output]:
    if turn.number == 0:
        yield ToolCall("tide", {"harbour": "Hull", "day": "2026-11-28"})
        yield ToolCall("wind", {"harbour": "Hull"})
    else:
        said = "; ".join(f"{each.name}: {each.output}" for each in turn.outputs)
        yield f"In Hull, {said}."


async def _fail(turn: Turn) -> AsyncIterator[Output]:
    yield CodeCall(_CODE, logs="7.2\n")
    yield "The gauge "
    yield Fail("The gauge does not answer.")


async def _break_off(turn: Turn) -> AsyncIterator[Output]:
    yield "The list of all tides begins with"
    yield Incomplete()


async def _step(turn: Turn) -> AsyncIterator[Output]:
    for number in range(200):
        yield CodeCall(f"print({number})", logs=f"{number}\n")
    yield "Two hundred steps were taken."


async def _attack(turn: Turn) -> AsyncIterator[Output]:
    if turn.number == 0 and turn.functions:
        yield ToolCall(turn.functions[0]["name"], {MARKUP: MARKUP})
        return
    yield CodeCall(MARKUP, logs=MARKUP)
    yield f"{turn.question}\n"
    mark = "javascript:window.harmed='mark'"
    yield Text(mark, (_path(mark, len(turn.question) + 1),))
    if "refuse" in turn.question:
        yield RefusedText(MARKUP)
    if "fail" in turn.question:
        yield Fail(MARKUP)


def _path(text: str, start: int) -> dict[str, Any]:
    """Return an annotation that leads to a file by a hostile text."""
    return {
        "type": "file_path",
        "text": text,
        "start_index": start,
        "end_index": start + len(text),
        "file_path": {"file_id": MARKUP},
    }


_WAYS: dict[str, Callable[[Turn], Outputs]] = {
    "HOSTILE": _attack,
    "long story": _tell(3),
    # Never heard to its end: somebody cancels it.
    "endless story": _tell(100),
    "highest water": _cite,
    "Draw": _draw,
    "move the boat": _refuse,
    "tide in Hull": _call,
    "gauge": _fail,
    "list of all tides": _break_off,
    "two hundred": _step,
}
