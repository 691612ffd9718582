"""Find a document by what a user calls it: a file, a URL, a git revision."""

from __future__ import annotations

from pathlib import Path

from codegen import source
from codegen.errors import SpecError, shorten
from codegen.git import GitError, git
from codegen.paths import PINNED
from codegen.plan.literal import plain_text
from codegen.source import MAX_BYTES, Source


def find(text: str, *, pinned: Path = PINNED) -> Source:
    """Read the document that a text names.

    Args:
        text: a file, a URL, a git revision (then of the pinned document), or one with a
            colon and the path of another file. A file comes before a revision of the
            same name.
        pinned: the pinned document, in the repository that revisions are of.

    Raises:
        SpecError: it is none of them, or can't be read.
    """
    if text.startswith(("http://", "https://")) or Path(text).is_file():
        return source.load(text)
    if text and Path(text).is_dir():
        raise SpecError(f"{plain_text(text)} is a folder, not a document")
    revision, _, path = text.partition(":")
    folder = pinned.parent
    blob = f"{_commit(folder, revision, text)}:{path or f'./{pinned.name}'}"
    try:
        if int(git(folder, "cat-file", "-s", blob)) > MAX_BYTES:
            raise SpecError(f"{plain_text(text)} is larger than {MAX_BYTES >> 20} MiB")
        data = git(folder, "cat-file", "blob", blob)
    except GitError as error:
        raise SpecError(
            f"the revision {shorten(revision)} has no file "
            f"{shorten(path or pinned.name)}: {error}",
            hint="Where it had another name then, give REVISION:PATH.",
        ) from error
    return source.parse(data, name=text)


def _commit(folder: Path, revision: str, text: str) -> str:
    # What git is asked for must never begin like an option.
    if not revision or revision.startswith("-") or "\0" in text:
        reason = f"{shorten(revision)} can't be a revision"
    else:
        try:
            commit = f"{revision}^{{commit}}"
            return git(folder, "rev-parse", "--verify", commit).decode().strip()
        except GitError as error:
            reason = str(error)
            if "Needed a single revision" in reason:
                reason = "git knows no such revision"
    raise SpecError(
        f"{shorten(text)} is neither a file nor a revision: there is no file of that "
        f"name, and {reason}",
        hint="Give a file, a URL, a revision such as HEAD~3, or REVISION:PATH.",
    )
