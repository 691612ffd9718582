"""Put a copy together, in memory: all its files, and the stamp that tells of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.errors import BuildError
from codegen.paths import GENERATED
from codegen.pipeline import PACKAGE
from codegen.vendor import vendored
from codegen.vendor.gathering import (
    FACADE,
    LICENCES,
    Project,
    built,
    facade,
    licences,
    project,
)
from codegen.vendor.naming import check_name
from codegen.vendor.provenance import source
from codegen.vendor.rewriting import Module, Move, rewritten
from codegen.vendor.verifying import verify

_CHECK = "vendored.py"
_ABOUT = """\
This folder is a copy, written by the command below: don't edit it, and keep tools \
that rewrite files out of it.
Is it as it was written? `python {check}` in this folder tells, with nothing but \
Python: exit code 0 if so, 1 if not.
Is there something newer? `python -m codegen vendor --check FOLDER` in a clone of \
{project} tells, and the command below updates this.
"""


@dataclass(frozen=True)
class Options:
    """How a copy is to be.

    Attributes:
        name: how its package is called.
        with_client: whether the hand-written client is in it.
        generated: the folder of the build that is copied.
    """

    name: str
    with_client: bool = False
    generated: Path = GENERATED

    @property
    def own_build(self) -> bool:
        """Whether another build is copied than the one of this repository."""
        return self.generated.resolve() != GENERATED.resolve()


@dataclass(frozen=True)
class Copy:
    """A copy as it would be written.

    Attributes:
        files: everything but the stamp, by names relative to the copy.
        stamp: what VENDORED.json says.
    """

    files: dict[str, bytes]
    stamp: dict[str, Any]

    @property
    def stamp_text(self) -> str:
        """Write the stamp; the same copy has the same one, byte for byte."""
        return json.dumps(self.stamp, indent=1) + "\n"


def make(options: Options) -> Copy:
    """Make a copy of what this repository holds now.

    Raises:
        BuildError: it can't be made.
    """
    check_name(options.name)
    package = built(options.generated)
    own = project()
    # The generated package is the copy, or within it, always under the same name.
    inner = f"{PACKAGE}/" if options.with_client else ""
    files = _joined(
        {f"{inner}{path}": content for path, content in package.files.items()},
        _client(options.name) if options.with_client else {},
        {_CHECK: Path(vendored.__file__).read_bytes()},
        licences(),
    )
    imported = _imported(files, inner, options)
    # What is generated is built for one HTTP library, which may be an extra of ours.
    certain = verify(_modules(package.files), "")
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
    """Give the client as it is in a copy; what is generated needs no rewriting."""
    move = Move(name, {PACKAGE: PACKAGE, FACADE: ""})
    return {
        path: rewritten(content, Module(path), move)
        if path.endswith(".py")
        else content
        for path, content in facade().items()
    }


def _imported(files: dict[str, bytes], generated: str, options: Options) -> set[str]:
    """Check that a copy stands alone; give the packages of others that it imports.

    Raises:
        BuildError: it doesn't.
    """
    try:
        return verify(_modules(files), generated)
    except BuildError as error:
        if not options.with_client or not options.own_build:
            raise
        advice = (
            "the client needs all that the pinned document has: build more of it, "
            "or leave --with-client out"
        )
        raise BuildError(error.message, [*error.details, advice]) from error


def _modules(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: text for path, text in files.items() if path.endswith(".py")}


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
        "source": source(),
        "command": " ".join(command),
        "options": {
            "name": options.name,
            "with_client": options.with_client,
            "own_build": options.own_build,
        },
    }


def _joined(*parts: dict[str, bytes]) -> dict[str, bytes]:
    """Join files; those of one part may not hide those of another.

    Raises:
        BuildError: two of them have the same name.
    """
    joined: dict[str, bytes] = {}
    for part in parts:
        if twice := joined.keys() & part.keys():
            raise BuildError(f"the copy would have two files {min(twice)}")
        joined |= part
    return joined
