"""The index of the API, made readable: linked tables from `generated/API.md`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEADING = re.compile(r"^(#+) (.+)$")
_OPERATION = re.compile(
    r"- `(?P<tag>\w+)\.(?P<name>\w+)\((?P<arguments>.*)\)` "
    r"(?P<method>[A-Z]+) `(?P<path>[^`]+)` gives (?P<gives>.+)$"
)
_MODEL = re.compile(r"- `(?P<name>\w+)\((?P<fields>.*)\)`$")
_ALIAS = re.compile(r"- `(?P<name>\w+) = (?P<type>.*)`(?: by \"(?P<by>\w+)\")?$")
_NAME = re.compile(r"\"[^\"]*\"|\w+")
_OPENING, _CLOSING = "([{", ")]}"
# A literal with more values than this stands as a list, not in a line.
_MANY_VALUES = 6
# Code as Sphinx writes it, but with links in it.
_CODE = '<code class="docutils literal notranslate">'


class UnknownLineError(ValueError):
    """A line of the index that isn't understood; nothing is left out in silence."""


@dataclass
class Operation:
    """One operation, as its line tells."""

    tag: str
    name: str
    arguments: list[tuple[str, str]]
    method: str
    path: str
    gives: str


@dataclass
class Model:
    """One model: its fields, or the type that it is another name of."""

    name: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    type: str | None = None
    by: str | None = None


@dataclass
class Index:
    """All that the index holds; `tags` has their titles, by their names."""

    operations: list[Operation] = field(default_factory=list)
    models: dict[str, Model] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


def read(text: str) -> Index:
    """Read the index.

    Raises:
        UnknownLineError: a line is neither an operation nor a model.
    """
    index, title = Index(), ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _HEADING.match(line):
            title = found[2]
        elif found := _OPERATION.match(line):
            parts = found.groupdict()
            arguments = _pairs(parts.pop("arguments"))
            index.operations.append(Operation(**parts, arguments=arguments))
            index.tags.setdefault(parts["tag"], title)
        elif found := _MODEL.match(line):
            index.models[found["name"]] = Model(found["name"], _pairs(found["fields"]))
        elif found := _ALIAS.match(line):
            model = Model(found["name"], type=found["type"], by=found["by"])
            index.models[found["name"]] = model
        elif line.startswith("- "):
            raise UnknownLineError(
                f"generated/API.md, line {number}, isn't understood: {line}"
            )
    return index


def written(text: str) -> dict[str, str]:
    """Give the pages of an index, by their names.

    Args:
        text: what stands in `generated/API.md`.

    Raises:
        UnknownLineError: a line of it isn't understood.
    """
    index = read(text)
    found = {"api/index": "\n".join(_overview(index))}
    for tag, title in index.tags.items():
        found[f"api/{tag}"] = "\n".join(_tag_page(index, tag, title))
    found["api/models"] = "\n".join(_models_page(index))
    return found


def _overview(index: Index) -> Iterator[str]:
    yield "# API index"
    yield ""
    yield "What is generated from the pinned document: "
    yield f"{len(index.operations)} operations and {len(index.models)} models. Each"
    yield "operation is a module `assistants_api.api.TAG.NAME`, each model a class or"
    yield "another name of a type in `assistants_api.models`. The same, one line each,"
    yield "stands in `generated/API.md` of the repository."
    for tag, title in index.tags.items():
        yield f"\n## {title}\n"
        yield "| operation | request | gives |"
        yield "| --- | --- | --- |"
        for each in index.operations:
            if each.tag == tag:
                link = f"[`{each.name}`]({tag}.md#{_slug(each.name)})"
                request = f"{each.method} `{each.path}`"
                yield f"| {link} | {request} | {_gives(each, index)} |"
    yield "\n## Models\n"
    yield ", ".join(_linked(name, index) for name in index.models)
    yield "\n```{toctree}\n:hidden:\n"
    yield from index.tags
    yield "models\n```\n"


def _tag_page(index: Index, tag: str, title: str) -> Iterator[str]:
    yield f"# {title}: operations"
    for each in index.operations:
        if each.tag != tag:
            continue
        yield f"\n({_slug(each.name)})="
        yield f"## {each.name}\n"
        yield f"{each.method} `{each.path}`, as a module:"
        yield f"`from assistants_api.api.{tag} import {each.name}`.\n"
        yield from _table("argument", each.arguments, index)
        yield f"\nGives {_gives(each, index)}."


