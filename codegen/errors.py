"""What can go wrong while turning a document into code.

Whatever reads a document or plans code for it raises `SpecError`; whatever writes,
checks or copies a package raises `BuildError`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

Path = tuple[str | int, ...]
"""Where something stands in a document: the keys and indexes that lead to it."""
Origins = Mapping[Path, Path]
"""Where the components stood that were named only later, by where they stand now."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SHOWN_LENGTH = 200
_PLACE = re.compile(r"\$\.components\.(\w+)\.(\w+)")
# What JSONPath writes otherwise within quotation marks.
_ESCAPES = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"}
_ESCAPES |= {"'": r"\'", "\\": r"\\"}


class SpecError(Exception):
    """A document that can't be used: what is wrong, where, and what to do.

    Attributes:
        keyword: what it is about at this place, where the rest is as it should be.
        others: what else is wrong in the same document.
        remedies: actions of an overlay, with which the document can be used.
    """

    def __init__(
        self, message: str, *, at: Path | None = None, hint: str = "", keyword: str = ""
    ) -> None:
        self.message = message
        self.at = at
        self.hint = hint
        self.keyword = keyword
        self.others: Sequence[SpecError] = ()
        self.remedies: Sequence[Mapping[str, object]] = ()
        where = f"{json_path(at)}: " if at is not None else ""
        super().__init__(f"{where}{message}" + (f"\n  {hint}" if hint else ""))

    @property
    def all(self) -> list[SpecError]:
        """Return this error and the others."""
        return [self, *self.others]

    def moved(self, at: Path | None) -> SpecError:
        """Return this error with another place."""
        result = SpecError(self.message, at=at, hint=self.hint, keyword=self.keyword)
        result.others = self.others
        return result

    def traced(self, origins: Origins) -> SpecError:
        """Return this error with its places in the document as it was given."""
        result = self.moved(self.at and origin(self.at, origins))
        result.others = [other.traced(origins) for other in self.others]
        return result


def not_a_reference(found: object, at: Path) -> SpecError:
    """Return the error for a reference that is no text.

    Args:
        found: what stands there.
        at: the place of what has it.
    """
    message = f"a $ref must be text, not {shorten(found)}"
    return SpecError(message, at=at, keyword="$ref")


class BuildError(Exception):
    """A build that would lose something, or could not be finished."""

    def __init__(self, message: str, details: Iterable[str] = ()) -> None:
        self.message = message
        self.details = list(details)
        super().__init__("\n".join([message, *(f"  {line}" for line in self.details)]))


class Problems:
    """Collect what is wrong in many places, so that all of it is said at once.

    As a context, it takes the error that ends the block, if one does.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[Path | None, str], SpecError] = {}

    def add(self, error: SpecError) -> None:
        """Take an error, and those that come with it; each counts once."""
        for each in error.all:
            self._found.setdefault((each.at, each.message), each)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if isinstance(error, SpecError):
            self.add(error)
            return True
        return False

    def raise_any(self) -> None:
        """Raise the first error, which has the others with it."""
        if self._found:
            first, *others = self._found.values()
            first.others = others
            raise first


def origin(at: Path, origins: Origins) -> Path:
    """Return where something stood in the document as it was given."""
    seen = set()
    while at[:3] in origins and at[:3] not in seen:
        seen.add(at[:3])
        at = (*origins[at[:3]], *at[3:])
    return at


def traced(line: str, origins: Origins) -> str:
    """Replace the places in a line by those in the document as it was given."""

    def place(found: re.Match[str]) -> str:
        at = ("components", found[1], found[2])
        return json_path(origin(at, origins)) if at in origins else found[0]

    return _PLACE.sub(place, line)


def pointer(path: Path) -> str:
    """Write the reference that leads to a place within the document."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#/" + "/".join(steps)


def json_path(path: Path, longest: int = _SHOWN_LENGTH) -> str:
    """Write a place in a document as JSONPath, such as `$.paths['/threads'].post`.

    Keys that are longer than `longest` are cut; 0 stands for no limit.
    """
    return "$" + "".join(_step(part, longest) for part in path)


def shorten(text: object) -> str:
    """Quote a value of the document for a message, cut where it is long."""
    quoted = repr(text)
    if len(quoted) > _SHOWN_LENGTH:
        return quoted[:_SHOWN_LENGTH] + "..."
    return quoted


def meant(name: str, known: Iterable[str]) -> str:
    """Suggest the name that may have been meant, in the middle of a message."""
    close = closest(name, known)
    return f"; is {close} meant?" if close else ""


def closest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like another, "" where none is like it."""
    return next(iter(difflib.get_close_matches(name, [*known], 1)), "")


def listed(lines: list[str], most: int = 20) -> list[str]:
    """Return the first lines, and how many more there are."""
    more = len(lines) - most
    return lines[:most] + [f"... and {more} more"] * (more > 0)


def counted(number: int, what: str) -> str:
    """Return a number of things, such as "1 model" or "2 models"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _step(part: str | int, longest: int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _PLAIN_KEY.match(part):
        return f".{part}"
    cut = "..." if 0 < longest < len(part) else ""
    shown = part[:longest] if cut else part
    return f"['{''.join(map(_escaped, shown))}{cut}']"


def _escaped(character: str) -> str:
    known = _ESCAPES.get(character)
    return known or (character if character.isprintable() else _code(character))


def _code(character: str) -> str:
    """Write a character by its number, in two parts where JSON needs them."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
