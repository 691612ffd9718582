"""Metrics: what they count, who may see them, and that their labels stay few."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistants_server import EmbeddingServer, LocalServer, SettingsError
from assistants_server.engines import ChatEngine
from assistants_server.telemetry import metrics
from assistants_server.telemetry.metrics import MissingMetricsError
from harness.embedding_server import EmbeddingPeer
from harness.scripted_server import HOLD, Response, ScriptedServer
from harness.scripted_server import chunk as http_chunk
from tests.cases import some
from tests.engines.upstreams import EVENTS, chat, chunk, refusal, upstream
from tests.server.api import talking, until
from tests.server.keyed import make_key
from tests.server.test_privacy import add_file
from tests.telemetry.exported import attributes
from tests.telemetry.scraped import Scraped, asked, scraped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Action, Request
    from tests.telemetry.exported import Exported

KEY = "sk-of-the-admin"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """Provide a server of this module, with a port for metrics and one turn at once."""
    with LocalServer(metrics_port=0, max_turns=1, poll_after=1) as server:
        yield server


def test_requests_are_counted_by_operation_and_status(server: LocalServer) -> None:
    before = scraped(server)
    with talking(server) as api:
        api.assistant()
        api.get("/assistants/asst_none", status=404)
        api.post("/assistants", {"model": 7}, status=400)
        api.http.get("/what/ever")
    now = scraped(server)

    def more(name: str, **labels: str) -> float:
        return now(name, **labels) - before(name, **labels)

    assert more("requests_total", operation="createAssistant", status="200") == 1
    assert more("requests_total", operation="createAssistant", status="400") == 1
    assert more("requests_total", operation="getAssistant", status="404") == 1
    assert more("requests_total", operation="other", status="404") == 1
    assert more("requests_total") == 4
    seconds = "request_duration_seconds"
    assert more(f"{seconds}_count", operation="createAssistant") == 2
    assert 0 < more(f"{seconds}_sum", operation="createAssistant") < 60


def test_labels_are_few_whatever_clients_send(server: LocalServer) -> None:
    with talking(server) as api:
        assistant = api.assistant(model="model-that-a-client-made-up")
        for number in range(20):
            api.http.request(f"VERB{number}", f"/path/{number}")
            api.http.get(f"/threads/thread_{number}/messages?limit={number}")
            api.http.get(f"/models/model-{number}/x")
        api.run(api.thread("Hi"), assistant)
    found = scraped(server)
    assert len(found.labels("requests_total", "operation")) < 20
    text = str([sample.labels for sample in found.samples])
    for word in ("model-", "made-up", "thread_", "asst_", "run_", "path", "VERB"):
        assert word not in text


def test_runs_turns_and_tokens_are_counted_and_waiting_is_seen(
    server: LocalServer,
) -> None:
    before = scraped(server)
    with talking(server) as api:
        assistant = api.assistant()
        slow = api.start(api.thread("a"), assistant, script=[["x", {"wait": 3600}]])
        api.wait(slow, "in_progress")
        other = api.start(api.thread("b"), assistant)
        until(lambda: scraped(server)("turns_waiting") == 1, "a run to wait")
        now = scraped(server)
        assert now("turns_in_progress") == 1
        assert now("runs", status="in_progress") == 1
        assert now("runs", status="queued") == 1
        api.cancel(slow)
        api.wait(other, "completed")
        call = [[{"call": "f", "arguments": {}}], ["done"]]
        waits = api.run(api.thread("c"), assistant, script=call, tools=_TOOLS)
        assert scraped(server)("runs", status="requires_action") == 1
        api.submit(waits, "1")
        api.wait(waits, "completed")
        fails = [[{"fail": "so it is"}]]
        assert api.run(api.thread("d"), assistant, script=fails)["status"] == "failed"

    def settled() -> Scraped | None:
        found = scraped(server)
        ended = found("runs_ended_total") - before("runs_ended_total")
        return found if (ended, found("runs")) == (4, 0) else None

    after: Scraped = until(settled, "all runs to be counted")

    def more(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert more("runs_started_total") == 4
    for status, count in (("completed", 2), ("failed", 1), ("cancelled", 1)):
        assert more("runs_ended_total", status=status) == count
    turns = "turn_duration_seconds_count"
    for outcome, count in (("completed", 3), ("failed", 1), ("over", 1)):
        assert more(turns, outcome=outcome) == count
    assert more("run_duration_seconds_count") == 4
    assert more("turn_wait_seconds_count") == 5
    assert more("tokens_total", kind="prompt") > 0
    assert more("tokens_total", kind="completion") > 0
    assert (after("turns_in_progress"), after("turns_waiting")) == (0, 0)


def test_streams_are_counted_while_they_are_open(server: LocalServer) -> None:
    with talking(server) as api:
        body = {"assistant_id": api.assistant()}
        path = f"/threads/{api.thread('a')}/runs"
        with api.stream(path, body, script=[["x", {"wait": 3600}]]) as stream:
            _, run = stream.until("thread.run.created")
            assert scraped(server)("streams_open") == 1
            api.cancel(run)
            stream.rest()
    until(lambda: scraped(server)("streams_open") == 0, "the stream to end")


def test_upstreams_are_measured_by_what_they_are_asked_for() -> None:
    busy = refusal(503, "busy")
    with upstream(chat(), busy, chat(), refusal(400, "no")) as up:
        engine = ChatEngine(up.url, first_pause=0)
        with LocalServer(engine=engine, poll_after=1) as server, talking(server) as api:
            assistant = api.assistant()
            for _ in range(3):
                api.run(api.thread("Hi"), assistant)
            found = scraped(server)
    seconds = "upstream_duration_seconds_count"
    assert found(seconds, operation="chat", outcome="ok") == 2
    assert found(seconds, operation="chat", outcome="failed") == 2
    assert found("upstream_first_event_seconds_count", operation="chat") == 2
    assert found("tokens_total", kind="prompt") >= 14


def test_an_answer_that_nobody_reads_to_its_end_is_no_failure() -> None:
    def hanging(_: Request) -> Iterator[Action]:
        yield Response(200, [], EVENTS).head("Transfer-Encoding: chunked")
        said = json.dumps(chunk(content="4"))
        yield http_chunk(f"data: {said}\n\n".encode())
        yield HOLD

    with ScriptedServer(hanging) as up:
        engine = ChatEngine(up.url)
        with LocalServer(engine=engine, poll_after=1) as server, talking(server) as api:
            body = {"assistant_id": api.assistant()}
            with api.stream("/threads/runs", body) as stream:
                stream.until_text("4")
                _, run = next(e for e in stream.seen if e[0] == "thread.run.created")
                api.cancel(run)
                stream.rest()
            seconds = "upstream_duration_seconds_count"
            closed = {"operation": "chat", "outcome": "closed"}
            until(lambda: scraped(server)(seconds, **closed) == 1, "the end of it")
            assert scraped(server)("upstream_first_event_seconds_count") == 1
            assert scraped(server)("turn_duration_seconds_count", outcome="over") == 1


def test_rate_limits_of_upstreams_have_an_outcome_of_their_own() -> None:
    with upstream(refusal(429, "slow down"), chat()) as up:
        engine = ChatEngine(up.url, first_pause=0)
        with LocalServer(engine=engine, poll_after=1) as server, talking(server) as api:
            api.run(api.thread("Hi"), api.assistant())
            found = scraped(server)
    seconds = "upstream_duration_seconds_count"
    assert found(seconds, operation="chat", outcome="limited") == 1
    assert found(seconds, operation="chat", outcome="ok") == 1


def test_embeddings_are_measured_in_the_threads_that_ask_for_them(
    exported: Exported,
) -> None:
    with (
        EmbeddingPeer() as peer,
        LocalServer(
            embeddings=EmbeddingServer(peer.url, "tiny"), traces=exported.provider
        ) as server,
        talking(server) as api,
    ):
        add_file(api)
        found = scraped(server)
    seconds = "upstream_duration_seconds_count"
    assert found(seconds, operation="embeddings", outcome="ok") == 1
    (span,) = exported.named("embeddings tiny")
    assert attributes(span)["gen_ai.operation.name"] == "embeddings"
    assert "traceparent" in {name.lower() for name in peer.headers[0]}


def test_the_port_of_metrics_has_nothing_else(server: LocalServer) -> None:
    at = server.metrics_url.removesuffix("/metrics")
    for path in ("/healthz", "/readyz", "/metrics"):
        assert asked(f"{at}{path}").status_code == 200
        assert asked(f"{at}{path}", method="HEAD").content == b""
    for method, path in (
        *(("GET", "/v1/assistants"), ("GET", "/"), ("GET", "/page/app.js")),
        *(("POST", "/metrics"), ("POST", "/v1/assistants")),
    ):
        response = asked(f"{at}{path}", method=method)
        assert response.status_code == 404
        assert response.text.startswith("Here are /metrics, /healthz")
    # Nor are they anywhere else.
    own = server.url.removesuffix("/v1")
    assert asked(f"{own}/metrics").status_code == 404
    assert "/metrics" not in [seen.path for seen in server.exchanges[:-1]]


def test_metrics_at_the_port_of_the_api_are_for_its_key() -> None:
    with LocalServer(key=KEY) as server:
        for headers, status in (
            ({}, 401),
            ({"authorization": "Bearer wrong"}, 401),
            ({"authorization": f"Bearer {KEY}"}, 200),
            ({"api-key": KEY}, 200),
        ):
            got = asked(server.metrics_url, headers)
            assert got.status_code == status
            assert KEY not in got.text
        assert server.exchanges == []


def test_only_keys_of_admins_open_them(tmp_path: Path) -> None:
    store = tmp_path / "state.db"
    tokens = {
        scope: make_key(store, scope=scope) for scope in ("read", "write", "admin")
    }
    with LocalServer(store=store) as server:
        for scope, token in some(tokens.items()):
            got = asked(server.metrics_url, {"authorization": f"Bearer {token}"})
            assert got.status_code == (200 if scope == "admin" else 403)


def test_pages_of_other_sites_do_not_see_them() -> None:
    with LocalServer() as server:
        got = asked(server.metrics_url, {"host": "evil.example"})
        assert got.status_code == 403


def test_open_metrics_are_had_by_who_asks_for_them(server: LocalServer) -> None:
    wanted = {"accept": "application/openmetrics-text; version=1.0.0"}
    got = asked(server.metrics_url, wanted)
    assert got.headers["content-type"].startswith("application/openmetrics-text")
    assert got.text.endswith("# EOF\n")


def test_a_port_that_is_taken_is_an_error_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="in use") as caught:
            LocalServer(metrics_port=port).start()
        assert caught.value.port == port  # type: ignore[attr-defined]
    with pytest.raises(SettingsError, match="another port than the API"):
        LocalServer(port=81, metrics_port=81)


def test_without_the_package_the_server_says_how_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics, "find_spec", lambda _: None)
    with LocalServer() as server, talking(server) as api:
        api.run(api.thread("Hi"), api.assistant())
        got = asked(server.metrics_url)
    assert got.status_code == 404
    assert 'pip install "assistants-client[metrics]"' in got.json()["error"]["message"]
    with pytest.raises(MissingMetricsError, match="need prometheus-client: pip ins"):
        LocalServer(metrics_port=0)


def test_every_metric_says_what_it_is(server: LocalServer) -> None:
    own = [
        each
        for name, each in scraped(server).families.items()
        if name.startswith("assistants_")
    ]
    assert len(own) > 14
    for family in some(own):
        assert family.documentation.endswith("."), family.name
        assert family.type in ("counter", "gauge", "histogram")


def test_the_guide_lists_all_of_them(server: LocalServer) -> None:
    guide = (ROOT / "docs" / "operations.md").read_text("utf-8")
    named = set(re.findall(r"`(assistants_\w+)`", guide))
    own = {
        each.name + ("_total" if each.type == "counter" else "")
        for each in scraped(server).families.values()
        if each.name.startswith("assistants_")
    }
    # Prometheus' library says of each when it began.
    assert named == {name for name in own if not name.endswith("_created")}


_TOOLS = [{"type": "function", "function": {"name": "f"}}]
