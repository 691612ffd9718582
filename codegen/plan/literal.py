"""Write values and texts of the document as Python source that can't be left."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from operator import add
from typing import Any

from codegen.errors import Path, SpecError, shorten

_WIDTH = 88
# Texts, brackets and bars of an annotation, and what stands between them.
_PARTS = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\[\]]| \| |[^\[\]"' ]+| """
)
# Control and format characters, bidirectional overrides among them, would let source
# look like something else than it is.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def literal(value: Any, at: Path = ()) -> str:
    """Write a JSON value as a Python literal."""
    if isinstance(value, str):
        return string(value)
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise SpecError(f"{shorten(value)} can't be a constant", at=at)


def string(text: str) -> str:
    """Write a text as a Python string, in double quotes where that needs no escape."""
    quoted = repr(text)
    if quoted[0] == "'" and '"' not in quoted and "\\'" not in quoted:
        return f'"{quoted[1:-1]}"'
    return quoted


def as_text(annotation: str, alias: str) -> str:
    """Write the annotation of an alias as text; of a long union, each member."""
    text = string(annotation)
    members = members_of(annotation)
    # A `Union` of one is none, as type checkers see it.
    if len(members) == 1 or len(f"{alias}: TypeAlias = {text}") <= _WIDTH:
        return text
    return f"Union[{', '.join(map(string, members))}]"


def members_of(annotation: str) -> list[str]:
    """Split an annotation at the bars that stand in no brackets or quotes."""
    members = [""]
    depth = 0
    for part in _PARTS.findall(annotation):
        depth += (part == "[") - (part == "]")
        if part == " | " and not depth:
            members.append("")
        else:
            members[-1] += part
    return members


def either(annotations: Iterable[str]) -> str:
    """Join annotations, each once; "None" where there are none."""
    return " | ".join(dict.fromkeys(annotations)) or "None"


def or_unset(annotation: str) -> str:
    """Add `Unset` to an annotation; None stays at its end."""
    if annotation.endswith(" | None"):
        return f"{annotation.removesuffix(' | None')} | Unset | None"
    return f"{annotation} | Unset"


def or_none(annotation: str) -> str:
    """Add `None` to an annotation, at its end."""
    has_it = annotation in ("Any", "None") or annotation.endswith(" | None")
    return annotation if has_it else f"{annotation} | None"


def plain_text(text: str) -> str:
    """Return a text without characters that can't be seen; blanks are folded."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in text)
    return " ".join(text.split())


def ended(text: str) -> str:
    """End a text as a sentence ends, unless it does already."""
    return text if text[-1:] in (".", "!", "?", ":") else f"{text}."


def docstring(*paragraphs: str, indent: int = 4) -> str:
    """Write paragraphs as a docstring, wrapped, with nothing that could end it."""
    width = _WIDTH - indent
    texts = [text for p in paragraphs if (text := _escape(p)).strip()]
    if not texts:
        return ""
    lines: list[str] = []
    for number, text in enumerate(texts):
        if number:
            lines.append("")
        lines += _wrap(text, width - (3 if number == 0 else 0), width)
    if len(lines) == 1 and len(lines[0]) + 6 > width:
        # The formatter would put the closing quotation marks beside it all the same.
        lines = _wrap(lines[0], len(lines[0]) - 1, width)
    # A quotation mark at the end would join the closing ones.
    if len(lines) == 1 and len(lines[0]) + 6 <= width and lines[0][-1] != '"':
        return f'"""{lines[0]}"""'
    margin = " " * indent
    body = "\n".join((margin + line).rstrip() if line else "" for line in lines)
    return f'"""{body.strip()}\n{margin}"""'


def _wrap(text: str, first: int, width: int) -> list[str]:
    lines: list[str] = []
    for part in text.split("\n"):
        hanging = part[: len(part) - len(part.lstrip())]
        most = (first if not lines else width) - len(hanging)
        if len(part) <= most:
            # Most are short, and blanks have been folded before.
            lines.append(part.rstrip())
            continue
        wrapped = textwrap.wrap(
            part.strip(),
            width=most,
            initial_indent=hanging,
            subsequent_indent=hanging + ("    " if hanging else ""),
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines += wrapped or [""]
    return lines


def _escape(text: str) -> str:
    lines = text.split("\n")
    hanging = (line[: len(line) - len(line.lstrip(" "))] for line in lines)
    joined = "\n".join(map(add, hanging, map(plain_text, lines))).strip("\n")
    return joined.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
