"""The engine that comes with the server: no network, always the same output."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .interface import with_models
from .turn_events import (
    Citation,
    CodeCall,
    FileSearch,
    ToolCall,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from .interface import Turn
    from .turn_events import Output

_PIECES = re.compile(r"\s*\S+")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_CLAUSE_ENDS = re.compile(r"[.;?!\n]\s+|,?\s+(?:and\s+)?then\s+", re.IGNORECASE)
_WORDS = re.compile(r"\w{3,}")
_QUOTED = 200
# How many results the answer quotes, and how many letters make words alike.
_MOST_QUOTED, _STEM = 3, 5


# Besides its own name some that programs look for before they begin.
@with_models("deterministic", "gpt-4o", "gpt-4o-mini")
async def deterministic(turn: Turn) -> AsyncGenerator[Output, Any]:
    """Follow the client's script, or else call functions once, then answer.

    Of the functions those are called whose names the question has in it, or else all,
    with arguments that fit their schemas, or `{}` where none were found: what the
    question says of them, else likely values; one a turn where parallel calls are off.
    The tool choice is obeyed. Files are searched for the question where there are
    vector stores. The answer repeats the question, what the functions returned and,
    with citations, what the files say, in the format that the run asks for.
    """
    if turn.number < len(turn.script):
        for output in turn.script[turn.number]:
            yield output
        return
    calls = False
    # One by one: to find arguments may take a while, and others are served in between.
    for call in _calls(turn):
        calls = True
        yield call
    if calls:
        return
    found = None
    for use in _uses(turn):
        reply = yield use
        found = reply if isinstance(use, FileSearch) else found
    for output in _answer(turn, found):
        yield output


def text_for(question: str) -> str:
    """Return the answer to a question, without outputs of functions."""
    if not question.strip():
        return "There is no question in this thread yet."
    return f"You said: {_cut(question)}"


def _calls(turn: Turn) -> Iterator[ToolCall]:
    """Yield the calls of this turn; none when it is time to answer."""
    if turn.script:
        return
    wanted = _wanted(turn)
    done = len(turn.outputs)
    if turn.run["parallel_tool_calls"]:
        wanted = [] if done else wanted
    else:
        wanted = wanted[done : done + 1]
    for function in wanted:
        name, schema = function["name"], function.get("parameters")
        question = _question_for(name, turn.question, wanted)
        arguments = _sample(schema, name, question) if schema is not None else {}
        # A function without a schema of an object is still called with one.
        yield ToolCall(name, arguments if isinstance(arguments, dict) else {})


def _question_for(name: str, question: str, wanted: list[dict[str, Any]]) -> str:
    """Return the sentences that name a function alone; the question if none does."""
    others = {each["name"].casefold() for each in wanted} - {name.casefold()}
    own = [
        sentence
        for sentence in (_CLAUSE_ENDS.split(question) if others else ())
        if name.casefold() in sentence.casefold()
        and not any(other in sentence.casefold() for other in others)
    ]
    return " ".join(own) or question


def _sample(schema: Any, name: str, question: str) -> Any:
    # With jsonschema behind it, importing this takes longer than all else of the
    # server, and most runs don't need it.
    from .mentions import Mentions
    from .samples import sample

    return sample(schema, name=name, mentions=Mentions(question, schema, name))


def _wanted(turn: Turn) -> list[dict[str, Any]]:
    choice = turn.run["tool_choice"]
    if choice == "none":
        return []
    if isinstance(choice, dict):
        name = choice.get("function", {}).get("name")
        return [each for each in turn.functions if each["name"] == name]
    question = turn.question.casefold()
    named = [each for each in turn.functions if each["name"].casefold() in question]
    return named or turn.functions


def _uses(turn: Turn) -> Iterator[CodeCall | FileSearch]:
    """Yield the uses of the tools that the server has itself.

    The code interpreter is used where the tool choice names it, the file search also
    where there is something to search.
    """
    choice = turn.run["tool_choice"]
    kinds = [tool["type"] for tool in turn.run["tools"]]
    chosen = [choice["type"]] if isinstance(choice, dict) else []
    if choice == "required" and not turn.functions:
        chosen = kinds[:1]
    if turn.vector_stores and choice in ("auto", "required"):
        chosen = [*chosen, "file_search"]
    if "code_interpreter" in chosen and "code_interpreter" in kinds:
        code = f"print({_cut(turn.question)!r})"
        yield CodeCall(code, logs=f"{_cut(turn.question)}\n")
    if "file_search" in chosen and "file_search" in kinds:
        yield FileSearch(query=turn.question)


def _answer(turn: Turn, found: Sequence[dict[str, Any]] | None) -> Iterator[Output]:
    text = text_for(turn.question)
    if turn.outputs:
        outputs = "; ".join(
            f"{each.name}: {_cut(each.output)}" for each in turn.outputs
        )
        text = f"{text} The functions gave: {outputs}"
    if not found:
        if found is not None and turn.vector_stores:
            text = f"{text} Nothing in the files fits."
        yield from _pieces(turn, text)
        return
    quotes: dict[str, int] = {}
    for number, result in enumerate(found):
        if len(quotes) < _MOST_QUOTED:
            # A text that is there again is quoted once.
            quotes.setdefault(_quote(result, turn.question), number)
    if turn.run["response_format"] not in ("auto", {"type": "text"}):
        # In JSON a citation has no place.
        yield from _pieces(turn, f"{text} The files say: {'; '.join(quotes)}")
        return
    yield from _pieces(turn, f"{text} The files say:")
    for place, (quote, number) in enumerate(quotes.items()):
        yield from _pieces(turn, f"{';' if place else ''} {quote} ")
        yield Citation(number)


def _pieces(turn: Turn, text: str) -> list[str]:
    return _PIECES.findall(_formatted(text, turn))


def _quote(result: dict[str, Any], question: str) -> str:
    """Return the sentence of a result that has most words of a question."""
    text = result["content"][0]["text"]
    sentences = [" ".join(each.split()) for each in _SENTENCE_ENDS.split(text)]
    wanted = {word[:_STEM] for word in _WORDS.findall(question.casefold())}

    def common(sentence: str) -> int:
        return len(wanted & {w[:_STEM] for w in _WORDS.findall(sentence.casefold())})

    return f"\u201c{_cut(max(sentences, key=common))}\u201d"


def _formatted(text: str, turn: Turn) -> str:
    match turn.run["response_format"]:
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            return json.dumps(
                _sample(schema, "value", turn.question), ensure_ascii=False
            )
        case {"type": "json_object" | "json_schema"}:
            return json.dumps({"answer": text}, ensure_ascii=False)
    return text


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}..."
