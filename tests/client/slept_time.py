"""Time that passes only where a client sleeps, and then at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

from assistants_client._effects import Sleep
from assistants_client._transport.async_http import AsyncHttp
from assistants_client._transport.http import Http

if TYPE_CHECKING:
    import pytest

    from assistants_client._effects import Effect


class SleptTime:
    """A clock of its own for what waits for runs.

    Attributes:
        slept: the seconds of each time that a client slept.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put it in the place of the machine's."""
        self.slept: list[float] = []
        perform, perform_async = Http.perform, AsyncHttp.perform

        def performed(http: Http, effect: Effect) -> Any:
            if isinstance(effect, Sleep):
                return self.slept.append(effect.seconds)
            return perform(http, effect)

        async def performed_async(http: AsyncHttp, effect: Effect) -> Any:
            if isinstance(effect, Sleep):
                return self.slept.append(effect.seconds)
            return await perform_async(http, effect)

        monkeypatch.setattr(Http, "perform", performed)
        monkeypatch.setattr(AsyncHttp, "perform", performed_async)
        clock = Mock(monotonic=lambda: sum(self.slept))
        for module in ("_waits", "_streams"):
            monkeypatch.setattr(f"assistants_client.resources.{module}.time", clock)
