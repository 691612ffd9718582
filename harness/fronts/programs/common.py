"""What the programs share: two tools, what is asked, and what must come of it.

A program is started as `python PROGRAM URL`. This module is imported in environments
that have nothing of ours.
"""

from __future__ import annotations

import json
from typing import Any

QUESTION = "Use both tools, one after the other and at once."
MODEL = "gpt-4o"
ANSWER = "So 6 * 7 = 42, 42 + 1 = 43, 43 * 2 = 86, 43 + 2 = 45."
CALLED = ["times", "plus", "times", "plus"]
"""The tools in the order of their calls: two rounds of one, and one of both."""


def times(a: int, b: int) -> str:
    """Multiply two numbers.

    What it returns is a text that is no JSON: azure-ai-agents looks for an error in
    what can be decoded, and fails where that is a number.

    :param a: the first one.
    :param b: the second one.
    """
    return f"{a} * {b} = {a * b}"


def plus(a: int, b: int) -> str:
    """Add two numbers.

    :param a: the first one.
    :param b: the second one.
    """
    return f"{a} + {b} = {a + b}"


TOOLS: dict[str, Any] = {"times": times, "plus": plus}
DEFINITIONS: Any = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {
                "type": "object",
                "properties": {each: {"type": "integer"} for each in ("a", "b")},
                "required": ["a", "b"],
            },
        },
    }
    for name in TOOLS
]


def output_of(call: Any) -> Any:
    """Return the output of a call, as it is submitted."""
    value = TOOLS[call.function.name](**json.loads(call.function.arguments))
    return {"tool_call_id": call.id, "output": value}


def expect(found: Any, wanted: Any = ANSWER) -> None:
    """Check something that was found.

    Raises:
        AssertionError: it isn't what was wanted.
    """
    if found != wanted:
        raise AssertionError(f"expected {wanted!r}, found {found!r}")
