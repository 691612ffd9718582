"""Whether a store can be used, as far as its last error tells."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from .interface import DamagedStoreError, StoreError
from .transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .deltas import Deltas

# What is written to see whether anything can be: more than has room by chance, for a
# message that nobody has.
_NOBODYS, _SOME = "-", {"text": "x" * 65536}


class Failures(Transactions):
    """A database that remembers that it could not be used.

    Attributes:
        deltas: the text of messages that are being written.
    """

    deltas: Deltas

    def __init__(self) -> None:
        self._failure: StoreError | None = None

    @abstractmethod
    def existing(self, kind: str, ids: Iterable[str]) -> set[str]:
        """Return those ids that objects of a kind have."""

    def check(self) -> None:
        """Look whether the store can be used, within a change.

        As long as all goes well, it is only read. After an error it is written to as
        well: whoever is told that it can't be used may send nothing that would tell
        when it can.

        Raises:
            StoreError: it was found damaged before.
        """
        if isinstance(self._failure, DamagedStoreError):
            raise self._failure
        self.existing("assistant", [_NOBODYS])
        if self._failure:
            self.deltas.add(_NOBODYS, _SOME)
            self.deltas.delete(_NOBODYS)
            self.after(self._forget_failure)

    def _note_failure(self, error: StoreError) -> None:
        """Note that the store can't be used, as far as anybody knows."""
        if not isinstance(self._failure, DamagedStoreError):
            self._failure = error

    def _forget_failure(self) -> None:
        self._failure = None
