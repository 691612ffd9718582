"""Put a copy together, in memory: all its files, and the stamp that describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.errors import BuildError
from codegen.paths import GENERATED
from codegen.pipeline import PACKAGE
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
from codegen.vendor.rewrite import rewritten
from codegen.vendor.target import check_name
from codegen.vendor.verify import verify

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
    """How a copy is to be.

    Attributes:
        name: what its package is called.
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
        """Return the text of the stamp; the same copy always has the same one."""
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
