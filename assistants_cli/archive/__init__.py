"""Taking things along: from a server into an archive, and from there to others."""

from .export import Export, Outcome
from .selection import Selection, ids_in

__all__ = ["Export", "Outcome", "Selection", "ids_in"]
