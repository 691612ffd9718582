"""The `openai` package understands how the server refuses, and repeats what it may."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

from assistants_server import LocalServer
from tests.server.conformance import deviations
from tests.server.openai_clients import (
    HEIGHT,
    HELLO,
    IGNORED,
    KEY,
    WEATHER,
    client_of,
    fault,
    script,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openai import OpenAI

    Ask = Callable[[OpenAI, "Ids"], object]
    Ids = dict[str, str]

pytestmark = pytest.mark.filterwarnings(IGNORED)
# With no time to wait, so that a test that repeats takes none.
SOON = "retry-after=0.001"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=1) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: LocalServer) -> Iterator[OpenAI]:
    with client_of(server) as client:
        yield client


@pytest.fixture(scope="module")
def ids(client: OpenAI) -> Ids:
    """Provide the ids of a run that has ended, of one that waits, and around them."""
    threads, assistant = client.beta.threads, client.beta.assistants.create(model="m")
    ended, waiting = (
        threads.create_and_run_poll(
            assistant_id=assistant.id, thread={"messages": [HELLO]}, tools=tools
        )
        for tools in ([], [WEATHER])
    )
    assert waiting.required_action
    return {
        "assistant": assistant.id,
        "thread": ended.thread_id,
        "run": ended.id,
        "message": threads.messages.list(ended.thread_id).data[0].id,
        "busy": waiting.thread_id,
        "waiting": waiting.id,
        "call": waiting.required_action.submit_tool_outputs.tool_calls[0].id,
    }


NOWHERE: dict[str, Ask] = {
    "an assistant": lambda client, _: client.beta.assistants.retrieve("asst_x"),
    "an assistant to change": lambda client, _: client.beta.assistants.update(
        "asst_x", name="x"
    ),
    "a thread": lambda client, _: client.beta.threads.retrieve("thread_x"),
    "a thread to add to": lambda client, _: client.beta.threads.messages.create(
        "thread_x", role="user", content="x"
    ),
    "a message": lambda client, ids: client.beta.threads.messages.retrieve(
        "msg_x", thread_id=ids["thread"]
    ),
    "a run": lambda client, ids: client.beta.threads.runs.retrieve(
        "run_x", thread_id=ids["thread"]
    ),
    "the run of steps": lambda client, ids: client.beta.threads.runs.steps.list(
        "run_x", thread_id=ids["thread"]
    ),
    "a step": lambda client, ids: client.beta.threads.runs.steps.retrieve(
        "step_x", run_id=ids["run"], thread_id=ids["thread"]
    ),
    "who is to run": lambda client, ids: client.beta.threads.runs.create(
        ids["thread"], assistant_id="asst_x"
    ),
    "who is to run on a new thread": lambda client, _: (
        client.beta.threads.create_and_run(assistant_id="asst_x")
    ),
    "a cursor": lambda client, _: client.beta.assistants.list(after="asst_x"),
}
ELSEWHERE: dict[str, Ask] = {
    "a message": lambda client, ids: client.beta.threads.messages.retrieve(
        ids["message"], thread_id=ids["busy"]
    ),
    "a run": lambda client, ids: client.beta.threads.runs.retrieve(
        ids["run"], thread_id=ids["busy"]
    ),
    "an object of another kind": lambda client, ids: client.beta.threads.retrieve(
        ids["assistant"]
    ),
}


@pytest.mark.parametrize("what", NOWHERE)
def test_unknown_ids_are_not_found(client: OpenAI, ids: Ids, what: str) -> None:
    with pytest.raises(openai.NotFoundError, match="_x") as caught:
        NOWHERE[what](client, ids)
    assert deviations({"error": caught.value.body}, "ErrorResponse") == []


@pytest.mark.parametrize("what", ELSEWHERE)
def test_ids_of_other_parents_are_not_found(
    client: OpenAI, ids: Ids, what: str
) -> None:
    with pytest.raises(openai.NotFoundError):
        ELSEWHERE[what](client, ids)


def make(**body: Any) -> Ask:
    return lambda client, _: client.beta.assistants.create(**{"model": "m", **body})


def run(**body: Any) -> Ask:
    return lambda client, ids: client.beta.threads.runs.create(
        ids["thread"], **{"assistant_id": ids["assistant"], **body}
    )


def submit(*outputs: dict[str, str]) -> Ask:
    def ask(client: OpenAI, ids: Ids) -> object:
        filled: Any = [
            {name: value.format(**ids) for name, value in each.items()}
            for each in outputs
        ]
        return client.beta.threads.runs.submit_tool_outputs(
            ids["waiting"], thread_id=ids["busy"], tool_outputs=filled
        )

    return ask


# What was wrong, the `param` of the error, and a part of its message. Applications look
# for those of active and ended runs as they are here.
REFUSED: dict[str, tuple[Ask, str | None, str]] = {
    "a wrong type": (make(model=3), "model", r"\$\.model expected string, found 3"),
    "an unknown word": (
        make(tools=[WEATHER, {"type": "hammer"}]),
        "tools[1].type",
        r"\$\.tools\[1\]\.type expected one of .*'function', found 'hammer'",
    ),
    "a missing property": (
        make(tools=[{"type": "function", "function": {}}]),
        "tools[0].function.name",
        r"\$\.tools\[0\]\.function\.name is required",
    ),
    "a property too many": (
        make(extra_body={"modle": "m"}),
        "modle",
        r"\$\.modle is not known",
    ),
    "a number too large": (make(top_p=1.5), "top_p", r"\$\.top_p .*at most 1"),
    "a text too long": (make(name="x" * 257), "name", r"\$\.name .*256.* 257"),
    "too many pairs": (
        make(metadata={str(number): "x" for number in range(17)}),
        "metadata",
        r"\$\.metadata .*at most 16 .*17",
    ),
    "a pair too long": (
        make(metadata={"a": "x" * 513}),
        "metadata['a']",
        r"\$\.metadata\['a'\] .*512.*513",
    ),
    "a name with a blank": (
        make(tools=[{"type": "function", "function": {"name": "a b"}}]),
        "tools[0].function.name",
        r"\$\.tools\[0\]\.function\.name .*letters",
    ),
    "a page too large": (
        lambda client, _: client.beta.assistants.list(limit=101),
        "limit",
        "limit.*1 to 100.*101",
    ),
    "an unknown order": (
        lambda client, _: client.beta.assistants.list(
            extra_query={"order": "sideways"}
        ),
        "order",
        "order.*asc.*desc.*sideways",
    ),
    "too few tokens": (
        run(max_completion_tokens=255),
        "max_completion_tokens",
        r"\$\.max_completion_tokens .*256",
    ),
    "a choice that the run doesn't have": (
        run(tools=[WEATHER], tool_choice={"type": "function", **HEIGHT}),
        "tool_choice",
        r"\$\.tool_choice .*height",
    ),
    "a second run": (
        lambda client, ids: client.beta.threads.runs.create(
            ids["busy"], assistant_id=ids["assistant"]
        ),
        None,
        r"Thread thread_\w+ already has an active run run_\w+\.",
    ),
    "a message into a run": (
        lambda client, ids: client.beta.threads.messages.create(
            ids["busy"], role="user", content="x"
        ),
        None,
        r"Can't add messages to thread_\w+ while a run run_\w+ is active\.",
    ),
    "an end after the end": (
        lambda client, ids: client.beta.threads.runs.cancel(
            ids["run"], thread_id=ids["thread"]
        ),
        None,
        r"Cannot cancel run with status 'completed'\.",
    ),
    "outputs after the end": (
        lambda client, ids: client.beta.threads.runs.submit_tool_outputs(
            ids["run"], thread_id=ids["thread"], tool_outputs=[]
        ),
        None,
        r'Runs in status "completed" do not accept tool outputs\.',
    ),
    "no output": (
        submit(),
        "tool_outputs",
        r"call_ids \['call_\w+'\], got \[\]: \$\.tool_outputs lacks .*call_",
    ),
    "a foreign output": (
        submit({"tool_call_id": "call_x", "output": ""}),
        "tool_outputs[0].tool_call_id",
        r"Expected tool outputs for call_ids \['call_\w+'\], got \['call_x'\]: .*\[0\]",
    ),
    "an output twice": (
        submit({"tool_call_id": "{call}"}, {"tool_call_id": "{call}"}),
        "tool_outputs[1].tool_call_id",
        r"\$\.tool_outputs\[1\]\.tool_call_id .*second time",
    ),
    "an output for nothing": (
        submit({"output": "x"}),
        "tool_outputs[0].tool_call_id",
        r"\$\.tool_outputs\[0\]\.tool_call_id is required",
    ),
    "a script that is none": (
        run(extra_headers=script({"say": 1})),  # type: ignore[arg-type]
        "X-Local-Script",
        r"\$\[0\]: expected an array",
    ),
    "a fault that is none": (
        run(extra_headers=fault("explode")),
        "X-Local-Fault",
        "'explode' is no fault",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_request_names_the_place(client: OpenAI, ids: Ids, what: str) -> None:
    ask, param, message = REFUSED[what]
    with pytest.raises(openai.BadRequestError, match=message) as caught:
        ask(client, ids)
    error = caught.value
    assert deviations({"error": error.body}, "ErrorResponse") == []
    assert (error.param, error.type) == (param, "invalid_request_error")
    assert error.request_id
    assert error.request_id.startswith("req_")


def test_a_key_that_is_wrong_or_missing() -> None:
    with LocalServer(key=KEY) as server:
        with client_of(server) as client:
            client.beta.assistants.list()
        ways: list[dict[str, Any]] = [
            {},
            {"Authorization": openai.omit},
            {"Authorization": f"Basic {KEY}"},
        ]
        for headers in ways:
            with (
                client_of(server, api_key="sk-wrong") as client,
                pytest.raises(openai.AuthenticationError) as caught,
            ):
                client.beta.assistants.create(model="m", extra_headers=headers)
            error = caught.value
            assert deviations({"error": error.body}, "ErrorResponse") == []
            assert error.code == "invalid_api_key"
            assert error.type == "invalid_request_error"
            assert "sk-wrong" not in str(error)
        assert [each.status for each in server.exchanges] == [200, 401, 401, 401]


STATUSES: dict[str, type[openai.APIStatusError]] = {
    "400": openai.BadRequestError,
    "401": openai.AuthenticationError,
    "403": openai.PermissionDeniedError,
    "404": openai.NotFoundError,
    "409": openai.ConflictError,
    "422": openai.UnprocessableEntityError,
    "429": openai.RateLimitError,
    "500": openai.InternalServerError,
    "503": openai.InternalServerError,
    "html": openai.InternalServerError,
    "418": openai.APIStatusError,
}


@pytest.mark.parametrize("text", STATUSES)
def test_a_fault_on_demand_is_the_error_of_its_status(
    client: OpenAI, text: str
) -> None:
    with pytest.raises(STATUSES[text]) as caught:
        client.beta.assistants.list(extra_headers=fault(text))
    assert type(caught.value) is STATUSES[text]
    assert caught.value.status_code == (int(text) if text.isdecimal() else 502)


@pytest.mark.parametrize(
    "text",
    ["close=before-headers", "close=in-headers", "close=before-headers how=reset"],
)
def test_a_broken_connection_is_an_error_of_its_own(client: OpenAI, text: str) -> None:
    with pytest.raises(openai.APIConnectionError):
        client.beta.assistants.list(extra_headers=fault(text))
    # The next one is served.
    client.beta.assistants.list()


def test_a_slow_server_is_a_timeout(client: OpenAI) -> None:
    with pytest.raises(openai.APITimeoutError):
        client.beta.assistants.list(timeout=0.05, extra_headers=fault("delay=60"))


@pytest.mark.parametrize(
    "text", [f"429 {SOON}", f"503 {SOON}", f"409 {SOON}", f"500 {SOON}"]
)
def test_what_fails_twice_succeeds_at_the_third_attempt(
    server: LocalServer, client: OpenAI, text: str
) -> None:
    before = len(server.exchanges)
    raw = client.with_options(max_retries=2).beta.assistants.with_raw_response.list(
        extra_headers=fault(f"{text} times=2 key=third")
    )
    assert (raw.http_response.status_code, raw.retries_taken) == (200, 2)
    statuses = [each.status for each in server.exchanges[before:]]
    assert statuses == [int(text[:3]), int(text[:3]), 200]


def test_what_fails_three_times_fails(server: LocalServer, client: OpenAI) -> None:
    text = f"429 {SOON} times=3 key=fails"
    with pytest.raises(openai.RateLimitError) as caught:
        client.with_options(max_retries=2).beta.assistants.list(
            extra_headers=fault(text)
        )
    assert caught.value.response.headers["retry-after-ms"] == "1"
    assert [each.status for each in server.exchanges[-3:]] == [429] * 3


def test_a_server_may_forbid_to_repeat(server: LocalServer, client: OpenAI) -> None:
    before = len(server.exchanges)
    with pytest.raises(openai.RateLimitError):
        client.with_options(max_retries=2).beta.assistants.list(
            extra_headers=fault("429 should-retry=false")
        )
    assert len(server.exchanges) == before + 1


def test_faults_that_are_set_are_for_all_requests() -> None:
    with LocalServer() as server, client_of(server, max_retries=1) as client:
        server.faults.add(f"429 {SOON} on=createAssistant times=1")
        assert client.beta.assistants.create(model="m").model == "m"
        assert [each.status for each in server.exchanges] == [429, 200]
        server.faults.add("500")
        with pytest.raises(openai.InternalServerError):
            client.with_options(max_retries=0).beta.threads.create()
        server.faults.clear()
        client.beta.threads.create()
