"""Names for Python, made from names of the document.

Only ASCII letters, digits and underscores come out, whatever goes in, and no name is
longer than file systems take.
"""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import count

# RunObject, includeHTTPHeaders, thread.run.created, include[] -> their words.
# In OAuth2, ETag, IPv4 and userIDs a capital doesn't always begin a word.
_WORDS = re.compile(
    r"(?:[Oo]Auth[0-9]*|[Ee]Tags?|IPv[46])(?![a-z])|[A-Z]{2,}s(?![a-z])"
    r"|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+"
)
# File systems take 255 bytes; Python adds up to 40 while it writes a compiled module.
_MAX_LENGTH = 200
_HASH_LENGTH = 8

# What is said of signs where nothing else tells two names apart.
_SIGNS = {
    "[]": "array",
    "<": "less",
    ">": "greater",
    "+": "plus",
    "=": "equals",
    "$": "dollar",
    "@": "at",
    "#": "number",
    "%": "percent",
    "&": "and",
    "*": "star",
    "!": "not",
    "~": "tilde",
    "^": "caret",
    "|": "or",
    "?": "question",
}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)) + r"|\A-")


class Label(str):
    """A name of the document that is called, or read, as another one.

    Attributes:
        label: the other one.
    """

    __slots__ = ("label",)
    label: str

    def __new__(cls, name: str, label: str = "") -> Label:
        """Make a label; copies get theirs afterwards."""
        result = super().__new__(cls, name)
        result.label = label
        return result


def called(name: str) -> str:
    """Return what a name is called: its label, or itself."""
    return name.label if isinstance(name, Label) else name


def words(name: str) -> list[str]:
    """Split a name into its words; what is no ASCII letter or digit separates.

    There is always one: a name without such letters is written by what its characters
    are called.
    """
    plain = called(name)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    found = _WORDS.findall(re.sub(r"[^A-Za-z0-9]+", " ", plain))
    return found or " ".join(map(_called, plain)).split() or ["empty"]


def pascal_case(name: str, *, last_word: bool = False) -> str:
    """Write a name as a class is named; the capitals that it has stay."""
    parts = words(name)[-1:] if last_word else words(name)
    return "".join(part[:1].upper() + part[1:] for part in parts)


def snake_case(name: str) -> str:
    """Write a name as a module or a variable is named."""
    return "_".join(words(name)).lower()


def sentence(name: str) -> str:
    """Write a name as the words that it consists of: `get_bot_URL` is `Get bot URL`."""
    # `URL`, `IDs` and `OAuth2` are written so within a sentence as well.
    kept = (
        p if p.isupper() or p[1:] != p[1:].lower() else p.lower() for p in words(name)
    )
    text = " ".join(kept)
    return text[:1].upper() + text[1:]


def class_name(name: str) -> str:
    """Return a valid name for the class of a schema."""
    result = _valid(pascal_case(name), name)
    # As it begins with a capital, it is neither its module nor an attribute.
    result = result[0].upper() + result[1:]
    if keyword.iskeyword(result) or hasattr(builtins, result):
        result += "Model"
    return result


def identifier(name: str) -> str:
    """Return a valid name for a variable, an argument or an attribute."""
    result = _valid(snake_case(name), name)
    if keyword.iskeyword(result) or keyword.issoftkeyword(result):
        return result if result in ("type", "match", "case") else result + "_"
    # Beside `self` of a method it would be the second of this name.
    return "self_" if result == "self" else result


def module_name(name: str) -> str:
    """Return a valid name for a module or a package."""
    result = _valid(snake_case(name), name)
    return result + "_" if keyword.iskeyword(result) else result


def free(name: str, taken: Container[str], *others: str) -> str:
    """Return the first name that is not taken: this one, the others, or with a number.

    So the first who asks for a name keeps it, whoever asks for it later.
    """
    return next(each for each in _candidates(name, others) if each not in taken)


def with_signs(name: str) -> str:
    """Write the signs of a name as words: `price<` and `price>` differ by them."""
    return _SIGN.sub(lambda sign: f" {_SIGNS.get(sign[0], 'minus')} ", name)


def _candidates(name: str, others: tuple[str, ...]) -> Iterator[str]:
    yield name
    yield from others
    for number in count(2):
        yield f"{name.rstrip('_')}_{number}"


def _valid(result: str, name: str) -> str:
    if len(result) > _MAX_LENGTH:
        digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
        result = f"{result[: _MAX_LENGTH - _HASH_LENGTH - 1].rstrip('_')}_{digest}"
    return f"n{result}" if result[0].isdigit() else result


def _called(character: str) -> str:
    """Return what a character is called: `И` is I, `*` is asterisk."""
    found = unicodedata.name(character, f"{ord(character):x}")
    parts = re.split("[ -]", found)
    kept = parts[-1:] if character.isalpha() else [p for p in parts if p != "SIGN"]
    return " ".join(kept).lower()
