"""What an update prints, and its report of what is left to do."""

from __future__ import annotations

import sys

from codegen.diff.report import as_text
from codegen.plan.literal import plain_text
from codegen.prose import MARKER
from scripts.update.checkout import (
    CHANGELOG,
    DOCUMENT,
    GENERATED,
    MODEL_API,
    REWRITTEN,
)
from scripts.update.checks import Findings
from scripts.update.facts import Facts

LISTED = 40
"""How many lines of one kind are shown at most."""


def say(line: str = "") -> None:
    """Print a line, which may hold words of a document."""
    blanks = len(line) - len(line.lstrip(" "))
    print(" " * blanks + plain_text(line), flush=True)


def complain(text: str) -> None:
    """Print what is wrong, likewise."""
    for number, line in enumerate(text.splitlines() or [""]):
        print("  " * bool(number) + plain_text(line), file=sys.stderr, flush=True)


def many(number: int, what: str) -> str:
    """Return a number of things in words: `1 test`, `2 tests`."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def say_changes(facts: Facts) -> None:
    """Print what a new document changes."""
    if facts.date_before and facts.taken.date and facts.taken.date < facts.date_before:
        say(f"note: it is older than what is pinned, which is of {facts.date_before}")
    if not facts.taken.date:
        say("note: nothing says which day it is of; --date does")
    if facts.models.missing:
        say(
            f"note: it lacks {', '.join(facts.models.missing)}, by which the server "
            f"asks models: {MODEL_API} stays as it is"
        )
    elif changes := facts.models.report.changes:
        say(
            f"what models are asked by has {many(len(changes), 'change')}: see git "
            f"diff {GENERATED}/upstream/API.md afterwards"
        )
    say("what changed:")
    if facts.report.is_empty:
        say("  nothing that code could see: the version of the document, or its order")
    else:
        for line in as_text(facts.report).rstrip().splitlines():
            say(f"  {line}".rstrip())


def report_of(facts: Facts, found: Findings) -> str:
    """Return what changed, and what is left to do, in Markdown."""
    taken = f"The facts are now those of upstream's document {facts.taken}."
    changes = facts.markdown.strip() or "Code sees no difference."
    return f"{taken}\n\n{changes}\n\n{left_to_do(facts, found)}"


def left_to_do(facts: Facts, found: Findings) -> str:
    """Return what a person has to do after an update, in Markdown."""
    steps = {
        f"describe {many(len(facts.undescribed), 'place')} in {DOCUMENT}: look for "
        f"{MARKER} there, find words of your own, and run scripts/regen": (
            facts.undescribed
        ),
        f"for {many(len(facts.added), 'new operation')}: see whether actions of "
        "codegen/overlay.yaml that name paths (streams, errors, tags) should name "
        "theirs, and write methods in assistants_client": facts.added,
        f"look at {many(len(facts.unused), 'action')} of codegen/overlay.yaml: mend or "
        "delete them": facts.unused,
        "see whether assistants_server/upstream should use what is new in "
        f"{MODEL_API}": facts.models.report.changes,
        f"mend what {many(len(found.serious), 'test or check')} found": found.serious,
    }
    document = " ".join(name for name in REWRITTEN if name != GENERATED)
    lists = {
        "To do": [
            *(step for step, needed in steps.items() if needed),
            f"review: git diff {DOCUMENT} {CHANGELOG} {GENERATED}/API.md",
            "run all tests: scripts/test",
            f"commit the document: git add {document}",
            f"commit the code by itself: git add {GENERATED}",
        ],
        "Operations that are new": _code(facts.added),
        "Operations that are gone": _code(facts.removed),
        "Places to describe": _code(facts.undescribed),
        "Actions of codegen/overlay.yaml that find nothing any more": _code(
            facts.unused
        ),
        "Tests and checks that fail": _code(found.serious),
        "Tests that fail until all is described": _code(found.waiting),
    }
    return "\n".join(
        "\n".join([f"### {heading}", "", *_some(lines), ""])
        for heading, lines in lists.items()
        if lines
    )


def _some(lines: list[str]) -> list[str]:
    more = len(lines) - LISTED
    return [
        *(f"- {line}" for line in lines[:LISTED]),
        *([f"- and {more} more"] if more > 0 else []),
    ]


def _code(lines: list[str]) -> list[str]:
    """Quote lines as code, so that nothing in them is read as Markdown."""
    return ["`{}`".format(plain_text(line).replace("`", "'")) for line in lines]
