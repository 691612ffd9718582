"""Plan the servers of a document, and which operations have some of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from codegen.document import Operation, mapping, operations
from codegen.errors import Path, SpecError, json_path, shorten
from codegen.identifiers import free, identifier, words
from codegen.plan.literal import docstring, plain_text, string
from codegen.source import Document

_VARIABLE = re.compile(r"\{([^{}]*)\}")
# A description of more words is no name for a function.
_MOST_WORDS = 3
_TAKEN = {"url_of", "urljoin", "urlsplit", "re", "Mapping", "Set", "Literal"}


@dataclass(frozen=True)
class Variable:
    """A variable of a server's URL; `allowed` are the values it may have, as a set."""

    quoted: str
    name: str
    annotation: str
    default: str
    allowed: str
    description: str


@dataclass(frozen=True)
class Server:
    """A server.

    Attributes:
        url: its URL, with the defaults of its variables.
        function: what returns its URL, "" where that depends on where it is served.
    """

    template: str
    url: str
    description: str
    variables: list[Variable]
    function: str = ""

    @property
    def quoted(self) -> str:
        """Return its URL with its variables, as a literal."""
        return string(self.template)

    @property
    def fixed(self) -> str:
        """Return its URL with the defaults of its variables, as a literal."""
        return string(self.url)

    @property
    def line(self) -> str:
        """Return what is said of it in a list."""
        said = f": {plain_text(self.description)}" if self.description else ""
        name = f"`{self.function}`, " if self.function else ""
        return f"    {name}{plain_text(self.template)}{said}"

    @property
    def docstring(self) -> str:
        """Write the docstring of its function."""
        described = [
            f"    {v.name}: {v.description or 'see the API.'}" for v in self.variables
        ]
        raises = "Raises:\n    ValueError: a variable has a value that it can't have."
        return docstring(
            f"Return the URL of the server {plain_text(self.template)}.",
            self.description,
            *(["\n".join(["Args:", *described]), raises] if described else []),
        )


@dataclass(frozen=True)
class Servers:
    """All servers of a document.

    Attributes:
        default: the URL of the first one, as a literal; "" where there is none.
        all: each server once, those of single operations too.
        apart: whether some operations have servers of their own.
    """

    default: str = ""
    all: list[Server] = field(default_factory=list[Server])
    apart: bool = False

    @property
    def docstring(self) -> str:
        """Write the docstring of the module."""
        return docstring(
            "The servers that the document names, and which of them a request goes to.",
            "\n".join(["Servers:", *(each.line for each in self.all)]),
            indent=0,
        )

    @property
    def vary(self) -> bool:
        """Return whether a URL has variables."""
        return any(one.function and one.variables for one in self.all)

    @property
    def patterns(self) -> list[str]:
        """Write a regular expression for each URL."""
        return [string(_pattern(one)) for one in self.all if one.function]


def plan_servers(document: Document) -> Servers:
    """Plan all servers of a document."""
    found: dict[str, Server] = {}
    taken = dict.fromkeys(_TAKEN, "")
    own = [*_servers(document, ("servers",))]
    others = [s for op in operations(document) for s in _own(document, op)]
    for server in [*own, *others]:
        if server.template in found:
            continue
        function = ""
        if _is_absolute(server.url):
            function = free(_name(server), taken)
            taken[function] = server.template
        found[server.template] = Server(
            server.template, server.url, server.description, server.variables, function
        )
    first = own[0].url if own and _is_absolute(own[0].url) else ""
    return Servers(string(first) if first else "", [*found.values()], bool(others))


def server_of(document: Document, operation: Operation) -> str:
    """Write the server that an operation has of its own, "" where it has none."""
    own = [*_own(document, operation)]
    return string(own[0].url) if own else ""


def _own(document: Document, operation: Operation) -> Iterator[Server]:
    """Yield the servers of an operation, or of its path; not those of the document."""
    item = document["paths"][operation.path]
    if operation.data.get("servers"):
        yield from _servers(operation.data, (*operation.at, "servers"))
    elif item.get("servers"):
        yield from _servers(item, (*operation.at[:2], "servers"))


def _servers(holder: Any, at: Path) -> Iterator[Server]:
    for index, data in enumerate(holder.get("servers") or []):
        place = (*at, index)
        data = mapping(data, place)
        template = str(data.get("url") or "/")
        described = mapping(data.get("variables"), (*place, "variables"))
        taken: dict[str, str] = {}
        variables = []
        url = template
        for name in dict.fromkeys(_VARIABLE.findall(template)):
            where = (*place, "variables", name)
            variable = _variable(
                name, mapping(described.get(name), where), taken, where
            )
            variables.append(variable)
            default = str(mapping(described.get(name), where).get("default", ""))
            url = url.replace(f"{{{name}}}", default)
        description = str(data.get("name") or data.get("description") or "")
        yield Server(template, url.rstrip("/"), description, variables)


def _variable(
    name: str, data: dict[str, Any], taken: dict[str, str], at: Path
) -> Variable:
    values = [str(each) for each in data.get("enum") or []]
    if "default" not in data:
        raise SpecError(f"the variable {shorten(name)} needs a default", at=at)
    default = str(data["default"])
    if values and default not in values:
        values = [default, *values]
    written = ", ".join(map(string, values))
    argument = free(identifier(name), taken)
    taken[argument] = json_path(at)
    return Variable(
        string(name),
        argument,
        f"Literal[{written}]" if values else "str",
        string(default),
        f"{{{written}}}" if values else "",
        plain_text(str(data.get("description") or "")),
    )


def _name(server: Server) -> str:
    said = words(server.description) if server.description.strip() else []
    is_name = said and len(said) <= _MOST_WORDS and server.description.isascii()
    return identifier(" ".join(said)) if is_name else "server"


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _pattern(server: Server) -> str:
    """Write the regular expression of the URLs that a server may have."""
    if server.template.startswith("{"):
        return re.escape(server.url)
    position, parts = 0, []
    for found in _VARIABLE.finditer(server.template.rstrip("/")):
        parts += [re.escape(server.template[position : found.start()]), "[^/?#]*"]
        position = found.end()
    return "".join([*parts, re.escape(server.template.rstrip("/")[position:])])
