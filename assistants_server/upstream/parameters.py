"""What an upstream refused once, and isn't sent again."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from .shapes import SHAPES

if TYPE_CHECKING:
    from ..engines.upstream_errors import RefusedParameterError

JSON = dict[str, Any]
# What an answer can do without, by how much it is missed; and what takes its place.
_DISPENSABLE: Final[dict[str, str | None]] = {
    "stream_options": None,
    "include": None,
    "response_format": None,
    "store": None,
    "parallel_tool_calls": None,
    "max_completion_tokens": "max_tokens",
    "reasoning_effort": None,
    "reasoning": None,
    "temperature": None,
    "top_p": None,
}
# Names that are words as well: they have something before them where they are names.
_WORDS: Final = ("include", "store")
LIMITS: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens")
"""How many tokens may be written, by the names that it goes by."""
_log = logging.getLogger("assistants_server")


class RefusedParameters:
    """What the upstream refused, by model: parameters, and shapes of messages."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()

    def without(self, body: JSON) -> JSON:
        """Return a body without what its model is known to refuse."""
        kept = {}
        for name, value in body.items():
            if not self._knows(body, name):
                kept[name] = value
            elif substitute := _DISPENSABLE[name]:
                kept[substitute] = value
        for shape in SHAPES:
            if self._knows(body, shape.name):
                kept |= shape.change(kept)
        return kept

    def learn(self, body: JSON, error: RefusedParameterError) -> bool:
        """Remember what a refusal is about, and return whether it can be dropped.

        Args:
            body: the body that was refused.
            error: the refusal.
        """
        (about,) = re.findall(r"^\w*", error.parameter)
        for name in (about, *_DISPENSABLE):
            if name not in body or name not in _DISPENSABLE:
                continue
            if name == "response_format" and "text" not in body:
                # Only there it says what is said already.
                continue
            if name == about or _names(error.text, name):
                return self._remember(body, name, "it is left out from now on")
        for shape in SHAPES:
            if (
                shape.refusal.search(error.text)
                and not self._knows(body, shape.name)
                and shape.change(body) != {}
            ):
                return self._remember(body, shape.name, shape.instead)
        return False

    def _knows(self, body: JSON, name: str) -> bool:
        return (str(body.get("model")), name) in self._refused

    def _remember(self, body: JSON, name: str, what: str) -> bool:
        _log.warning("the upstream refuses %s; %s", name, what)
        self._refused.add((str(body.get("model")), name))
        return True


def _names(text: str, name: str) -> bool:
    """Return whether a refusal names a parameter."""
    before = r"""(?<=['"`.\[:/])\s?""" if name in _WORDS else r"(?<!\w)"
    pattern = rf"{before}{name}(?!\w)|(?<=: ){name}\b"
    return re.search(pattern, text) is not None
