"""Tokens, estimated: what a run reads and writes."""

from __future__ import annotations

from typing import Any

from .engines.interface import text_of

JSON = dict[str, Any]
_TOKEN = 4


def tokens(text: str) -> int:
    """Estimate the tokens of a text: one for four characters, as is usual."""
    return -(-len(text) // _TOKEN)


def prompt_tokens(run: JSON, messages: list[JSON]) -> int:
    """Estimate the tokens that the engine reads in a turn."""
    return tokens(run["instructions"]) + sum(tokens(text_of(m)) for m in messages)


def usage_of(prompt: int, completion: int) -> JSON:
    """Give the API's object for tokens read and written."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
