"""Regular expressions: what fits one, and whether checking that would stay cheap.

Patterns are what Python's `re` and ECMA have in common, since `re` has the last word.
Back-references and flags inside are out of scope, flags at the start are not.
"""

from .compiling import PatternError, compiled, quiet, weight
from .matching import matches
from .writing import strings

__all__ = ["PatternError", "compiled", "matches", "quiet", "strings", "weight"]
