"""Write a report as text, as Markdown and as JSON.

What documents say is printed without characters that can't be seen, and in Markdown as
code, so that no name can be more than a name.

The JSON has this shape, and `format` is raised when it changes:

    {"format": 1, "old": text, "new": text, "breaking": true or false,
     "verdict": V, "callers": V, "readers": V, "bump": "major|minor|patch|none",
     "prose": number, "counts": {"breaking": n, "mind": n, "compatible": n},
     "changes": [{"kind": "package|operation|model", "name": text, "where": text,
                  "element": text, "path": JSON path, "text": Markdown,
                  "callers": V, "readers": V}]}

where V is one of "breaking", "mind", "compatible" and "none".
"""

from __future__ import annotations

import json
import re
import textwrap

from codegen.diff.grouping import HEADINGS, WORDS, Entry, sections, summary, who
from codegen.diff.report import Report
from codegen.diff.words import code
from codegen.plan.literal import plain_text

FORMAT = 1
_WIDTH = 80
_MARKUP = re.compile(r"([\\*_\[\]<>#&|~])")


def as_text(report: Report) -> str:
    """Write a report for a terminal of 80 columns; JSON paths may be longer."""
    lines = []
    if report.old or report.new:
        lines += [
            f"old: {plain_text(report.old)}",
            f"new: {plain_text(report.new)}",
            "",
        ]
    for line in summary(report):
        lines += _wrapped(line)
    for heading, entries in sections(report):
        lines += ["", heading.upper()]
        above = ""
        for entry in entries:
            title = _title(entry)
            if title != above:
                lines += ["", *_wrapped(title)]
                above = title
            lines += _wrapped(entry.text, "  - ", "    ")
            lines.append(f"    [{who(entry.change)}]")
            if entry.names:
                lines += _wrapped(", ".join(entry.names), "    ", "    ")
            else:
                lines.append(f"    {entry.change.path}")
    return "\n".join(lines) + "\n"


def as_markdown(report: Report) -> str:
    """Write a report for a changelog or a pull request."""
    lines = []
    if report.old or report.new:
        lines += [f"{code(report.old)} to {code(report.new)}", ""]
    lines.append(" ".join(map(_escaped, summary(report))))
    for heading, entries in sections(report):
        lines += ["", f"### {heading}", ""]
        for entry in entries:
            text = f"{code(entry.title)}: {_escaped(entry.text)}"
            if entry.names:
                names = ", ".join(map(code, entry.names))
                text = f"{entry.title}: {_escaped(entry.text)}: {names}"
            lines.append(f"- {text} ({who(entry.change)})")
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """Write a report for programs; this module says which shape it has."""
    shown = {
        "format": FORMAT,
        "old": report.old,
        "new": report.new,
        "breaking": report.breaking,
        "verdict": WORDS[report.verdict],
        "callers": WORDS[report.callers],
        "readers": WORDS[report.readers],
        "bump": report.bump,
        "prose": report.prose,
        "counts": {
            WORDS[verdict]: sum(c.verdict is verdict for c in report.changes)
            for verdict in HEADINGS
        },
        "changes": [
            {
                "kind": change.kind,
                "name": change.name,
                "where": change.where,
                "element": change.element,
                "path": change.path,
                "text": change.text,
                "callers": WORDS[change.callers],
                "readers": WORDS[change.readers],
            }
            for change in report.changes
        ],
    }
    return json.dumps(shown, indent=2, ensure_ascii=True) + "\n"


def _title(entry: Entry) -> str:
    where = "" if entry.names else entry.change.where
    return f"{entry.title}  {where}".rstrip()


def _wrapped(text: str, first: str = "", others: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _escaped(text: str) -> str:
    """Escape what isn't code in a text."""
    parts = text.split("`")
    parts[::2] = [_MARKUP.sub(r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)
