"""What a server has to offer to be in the matrix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Self

    import httpx

    from harness.faults.operations import Form, Ids
    from harness.faults.verdicts import Expected

    Furnishing = Generator[tuple[str, Any], str, Ids]


class Bench(ABC):
    """A server, and the troubles that it can make; it runs from `with` on.

    Attributes:
        name: what it is called.
    """

    name: str

    @property
    @abstractmethod
    def troubles(self) -> tuple[str, ...]:
        """Give the names of all troubles."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Give where it is."""

    @property
    @abstractmethod
    def thread_id(self) -> str:
        """Give a thread that is always there."""

    @abstractmethod
    def furnish(self, form: Form) -> Furnishing:
        """Make what a call is about: yields paths and bodies, is sent answers."""

    @abstractmethod
    def options(self, trouble: str, tag: str) -> dict[str, Any]:
        """Give the settings by which a client runs into trouble."""

    @abstractmethod
    def expected(self, trouble: str, form: Form) -> Expected:
        """Say what has to come of a call."""

    @abstractmethod
    def is_slow(self, trouble: str) -> bool:
        """Tell whether the client is to lose patience."""

    @abstractmethod
    def ends_never(self, trouble: str) -> bool:
        """Tell whether a wait for a run may have no end."""

    @abstractmethod
    def may_create(self, trouble: str) -> int:
        """Give how many things a call that creates may create."""

    @abstractmethod
    def created(self) -> Mapping[tuple[str, str], int]:
        """Give how much each cell created, and of what kind, when all is over."""

    @abstractmethod
    def __enter__(self) -> Self: ...
    @abstractmethod
    def __exit__(self, *_: object) -> None: ...


def drive(flow: Furnishing, http: httpx.Client) -> Ids:
    """Make what a flow asks for."""
    try:
        path, body = next(flow)
        while True:
            path, body = flow.send(_text(http.post(path, json=body)))
    except StopIteration as stop:
        found: Ids = stop.value
        return found


async def drive_async(flow: Furnishing, http: httpx.AsyncClient) -> Ids:
    """Make what a flow asks for."""
    try:
        path, body = next(flow)
        while True:
            path, body = flow.send(_text(await http.post(path, json=body)))
    except StopIteration as stop:
        found: Ids = stop.value
        return found


def _text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.text
