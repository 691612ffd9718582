"""The tokens of a turn: estimated, or as the engine says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.objects import usage_of
from .turn_context import tokens

if TYPE_CHECKING:
    from ..engines.turn_events import Usage

JSON = dict[str, Any]


class TokensSpentError(Exception):
    """The run has written as many tokens as its request allows."""


class TurnUsage:
    """What a turn has read and written so far, and what it may still write."""

    def __init__(self, *, prompt: int, budget: int | None) -> None:
        """Begin to count.

        Args:
            prompt: how many tokens the engine read, by estimate.
            budget: how many it may write; None for no limit.
        """
        self._prompt = prompt
        self._budget = budget
        self._written = 0
        self._reported: Usage | None = None

    @property
    def is_reported(self) -> bool:
        """Return whether the engine said what the turn took."""
        return self._reported is not None

    def report(self, usage: Usage) -> None:
        """Take what the engine says in place of all estimates."""
        self._reported = usage

    def read(self, text: str) -> None:
        """Count a text that the engine read in the middle of the turn."""
        self._prompt += tokens(text)

    def spend(self, text: str) -> None:
        """Count a text that the engine wrote.

        Raises:
            TokensSpentError: this was the last that the budget allows.
        """
        spent = tokens(text)
        self._written += spent
        if self._budget is not None:
            self._budget -= spent
            if self._budget <= 0:
                raise TokensSpentError

    def of_step(self) -> JSON:
        """Return what the step that ends now took: what wasn't said of one before.

        All that the engine reported belongs to the step that ends last.
        """
        said = self._reported
        if said:
            return usage_of(
                said.prompt_tokens, said.completion_tokens, said.cached_tokens
            )
        usage = usage_of(self._prompt, self._written)
        # What was read for the turn is counted once, with its first step.
        self._prompt = self._written = 0
        return usage
