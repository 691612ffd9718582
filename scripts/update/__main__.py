"""Take a new upstream document; `scripts/update-spec --help` says what that means."""

from __future__ import annotations

import io
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from codegen.errors import BuildError, SpecError
from codegen.pipeline import PACKAGE, Order, build
from scripts.update import options
from scripts.update.checkout import CLIENT, DOCUMENT, GENERATED, Checkout
from scripts.update.checks import TESTS, Findings, check_types, run_tests
from scripts.update.errors import UpdateError
from scripts.update.facts import Facts, fetch, shown, take_facts, write_words
from scripts.update.models import build_models
from scripts.update.report import (
    LISTED,
    complain,
    left_to_do,
    many,
    report_of,
    say,
    say_changes,
)

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the update; return the exit code.

    Args:
        arguments: the command line; None: that of this process.
        root: the checkout; the generator is always the one beside this module.
    """
    given = options.options(arguments)
    before = signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character is no reason to fail.
            stream.reconfigure(errors="replace")
    state = "nothing was written"
    try:
        checkout = Checkout(root)
        try:
            with checkout.alone(), checkout.worktree() as worktree:
                return _update(given, checkout, worktree)
        finally:
            if checkout.is_updated:
                state = "the new files are in place"
    except (UpdateError, SpecError, BuildError, OSError) as error:
        complain(f"error: {error}")
        complain(f"update-spec: {state}")
        return options.UNUSABLE
    except KeyboardInterrupt:
        complain(f"update-spec: interrupted; {state}")
        return options.INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)


def _update(given: Namespace, checkout: Checkout, worktree: Path) -> int:
    """Make an update in a worktree, and put it in place."""
    say(f"reading {shown(given.source)}")
    path, upstream = fetch(given.source, worktree.parent)
    say(f"pinning {upstream.name}, version {upstream.version or 'unknown'}")
    facts = take_facts(upstream, path, given.date, worktree)
    if facts.same:
        say(
            "nothing changed: of what concerns us, the document says what is pinned "
            "already. Nothing was written."
        )
        return options.DONE
    say_changes(facts)
    _check_removals(facts, given)
    if given.dry_run:
        say(write_words(facts))
        _report(given, facts, Findings(0))
        _say_end("nothing was written: --dry-run", facts, Findings(0))
        return options.DONE
    checkout.check_committed("files to be rewritten have uncommitted changes:")

    say("building generated/")
    target, client = worktree / GENERATED, worktree / CLIENT
    order = Order(str(worktree / DOCUMENT), target, PACKAGE, client=client)
    built = build(order, lambda line: say(f"  {line}"))
    changed = [*built.changed, *build_models(worktree).changed]
    say(f"  {many(len(changed), 'file')} of generated/ changed")
    say(write_words(facts))
    found = _check(worktree, path)
    if found.serious and not given.despite_tests:
        complain("\n".join(["this is wrong now:", *found.serious[:LISTED]]))
        complain("update-spec: tests fail; nothing was written")
        complain("update-spec: --despite-tests writes all the same, to mend it by hand")
        return options.FAILED
    _report(given, facts, found)
    written = checkout.take(worktree)
    _say_end(f"wrote {', '.join(written)}", facts, found)
    return options.FAILED if found.serious else options.DONE


def _check_removals(facts: Facts, given: Namespace) -> None:
    if facts.removed and not given.allow_removal:
        last = (
            "If upstream has really taken that away, --allow-removal goes on, and what "
            "calls it has to go from assistants_client too."
        )
        gone = f"{many(len(facts.removed), 'operation')} of ours gone from upstream:"
        raise UpdateError(gone, [*facts.removed, last])


def _check(worktree: Path, upstream: Path) -> Findings:
    """Check what was made."""
    say("checking types")
    complaints = check_types(worktree)
    say(f"testing {', '.join(TESTS)}")
    found = run_tests(worktree, upstream)
    say(f"  {many(found.passed, 'test')} passed, {len(found.failed)} failed")
    return replace(found, complaints=complaints)


def _say_end(result: str, facts: Facts, found: Findings) -> None:
    for line in [result, "", *left_to_do(facts, found).splitlines()]:
        say(line)


def _report(given: Namespace, facts: Facts, found: Findings) -> None:
    if given.report:
        text = report_of(facts, found)
        given.report.write_text(text, encoding="utf-8", newline="\n")


def _interrupt(signal_number: int, frame: FrameType | None) -> NoReturn:
    """Clean up on SIGTERM as on an interrupt."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
