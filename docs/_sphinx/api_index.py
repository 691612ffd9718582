"""The API index as tables with links and descriptions, from `generated/API.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docs._sphinx import words
from docs._sphinx.tables import Types, table

_OPERATION = re.compile(
    r"- `(?P<tag>\w+)\.(?P<name>\w+)\((?P<arguments>.*)\)` "
    r"(?P<request>[A-Z]+ `[^`]+`) (?P<result>.+)$"
)
_MODEL = re.compile(
    r"- `(?P<name>\w+)(?:\((?P<fields>.*)\)| = (?P<type>.+))`(?P<by>.*)$"
)
_OPENING, _CLOSING = "([{", ")]}"


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
    types = Types(models_in(text))
    # The list of contents beside the page has no room for two hundred names.
    page = ["---", "tocdepth: 2", "---"]
    for number, line in enumerate(lines, 1):
        if found := _OPERATION.match(line):
            page += _operation(found, types)
        elif found := _MODEL.match(line):
            page += _model(found, types)
        elif line.startswith("- "):
            message = f"generated/API.md, line {number}, isn't understood: {line}"
            raise UnknownLineError(message)
        else:
            page.append(line)
    return "\n".join(page) + "\n"


def models_in(text: str) -> frozenset[str]:
    """Return the names of all models in the index."""
    found = map(_MODEL.match, text.splitlines())
    return frozenset(each["name"] for each in found if each)


def fields_of(text: str) -> list[tuple[str, str]]:
    """Return names and types from what stands in the parentheses of a signature."""
    pairs = (part.partition(": ") for part in _split(text) if part)
    return [(name, type_) for name, _, type_ in pairs]


def _operation(found: re.Match[str], types: Types) -> Iterator[str]:
    said = words.operation(found["tag"], found["name"])
    yield f"\n#### {found['name']}\n"
    result = re.sub(r"`?(\w+)`?", lambda word: _word(word[1], types), found["result"])
    module = f"`assistants_api.api.{found['tag']}.{found['name']}`"
    yield f"{found['request']} {result}; in Python: {module}.\n"
    yield f"{said.text}\n"
    yield from _parts("argument", found["arguments"], said.parts, types)


def _model(found: re.Match[str], types: Types) -> Iterator[str]:
    said = words.models()[found["name"]]
    yield f"\n### {found['name']}\n"
    yield f"{said.text}\n"
    if found["type"]:
        yield f"{types.code(found['type'])}{found['by']}\n"
    else:
        yield from _parts("property", found["fields"], said.parts, types)


def _parts(what: str, text: str, said: dict[str, str], types: Types) -> Iterator[str]:
    rows = []
    for name, type_ in fields_of(text):
        required = "no" if name.endswith("?") else "yes"
        plain = name.removesuffix("?")
        rows.append((f"`{plain}`", types.code(type_), required, said.get(plain, "")))
    yield from table((what, "type", "required", "meaning"), rows)
    if not rows:
        yield f"No {what}.\n"


def _word(word: str, types: Types) -> str:
    return types.code(word) if word in types.models else word


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
