"""Parameters that an upstream refused once, and isn't sent again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..engines.upstream_errors import RefusedParameterError

JSON = dict[str, Any]
# What an answer can do without, by how much it is missed; and what takes its place.
_DISPENSABLE: dict[str, str | None] = {
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
_log = logging.getLogger("assistants_server")


class RefusedParameters:
    """The parameters that the upstream refused, by model."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()

    def without(self, body: JSON) -> JSON:
        """Return a body without what its model is known to refuse."""
        kept = {}
        for name, value in body.items():
            if (str(body.get("model")), name) not in self._refused:
                kept[name] = value
            elif substitute := _DISPENSABLE[name]:
                kept[substitute] = value
        return kept

    def learn(self, body: JSON, error: RefusedParameterError) -> bool:
        """Remember what a refusal is about, and return whether it can be dropped.

        Args:
            body: the body that was refused.
            error: the refusal.
        """
        for name in _DISPENSABLE:
            if name == "response_format" and "text" not in body:
                # Only there it says what is said already.
                continue
            if name in body and name in error.text:
                _log.warning("the upstream refuses %s, which is left out now", name)
                self._refused.add((str(body.get("model")), name))
                return True
        return False
