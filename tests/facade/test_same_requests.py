"""The same calls through `openai` and through us: the same requests on the wire."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import asyncio
import inspect
import itertools
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import openai
import pytest

import assistants_client
from assistants_client._endpoints import ENDPOINTS
from tests.contract.document import OPERATIONS
from tests.facade.recording import RecordingServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from tests.facade.recording import Recorded

# Each of the package's methods for assistants says that it is deprecated.
pytestmark = pytest.mark.filterwarnings(
    "ignore:(The Assistants API is )?deprecated:DeprecationWarning"
)
KEY = "key-of-the-tests"
ODD_TEXT = 'Grüße, \u2028 \U0001f438 "quoted" \\ \x01 </script> e\u0301'

STAINLESS: Final = frozenset(
    f"x-stainless-{name}"
    for name in (
        *("arch", "async", "lang", "os", "package-version", "runtime"),
        *("runtime-version", "retry-count", "read-timeout"),
    )
)
WANTED: Final[Mapping[str, str]] = {
    "user-agent": "a server should know whom it talks to, and that is us",
    **dict.fromkeys(STAINLESS, "nobody needs to know the user's computer"),
}
"""Headers that differ on every request, and why we want that."""
WITHOUT_BODY: Final[Mapping[str, str]] = {
    "content-type": "servers refuse a DELETE that promises JSON and brings none",
}
"""Headers that differ as well where there is no body; none do where it is a GET."""
OF_THE_LIBRARY: Final[Mapping[str, str]] = {
    "accept-encoding": "says which decoders the HTTP library found installed",
}
"""Headers that are no decision of ours."""

FUNCTION: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": ODD_TEXT,
        "parameters": {"type": "object", "properties": {"ort": {"type": "string"}}},
        "strict": None,
    },
}
FILES: Any = {"code_interpreter": {"file_ids": ["file-1"]}, "file_search": {}}
MESSAGES: Any = [
    {"role": "user", "content": ODD_TEXT},
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": ODD_TEXT},
            {"type": "image_url", "image_url": {"url": "https://example.com/ä?b=c"}},
        ],
        "attachments": [{"file_id": "file-1", "tools": [{"type": "file_search"}]}],
        "metadata": None,
    },
]
VALUES: Final[Mapping[str, Any]] = {
    "additional_instructions": ODD_TEXT,
    "additional_messages": MESSAGES,
    "after": "item/ä b+c&d=e%",
    "assistant_id": "asst ä/b?c#d%2F",
    "attachments": [{"file_id": "file-1", "tools": [{"type": "code_interpreter"}]}],
    "before": "~item.*-_",
    "content": MESSAGES[1]["content"],
    "description": "",
    "include": ["step_details.tool_calls[*].file_search.results[*].content", "b c"],
    "instructions": ODD_TEXT,
    "limit": 100,
    "max_completion_tokens": 2**40,
    "max_prompt_tokens": 256,
    "message_id": "msg..+;/",
    "messages": MESSAGES,
    "metadata": {"Farbe": "grün", "": "", "\u2029": "\x7f"},
    "model": "gpt-ö",
    "name": ODD_TEXT,
    "order": "asc",
    "parallel_tool_calls": False,
    "reasoning_effort": "low",
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "a", "schema": {"enum": [1, 1.0, None, True, 1e100]}},
    },
    "role": "user",
    "run_id": "run=ü&%20",
    "step_id": "step:@!$'()*,",
    "stream": False,
    "temperature": 0.1,
    "thread": {"messages": MESSAGES, "tool_resources": FILES, "metadata": {"a": "b"}},
    "thread_id": 'thread \u2028[]{}|\\^`<>"',
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "tool_outputs": [{"tool_call_id": "call_1", "output": ODD_TEXT}, {"output": ""}],
    "tool_resources": FILES,
    "tools": [{"type": "file_search", "file_search": {"max_num_results": 1}}, FUNCTION],
    "top_p": 1,
    "truncation_strategy": {"type": "last_messages", "last_messages": 3},
    "extra_headers": {"X-Mine": "of mine", "OpenAI-Beta": "assistants=v3"},
    "extra_query": {
        "texts": ["ä b", "c+d", ""],
        "deep": {"one": {"two": 2.5, "three": [True, False]}, "none": None},
        "mixed": (1, "2"),
        "nothing": None,
        "order": "desc",
    },
    "extra_body": {
        "metadata": {"k": "v"},
        "more": {"ä": [None, 0.5, -0.0]},
        "no": None,
    },
    "timeout": 12.5,
}
"""For each parameter that a method of the package has, a value that goes out."""
OPTIONS = ("extra_headers", "extra_query", "extra_body", "timeout")


class Clients:
    """The package's client and ours, for sync and async, with one server."""

    def __init__(
        self, server: RecordingServer, runner: asyncio.Runner, **settings: Any
    ) -> None:
        self._server = server
        self._runner = runner
        settings = {"base_url": f"{server.url}/v1", "max_retries": 0} | settings
        settings.setdefault("api_key", KEY)
        self._sync = openai.OpenAI(**settings), assistants_client.Client(**settings)
        self._async = (
            openai.AsyncOpenAI(**settings),
            assistants_client.AsyncClient(**settings),
        )

    def send(
        self, mode: str, name: str, ours: Any = None, **arguments: Any
    ) -> tuple[Recorded, Recorded]:
        """Call a method of both; give the package's request and ours.

        Args:
            ours: the arguments for us, where they are others.
        """
        theirs, mine = self._sync if mode == "sync" else self._async
        return (
            self._request(theirs, name, arguments),
            self._request(mine, name, arguments if ours is None else ours),
        )

    def _request(self, client: Any, name: str, arguments: dict[str, Any]) -> Recorded:
        answer = found(client, name)(**arguments)
        if inspect.isawaitable(answer):
            self._runner.run(awaited(answer))
        return self._server.only()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._sync:
            client.close()
        for each in self._async:
            self._runner.run(each.close())


