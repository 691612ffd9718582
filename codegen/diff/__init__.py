"""Compare two documents in terms of the code that is made from them.

Both are repaired, selected from and normalised as `build` does it, so that the same
facts in other words are no change. Nor are another order (except that of arguments that
may be given by position) and another version of the document.

Each change is judged twice, for code that was right with the old package, at a server
that goes on as it was: for callers, who write arguments and bodies, and for readers of
responses. Who is concerned depends on where the thing stood: in requests, in responses,
in both; what nothing refers to concerns both.

- `breaking`: imports, arguments or types may be wrong now, what is sent may be refused,
  or what is read may be something that the types didn't allow for.
- `mind`: the code stays right, but the change deserves a thought: a value that an open
  enum has now, another default, a deprecation; or that the values of a list are wider,
  so that a variable annotated with the former list no longer fits.
- `compatible`: the code stays right and does the same.

Data flows top to bottom: `sides` finds the documents and prepares each of them, `pairs`
matches what belongs together. `models`, `operations` and `responses` compare that, down
to `values`. Each change is an entry of the table in `rules`, applied to a site.
`report` writes what was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.diff.models import compare_models
from codegen.diff.operations import compare_operations, compare_security
from codegen.diff.pairs import Pair, match_models
from codegen.diff.report import Change, Report, Verdict
from codegen.diff.sides import Side, empty_side, has_any, repaired, side_of
from codegen.errors import SpecError
from codegen.paths import ROOT
from codegen.prose import places
from codegen.select import ASSISTANTS, Selection
from codegen.source import Document, Source

__all__ = ["Change", "Report", "Verdict", "compare", "compare_sides"]

_VERSION = ROOT / "assistants_client" / "_version.py"
_MAJOR = re.compile(r'^__version__ = "(\d+)\.', re.MULTILINE)
_ORDER = {"package": 0, "operation": 1, "model": 2}


def compare(
    old: Document | Source, new: Document | Source, *, selection: Selection = ASSISTANTS
) -> Report:
    """Return what changed between two documents, in terms of the generated code.

    One of the documents may have no operation that the selection matches.

    Raises:
        SpecError: `build` would refuse one of them, or neither has such operations.
    """
    documents = [repaired(document) for document in (old, new)]
    matching = [has_any(document, selection) for document in documents]
    if not any(matching):
        raise SpecError(
            f"in neither document an operation matches the selection ({selection})",
            hint="Choose with --path, --tag or --all.",
        )
    before, after = (
        side_of(document, selection) if matches else empty_side()
        for document, matches in zip(documents, matching, strict=True)
    )
    return compare_sides(before, after)


def compare_sides(old: Side, new: Side) -> Report:
    """Return what changed between two documents that are prepared already."""
    matched = match_models(old, new)
    pair = Pair(old, new, {n: o for n, o in matched.items() if n != o})
    changes: list[Change] = [
        *compare_security(pair),
        *compare_operations(pair),
        *compare_models(pair, matched),
    ]
    changes.sort(key=lambda c: (_ORDER[c.kind], c.name, -c.verdict))
    return Report(
        tuple(dict.fromkeys(changes)),
        prose=_reworded(old, new),
        released=_is_released(),
        old=_label(old),
        new=_label(new),
    )


def _label(side: Side) -> str:
    version = side.package.version
    return f"version {version}" if version else ""


def _reworded(old: Side, new: Side) -> int:
    """Count the places that both documents describe, in different words."""
    before = dict(_texts(old))
    return sum(
        bool(text) and text != before.get(key, text) for key, text in _texts(new)
    )


def _texts(side: Side) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, holder, keyword in places(side.described):
        text = holder.get(keyword)
        if isinstance(text, str):
            yield key, " ".join(text.split())


def _is_released() -> bool:
    """Return whether our version is 1.0 or later."""
    found = _MAJOR.search(_VERSION.read_text(encoding="utf-8"))
    return found is not None and int(found[1]) > 0
