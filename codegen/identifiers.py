"""Names for Python, made from names of the document.

Only ASCII letters, digits and underscores come out, whatever goes in.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

from codegen.errors import Path, SpecError, shorten

# RunObject, includeHTTPHeaders, thread.run.created, include[] -> their words.
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_MAX_LENGTH = 120

# What a name must not hide within generated code.
_RESERVED = {"self", "cls", "models", "types", "errors", "UNSET"}


def words(name: str) -> list[str]:
    """Split a name into its words; what is no ASCII letter or digit separates."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _WORDS.findall(re.sub(r"[^A-Za-z0-9]+", " ", plain))


def pascal_case(name: str, *, last_word: bool = False) -> str:
    """Write a name as a class is named; the capitals that it has stay."""
    parts = words(name)[-1:] if last_word else words(name)
    return "".join(part[:1].upper() + part[1:] for part in parts)


def snake_case(name: str) -> str:
    """Write a name as a module or a variable is named."""
    return "_".join(words(name)).lower()


def class_name(name: str, at: Path | None = None) -> str:
    """Return a valid name for the class of a schema."""
    result = _checked(pascal_case(name), name, at)
    if keyword.iskeyword(result) or hasattr(builtins, result):
        result += "Model"
    return result


def identifier(name: str, at: Path | None = None) -> str:
    """Return a valid name for a variable, an argument or an attribute."""
    result = _checked(snake_case(name), name, at)
    if keyword.iskeyword(result) or keyword.issoftkeyword(result):
        return result if result in ("type", "match", "case") else result + "_"
    return result + "_" if result in _RESERVED else result


def module_name(name: str, at: Path | None = None) -> str:
    """Return a valid name for a module or a package."""
    result = _checked(snake_case(name), name, at)
    return result + "_" if keyword.iskeyword(result) else result


def _checked(result: str, name: str, at: Path | None) -> str:
    if not result:
        raise SpecError(
            f"the name {shorten(name)} has no letter or digit that Python could use",
            at=at,
            hint="Give it another name in the overlay.",
        )
    if len(result) > _MAX_LENGTH:
        raise SpecError(f"the name {shorten(name)} is too long for a file", at=at)
    return f"n{result}" if result[0].isdigit() else result
