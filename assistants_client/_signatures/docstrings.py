"""Docstrings: what they say of a function or a class, and of each argument."""

from __future__ import annotations

import inspect
import re
from contextlib import suppress
from functools import partial
from typing import Any, Final

from .annotations import inner

_UNDERLINED: Final = re.compile(r"^(\w[\w ]*?)[ \t]*\n-{3,}[ \t]*$", re.MULTILINE)
# docstring-parser refuses types of more than one word.
_SPHINX_TYPE: Final = re.compile(
    r"^([ \t]*:param)[ \t][^:\n]*[ \t](?=\w+[ \t]*:)", re.MULTILINE
)
_HEADINGS: Final = (
    *("Args", "Arguments", "Parameters", "Params", "Attributes"),
    *("Keyword Args", "Keyword Arguments", "Other Parameters"),
)


def documented(described: Any) -> tuple[str, dict[str, str]]:
    """Return the description in a docstring, and the texts of arguments by their names.

    Of the styles of Google, NumPy, Sphinx and Epydoc, the one counts that finds most.

    Args:
        described: a function, a class, a method, or a callable object.
    """
    from docstring_parser import ParseError, epydoc, google, numpydoc, rest

    written = _docstring(described)
    if not written:
        return "", {}
    text = _UNDERLINED.sub(_exactly_underlined, written)
    text = _SPHINX_TYPE.sub(r"\1 ", text)
    sections = [
        google.Section(title, "param", google.SectionType.MULTIPLE)
        for word in _HEADINGS
        for cased in (word, word.lower(), word.upper())
        for title in (cased, f"{cased}:")
    ]
    # The entries of other sections needn't have the form of arguments.
    sections += [
        google.Section(f"{each.title}:", "other", google.SectionType.SINGULAR)
        for each in google.DEFAULT_SECTIONS
        if each.title not in _HEADINGS
    ]
    google_style = google.GoogleParser(sections, title_colon=False)
    read = [numpydoc.parse(text)]
    for parse in (google_style.parse, rest.parse, epydoc.parse):
        with suppress(ParseError):
            read.append(parse(text))
    best = max(read, key=lambda each: len(each.meta))
    texts = {
        name.strip(" *`"): " ".join(each.description.split())
        for each in best.params
        for name in each.arg_name.split(",")
        if each.description
    }
    return (best.description or "").strip(), texts


def _docstring(described: Any) -> str:
    """Return the docstring that somebody wrote, of what is called in the end."""
    if not isinstance(described, type):
        if inspect.isroutine(described) or isinstance(described, partial):
            return inspect.getdoc(inner(described)) or ""
        # `getdoc` would find what `object` says of calling.
        own = inner(described).__doc__ or ""
        return inspect.cleandoc(own) or inspect.getdoc(type(described)) or ""
    found = described.__doc__ or ""
    # Dataclasses and named tuples write theirs themselves.
    made = found.startswith(f"{described.__name__}(")
    return "" if made else inspect.cleandoc(found)


def _exactly_underlined(heading: re.Match[str]) -> str:
    """Return an underlined heading in the only form that docstring-parser reads."""
    return f"{heading[1].title()}\n{'-' * len(heading[1])}"
