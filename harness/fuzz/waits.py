"""How long an answer's headers have us wait, without waiting: by the flows alone."""

from __future__ import annotations

from time import monotonic
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import httpx

from assistants_api.models import RunObject
from assistants_client._effects import PreparedRequest, Send, Sleep
from assistants_client._flows.poll import poll_run
from assistants_client._flows.poll_policy import PollPolicy
from assistants_client._flows.retry import retry
from assistants_client._options import Policy

if TYPE_CHECKING:
    from harness.fuzz.header_cases import Headers

# What the words of the flows promise: a server's word is kept up to so many seconds.
LONGEST_RETRY: Final = 120.0
LONGEST_POLL: Final = 60.0


def _reply(status: int, headers: Headers) -> httpx.Response:
    raw = [
        (n.encode("latin-1", "replace"), v.encode("latin-1", "replace"))
        for n, v in headers
    ]
    return httpx.Response(status, headers=raw)


def bounded_retries(status: int, headers: Headers) -> None:
    """Check how long a request that was answered so is waited with."""
    for method in ("GET", "POST"):
        request = PreparedRequest(
            method=method, url="http://127.0.0.1:1/v1/x", headers={}
        )

        def prepare(_: int, request: Any = request) -> Any:
            yield from ()
            return request

        flow: Any = retry(prepare, Policy(2))
        sent = 0
        effect = next(flow)
        for _ in range(60):
            try:
                if isinstance(effect, Send):
                    sent += 1
                    effect = flow.send(_reply(status, headers))
                    continue
                if isinstance(effect, Sleep):
                    assert 0 <= effect.seconds <= LONGEST_RETRY
                effect = flow.send(None)
            except StopIteration:
                break
        else:
            raise AssertionError("it goes on asking for ever")
        assert sent <= 3 or 300 <= status < 400


def bounded_polls(headers: Headers) -> None:
    """Check how long it is until a run is looked at again."""
    run = RunObject.from_dict({"id": "run_1", "status": "in_progress"})
    known = SimpleNamespace(response=_reply(200, headers), read=lambda: run)
    looks = 0

    def look(*_: Any) -> Any:
        nonlocal looks
        looks += 1
        yield from ()
        return known

    flow: Any = poll_run(look, look, look, PollPolicy(clock=monotonic, max_wait=None))
    for _ in range(20):
        effect = next(flow)
        if isinstance(effect, Sleep):
            assert 0 < effect.seconds <= LONGEST_POLL
    assert looks > 1
    flow.close()
