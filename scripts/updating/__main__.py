"""Take a new upstream document; `scripts/update-spec --help` says what that means."""

from __future__ import annotations

import io
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import codegen
from codegen.errors import BuildError, SpecError
from scripts.updating import swapping, tree
from scripts.updating.errors import UpdateError
from scripts.updating.fetching import shown, taken
from scripts.updating.making import (
    Facts,
    build_code,
    take_facts,
    write_entry,
    write_version,
)
from scripts.updating.options import (
    DONE,
    FAILED,
    INTERRUPTED,
    UNUSABLE,
    check,
    options,
)
from scripts.updating.swapping import Progress
from scripts.updating.telling import (
    complain,
    left,
    many,
    report_of,
    say,
    say_changes,
    say_some,
    say_what_is_left,
)
from scripts.updating.testing import (
    ALL,
    FACTS,
    Findings,
    check_imports,
    check_types,
    run_tests,
)

ROOT = Path(__file__).resolve().parents[2]
_LISTED = 20


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the update; give the exit code.

    Args:
        arguments: the command line; None: that of this process.
        root: the repository; the generator is always the one that stands beside this.
    """
    given = options(arguments)
    before = signal.signal(signal.SIGTERM, _terminated)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character is no reason to fail.
            stream.reconfigure(errors="replace")
    progress = Progress()
    try:
        return _update(given, root, progress)
    except (UpdateError, SpecError, BuildError, OSError) as error:
        complain(f"error: {error}")
        complain(f"update-spec: {_state(root, progress)}")
        return UNUSABLE
    except KeyboardInterrupt:
        complain(f"update-spec: interrupted; {_state(root, progress)}")
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)


def _update(given: Namespace, root: Path, progress: Progress) -> int:
    if Path(codegen.__file__).resolve().parent != ROOT / "codegen":
        raise UpdateError("this is not the codegen beside it: run scripts/update-spec")
    tree.check_complete(root)
    check(given, root)
    with swapping.alone(root):
        told = swapping.recover(root)
        if told:
            say(f"note: {told}")
        try:
            return _prepared(given, root, swapping.prepare(root), progress)
        finally:
            swapping.clean(root)


def _prepared(given: Namespace, root: Path, folder: Path, progress: Progress) -> int:
    """Make an update in a folder of its own, and put it in place."""
    say(f"reading {shown(given.source)}")
    (folder / "source").mkdir()
    path, upstream = taken(given.source, folder / "source")
    say(f"pinning {upstream.name}, version {upstream.version or 'unknown'}")
    facts = take_facts(upstream, path, given.date, folder / swapping.NEW)
    if facts.same:
        say(
            "nothing changed: of what concerns us, the document says what openapi.yaml "
            "says already. Nothing was written."
        )
        return DONE
    say_changes(facts)
    _check_removals(facts, given)
    if given.dry_run:
        return _only_told(facts, given)
    _check_committed(given, root)

    say("building generated/")
    built = build_code(folder / swapping.NEW, lambda line: say(f"  {line}"))
    say(f"  {many(len(built.changed), 'file')} of generated/ changed")
    _write_words(facts)
    tested = _tested(given, root, folder, path)
    if tested.serious:
        say_some("this is wrong now:", tested.serious)
        if not given.despite_tests:
            complain("update-spec: tests fail; nothing was written")
            complain(
                "update-spec: with --despite-tests the new files are written all the "
                "same, and the rest can be mended by hand"
            )
            return FAILED
    swapping.put_in_place(root, progress)
    say(f"wrote {', '.join(progress.written)}")
    _report(given, report_of(facts, left(facts, tested), tested))
    say_what_is_left(facts, tested)
    return FAILED if tested.serious else DONE


def _write_words(facts: Facts) -> None:
    """Write the changelog and the version."""
    write_entry(facts)
    before, after = write_version(facts)
    if facts.report.is_empty:
        say("the changelog and the version stay: code sees no difference")
    elif before == after:
        say(f"the version stays {after}: that is high enough above the last release")
    else:
        say(f"the version goes from {before} to {after}")


def _tested(given: Namespace, root: Path, folder: Path, upstream: Path) -> Findings:
    """Test what was made in a copy of the repository."""
    copy = folder / "copy"
    tree.copy_repository(root, folder / swapping.NEW, copy)
    check_imports(copy)
    say("checking types")
    complaints = check_types(copy)
    paths = given.tests or [*FACTS, *(ALL if given.all_tests else ())]
    say(f"testing {', '.join(paths)}")
    tested = run_tests(copy, upstream, paths)
    say(f"  {many(tested.count, 'test')}, {len(tested.failures)} failed")
    return Findings(tested.count, tested.failures, complaints)


def _only_told(facts: Facts, given: Namespace) -> int:
    """Say what would be done."""
    before, after = write_version(facts)
    say(f"this would rewrite {', '.join(tree.REWRITTEN)}")
    say(f"the version would go from {before} to {after}")
    steps = left(facts, Findings(0))
    for step in steps:
        say(f"- then: {step}")
    say_some("places to describe:", facts.undescribed)
    _report(given, report_of(facts, steps, None))
    say("nothing was written: --dry-run")
    return DONE


def _check_removals(facts: Facts, given: Namespace) -> None:
    if facts.removed and not given.allow_removal:
        last = (
            "If upstream has really taken that away, --allow-removal goes on, and what "
            "calls it has to go from assistants_client too."
        )
        gone = f"{many(len(facts.removed), 'operation')} of ours gone from upstream:"
        raise UpdateError(gone, [*facts.removed, last])


def _check_committed(given: Namespace, root: Path) -> None:
    names = tree.uncommitted(root)
    if names is None:
        say("note: there is no git here that would know the files as they are now")
    elif names and not given.allow_uncommitted:
        last = "Commit them first, or go on with --allow-uncommitted."
        told = "these files would be rewritten, and have changes that git doesn't know:"
        raise UpdateError(told, [*names[:_LISTED], last])


def _report(given: Namespace, text: str) -> None:
    if given.report:
        given.report.write_text(text, encoding="utf-8", newline="\n")


def _state(root: Path, progress: Progress) -> str:
    if progress.written:
        return "the new files are in place"
    if (root / swapping.FOLDER / swapping.JOURNAL).exists():
        return "files were being replaced: start it again, which puts the old ones back"
    return "nothing was written"


def _terminated(signal_number: int, frame: FrameType | None) -> NoReturn:
    """Clean up on SIGTERM as on an interrupt."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
