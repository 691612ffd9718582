"""Text out of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from .plain_text import decoded

_SILENT = {"script", "style", "template", "noscript", "svg", "head"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i"),
    *("ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong"),
    *("sub", "sup", "time", "tt", "u", "var", "wbr"),
}
_CELLS = {"td", "th"}
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "section"}
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_SPACE = re.compile(r"\s+")
_BEFORE_LINE_END = re.compile(r"[ \t]*\n[ \t]*")
_EMPTY_LINES = re.compile(r"\n{3,}")


def text_of_html(data: bytes) -> str:
    """Return the text of a page, one line for each block, tags and scripts left out."""
    found = _CHARSET.search(data[:4096])
    reader = _Reader()
    reader.feed(decoded(data, found[1].decode("ascii") if found else None))
    reader.close()
    text = _BEFORE_LINE_END.sub("\n", "".join(reader.pieces))
    return _EMPTY_LINES.sub("\n\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent: list[str] = []
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            # A page whose head was never closed.
            self._silent.clear()
        if self._silent or tag in _SILENT:
            if tag in _SILENT and tag not in self._silent:
                self._silent.append(tag)
            return
        self._preformatted += tag == "pre"
        self._separate(tag)
        if tag == "img":
            self.pieces.extend(f" {v} " for k, v in attrs if k == "alt" and v)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
            return
        if not self._silent:
            self._preformatted -= tag == "pre" and self._preformatted > 0
            self._separate(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            if self._silent == ["head"] and self.lasttag == "title":
                self.pieces.append(_SPACE.sub(" ", data).strip() + "\n\n")
            return
        self.pieces.append(data if self._preformatted else _SPACE.sub(" ", data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        # Browsers skip `<![...]>`; the library raises where it doesn't know the word.
        return self.parse_bogus_comment(i, report)

    def _separate(self, tag: str) -> None:
        if tag in _CELLS:
            self.pieces.append("\t")
        elif tag not in _INLINE:
            self.pieces.append("\n\n" if tag in _PARAGRAPHS else "\n")
