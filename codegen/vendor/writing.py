"""Put a copy in its place, all or nothing, and keep what somebody changed there."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import BuildError
from codegen.swap import recover, replace_folder, scratch_folder
from codegen.vendor import vendored
from codegen.vendor.making import Copy, Options, make
from codegen.vendor.naming import check_name, target_of

_SHOWN = 20


@dataclass(frozen=True)
class Written:
    """What was written, and what that changed.

    Attributes:
        target: the folder of the copy.
        copy: what it holds now.
        added: files that an earlier copy had not.
        changed: files that it had otherwise.
        deleted: files that it had and this one has not.
    """

    target: Path
    copy: Copy
    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]


def write(dest: Path, options: Options, *, force: bool = False) -> Written:
    """Write a copy to `dest/name`, in the place of an earlier one.

    Args:
        dest: the folder that the copy is to be in; it is made where it is missing.
        options: how the copy is to be.
        force: give up what was changed in the earlier copy.

    Raises:
        BuildError: it can't be made, or something stands in its place that is no copy
            of ours, or one that somebody edited; nothing was written.
        OSError: it can't be written; an earlier copy is as it was.
    """
    check_name(options.name)
    target = target_of(dest, options.name)
    recover(target)
    before = _earlier(target, options, force=force)
    copy = make(options)
    with contextlib.ExitStack() as undo:
        _make_folders(target.parent, undo)
        folder = scratch_folder(target, target.parent)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        _fill(folder, copy)
        replace_folder(folder, target)
        undo.pop_all()
    after: dict[str, str] = copy.stamp["files"]
    return Written(
        target,
        copy,
        tuple(sorted(after.keys() - before)),
        tuple(n for n in sorted(after.keys() & before) if after[n] != before[n]),
        tuple(sorted(before.keys() - after)),
    )


def _earlier(target: Path, options: Options, *, force: bool) -> dict[str, str]:
    """Give the files of the copy that is to be replaced, if there is one.

    Raises:
        BuildError: it must not be replaced.
    """
    if not target.exists() or not any(target.iterdir()):
        return {}
    try:
        stamp = vendored.read_stamp(target)
        findings = vendored.look(target, stamp)
    except vendored.StampError as error:
        raise BuildError(
            f"{target} is no copy that could be replaced: {error}",
            ["choose another DEST or --name, or delete it"],
        ) from error
    edits = findings._replace(missing=())
    if any(edits) and not force:
        found = vendored.lines(edits)
        more = len(found) - _SHOWN
        raise BuildError(
            f"{target} was changed since it was written:",
            [
                *found[:_SHOWN],
                *[f"... and {more} more"] * (more > 0),
                "keep these changes elsewhere, or give them up with --force",
            ],
        )
    had = stamp.get("options")
    with_client = isinstance(had, dict) and had.get("with_client") is True
    if with_client != options.with_client and not force:
        there = "with" if with_client else "without"
        advice = "leave --with-client out"
        if with_client:
            advice = "give --with-client as well"
        raise BuildError(
            f"{target} is a copy {there} the client",
            [f"{advice}, or change that with --force"],
        )
    files: dict[str, str] = stamp["files"]
    return files


def _make_folders(folder: Path, undo: contextlib.ExitStack) -> None:
    """Make a folder and those above it; what was made goes again if all is undone."""
    missing = [folder, *folder.parents]
    for place in reversed(missing):
        if not place.exists():
            place.mkdir()
            undo.callback(_remove_empty, place)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _fill(folder: Path, copy: Copy) -> None:
    contents = {**copy.files, vendored.STAMP: copy.stamp_text.encode()}
    folders = {(folder / name).parent for name in contents}
    # Whoever may read the repository may read the copy, whatever the umask is.
    for place in sorted(folders):
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o755)
    for name, content in contents.items():
        path = folder / name
        path.write_bytes(content)
        path.chmod(0o644)
