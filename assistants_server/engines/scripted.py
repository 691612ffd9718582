"""Scripts: what an engine says and does, turn by turn, in Python or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from .deterministic import deterministic
from .outputs import problem_of
from .turn_events import (
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
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from .interface import Engine, Turn
    from .turn_events import Output

HEADER = "X-Local-Script"
HELP = """\
A script is a JSON array of turns, and a turn an array of what the model says and
does:
  "some text"                         a piece of the message
  {"text": T, "annotations": [...]}   the same with annotations
  {"refuse": T}                       a piece of a refusal
  {"image": FILE_ID}                  an image in the message
  {"call": NAME, "arguments": {...}}  a call of a function; arguments that are
                                      text are sent as they are, valid or not
  {"code": CODE, "logs": T, "images": [FILE_ID, ...]}
                                      a use of the code interpreter
  {"search": [RESULT, ...]}           a use of the file search, with these results
  {"search": QUERY}                   a search in the files of the run
  {"cite": NUMBER}                    a citation of a result of the last search, from 0
  {"wait": SECONDS}                   a pause
  {"fail": MESSAGE, "code": CODE}     the run fails (CODE: server_error,
                                      rate_limit_exceeded or invalid_prompt)
  {"incomplete": REASON}              the run stays incomplete (REASON:
                                      max_completion_tokens, max_prompt_tokens)
The second turn follows when the outputs of the functions that the first one
called have been submitted, and so on. After the last turn the deterministic engine
answers.
"""
Script: TypeAlias = tuple[tuple["Output", ...], ...]


class ScriptError(ValueError):
    """A text is no script; the message says where and why."""


def scripted(*turns: Iterable[Output] | Output) -> Engine:
    """Return an engine that follows a script.

    Args:
        turns: what to do in each turn of a run: outputs, or a single one. Every run
            begins with the first turn; after the last one `deterministic` answers.
    """
    script = tuple(
        tuple(turn)
        if isinstance(turn, Iterable) and not isinstance(turn, str)
        else (turn,)
        for turn in turns
    )

    async def follow(turn: Turn) -> AsyncGenerator[Output, Any]:
        outputs = deterministic(replace(turn, script=turn.script or script))
        reply = None
        with suppress(StopAsyncIteration):
            while True:
                reply = yield await outputs.asend(reply)

    return follow


def parse_script(text: str) -> Script:
    """Return a script, read from JSON; `HELP` describes it.

    Raises:
        ScriptError: it is no script.
    """
    try:
        turns = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ScriptError(f"is not JSON: {error}") from error
    if not isinstance(turns, list):
        raise ScriptError("$: expected an array of turns")
    for number, turn in enumerate(turns):
        if not isinstance(turn, list):
            raise ScriptError(f"$[{number}]: expected an array, one turn")
    return tuple(
        tuple(_output(each, f"$[{n}][{i}]") for i, each in enumerate(turn))
        for n, turn in enumerate(turns)
    )


def script_of(headers: Mapping[str, str]) -> str | None:
    """Return the script in the headers of a request, as text; None without one."""
    found = headers.get(HEADER.lower())
    if found is None:
        return None
    try:
        # Headers are decoded as Latin-1.
        return found.encode("latin-1").decode()
    except UnicodeError:
        return found


def _output(data: Any, path: str) -> Output:
    if isinstance(data, str):
        return _usable(data, path)
    if isinstance(data, dict):
        for name, (make, others) in _FORMS.items():
            if name in data:
                _check_keys(data, {name, *others}, path)
                options = {key: _tuple(data[key]) for key in others if key in data}
                return _usable(make(_tuple(data[name]), **options), path)
    forms = ", ".join(_FORMS)
    raise ScriptError(f"{path}: expected text, or an object with one of {forms}")


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _usable(output: Output, path: str) -> Output:
    problem = problem_of(output)
    if problem:
        raise ScriptError(f"{path}: {problem}")
    return output


def _check_keys(data: dict[str, Any], allowed: set[str], path: str) -> None:
    for name in data.keys() - allowed:
        known = ", ".join(sorted(allowed))
        raise ScriptError(f"{path}: {name!r} is unknown here; known are {known}")


def _search(given: Any) -> FileSearch:
    return FileSearch(query=given) if isinstance(given, str) else FileSearch(given)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# The property that identifies the form, and those allowed beside it.
_FORMS: dict[str, tuple[Callable[..., Output], tuple[str, ...]]] = {
    "text": (Text, ("annotations",)),
    "refuse": (RefusedText, ()),
    "image": (Image, ()),
    "call": (ToolCall, ("arguments",)),
    # Before "code", which is also the name of what may stand beside "fail".
    "fail": (Fail, ("code",)),
    "code": (CodeCall, ("logs", "images")),
    "search": (_search, ()),
    "cite": (Citation, ()),
    "wait": (Wait, ()),
    "incomplete": (Incomplete, ()),
}
