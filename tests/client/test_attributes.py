"""What is an attribute of a client, and what completion shows of it."""

from __future__ import annotations

import copy
import re
from typing import Any

import httpx
import openai
import pytest

from assistants_client import ConfigurationError, Page
from assistants_client.resources._base import AsyncResource, Resource
from harness.either_client import settled
from tests.cases import some
from tests.client.both import KEY, KINDS, NAMES, mocked, use

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
URL = "http://127.0.0.1:1/v1"
SETTINGS: dict[str, Any] = {
    "api_key": "sk-another-key",
    "base_url": "http://127.0.0.1:2/v2",
    "organization": "org-2",
    "project": "proj-2",
    "timeout": 7,
    "max_retries": 5,
}


@both
def test_settings_are_attributes_as_openai_has_them(kind: Any) -> None:
    theirs: Any = openai.OpenAI(api_key=KEY, base_url=URL, timeout=3)
    ours = kind(api_key=KEY, base_url=URL, timeout=3)
    for name in SETTINGS:
        found = getattr(ours, name)
        assert str(getattr(theirs, name)).rstrip("/") == str(found), name
    assert KEY not in repr(ours)
    theirs.close()


@both
def test_settings_can_be_set(kind: Any) -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"id": "t"})

    async def act(client: Any) -> None:
        threads, other = client.threads, client.with_options()
        for name, value in SETTINGS.items():
            setattr(client, name, value)
            assert getattr(client, name) == value
        client.timeout = openai.NOT_GIVEN
        assert client.timeout == 7
        # Also what was made of it before has them, but no copy.
        await settled(threads.retrieve("t"))
        await settled(other.threads.retrieve("t"))
        wrongs = [("api_key", ""), ("base_url", "x"), ("timeout", -1)]
        for name, wrong in [*wrongs, ("max_retries", "2")]:
            with pytest.raises(ConfigurationError, match=name):
                setattr(client, name, wrong)
        assert "sk-another-key" not in repr(client)

    use(kind, act, base_url=URL, http_client=mocked(kind, answer))
    changed, unchanged = requests
    assert str(changed.url) == "http://127.0.0.1:2/v2/threads/t"
    assert changed.headers["authorization"] == "Bearer sk-another-key"
    assert changed.headers["openai-organization"] == "org-2"
    assert str(unchanged.url) == f"{URL}/threads/t"
    assert unchanged.headers["authorization"] == f"Bearer {KEY}"


def shown(of: Any) -> set[str]:
    """Return what completion shows."""
    return {name for name in dir(of) if not re.match("__.*__$", name)}


@both
def test_completion_shows_only_what_is_for_users(kind: Any) -> None:
    client = kind(api_key=KEY, base_url=URL)
    assert shown(client) == {
        *("assistants", "threads", "files", "vector_stores", "models", "beta"),
        *("get", "post", "put", "patch", "delete", "close", "is_closed"),
        *(
            "attach",
            "embedded",
            "for_azure",
            "with_options",
            "copy",
            "options",
            *SETTINGS,
        ),
        *("with_raw_response", "with_streaming_response"),
    }
    assert shown(client.threads.runs) == {
        *("bind", "create", "retrieve", "update", "list", "cancel", "steps", "poll"),
        *("create_and_poll", "create_and_stream", "create_stream_raw", "stream"),
        *("submit_tool_outputs", "submit_tool_outputs_and_poll"),
        *("submit_tool_outputs_stream", "submit_tool_outputs_stream_raw", "timeline"),
        *("with_raw_response", "with_streaming_response"),
    }
    objects = [
        *(client.with_raw_response, client.with_streaming_response.threads.runs),
        *(client.threads.bind("t"), client.attach({"id": "r", "object": "thread.run"})),
    ]
    page: Page[Any] = Page(data=[], rest={"search_query": "q"}, fetch=lambda _: page)
    assert shown(page) >= {"data", "iter_pages", "get_next_page", "search_query"}
    for each in [*objects, page]:
        assert not {name for name in some(shown(each)) if name.startswith("_")}, each


@both
def test_copies_share_connections_and_nothing_else(kind: Any) -> None:
    async def act(client: Any) -> None:
        for copied in (copy.copy(client), copy.deepcopy(client)):
            assert copied is not client
            copied.max_retries = 9
            assert client.max_retries == 0
            await settled(copied.threads.retrieve("t"))
        for resource in (client.threads.runs, client.threads, client.files):
            copied = copy.deepcopy(resource)
            assert type(copied) is type(resource)
            assert isinstance(copied, Resource | AsyncResource)
            assert copied is not resource
        runs = copy.deepcopy(client.threads.runs)
        await settled(runs.retrieve("r", thread_id="t"))
        raw = copy.deepcopy(client.with_raw_response)
        assert (await settled(raw.threads.retrieve("t"))).status_code == 200

    http = mocked(kind, lambda _: httpx.Response(200, json={"id": "x"}))
    use(kind, act, base_url=URL, http_client=http)


@both
def test_copies_have_what_a_subclass_keeps(kind: Any) -> None:
    def begin(self: Any, tenant: str) -> None:
        kind.__init__(self, api_key=KEY, base_url=URL)
        self.tenant = tenant

    own: Any = type("Own", (kind,), {"__init__": begin})
    client = own("north")
    for copied in (client.with_options(timeout=3), client.copy(), copy.copy(client)):
        assert type(copied) is own
        assert copied.tenant == "north"
        copied.tenant = "south"
    assert client.tenant == "north"
    assert client.with_options(timeout=3).timeout == 3
