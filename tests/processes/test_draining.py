"""A server that gives its turns time, while another one has the same database."""

from __future__ import annotations

from tests.processes.several import Asked, servers
from tests.server.api import function, until
from tests.server.inside import stopping

LONG = 60.0


def test_what_is_new_is_for_the_other_server_at_once() -> None:
    asked = Asked()
    with servers(asked, lease=600.0, drain=LONG) as ((one, _), (api, other)):
        assistant = api.assistant(tools=[function("add")])
        asked.go.set()
        waiting = api.run(api.thread("call"), assistant)
        asked.go.clear()
        busy = api.start(api.thread("Hi"), assistant)
        until(lambda: api.steps(busy), "a step")
        with stopping(one):
            # It may still be asked for anything, and begins nothing itself.
            new = api.start(api.thread("Hi"), assistant)
            until(lambda: other.steps(new), "the other server to begin")
            assert api.submit(waiting, "1")["status"] == "queued"
            until(lambda: len(asked.turns) == 4, "the other server to go on")
            asked.go.set()
            for each in (busy, new, waiting):
                assert other.wait(each)["status"] == "completed"
        assert len(asked.turns) == 4
