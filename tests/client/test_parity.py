"""Method by method, what the `openai` package takes is taken here too."""

from __future__ import annotations

import inspect
import sys
from functools import cache
from typing import Any

import openai
import pydantic
import pytest
from openai import pagination
from openai.lib import streaming

import assistants_client
from assistants_client import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    AsyncClient,
    AsyncPage,
    Client,
    Page,
)
from assistants_client._call import CallOptions
from assistants_client._events.dispatch import CALLBACKS, ENDINGS
from assistants_client._flows.poll_policy import WaitOptions
from assistants_client._operations import OPERATIONS
from assistants_client.streaming import managers
from assistants_client.streaming.handlers import shown
from tests.cases import each_case, some

URL = "http://127.0.0.1:1"


WAITING = (
    *("threads.create_and_run_poll", "threads.runs.create_and_poll"),
    *("threads.runs.poll", "threads.runs.submit_tool_outputs_and_poll"),
)
STREAMING = (
    *("threads.create_and_run_stream", "threads.runs.stream"),
    "threads.runs.submit_tool_outputs_stream",
)


def found(client: Any, name: str) -> Any:
    """Return a method; some are attributes of the client, others of `beta`."""
    top = name.partition(".")[0]
    found = client.beta if hasattr(client.beta, top) else client
    for part in name.split("."):
        found = getattr(found, part)
    return found


@cache
def clients(kind: str) -> tuple[Any, Any]:
    """Return clients of this kind, theirs and ours."""
    if kind == "sync":
        theirs: Any = openai.OpenAI(base_url=URL, api_key="x")
        return theirs, Client(base_url=URL, api_key="xxxxxx")
    theirs = openai.AsyncOpenAI(base_url=URL, api_key="x")
    return theirs, AsyncClient(base_url=URL, api_key="xxxxxx")


def test_every_callback_is_a_keyword_too() -> None:
    for name in STREAMING:
        taken = inspect.signature(found(clients("sync")[1], name)).parameters
        named = {each for each in taken if each.startswith("on_")}
        assert named - {"on_update", "on_approval"} == {*CALLBACKS, *ENDINGS}


def test_every_way_to_wait_is_a_keyword_too() -> None:
    for name in (*WAITING, *STREAMING):
        taken = inspect.signature(found(clients("async")[1], name)).parameters
        assert taken.keys() >= WaitOptions.__annotations__.keys()
        assert taken.keys() >= CallOptions.__annotations__.keys()


@each_case("name", [*OPERATIONS, *WAITING, *STREAMING])
@each_case("kind", ["sync", "async"])
def test_every_parameter_is_taken_here_too(kind: str, name: str) -> None:
    theirs, ours = (found(client, name) for client in clients(kind))
    # Their overloads and deprecations wrap the real function.
    function = inspect.unwrap(theirs)
    known = dict(inspect.signature(function).parameters)
    known.pop("self", None)
    parameters = inspect.signature(ours).parameters
    assert [name for name in some(known) if name not in parameters] == []
    positional = [
        name
        for name, parameter in known.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        # Nobody gives these of poll() by their place, though one could.
        and name not in {*CallOptions.__annotations__, "poll_interval_ms"}
    ]
    assert positional == [
        name
        for name, parameter in parameters.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]


ERRORS = [
    *("APIError", "APIConnectionError", "APITimeoutError", "APIStatusError"),
    *("BadRequestError", "AuthenticationError", "PermissionDeniedError"),
    *("NotFoundError", "ConflictError", "UnprocessableEntityError"),
    *("RateLimitError", "InternalServerError"),
]


@each_case("name", ERRORS)
def test_errors_have_the_same_names_and_tree(name: str) -> None:
    theirs, ours = getattr(openai, name), getattr(assistants_client, name)
    parents = {each.__name__ for each in theirs.__mro__ if each.__name__ in ERRORS}
    assert parents == {e.__name__ for e in ours.__mro__ if e.__name__ in ERRORS}


def public(kind: Any) -> set[str]:
    """Return what is public of a class, inherited or not."""
    fields = getattr(kind, "model_fields", {})
    return {name for name in {*dir(kind), *fields} if not name.startswith("_")}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (pagination.SyncCursorPage[Any], Page),
        (pagination.AsyncCursorPage[Any], AsyncPage),
    ],
    ids=["sync", "async"],
)
def test_pages_have_the_same_attributes(theirs: Any, ours: Any) -> None:
    # What every class of pydantic has besides is no business of pages.
    known = public(theirs) - public(pydantic.BaseModel)
    assert {"data", "has_more", "get_next_page", "to_dict", "to_json"} <= known
    assert known - public(ours) == set()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (openai._legacy_response.LegacyAPIResponse, assistants_client.RawResponse),
        (openai.APIResponse, assistants_client.StreamedResponse),
        (openai.AsyncAPIResponse, assistants_client.AsyncStreamedResponse),
    ],
    ids=["raw", "streamed", "async streamed"],
)
def test_answers_have_the_same_attributes(theirs: Any, ours: Any) -> None:
    known = public(theirs) | {"retries_taken"}
    assert {"headers", "request_id", "parse", "elapsed"} <= known
    assert known - public(ours) == set()
    for name in known:
        method, twin = getattr(theirs, name, None), getattr(ours, name)
        assert inspect.isfunction(method) == inspect.isfunction(twin) or (
            name == "retries_taken"
        )
        if inspect.isfunction(method):
            accepted = inspect.signature(twin).parameters
            assert [*inspect.signature(method).parameters] == [*accepted], name


