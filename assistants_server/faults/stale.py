"""Runs that are shown as they were: as by a replica that lags behind."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

JSON = dict[str, Any]
_MOST = 1000


class StaleActions:
    """Runs whose outputs were submitted, and that are still shown as waiting."""

    def __init__(self) -> None:
        self._stale: OrderedDict[str, tuple[JSON, int]] = OrderedDict()

    def begin(self, before: JSON, times: int) -> None:
        """Show a run so many times as it was before its outputs were submitted."""
        self._stale[before["id"]] = (before, times)
        if len(self._stale) > _MOST:
            self._stale.popitem(last=False)

    def shown(self, run: JSON) -> JSON:
        """Return what a client sees in place of a run, mostly the run itself."""
        before, left = self._stale.pop(run["id"], (run, 0))
        if left > 1:
            self._stale[run["id"]] = (before, left - 1)
        return before
