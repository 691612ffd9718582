"""What people wrote for the `openai` package, with nothing but the import changed."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import openai
import pytest

import assistants_client
from assistants_server import LocalServer
from tests.cases import some
from tests.client import examples
from tests.server.openai_clients import IGNORED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings(IGNORED)
# Each with some of what it says, as both could be silent for the same reason.
EXAMPLES: dict[str, list[str]] = {
    "polling": [
        *("completed Be kind. True", "assistant: You said: What is 6 times 7?"),
        *("user: What is 6 times 7?", "message_creation completed message_creation"),
    ],
    "what_is_null_or_absent": [
        *("None None None", '{"error": null, "until": null}', "(None, None) kept"),
        *("user nobody's run None None", "mine completed", "True False"),
    ],
    "polling_with_functions": [
        *("submit_tool_outputs ['5 m in Brest']", "completed"),
        *("submit_tool_outputs ['4 m in Hull', 'two a day']",),
        *("assistant: All is well.", "assistant: Let me see. "),
    ],
    "streaming": [
        *("calls code_interpreter", "input '6 * 7'", r"logs '42\n'"),
        *("'It is ' of 'It is '", "'42.' of 'It is 42.'", "all of it: 'It is 42.'"),
        *("assistant completed", "over", "assistant: It is 42."),
        "tool_calls thread.run.step.completed",
    ],
    "streaming_without_a_handler": [
        *("thread.run.step.delta", "thread.message.delta", "completed"),
        *("'It is ' assistant", "tool_calls", "assistant: It is 42."),
    ],
    "creating_and_streaming": [
        *("thread.created", "all of it: 'You said: Good day'", "over"),
    ],
    "streaming_with_functions": [
        *("requires_action ['5 m in Brest']", "assistant: All is well."),
        *("requires_action ['4 m in Hull', 'two a day']", "completed"),
        *("'is well.' of 'All is well.'",),
    ],
    "async_polling": ["completed", "assistant: All is well."],
    "async_streaming": [
        *("calls code_interpreter", "input '6 * 7'", r"logs '42\n'"),
        *("'42.' of 'It is 42.'", "thread.message.delta", "assistant: It is 42."),
    ],
    "async_streaming_with_functions": [
        *("requires_action ['4 m in Hull', 'two a day']", "assistant: All is well."),
    ],
}


# Many servers leave out what is null.
@pytest.fixture(scope="module", params=[(), ("omit-nulls",)], ids=str)
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(poll_after=1, faults=request.param) as server:
        yield server


def said(api: Any, kinds: tuple[Any, Any], example: Any, url: str) -> list[str]:
    """Run an example with a package, and return what it says."""
    lines: list[str] = []
    settings: Any = {"base_url": url, "api_key": "sk-of-the-test", "max_retries": 0}

    async def run() -> None:
        async with asyncio.timeout(30), kinds[1](**settings) as client:
            await example(api, client, lines.append)

    if inspect.iscoroutinefunction(example):
        asyncio.run(run())
    else:
        with kinds[0](timeout=30, **settings) as client:
            example(api, client, lines.append)
    return lines


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_the_same_with_both_packages(
    server: LocalServer, name: str
) -> None:
    example: Callable[..., Any] = getattr(examples, name)
    theirs = said(openai, (openai.OpenAI, openai.AsyncOpenAI), example, server.url)
    ours = said(
        assistants_client,
        (assistants_client.Client, assistants_client.AsyncClient),
        example,
        server.url,
    )
    assert ours == theirs
    assert [line for line in some(EXAMPLES[name]) if line not in ours] == []


def test_every_example_is_tested() -> None:
    found = {
        name
        for name, each in vars(examples).items()
        if callable(each) and "api" in getattr(each, "__annotations__", {})
    }
    assert {name for name in found if not name.startswith("_")} == {*EXAMPLES}
