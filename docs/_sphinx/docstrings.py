"""What docstrings say: their text, arguments, attributes and errors, as Markdown."""

from __future__ import annotations

import inspect
from typing import Any

from docstring_parser import Docstring, DocstringStyle, parse


class Doc:
    """A docstring, or that of something.

    Attributes:
        text: what it says before its sections.
        arguments: the meaning of each argument.
        attributes: the meaning of each attribute.
        raises: when each error is raised.
    """

    def __init__(self, of: Any) -> None:
        written = of if isinstance(of, str) else inspect.getdoc(of) or ""
        found = parse(written, style=DocstringStyle.GOOGLE)
        self.text = "\n\n".join(
            each
            for each in (found.short_description, found.long_description)
            if each is not None
        )
        self.arguments = _named(found, "param")
        self.attributes = _named(found, "attribute")
        self.raises = {
            each.type_name or "": _line(each.description) for each in found.raises
        }


def _named(found: Docstring, section: str) -> dict[str, str]:
    return {
        name.strip(): _line(each.description)
        for each in found.params
        if each.args[0] == section
        # Several may share one meaning.
        for name in each.arg_name.split(",")
    }


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
