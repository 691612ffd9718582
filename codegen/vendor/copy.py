"""Put a copy together, with the stamp that describes it, and in its place.

That is done all or nothing, and what somebody changed there is kept.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.errors import BuildError, listed
from codegen.lock import differences
from codegen.paths import GENERATED
from codegen.pipeline import PACKAGE
from codegen.swap import recover, replace_folder, scratch_folder
from codegen.vendor import vendored
from codegen.vendor.manifest import (
    LICENCES,
    Project,
    built,
    client,
    commit,
    licences,
    project,
)
from codegen.vendor.rewrite import rewritten, verify
from codegen.vendor.target import check_name, target_of

_CHECK = "vendored.py"
_ABOUT = """\
This folder is a copy, written by the command below: don't edit it, and keep tools \
that rewrite files out of it.
To check that it is as it was written, run `python {check}` in this folder, with \
nothing but Python: exit code 0 if so, 1 if not.
To check whether there is something newer, run `python -m codegen vendor --check \
FOLDER` in a clone of {project}; the command below updates this.
"""


@dataclass(frozen=True)
class Options:
    """How a copy is to be."""

    name: str
    with_client: bool = False
    generated: Path = GENERATED

    @property
    def own_build(self) -> bool:
        """Whether another build is copied than the one of this repository."""
        return self.generated.resolve() != GENERATED.resolve()


@dataclass(frozen=True)
class Copy:
    """A copy as it would be written."""

    files: dict[str, bytes]
    stamp: dict[str, Any]

    @property
    def stamp_text(self) -> str:
        """Return the text of the stamp; the same copy always has the same one."""
        return json.dumps(self.stamp, indent=1) + "\n"


def make(options: Options) -> Copy:
    """Make a copy of what this repository holds now."""
    check_name(options.name)
    package = built(options.generated)
    own = project()
    # The generated package is the copy, or within it, always under the same name.
    inner = f"{PACKAGE}/" if options.with_client else ""
    parts = [
        {f"{inner}{path}": content for path, content in package.files.items()},
        _client(options.name) if options.with_client else {},
        {_CHECK: Path(vendored.__file__).read_bytes()},
        licences(),
    ]
    files = {path: content for part in parts for path, content in part.items()}
    if len(files) < sum(map(len, parts)):
        raise BuildError("two files of the copy would have the same name")
    imported, certain = _imported(files, inner, options)
    # What is generated is built for one HTTP library, which may be an extra of ours.
    needed, optional = own.needs(imported, certain)
    stamp = {
        **_head(options, own),
        "document": package.document,
        "python": own.python,
        "dependencies": needed,
        "optional_dependencies": optional,
        "files": {path: vendored.digest(files[path]) for path in sorted(files)},
    }
    return Copy(files, stamp)


def _client(name: str) -> dict[str, bytes]:
    """Return the client as it is in a copy; what is generated needs no rewriting."""
    return {
        path: rewritten(text, path, name) if path.endswith(".py") else text
        for path, text in client().items()
    }


def _imported(
    files: Mapping[str, bytes], inner: str, options: Options
) -> tuple[set[str], set[str]]:
    modules = {path: text for path, text in files.items() if path.endswith(".py")}
    try:
        return verify(modules, inner)
    except BuildError as error:
        if not (options.with_client and options.own_build):
            raise
        advice = (
            "the client needs all that the pinned document has: build more of it, "
            "or leave --with-client out"
        )
        raise BuildError(error.message, [*error.details, advice]) from error


def _head(options: Options, own: Project) -> dict[str, Any]:
    command = ["python -m codegen vendor DEST", f"--name {options.name}"]
    command += ["--with-client"] * options.with_client
    command += ["--generated FOLDER"] * options.own_build
    return {
        "about": _ABOUT.format(check=_CHECK, project=own.name).splitlines(),
        "format": vendored.FORMAT,
        "project": own.name,
        "version": own.version,
        "licence": own.licence,
        "licence_files": [*LICENCES],
        "source": commit(),
        "command": " ".join(command),
        "options": {
            "name": options.name,
            "with_client": options.with_client,
            "own_build": options.own_build,
        },
    }


# --- Placing --------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """What was written, and what that changed.

    Attributes:
        discarded: what somebody had changed or added there, and is gone.
    """

    target: Path
    copy: Copy
    changes: dict[str, list[str]]
    discarded: list[str]


def write(dest: Path, options: Options, *, force: bool = False) -> Written:
    """Write a copy to `dest/name`, in the place of an earlier one.

    Raises:
        BuildError: it can't be made, or something stands in its place that is no copy
            of ours, or one that somebody edited; nothing was written.
        OSError: it can't be written; an earlier copy is as it was.
    """
    check_name(options.name)
    target = target_of(dest, options.name)
    recover(target)
    before, edits = _earlier(target, options, force=force)
    copy = make(options)
    with contextlib.ExitStack() as undo:
        _make_folders(target.parent, undo)
        with scratch_folder(target, target.parent) as folder:
            _fill(folder, copy)
            replace_folder(folder, target)
        undo.pop_all()
    changes: dict[str, list[str]] = {"added": [], "changed": [], "deleted": []}
    for name, kind in differences(before, copy.stamp["files"]).items():
        changes[{"new": "added", "gone": "deleted"}.get(kind, kind)].append(name)
    return Written(target, copy, changes, edits)


def _earlier(
    target: Path, options: Options, *, force: bool
) -> tuple[dict[str, str], list[str]]:
    """Return the files of the copy to replace, and what was edited there."""
    if not target.exists() or not any(target.iterdir()):
        return {}, []
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
    # What is there now: some may be missing, some may be somebody's own.
    files: dict[str, str] = stamp["files"]
    present = {n: hash_ for n, hash_ in files.items() if n not in findings.missing}
    present.update(dict.fromkeys((*findings.foreign, *findings.modified), ""))
    return present, edits


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
