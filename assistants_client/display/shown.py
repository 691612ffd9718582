"""What notebooks and rich ask of an object that they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .views import View


class Shown:
    """An object that has a view; what it takes to show it is imported then."""

    __slots__ = ()

    def _view(self) -> View:
        """Return what is to be shown."""
        raise NotImplementedError

    def _shown_data(self) -> Any:
        """Return its data as JSON, as it may be shown."""
        from .. import _api

        return self.to_dict() if isinstance(self, _api.Dumped) else self

    def _repr_html_(self) -> str:
        from .html import html_of

        return html_of(self._view())

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from .rich_text import renderables

        return renderables(self._view())
