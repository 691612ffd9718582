"""One option of the server: its names, its value, and how that is read and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..durations import seconds_of
from ..store import place_of
from .redaction import without_secrets

PREFIX: Final = "ASSISTANTS_"
"""What the names of environment variables begin with."""
_YES: Final = ("1", "true", "yes", "on")
_NO: Final = ("0", "false", "no", "off")


class OptionError(ValueError):
    """An option has no such value; the text says what was expected."""


@dataclass(frozen=True)
class Kind:
    """A kind of values.

    Attributes:
        expected: what is expected, in words.
        read: makes a value of a text; raises a ValueError where it can't.
        types: what a value may be in a file; it is read as a text otherwise.
    """

    expected: str
    read: Callable[[str], Any]
    types: tuple[type, ...] = ()


def _switch(text: str) -> bool:
    word = text.strip().lower()
    if word not in (*_YES, *_NO):
        raise ValueError(text)
    return word in _YES


def _duration(text: str) -> str:
    seconds_of(text)
    return text


TEXT: Final = Kind("a text", str)
FILE: Final = Kind("the path of a file, as text", Path)
PLACE: Final = Kind("the path of a file, or a URL with postgresql://", place_of)
WHOLE: Final = Kind("a whole number", int, (int,))
NUMBER: Final = Kind("a number", float, (int, float))
DURATION: Final = Kind("a duration, such as 30d or 12h, as text", _duration)
SWITCH: Final = Kind("true or false", _switch, (bool,))


@dataclass(frozen=True)
class Option:
    """An option, by one name: `--max-turns`, `max-turns` in a file, a variable.

    Attributes:
        name: its name.
        help: what it is for, without its default.
        kind: what values it has.
        metavar: what the help calls its value.
        default: its value where nobody gives one.
        otherwise: what happens then, in words, where the default alone doesn't say it.
        variable: its environment variable, if that isn't called like it.
        many: whether it may be given several times.
        separator: what is between several values in a variable.
        pairs: whether a file may have a table in place of `OLD=NEW`, several times.
        choices: the texts that it may be.
        secret: whether it is never shown.
        keeps_empty: whether an empty text is a value, and not as if there were none.
        only_variable: whether it is neither an option of the command line nor in a
            file, since others could read it there.
    """

    name: str
    help: str
    kind: Kind = TEXT
    metavar: str = ""
    default: Any = None
    otherwise: str = ""
    variable: str = ""
    many: bool = False
    separator: str = ","
    pairs: bool = False
    choices: Sequence[str] = ()
    secret: bool = False
    keeps_empty: bool = False
    only_variable: bool = False

    @property
    def attribute(self) -> str:
        """Return its name as Python has it."""
        return self.name.replace("-", "_")

    @property
    def flag(self) -> str:
        """Return its name on the command line."""
        return f"--{self.name}"

    @property
    def in_environment(self) -> str:
        """Return the name of its environment variable."""
        return self.variable or PREFIX + self.attribute.upper()

    @property
    def start(self) -> Any:
        """Return its value where nobody gives one."""
        return [] if self.many else self.default

    def read(self, text: str) -> Any:
        """Return the value, or one of several, that a text stands for.

        Raises:
            OptionError: it stands for none.
        """
        if self.choices and text not in self.choices:
            # In repr: it may be anything.
            raise OptionError(f"{self._shown(text)} is none of {self._choices()}")
        try:
            return self.kind.read(text)
        except ValueError:
            hint = ""
            if text.startswith("tcp://"):
                hint = (
                    "; Kubernetes sets it for a Service of this name, unless the Pod "
                    "has enableServiceLinks: false"
                )
            raise self._unexpected(text, hint) from None

    def read_several(self, text: str) -> list[Any]:
        """Return the values that the text of a variable stands for.

        Raises:
            OptionError: one of them is none.
        """
        each = (part.strip() for part in text.split(self.separator))
        return [self.read(part) for part in each if part]

    def read_item(self, value: Any) -> Any:
        """Return the value that one of a file stands for.

        Raises:
            OptionError: it is of another type, or stands for none.
        """
        if self.pairs and isinstance(value, dict):
            pairs = value.items()
            if all(isinstance(new, str) for _, new in pairs):
                return [self.read(f"{old}={new}") for old, new in pairs]
        if self.many:
            if not isinstance(value, list) or not all(
                isinstance(v, str) for v in value
            ):
                raise OptionError(f"expected an array of texts, found {_kind(value)}")
            return [self.read(each) for each in value]
        if self.kind.types:
            is_wrong = isinstance(value, bool) and bool not in self.kind.types
            if is_wrong or not isinstance(value, self.kind.types):
                raise self._unexpected(value)
            return self.kind.read(str(value))
        if not isinstance(value, str):
            raise self._unexpected(value)
        return self.read(value)

    def _unexpected(self, found: Any, hint: str = "") -> OptionError:
        what = self._shown(found) if isinstance(found, str) else _kind(found)
        return OptionError(f"expected {self.kind.expected}, found {what}{hint}")

    def _shown(self, text: str) -> str:
        return "another text" if self.secret else repr(without_secrets(text))

    def _choices(self) -> str:
        return ", ".join(self.choices)


def _kind(value: Any) -> str:
    """Return what a value of TOML is, in words, without the value."""
    words = {bool: "true or false", int: "a whole number", float: "a number"}
    words |= {str: "a text", list: "an array", dict: "a table"}
    return words.get(type(value), "a date or time")
