"""What a server has to offer to be in the matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from harness.either_client import settled

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Self

    from harness.faults.operations import Form, Ids
    from harness.faults.verdicts import Expected

    Furnishing = Generator[tuple[str, Any], str, Ids]


class Bench(Protocol):
    """A server, and the troubles that it can make; it runs from `with` on.

    Attributes:
        url: where it is.
    """

    url: str

    @property
    def troubles(self) -> tuple[str, ...]:
        """Return the names of all troubles."""
        ...

    @property
    def thread_id(self) -> str:
        """Return a thread that is always there."""
        ...

    def furnish(self, form: Form) -> Furnishing:
        """Make what a call is about: yields paths and bodies, is sent responses."""
        ...

    def options(self, trouble: str, tag: str) -> dict[str, Any]:
        """Return the settings by which a client runs into trouble."""
        ...

    def expected(self, trouble: str, form: Form) -> Expected:
        """Return what has to come of a call."""
        ...

    def is_slow(self, trouble: str) -> bool:
        """Return whether the client is to run into its timeout."""
        ...

    def ends_never(self, trouble: str) -> bool:
        """Return whether polling a run may have no end."""
        ...

    def may_create(self, trouble: str) -> int:
        """Return how many things a call that creates may create."""
        ...

    def created(self) -> Mapping[tuple[str, str], int]:
        """Return how much each cell created, and of what kind, when all is over."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


async def drive(flow: Furnishing, http: Any) -> Ids:
    """Make what a flow asks for, by either client of httpx."""
    try:
        path, body = next(flow)
        while True:
            response = await settled(http.post(path, json=body))
            assert response.status_code == 200, response.text
            path, body = flow.send(response.text)
    except StopIteration as stop:
        found: Ids = stop.value
        return found
