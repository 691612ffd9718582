"""Put a copy in its place, all or nothing, and keep what somebody changed there."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import BuildError
from codegen.swap import recover, replace_folder, scratch_folder
from codegen.vendor import vendored
from codegen.vendor.copy import Copy, Options, make
from codegen.vendor.manifest import listed
from codegen.vendor.target import check_name, target_of


@dataclass(frozen=True)
class Written:
    """What was written, and what that changed.

    Attributes:
        target: the folder of the copy.
        copy: what it holds now.
        added: files that the earlier copy, if any, didn't have.
        changed: files that it had with another content.
        deleted: files that only it had.
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
        force: discard what was changed in the earlier copy.

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
        with scratch_folder(target, target.parent) as folder:
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
    """Return the files of the copy that is to be replaced, if there is one.

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
    edits = vendored.lines(findings._replace(missing=()))
    if edits and not force:
        advice = "keep these changes elsewhere, or give them up with --force"
        raise BuildError(
            f"{target} was changed since it was written:", [*listed(edits), advice]
        )
    had = stamp.get("options")
    with_client = isinstance(had, dict) and had.get("with_client") is True
    if with_client != options.with_client and not force:
        there, advice = "without", "leave --with-client out"
        if with_client:
            there, advice = "with", "give --with-client as well"
        raise BuildError(
            f"{target} is a copy {there} the client",
            [f"{advice}, or change that with --force"],
        )
    files: dict[str, str] = stamp["files"]
    return files


def _make_folders(folder: Path, undo: contextlib.ExitStack) -> None:
    """Make a folder and those above it; what was made goes again if all is undone."""
    for place in reversed([folder, *folder.parents]):
        if not place.exists():
            place.mkdir()
            undo.callback(_remove_empty, place)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _fill(folder: Path, copy: Copy) -> None:
    for name, content in {
        **copy.files,
        vendored.STAMP: copy.stamp_text.encode(),
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # Whoever may read the repository may read the copy, whatever the umask is.
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
