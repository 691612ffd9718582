"""Which model answers for which name: those of the old endpoint are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_ANY = "*"


class ModelNames:
    """A table from the names that runs use to those of the upstream."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        """Make a table.

        Args:
            names: the upstream's name for each; the one for `*` is that of all others.
        """
        self._names = dict(names or {})

    @classmethod
    def parse(cls, pairs: Iterable[str]) -> ModelNames:
        """Read a table written as `OLD=NEW`, one after the other.

        Raises:
            ValueError: one of them is written otherwise, or they contradict.
        """
        names: dict[str, str] = {}
        for pair in pairs:
            old, equals, new = pair.partition("=")
            if not equals or not old.strip() or not new.strip():
                raise ValueError(
                    f"{pair!r} is no OLD=NEW, such as gpt-4o=llama3.2 or *=llama3.2"
                )
            old, new = old.strip(), new.strip()
            if names.setdefault(old, new) != new:
                raise ValueError(f"{old} is given twice: {names[old]} and {new}")
        return cls(names)

    def upstream(self, name: str) -> str:
        """Return the upstream's name of a model; the same where the table has none."""
        return self._names.get(name, self._names.get(_ANY, name))

    @property
    def table(self) -> Mapping[str, str]:
        """Return the table, with `*` if it is there."""
        return self._names

    @property
    def old(self) -> list[str]:
        """Return the names that are mapped, `*` aside."""
        return [name for name in self._names if name != _ANY]

    @property
    def new(self) -> list[str]:
        """Return the upstream's names that are mapped to."""
        return list(dict.fromkeys(self._names.values()))