async def awaited(answer: Any) -> None:
    await answer


def found(client: Any, name: str) -> Any:
    client = client.beta
    for part in name.split("."):
        client = getattr(client, part)
    return client


def parameters(name: str) -> Mapping[str, inspect.Parameter]:
    """Give the parameters that a method of the package has."""
    client = openai.OpenAI(base_url="http://127.0.0.1:1", api_key=KEY)
    known = dict(inspect.signature(inspect.unwrap(found(client, name))).parameters)
    del known["self"]
    return known


KNOWN: Final = {name: parameters(name) for name in ENDPOINTS}


def needed(name: str) -> dict[str, Any]:
    """Give the arguments without which a method can't be called."""
    return {
        argument: VALUES[argument]
        for argument, parameter in KNOWN[name].items()
        if parameter.default is inspect.Parameter.empty
    }


@pytest.fixture(scope="module")
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as server:
        yield server


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def clients(server: RecordingServer, runner: asyncio.Runner) -> Iterator[Clients]:
    with Clients(server, runner) as clients:
        yield clients


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


every_method = pytest.mark.parametrize("name", [*ENDPOINTS])


def segments(request: Recorded) -> list[str]:
    return [unquote(each, errors="strict") for each in request.path.split("/")]


def query(request: Recorded) -> list[str]:
    """Give the parameters as they are written, in an order by their names.

    That of parameters of different names says nothing.
    """
    parts = request.target.partition("?")[2].split("&")
    return sorted(parts, key=lambda part: part.partition("=")[0])


def other_headers(theirs: Recorded, ours: Recorded) -> set[str]:
    """Give the names of headers that one has, or that say something else."""
    names = {name.lower() for name, _ in itertools.chain(theirs.headers, ours.headers)}
    differ = {name for name in names if theirs.all(name) != ours.all(name)}
    return differ - OF_THE_LIBRARY.keys()


def assert_same(pair: tuple[Recorded, Recorded]) -> None:
    theirs, ours = pair
    assert ours.method == theirs.method
    assert segments(ours) == segments(theirs)
    assert query(ours) == query(theirs)
    if theirs.body:
        # The order of properties is all that may be another.
        assert ours.json() == theirs.json()
    assert len(ours.body) == len(theirs.body)
    wanted = {*WANTED}
    if not theirs.body and theirs.method != "GET":
        wanted |= {*WITHOUT_BODY}
    assert other_headers(theirs, ours) == wanted


@every_method
def test_without_what_may_be_left_out(clients: Clients, mode: str, name: str) -> None:
    assert_same(clients.send(mode, name, **needed(name)))


@every_method
def test_with_all_that_the_package_knows(
    clients: Clients, mode: str, name: str
) -> None:
    everything = {argument: VALUES[argument] for argument in KNOWN[name]}
    theirs, ours = clients.send(mode, name, **everything)
    assert_same((theirs, ours))
    assert theirs.one("x-mine") == "of mine"


@every_method
def test_null_is_said_and_not_left_out(clients: Clients, mode: str, name: str) -> None:
    nulls = {each: None for each in KNOWN[name] if each not in OPTIONS}
    pair = clients.send(mode, name, **(nulls | needed(name)))
    assert_same(pair)


@every_method
@pytest.mark.parametrize("nothing", [openai.NOT_GIVEN, openai.omit], ids=["old", "new"])
def test_their_ways_to_say_nothing_are_ours_to_leave_out(
    clients: Clients, name: str, nothing: Any
) -> None:
    silent = {each: nothing for each in KNOWN[name] if each not in OPTIONS}
    pair = clients.send("sync", name, needed(name), **(silent | needed(name)))
    assert_same(pair)


def test_all_operations_were_compared(clients: Clients) -> None:
    sent = [clients.send("sync", name, **needed(name))[1] for name in ENDPOINTS]
    shapes = {(each.method, len(segments(each)) - 2) for each in sent}
    assert shapes == {(each.method, each.path.count("/")) for each in OPERATIONS}
    assert len(sent) == len(OPERATIONS) == 23
