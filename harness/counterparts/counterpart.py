"""A server of models that we didn't write: where it is, and what it is made to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JSON = dict[str, Any]


@dataclass(frozen=True)
class Say:
    """The model answers with a text, or stops in the middle of it.

    Attributes:
        text: the text.
        broken: how the stream ends before its time, if it does: the connection is
            dropped, it ends without saying so, or it has a chunk that is no JSON.
        held: seconds for which nothing comes after the first pieces.
        finish: why the model stopped, where it wasn't done.
    """

    text: str
    broken: Literal["disconnect", "truncate", "malformed"] | None = None
    held: float = 0
    finish: Literal["length", "content_filter"] | None = None


@dataclass(frozen=True)
class Call:
    """The model calls functions, each with a name and arguments.

    Attributes:
        calls: the calls.
        thought: what it thinks before, if it tells that.
        after: what it says after them, if anything.
    """

    calls: tuple[tuple[str, JSON], ...]
    thought: str = ""
    after: str = ""


@dataclass(frozen=True)
class Refuse:
    """The server refuses.

    Attributes:
        status: the HTTP status.
        message: what it says.
        code: the code of the error.
        retry_after: the seconds after which it wants to be asked again.
        times: how often it does so.
    """

    status: int
    message: str = "No."
    code: str | None = None
    retry_after: float | None = None
    times: int = 1


Step: TypeAlias = Say | Call | Refuse


@dataclass(frozen=True)
class Asked:
    """A request as the server got it.

    Attributes:
        body: its body.
        answered: whether the server could send all of its answer.
    """

    body: JSON
    answered: bool


class Script(Protocol):
    """What a server is made to do, and what it was asked."""

    def play(self, *steps: Step) -> None:
        """Have it forget what was, and do something at each request from now on.

        Raises:
            NotOfferedError: it can't do that.
        """
        ...

    def asked(self) -> Sequence[Asked]:
        """Return the requests since then."""
        ...

    def findings(self) -> Sequence[str]:
        """Return what the server itself thinks that was wrong about them."""
        ...


class NoScript:
    """The script of a server whose answer is always the same."""

    def play(self, *steps: Step) -> None:
        """Do nothing: what it says is what would be played."""

    def asked(self) -> Sequence[Asked]:
        """Return nothing: it doesn't tell."""
        return ()

    def findings(self) -> Sequence[str]:
        """Return nothing: it doesn't judge."""
        return ()


@dataclass(frozen=True)
class Counterpart:
    """A server of models, or one of the models of it.

    Attributes:
        name: what the table calls it.
        url: its base URL.
        model: the model that answers.
        key: its key, if it wants one.
        script: what it is made to do.
        lists: another model that it lists.
        counts: the tokens that it says each answer took, read and written, where that
            is always the same.
        protocols: those by which it is worth asking.
        lacks: the checks that it can't pass, by name, after the protocol if it is one
            of two; and why.
    """

    name: str
    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    script: Script = field(default_factory=NoScript)
    lists: str = "gpt-4o"
    counts: tuple[int, int] | None = None
    protocols: Sequence[str] = ("chat", "responses")
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_scripted(self) -> bool:
        """Return whether it does what it is told."""
        return not isinstance(self.script, NoScript)

    def lacking(self, protocol: str, check: str) -> str | None:
        """Return why a check can't be passed; None where it has to be."""
        return self.lacks.get(check) or self.lacks.get(f"{protocol} {check}")
