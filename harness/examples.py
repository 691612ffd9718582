"""Examples of tests of Hypothesis, to be run without it."""

from __future__ import annotations

from typing import Any


def examples_taken_from(test: Any) -> list[dict[str, Any]]:
    """Return the examples of a test of Hypothesis, which it then runs no more.

    Hypothesis takes long over each of them, and runs the last one first. It documents
    no way to ask for them. Where these are no more, a test of this function fails, and
    others run them by Hypothesis, slowly.

    Args:
        test: what `given` has made.
    """
    examples = vars(test).pop("hypothesis_explicit_examples", ())
    return [each.kwargs for each in reversed(examples)]
