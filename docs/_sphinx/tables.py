"""Tables and types in Markdown, with links to the models that types name."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_NAME = re.compile(r"\"[^\"]*\"|'[^']*'|\w+")
# Code as Sphinx writes it, but with links in it.
_CODE = '<code class="docutils literal notranslate">{}</code>'


@dataclass(frozen=True)
class Types:
    """The models that types may name, and the page that describes them.

    Attributes:
        models: their names.
        page: where the links lead, "" where that is the page itself.
    """

    models: frozenset[str]
    page: str = ""

    def code(self, text: str) -> str:
        """Return a type as code whose models are links; it may stand in a table."""
        done, position = [], 0
        for found in _NAME.finditer(text):
            done += [escaped(text[position : found.start()]), self._linked(found[0])]
            position = found.end()
        return _CODE.format("".join([*done, escaped(text[position:])]))

    def _linked(self, word: str) -> str:
        # A dictionary's type is described with its model.
        names = (word, word.removesuffix("Dict"))
        name = next((each for each in names if each in self.models), None)
        shown = escaped(word)
        return f'<a href="{self.page}#{name.lower()}">{shown}</a>' if name else shown


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, and an empty one; nothing where there are no rows."""
    lines = [f"| {' | '.join(_cell(each) for each in row)} |" for row in rows]
    if lines:
        yield f"| {' | '.join(head)} |\n|{' --- |' * len(head)}"
        yield from lines
        yield ""


def _cell(text: str) -> str:
    """Return Markdown on one line, in which no bar ends the cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def escaped(text: str) -> str:
    """Return text for HTML in a table of Markdown."""
    safe = html.escape(text, quote=False)
    return re.sub(r"[|*_\[\]`]", lambda sign: f"&#{ord(sign[0])};", safe)