# Both attributes are of the client as it is, not of what it does.
SETTINGS = {"api_key", "organization", "project", "base_url", "timeout", "max_retries"}
# For surfaces of the other package that aren't the Assistants API's.
OTHERS = {
    *("admin", "audio", "batches", "chat", "completions", "containers"),
    *("content_provenance_checks", "conversations", "decisions", "embeddings"),
    *("evals", "fine_tuning", "images", "live", "moderations", "realtime"),
    *("responses", "safety", "skills", "uploads", "videos", "webhooks"),
    # How it is built, which its own documentation doesn't speak of.
    *("auth_headers", "custom_auth", "get_api_list", "platform_headers", "qs"),
    *("request", "user_agent", "default_headers", "default_query"),
}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(openai.OpenAI, Client), (openai.AsyncOpenAI, AsyncClient)],
    ids=["sync", "async"],
)
def test_clients_have_the_same_attributes(theirs: Any, ours: Any) -> None:
    assert public(theirs) - OTHERS - public(ours) == set()
    settings = {*inspect.signature(theirs).parameters} & SETTINGS
    assert settings == SETTINGS
    assert settings - {*inspect.signature(ours).parameters} == set()


def error_of(package: Any) -> Any:
    """Return an error as it is met."""
    with (
        package(base_url=URL, api_key="xxxxxx", max_retries=0) as client,
        pytest.raises(Exception, match=r"Connection error|refused") as caught,
    ):
        client.beta.threads.create()
    return caught.value


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_errors_have_the_same_attributes() -> None:
    theirs, ours = error_of(openai.OpenAI), error_of(Client)
    known = {name for name in dir(theirs) if not name.startswith("_")}
    assert known - {*dir(ours)} == set()
    http: Any = sys.modules[type(theirs.request).__module__.partition(".")[0]]
    response = http.Response(404, json={}, request=theirs.request)
    status = openai.NotFoundError("m", response=response, body={})
    received = assistants_client._errors.ReceivedResponse(404, {}, b"{}", ours.request)
    known = {name for name in dir(status) if not name.startswith("_")}
    assert {"status_code", "response", "request_id", "code", "param"} <= known
    own = assistants_client.NotFoundError("m", response=received, body={})
    assert known - {*dir(own)} == set()


def test_everything_public_is_there() -> None:
    for name in assistants_client.__all__:
        assert getattr(assistants_client, name) is not None
    assert {*dir(assistants_client)} == {*assistants_client.__all__}
    with pytest.raises(AttributeError, match="has no attribute 'colour'"):
        assistants_client.colour  # type: ignore[attr-defined] # noqa: B018


THEIRS = [
    (openai.AssistantEventHandler, AssistantEventHandler),
    (openai.AsyncAssistantEventHandler, AsyncAssistantEventHandler),
]


@pytest.mark.parametrize(("theirs", "ours"), THEIRS)
def test_all_that_openai_s_handlers_have_is_there(theirs: Any, ours: Any) -> None:
    for name, found in some(vars(theirs).items()):
        if name.startswith("_") and name not in ("__next__", "__iter__", "__anext__"):
            continue
        own = inspect.getattr_static(ours, name)
        assert isinstance(own, shown) == isinstance(found, property), name
        if not isinstance(found, property):
            expected = inspect.signature(found).parameters
            assert [*inspect.signature(own).parameters] == [*expected], name
            kinds = map(inspect.iscoroutinefunction, (own, found))
            assert len({*kinds}) == 1, name
    # An attribute that they set when they begin.
    assert isinstance(inspect.getattr_static(ours, "text_deltas"), shown)


@pytest.mark.parametrize(
    "name", ["AssistantStreamManager", "AsyncAssistantStreamManager"]
)
def test_managers_are_used_as_openai_s_are(name: str) -> None:
    theirs, ours = vars(getattr(streaming, name)), vars(getattr(managers, name))
    public = {each for each in theirs if not each.startswith("_")}
    entering = {each for each in theirs if each.endswith(("enter__", "exit__"))}
    assert len(entering) == 2
    assert public | entering <= {*ours}
