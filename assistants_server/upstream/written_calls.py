"""Calls that a model writes into its text, where its server doesn't read them.

Each family of models writes them in a way of its own, and servers need a parser for it
(`--tool-call-parser` of vLLM, a template in Ollama and llama.cpp). Without one, or
where the model errs a little, the client would be shown what the server is to read:
lmstudio-ai/lmstudio-bug-tracker#2115.
"""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .calls import known_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

JSON = dict[str, Any]
# Of Qwen and Hermes, Mistral, Llama, DeepSeek and gpt-oss.
_MARKS: Final = (
    *("<tool_call>", "[TOOL_CALLS]", "<|python_tag|>", "<function="),
    *("<\uff5ctool\u2581calls\u2581begin\uff5c>", "<|channel|>commentary"),
)
# Characters after which a text that is one value would have begun with a call.
_ENOUGH: Final = 120
# What calls and their arguments begin with. To look for an end from each takes time,
# in which nobody else is served: so many characters may be passed by all in all. Models
# that go round in circles write thousands of them, and call nothing.
_BEGINNING: Final = re.compile(
    r"<tool_call>|\[TOOL_CALLS\]|<\|python_tag\|>|<function=|<parameter=|<arg_key>"
    r"|\bto=|<\uff5ctool\u2581sep\uff5c>|;\s*\{"
)
_MOST: Final = 4_000_000
_FENCE: Final = re.compile(r"\s*```(?:json|tool_call|python)?\s*|\s*")
_IN_JSON: Final = re.compile(
    r'\[?\s*\{\s*(?:"type"\s*:\s*"function"\s*,\s*)?"(?:name|function)"\s*:\s*"([^"]*)"'
)
_IN_PYTHON: Final = re.compile(r"\[\s*([\w.-]+)\(")
_FUNCTION: Final = re.compile(r"<function=([\w.-]+)>(.*?)(?:</function>|\Z)", re.DOTALL)
_PARAMETER: Final = re.compile(
    r"<parameter=([\w.-]+)>\n?(.*?)\n?</parameter>", re.DOTALL
)
_PAIR: Final = re.compile(
    r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL
)
# A name, what stands between it and the arguments, and these: of Mistral, of DeepSeek,
# of gpt-oss.
_NAMED: Final = (
    re.compile(r"\[TOOL_CALLS\]\s*([\w.-]+)(?:\[CALL_ID\]\w+)?(?:\[ARGS\])?\s*(?=\{)"),
    re.compile(r"<\uff5ctool\u2581sep\uff5c>\s*([\w.-]+)\s*(?:```json)?\s*(?=\{)"),
    re.compile(r"\bto=(?:functions\.)?([\w-]+)[^{]*?<\|message\|>\s*(?=\{)"),
)


class WrittenCall(NamedTuple):
    """A call: the function, and its arguments as JSON."""

    name: str
    arguments: str


class WrittenCalls:
    """Take the calls out of an answer, which comes in pieces of any size.

    What may be one is held back until the answer has ended. It is one where functions
    of the run are called; all else is text.
    """

    def __init__(self, names: Collection[str]) -> None:
        """Begin an answer.

        Args:
            names: the functions that may be called; without any, all is text.
        """
        self._names = names
        self._held = ""
        # What comes after that once a call has begun, in its pieces, which are many.
        self._kept: list[str] = []
        self._take = self._beginning if names else self._text

    def feed(self, text: str) -> str:
        """Return what of the text is to be shown by now."""
        return self._take(text)

    def end(self) -> tuple[str, list[WrittenCall]]:
        """Return what was held back, as text or as calls."""
        held, self._held = "".join((self._held, *self._kept)), ""
        self._kept.clear()
        self._take = self._text
        if not held.strip():
            # Nothing but line breaks comes before calls of servers that read them.
            return "", []
        begun = sum(1 for _ in _BEGINNING.finditer(held))
        calls = [*_calls(held)] if begun * len(held) <= _MOST else []
        found = [WrittenCall(known_name(n, self._names), a) for n, a in calls]
        if not found or any(each.name not in self._names for each in found):
            return held, []
        return "", found

    def _beginning(self, text: str) -> str:
        """Hold back a text that is a value, as long as that may be a call."""
        self._held += text
        begun = self._held[_end_of_fence(self._held) :]
        if not begun and len(self._held) < _ENOUGH:
            return ""
        if begun.startswith(("{", "[")) and not begun.startswith("[TOOL"):
            named = _IN_JSON.match(begun) or _IN_PYTHON.match(begun)
            if named and known_name(named[1], self._names) in self._names:
                self._take = self._keep
                return ""
            if not named and len(begun) < _ENOUGH:
                return ""
        elif self._held.strip().startswith("`") and len(begun) < len("```python"):
            return ""
        held, self._held = self._held, ""
        self._take = self._middle
        said = self._middle(held)
        return said if said.strip() else ""

    def _middle(self, text: str) -> str:
        """Pass a text on up to the first mark."""
        self._held += text
        if "<" not in self._held and "[" not in self._held:
            # Most pieces, which are many.
            said, self._held = self._held, ""
            return said
        places = [p for mark in _MARKS if (p := self._held.find(mark)) >= 0]
        if places:
            self._take = self._keep
        place = min(places, default=_begun_mark(self._held))
        said, self._held = self._held[:place], self._held[place:]
        return said

    def _keep(self, text: str) -> str:
        self._kept.append(text)
        return ""

    def _text(self, text: str) -> str:
        return text


