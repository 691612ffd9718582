"""What errors keep of what happened: values by their names, which stay as they are.

They are no tuples: `"%s" % error.request` would take one for several values, and what
walks through objects, such as a reporter of errors, would not ask how it is shown. Nor
are they dataclasses, since each takes milliseconds of every import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from ._error_messages import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT: Final = 256 * 1024
"""How many bytes of a body an error keeps, at most."""


class Record:
    """Values by their names, in their order; two are equal where all of these are."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def __init__(self, *values: Any) -> None:
        for name, value in zip(self.__match_args__, values, strict=True):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        values = zip(self.__match_args__, self._values(), strict=True)
        shown = ", ".join(f"{name}={value!r}" for name, value in values)
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise AttributeError(f"{name} of {type(self).__name__} can't be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name} of {type(self).__name__} can't be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)


class SentRequest(Record):
    """What an error keeps of a request: its method, and its URL without a query."""

    __match_args__ = ("method", "url")
    __slots__ = __match_args__

    method: str
    url: str

    def __init__(self, method: str, url: str) -> None:
        super().__init__(method, url)


class ReceivedResponse(Record):
    """What an error keeps of a response.

    Attributes:
        headers: names in lower case; cookies are left out.
        content: the body as it came, or the beginning of a long one.
    """

    __match_args__ = ("status_code", "headers", "content", "request")
    __slots__ = __match_args__

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    request: SentRequest

    def __init__(
        self,
        status_code: int,
        headers: Mapping[str, str],
        content: bytes,
        request: SentRequest,
    ) -> None:
        super().__init__(status_code, headers, content, request)

    def __repr__(self) -> str:
        shown = f"status_code={self.status_code!r}, headers={self.headers!r}"
        return f"{type(self).__name__}({shown}, request={self.request!r})"

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body, decoded; text if it is not JSON, None if it is empty."""
        return decoded(self.content)
