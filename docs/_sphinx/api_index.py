"""The API index as tables with links, from the lines of `generated/API.md`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_OPERATION = re.compile(
    r"- `(?P<tag>\w+)\.(?P<name>\w+)\((?P<arguments>.*)\)` "
    r"(?P<request>[A-Z]+ `[^`]+`) (?P<result>.+)$"
)
_MODEL = re.compile(
    r"- `(?P<name>\w+)(?:\((?P<fields>.*)\)| = (?P<type>.+))`(?P<by>.*)$"
)
_NAME = re.compile(r"\"[^\"]*\"|\w+")
_OPENING, _CLOSING = "([{", ")]}"
# Code as Sphinx writes it, but with links in it.
_CODE = '<code class="docutils literal notranslate">{}</code>'


class UnknownLineError(ValueError):
    """A line of the index isn't understood; nothing is left out in silence."""


def as_page(text: str) -> str:
    """Return the index as a page in Markdown.

    Args:
        text: the content of `generated/API.md`.

    Raises:
        UnknownLineError: a line of it is neither an operation nor a model.
    """
    lines = text.splitlines()
    models = {found["name"] for line in lines if (found := _MODEL.match(line))}
    # The list of contents beside the page has no room for two hundred names.
    page = ["---", "tocdepth: 2", "---"]
    for number, line in enumerate(lines, 1):
        if found := _OPERATION.match(line):
            page += _operation(found, models)
        elif found := _MODEL.match(line):
            page += _model(found, models)
        elif line.startswith("- "):
            message = f"generated/API.md, line {number}, isn't understood: {line}"
            raise UnknownLineError(message)
        else:
            page.append(line)
    return "\n".join(page) + "\n"


def fields_of(text: str) -> list[tuple[str, str]]:
    """Return names and types from what stands in the parentheses of a signature."""
    pairs = (part.partition(": ") for part in _split(text) if part)
    return [(name, type_) for name, _, type_ in pairs]


def _operation(found: re.Match[str], models: set[str]) -> Iterator[str]:
    yield f"\n#### {found['name']}\n"
    result = re.sub(r"`?(\w+)`?", lambda word: _word(word[1], models), found["result"])
    module = f"`assistants_api.api.{found['tag']}.{found['name']}`"
    yield f"{found['request']} {result}; in Python: {module}.\n"
    yield from _table("argument", found["arguments"], models)


def _model(found: re.Match[str], models: set[str]) -> Iterator[str]:
    yield f"\n### {found['name']}\n"
    if found["type"]:
        yield f"{_typed(found['type'], models)}{found['by']}\n"
    else:
        yield from _table("property", found["fields"], models)


def _table(what: str, text: str, models: set[str]) -> Iterator[str]:
    rows = fields_of(text)
    if rows:
        yield f"| {what} | type | required |\n| --- | --- | --- |"
    for name, type_ in rows:
        required = "no" if name.endswith("?") else "yes"
        yield f"| `{name.removesuffix('?')}` | {_typed(type_, models)} | {required} |"
    yield "" if rows else f"No {what}.\n"


def _word(word: str, models: set[str]) -> str:
    return _typed(word, models) if word in models else word


def _typed(text: str, models: set[str]) -> str:
    """Return a type as code whose models are links; it may stand in a table."""

    def linked(found: re.Match[str]) -> str:
        # A dictionary's type is described with its model.
        names = (found[0], found[0].removesuffix("Dict"))
        name = next((each for each in names if each in models), None)
        word = _escaped(found[0])
        return f'<a href="#{name.lower()}">{word}</a>' if name else word

    done, position = [], 0
    for found in _NAME.finditer(text):
        done += [_escaped(text[position : found.start()]), linked(found)]
        position = found.end()
    return _CODE.format("".join([*done, _escaped(text[position:])]))


def _escaped(text: str) -> str:
    """Return text for HTML in a table of Markdown."""
    safe = html.escape(text, quote=False)
    return re.sub(r"[|*_\[\]`]", lambda sign: f"&#{ord(sign[0])};", safe)


def _split(text: str) -> Iterator[str]:
    """Split text at commas, but not within brackets or quotes."""
    depth, quoted, start = 0, False, 0
    for position, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter in _OPENING) - (letter in _CLOSING)
            if letter == "," and depth == 0:
                yield text[start:position].strip()
                start = position + 1
    yield text[start:].strip()
