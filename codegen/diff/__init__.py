"""What changed between two documents, in terms of the code that is made from them.

Both are repaired, selected from and normalised as `build` does it, so that the same
facts in other words are no change. Nor are an order (but for that of arguments that may
be given by position) and the version of a document.

Each change is judged for those who write arguments and bodies (callers), and for those
who read answers (readers), by where the thing stood: in requests, in answers, in both;
what nothing refers to is judged for both. The measure is code that was right with the
old package, at a server that goes on as it was:

- `breaking`: imports, arguments or types of it may be wrong now, it may send what is
  refused, or read what its types didn't allow for. So for callers what is narrower, for
  readers what is wider: another type, null, a property that may be left out, an error
  that is documented only now and was raised before. What is gone or has another name
  breaks all who met it, and so does a request that goes elsewhere.
- `mind`: it stays right, and yet a thought may be due: a value or variant that an open
  enum or union has now, a wider limit for readers, another default, a deprecation;
  and that what a list or a map holds is wider for callers, or narrower for readers:
  all values fit still, but a variable annotated as the former list doesn't.
- `compatible`: it stays right and does the same.
"""

from codegen.diff.compare import compare
from codegen.diff.report import Change, Report, Verdict

__all__ = ["Change", "Report", "Verdict", "compare"]
