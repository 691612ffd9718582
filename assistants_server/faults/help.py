"""The help on faults, made from their grammar."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .grammar import EVERY_OPTION, FAULTS, NEEDED, SOME_OPTIONS, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .grammar import Word

_WIDTH = 80
_COLUMN = 24


def help_text() -> str:
    """Return a description of all faults and options, at most 80 columns wide."""
    parts = (
        ("Faults:", (STATUS, *FAULTS)),
        ("Options of some faults:", SOME_OPTIONS),
        ("Options of every fault:", EVERY_OPTION),
    )
    described = [
        "\n".join([title, *(line for word in words for line in _described(word))])
        for title, words in parts
    ]
    return "\n\n".join([_SYNTAX, *described, _SEVERAL]) + "\n"


def _described(word: Word) -> Iterator[str]:
    text = word.help
    if word.value and word.value.listed:
        text += f". {word.value.shape}: {word.value.expected}"
    if word.options:
        text += f". Options: {', '.join(word.options)}"
    lines = textwrap.wrap(text, _WIDTH - _COLUMN, break_on_hyphens=False)
    label = f"  {_label(word)}".ljust(_COLUMN)
    if len(label) > _COLUMN:
        yield label
        label = " " * _COLUMN
    yield label + lines[0]
    yield from (" " * _COLUMN + line for line in lines[1:])


def _label(word: Word) -> str:
    if word.label or word.value is None:
        return word.label or word.name
    given = f"={word.value.shape}"
    return word.name + (given if word.default is NEEDED else f"[{given}]")


_SYNTAX = """\
A fault is a name, with a value where it takes one, and then options, separated
by blanks; several faults are separated by semicolons:
  429 retry-after=2 times=1
  delay=0.5 on=GET,createThread; cut-stream=3 on=createRun"""
_SEVERAL = """\
Several faults can apply to one request: delays add up, and malformed, drop,
null, omit-nulls, extra and frames all apply, also to what is sent instead of
the response.
Of STATUS, html, text and empty the first one counts; so does the first of
close, cut-body, cut-stream, end-stream and error-event, the first slow, and the
first handled; without one, the request is carried out unless a fault prevents
it. The faults of a header come before those that are set. Each one counts its
requests, whatever comes of it. Those for streams leave other responses alone.

Requests with the same text in a header are counted together, so that with
times=1 the first attempt fails and its retry doesn't."""