def _end_of_fence(text: str) -> int:
    found = _FENCE.match(text)
    return found.end() if found else 0


def _begun_mark(text: str) -> int:
    """Return where a mark begins whose end is still to come; the end without one."""
    for place in range(max(len(text) - max(map(len, _MARKS)), 0), len(text)):
        if any(mark.startswith(text[place:]) for mark in _MARKS):
            return place
    return len(text)


def _calls(text: str) -> Iterator[WrittenCall]:
    """Yield the calls in a text that begins with one."""
    for pattern in _NAMED:
        for found in pattern.finditer(text):
            value = _value(text[found.end() :])
            if isinstance(value, dict):
                yield WrittenCall(found[1], _dumped(value))
    if any(pattern.search(text) for pattern in _NAMED):
        return
    if functions := _FUNCTION.findall(text):
        for name, body in functions:
            value = _value(body)
            if not isinstance(value, dict):
                pairs = _PARAMETER.findall(body)
                value = {key: _loose(each) for key, each in pairs}
            yield WrittenCall(name, _dumped(value))
        return
    begins = re.finditer(
        r"<tool_call>|\[TOOL_CALLS\]|<\|python_tag\|>|;(?=\s*\{)", text
    )
    for start in [each.end() for each in begins] or [_end_of_fence(text)]:
        rest = text[start:]
        value = _value(rest)
        for each in value if isinstance(value, list) else [value]:
            yield from _called(each)
        if value is None:
            yield from _called_otherwise(rest)


def _called(value: Any) -> Iterator[WrittenCall]:
    """Yield the call that an object stands for."""
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    # A model that lists what it may call describes functions, and calls none.
    if not isinstance(value, dict) or "description" in value:
        return
    name = value.get("name", value.get("function"))
    arguments = value.get("arguments", value.get("parameters"))
    if isinstance(name, str):
        yield WrittenCall(name, _dumped({} if arguments is None else arguments))


def _called_otherwise(text: str) -> Iterator[WrittenCall]:
    """Yield calls written as Python, or as a name with keys and values (GLM)."""
    text = text.partition("</tool_call>")[0].strip()
    if pairs := _PAIR.findall(text):
        given = {key.strip(): _loose(each) for key, each in pairs}
        yield WrittenCall(re.split(r"[\s<]", text, maxsplit=1)[0], _dumped(given))
        return
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.parse(text.removesuffix("```").strip(), mode="eval").body
        for each in tree.elts if isinstance(tree, ast.List) else [tree]:
            if isinstance(each, ast.Call) and not each.args:
                named = {k.arg or "": ast.literal_eval(k.value) for k in each.keywords}
                yield WrittenCall(ast.unparse(each.func), _dumped(named))


def _value(text: str) -> Any:
    """Return the value that a text begins with; None where there is none.

    Some models write it as Python does.
    """
    text = text.lstrip()
    with suppress(ValueError, RecursionError):
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    until = re.split(r"</tool_call>|```", text, maxsplit=1)[0].strip()
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError, TypeError):
        return ast.literal_eval(until)
    return None


def _loose(text: str) -> Any:
    """Return a value that is written without quotes where it is a text."""
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    return text


def _dumped(arguments: Any) -> str:
    if isinstance(arguments, str):
        return arguments
    return json.dumps(arguments, ensure_ascii=False)
