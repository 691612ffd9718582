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

Data flows top to bottom: `sources` finds the documents, `sides` prepares each of them,
`pairs` matches what belongs together. `models`, `operations` and `responses` compare
that, down to `values` and `limits`. Each change is an entry of the table in `rules`,
applied to one of the `sites`. `formats` writes the `report`.
"""

from codegen.diff.compare import compare
from codegen.diff.report import Change, Report, Verdict

__all__ = ["Change", "Report", "Verdict", "compare"]
