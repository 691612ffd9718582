"""What can go wrong with files; `_errors` draws the whole tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import AssistantsError
from ._records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence


class FileError(AssistantsError):
    """A file of yours could not be read while it was sent, or not be written.

    What was sent of it is no whole request, so that the server made nothing of it. The
    cause says what happened.
    """


class UploadFailure(Record):
    """One file of several that could not be uploaded.

    Attributes:
        number: its place among the files, from 0 on.
        name: its name.
        error: why.
    """

    __match_args__ = ("number", "name", "error")
    __slots__ = __match_args__

    number: int
    name: str
    error: Exception

    def __init__(self, number: int, name: str, error: Exception) -> None:
        super().__init__(number, name, error)

    def __str__(self) -> str:
        return f"files[{self.number}] {self.name!r}: {self.error}"


class UploadError(AssistantsError):
    """Some of several files could not be uploaded; `uploaded` has the others.

    Attributes:
        failures: what went wrong, file by file.
    """

    def __init__(
        self, failures: Sequence[UploadFailure], uploaded: Sequence[Any] = ()
    ) -> None:
        super().__init__(failures, uploaded)
        self.failures = failures
        self.uploaded = uploaded

    def __str__(self) -> str:
        count = len(self.failures) + len(self.uploaded)
        failed = "; ".join(map(str, self.failures))
        names = ", ".join(str(each.id) for each in self.uploaded) or "none"
        return (
            f"{len(self.failures)} of {count} files could not be uploaded: {failed}; "
            f"those that were: {names}"
        )


class WaitTimeout(AssistantsError, TimeoutError):  # noqa: N818
    """What was waited for goes on, but the time to wait is up.

    Attributes:
        object: what was waited for, as it was read last; None if it never was.
        waited: for how many seconds.
    """

    def __init__(self, object: Any, waited: float) -> None:
        super().__init__(object, waited)
        self.object = object
        self.waited = waited

    def __str__(self) -> str:
        if self.object is None:
            return f"there was no response after {self.waited:.1f} s"
        return (
            f"{self.object.id} is still {self.object.status} after {self.waited:.1f} s"
        )
