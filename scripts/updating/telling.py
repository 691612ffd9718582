"""What an update says: step by step, and at the end what is left to do."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from codegen.diff.telling import as_text
from codegen.plan.literal import plain_text
from codegen.prose import MARKER
from scripts.updating import tree
from scripts.updating.making import Facts
from scripts.updating.testing import Findings

LISTED = 40
"""How many lines of one kind are said at most."""


def say(line: str = "") -> None:
    """Print a line, which may hold words of a document."""
    blanks = len(line) - len(line.lstrip(" "))
    print(" " * blanks + plain_text(line), flush=True)


def complain(text: str) -> None:
    """Print what is wrong, likewise."""
    for number, line in enumerate(text.splitlines() or [""]):
        print("  " * bool(number) + plain_text(line), file=sys.stderr, flush=True)


def many(number: int, what: str) -> str:
    """Give a number of things in words: `1 test`, `2 tests`."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def say_some(heading: str, lines: Iterable[str], listed: int = LISTED) -> None:
    """Print a heading and lines below it, the first of many; nothing if there's none.

    Args:
        heading: what they are.
        lines: what is said.
        listed: how many are said at most.
    """
    told = list(lines)
    if not told:
        return
    say(heading)
    for line in told[:listed]:
        say(f"  {line}")
    if len(told) > listed:
        say(f"  ... and {len(told) - listed} more")


def say_changes(facts: Facts) -> None:
    """Print what a new document changes, and what of ours it leaves behind."""
    if facts.date_before and facts.taken.date and facts.taken.date < facts.date_before:
        say(f"note: it is older than what is pinned, which is of {facts.date_before}")
    if not facts.taken.date:
        say("note: nothing says which day it is of; --date does")
    say("what changed:")
    if facts.report.is_empty:
        say("  nothing that code could see: the version of the document, or its order")
    else:
        for line in as_text(facts.report).rstrip().splitlines():
            say(f"  {line}".rstrip())
    say_some(
        f"warning: {many(len(facts.unused), 'action')} of codegen/overlay.yaml found "
        "something before and nothing now; upstream changed there:",
        facts.unused,
    )
    gone = many(len(facts.dropped), "description")
    say_some(f"{gone} of ours will go with what was described:", facts.dropped)


def say_what_is_left(facts: Facts, tested: Findings) -> None:
    """Print what a person has to do now."""
    say()
    for step in left(facts, tested):
        say(f"- {step}")
    say_some("places to describe:", facts.undescribed)
    say_some("tests that fail until then:", tested.waiting)


def left(facts: Facts, tested: Findings) -> list[str]:
    """Give what a person has to do after an update, step by step."""
    steps = []
    if facts.undescribed:
        steps.append(
            f"describe {many(len(facts.undescribed), 'place')} in {tree.DOCUMENT}: "
            f"look for {MARKER} there, find words of your own, and run scripts/regen"
        )
    if facts.added:
        steps.append(
            f"for {many(len(facts.added), 'new operation')}: see whether actions of "
            "codegen/overlay.yaml that name paths (streams, errors, tags) should name "
            "theirs, and write methods in assistants_client"
        )
    if facts.unused:
        actions = many(len(facts.unused), "action")
        steps.append(f"look at {actions} of codegen/overlay.yaml: mend or delete them")
    if tested.serious:
        steps.append(f"mend what {many(len(tested.serious), 'test or check')} found")
    document = " ".join(name for name in tree.REWRITTEN if name != tree.GENERATED)
    return [
        *steps,
        f"review: git diff {tree.DOCUMENT} {tree.CHANGELOG} {tree.GENERATED}/API.md",
        "run all tests: scripts/test",
        f"commit the document: git add {document}",
        f"commit the code by itself: git add {tree.GENERATED}",
    ]


def report_of(facts: Facts, steps: list[str], tested: Findings | None) -> str:
    """Write what changed, and what is left, for a pull request.

    Args:
        facts: what changed.
        steps: what a person has to do.
        tested: what the tests found; None where none were run.
    """
    parts = [
        f"The facts are now those of upstream's document {facts.taken}.",
        facts.markdown.strip() or "Code sees no difference.",
        "### To do",
        "\n".join(f"- [ ] {step}" for step in steps),
    ]
    lists = {
        "Operations that are new": facts.added,
        "Operations that are gone": facts.removed,
        "Places without words": facts.undescribed,
        "Actions of the overlay that find nothing": facts.unused,
        "Descriptions that are gone": facts.dropped,
        "Tests and checks that fail": tested.serious if tested else [],
        "Tests that fail until all is described": tested.waiting if tested else [],
    }
    for heading, lines in lists.items():
        if lines:
            shown = [f"- {_code(line)}" for line in lines[:LISTED]]
            rest = len(lines) - len(shown)
            more = [f"- and {rest} more"] if rest else []
            parts += [f"### {heading}", "\n".join([*shown, *more])]
    return "\n\n".join(parts) + "\n"


def _code(line: str) -> str:
    """Quote a line as code, so that nothing in it is read as Markdown."""
    text = plain_text(line).replace("`", "'")
    return f"`{text}`"
