"""Keywords that no method declares: what goes out, and what can't be meant to."""

from __future__ import annotations

import enum
import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from openai.types.beta import CodeInterpreterTool

from assistants_client import ArgumentError, AssistantsError, ConfigurationError
from assistants_client._unknown import check_keywords
from assistants_client.resources._base import ids_in
from harness.either_client import listed, settled
from tests.cases import each_case
from tests.client.both import KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
RUN = {
    "id": "run_1",
    "object": "thread.run",
    "thread_id": "thread_1",
    "status": "completed",
    # Where a list is due.
    "data": [],
}
FREE = {"agent_id": "a", "seed": 7, "list": [1, {"b": None}], "none": None}
QUERY = [("agent_id", "a"), ("seed", "7"), ("list[]", "1")]


def sent(kind: Any, call: Callable[[Any], Any], body: Any = None) -> list[Any]:
    """Return the requests that a call sends."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=body or RUN)

    async def act(client: Any) -> None:
        await settled(call(client))

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, answer))
    return requests


@both
@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.threads.runs.retrieve("run_1", thread_id="thread_1", **FREE),
        lambda c: c.threads.runs.list("thread_1", **FREE),
        lambda c: c.models.list(**FREE),
        lambda c: c.threads.delete("thread_1", **FREE),
        lambda c: c.threads.runs.poll("run_1", "thread_1", **FREE),
        lambda c: c.threads.bind("thread_1").list_runs(**FREE),
        lambda c: c.threads.with_raw_response.retrieve("thread_1", **FREE),
    ],
    ids=["retrieve", "list", "single", "delete", "poll", "live", "raw"],
)
def test_free_ones_are_in_the_query_where_there_is_no_body(
    kind: Any, call: Callable[[Any], Any]
) -> None:
    (request,) = sent(kind, call)
    assert request.url.params.multi_items() == QUERY
    assert request.content == b""


@both
def test_what_is_in_the_query_is_text_or_what_it_stands_for(kind: Any) -> None:
    given = {
        "day": date(2026, 1, 2),
        "full": True,
        "key": UUID(int=7),
        "share": Decimal("0.5"),
        "set": {"a"},
        "each": (each for each in "bc"),
        "colour": Colour.RED,
        "tool": CodeInterpreterTool(type="code_interpreter"),
        "deep": {"x": [1]},
    }
    (request,) = sent(
        kind,
        lambda c: c.threads.runs.list(
            "thread_1", agent_id=c.assistants.bind("a"), **given
        ),
    )
    assert request.url.params.multi_items() == [
        *(("agent_id", "a"), ("day", "2026-01-02"), ("full", "true")),
        *(("key", str(UUID(int=7))), ("share", "0.5"), ("set[]", "a")),
        *(("each[]", "b"), ("each[]", "c"), ("colour", "red")),
        *(("tool[type]", "code_interpreter"), ("deep[x][]", "1")),
    ]


class Colour(enum.Enum):
    RED = "red"


@both
@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.threads.create(**FREE),
        lambda c: c.threads.runs.cancel("run_1", thread_id="thread_1", **FREE),
        lambda c: c.threads.bind("thread_1").update(**FREE),
    ],
    ids=["create", "cancel", "live"],
)
def test_free_ones_are_in_the_body_of_a_post(
    kind: Any, call: Callable[[Any], Any]
) -> None:
    (request,) = sent(kind, call)
    assert json.loads(request.content) == FREE
    assert not request.url.query


@both
def test_free_ones_go_out_with_every_page_and_every_poll(kind: Any) -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if request.url.path.endswith("runs"):
            more = "after" not in request.url.params
            key = "run_1" if more else "run_2"
            return httpx.Response(200, json={"data": [{"id": key}], "has_more": more})
        status = "completed" if len(requests) > 3 else "queued"
        return httpx.Response(200, json={**RUN, "status": status})

    async def act(client: Any) -> None:
        runs = client.threads.runs
        await listed(runs.list("thread_1", agent_id="a"))
        own = runs.bind("run_1", thread_id="thread_1")
        await settled(own.wait(poll_interval_ms=1, agent_id="a"))

    use(kind, act, base_url="http://x", http_client=mocked(kind, answer))
    assert len(requests) == 4
    assert all(each.url.params["agent_id"] == "a" for each in requests)


OURS = ["max_wait", "poll_interval_ms", "on_update", "metadata", "timeout"]
SLIPS = [
    *(("api_key", "api_key is a setting: use client.with_options(api_key=...)"),),
    *(("baseUrl", "base_url is a setting"), ("api_base", "base_url is a setting")),
    *(("max_wiat", "is max_wait meant"), ("max_wait_seconds", "is max_wait meant")),
    *(("request_options", "is a keyword of the method itself, such as timeout="),),
    *(("timeout_seconds", "is timeout meant"), ("request_timeout", "is timeout meant")),
    *(("poll_interval", "is poll_interval_ms meant"), ("metdata", "is metadata meant")),
    *(("headers", "is extra_headers meant"), ("event_handler", "runs.stream")),
    *(("spiner", "is spinner meant? That is for threads.create_and_run_poll"),),
    *(("nmae", "is name meant"), ("onUpdate", "is on_update meant")),
]


@each_case(("name", "said"), SLIPS)
def test_settings_and_slips_are_refused(name: str, said: str) -> None:
    known = [*OURS, "extra_headers", "name"]
    with pytest.raises(ConfigurationError) as caught:
        check_keywords("f()", {name: 1}, known)
    assert f"f() takes no {name}: " in str(caught.value)
    assert said in str(caught.value)


@each_case(
    "name",
    [
        *("agent_id", "seed", "user", "store", "service_tier", "top_k", "stop", "n"),
        *("file_ids", "max_tokens", "max_output_tokens", "session_id", "config"),
        *("parallel", "reasoning", "language", "page", "sort_by", "recursion_limit"),
        *("callback_url", "deployment", "tenant_id", "logprobs", "max_turns", "tags"),
    ],
)
def test_what_an_api_may_know_goes_out(name: str) -> None:
    check_keywords("f()", {name: 1}, OURS)
    # Whoever gives both means something else by each.
    check_keywords("f()", {"context": 1, "content": 2}, [*OURS, "content"])


@both
def test_a_wait_is_checked_where_the_run_has_ended_already(kind: Any) -> None:
    async def act(client: Any) -> None:
        run = client.attach(dict(RUN))
        wrongs: list[tuple[dict[str, Any], str]] = [
            ({"max_wiat": 5}, "wait() takes no max_wiat: is max_wait meant"),
            ({"api_key": "x"}, "api_key is a setting"),
            ({"max_wait": -1}, "max_wait must be seconds above 0"),
            ({"timeout": 0}, "max_wait must be seconds above 0"),
            ({"max_wait": 5, "timeout": 6}, "are the same: give one"),
            ({"poll_interval_ms": 0}, "poll_interval_ms must be"),
            ({"on_update": 5}, "on_update must be a function"),
            ({"send_tools": True}, "takes no send_tools"),
        ]
        for wrong, said in wrongs:
            with pytest.raises(ConfigurationError) as caught:
                await settled(run.wait(**wrong))
            assert said in str(caught.value)
        for right in ({"timeout": 5}, {"max_wait": None}, {"timeout": None}):
            assert await settled(run.wait(**right)) is run

    http = mocked(kind, lambda _: httpx.Response(500))
    use(kind, act, base_url="http://x", http_client=http)


@both
def test_waits_have_one_name_for_one_thing(kind: Any) -> None:
    """That of `openai` for files is another; the usual one is taken as well."""

    async def act(client: Any) -> None:
        given = {"max_wait": 5, "poll_interval_ms": 1}
        file = client.files.bind("file_1")
        await settled(file.wait(**given))
        await settled(client.files.wait_for_processing("file_1", **given))
        twice = {"max_wait": 5, "max_wait_seconds": 6}
        with pytest.raises(ConfigurationError, match="are the same"):
            await settled(client.files.wait_for_processing("file_1", **twice))

    data = {"id": "file_1", "object": "file", "status": "processed"}
    http = mocked(kind, lambda _: httpx.Response(200, json=data))
    use(kind, act, base_url="http://x", http_client=http)


@both
def test_missing_arguments_are_errors_of_both_kinds(kind: Any) -> None:
    async def act(client: Any) -> None:
        runs = client.threads.runs
        calls: list[tuple[Callable[[], Any], str]] = [
            (runs.create, "is missing the argument 'thread_id'"),
            (lambda: runs.create(thread="t"), "thread is not one of its arguments"),
            (lambda: runs.retrieve("r", "t"), "only run_id positionally"),
            (lambda: runs.retrieve("r", run_id="r"), "several values for 'run_id'"),
            (
                lambda: runs.submit_tool_outputs("r", thread_id="t"),
                "needs tool_outputs=",
            ),
        ]
        for call, said in calls:
            with pytest.raises(ArgumentError, match=said) as caught:
                await settled(call())
            assert isinstance(caught.value, TypeError)
            assert isinstance(caught.value, AssistantsError)

    use(kind, act, base_url="http://127.0.0.1:1")


def test_keywords_that_the_document_calls_otherwise_are_renamed() -> None:
    operation: Any = SimpleNamespace(
        renamed={"from_": "from", "thread": "thread-id", "until_": "until"},
        parameters=SimpleNamespace(path=("thread-id",)),
    )
    params = {"from_": 1, "thread": "t", "limit": 2}
    assert ids_in(operation, params) == {"thread-id": "t"}
    assert params == {"from": 1, "limit": 2}