def _models_page(index: Index) -> Iterator[str]:
    users = _users(index)
    yield "# Models"
    for model in index.models.values():
        yield f"\n({_slug(model.name)})="
        yield f"## {model.name}\n"
        if model.type is None:
            yield from _table("property", model.fields, index)
        else:
            yield from _alias(model, index)
        if users.get(model.name):
            yield f"\nUsed by {', '.join(users[model.name])}."


def _alias(model: Model, index: Index) -> Iterator[str]:
    parts = [*_split(model.type or "", "|")]
    values = re.fullmatch(r"Literal\[(.+)\]", parts[0].strip())
    others = ", ".join(_typed(part, index) for part in parts[1:])
    if values and values[1].count(",") >= _MANY_VALUES:
        yield "One of these values" + (f", or {others}:" if others else ":")
        yield ""
        yield ", ".join(f"`{value}`" for value in _split(values[1], ","))
    elif model.by:
        yield f"Told apart by `{model.by}`:\n"
        yield from (f"- {_typed(part, index)}" for part in parts)
    else:
        yield f"Another name of {_typed(model.type or '', index)}."


def _table(what: str, rows: list[tuple[str, str]], index: Index) -> Iterator[str]:
    if not rows:
        yield f"No {what}."
        return
    yield f"| {what} | type | needed |"
    yield "| --- | --- | --- |"
    for name, type_ in rows:
        given = "no" if name.endswith("?") else "yes"
        yield f"| `{name.removesuffix('?')}` | {_typed(type_, index)} | {given} |"


def _gives(operation: Operation, index: Index) -> str:
    """Give what an operation gives, with its models linked."""
    text = re.sub(r"`([^`]+)`", lambda found: found[1], operation.gives)
    answer, _, stream = text.partition(", or a stream of ")
    told = _typed(answer, index)
    return f"{told}, or a stream of {_typed(stream, index)}" if stream else told


def _users(index: Index) -> dict[str, list[str]]:
    """Give what uses each model, as links."""
    found: dict[str, list[str]] = {}
    for each in index.operations:
        used = [type_ for _, type_ in each.arguments] + [each.gives]
        link = f"[`{each.name}`]({each.tag}.md#{_slug(each.name)})"
        for name in _named(used, index):
            found.setdefault(name, []).append(link)
    for model in index.models.values():
        used = [type_ for _, type_ in model.fields] + [model.type or ""]
        for name in _named(used, index):
            if name != model.name:
                found.setdefault(name, []).append(_linked(model.name, index))
    return found


def _named(types: list[str], index: Index) -> list[str]:
    """Give the models that types name, each once."""
    words = [word for text in types for word in _NAME.findall(text)]
    found = [name for word in words if (name := _model(word, index))]
    return [*dict.fromkeys(found)]


def _model(word: str, index: Index) -> str | None:
    """Give the model that a word of a type names; a dictionary's is its model's."""
    if word in index.models:
        return word
    plain = word.removesuffix("Dict")
    return plain if plain != word and plain in index.models else None


def _typed(text: str, index: Index) -> str:
    """Give a type as code whose models are linked; it may stand in a table."""
    done, position = [], 0
    for found in _NAME.finditer(text):
        name = _model(found[0], index)
        done.append(_escaped(text[position : found.start()]))
        word = _escaped(found[0])
        link = f'<a href="models.html#{_slug(name)}">{word}</a>' if name else word
        done.append(link)
        position = found.end()
    return f"{_CODE}{''.join([*done, _escaped(text[position:])]).strip()}</code>"


def _linked(name: str, index: Index) -> str:
    return f"[`{name}`](models.md#{_slug(name)})"


def _escaped(text: str) -> str:
    """Give text for HTML in a table of Markdown."""
    safe = html.escape(text, quote=False)
    for sign in "|*_[]`":
        safe = safe.replace(sign, f"&#{ord(sign)};")
    return safe


def _slug(name: str) -> str:
    """Give what Sphinx makes of a name where it becomes an anchor."""
    return name.lower().replace("_", "-")


def _pairs(text: str) -> list[tuple[str, str]]:
    """Give names and types from what stands in the parentheses of a signature."""
    parts = [part.strip() for part in _split(text, ",") if part.strip()]
    pairs = [part.partition(": ") for part in parts]
    return [(name, type_) for name, _, type_ in pairs]


def _split(text: str, sign: str) -> Iterator[str]:
    """Split text at a sign, but not within brackets or quotes."""
    depth, quoted, start = 0, False, 0
    for position, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == sign and depth == 0:
            yield text[start:position].strip()
            start = position + 1
    yield text[start:].strip()
