"""The same calls through `openai` and through us: the same requests on the wire."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import re
from string import ascii_letters, digits
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import openai
import pytest

from assistants_client import ConfigurationError
from assistants_client._operations import OPERATIONS as METHODS
from harness.contract.document import OPERATIONS
from harness.contract.each import call_each
from harness.scripted_server import Response, ScriptedServer
from tests.cases import some
from tests.client.arguments import (
    EVERYWHERE,
    FORMS,
    FUNCTION,
    KNOWN,
    OF_FILES,
    OF_THE_LIBRARY,
    VALUES,
    WANTED,
    WITHOUT_BODY,
    call,
    needed,
    optional,
)
from tests.client.recording import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Request

# Each of the package's methods for assistants says that it is deprecated.
pytestmark = pytest.mark.filterwarnings(
    "ignore:(The Assistants API is )?deprecated:DeprecationWarning"
)


def plain(_: Request) -> Response:
    return Response.of({"data": []})


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(plain) as server:
        yield server


@pytest.fixture(scope="module", params=[False, True], ids=["sync", "async"])
def shared(request: pytest.FixtureRequest, server: ScriptedServer) -> Iterator[Clients]:
    with Clients(server, asynchronous=request.param) as clients:
        yield clients


@pytest.fixture
def clients(server: ScriptedServer, shared: Clients) -> Iterator[Clients]:
    server.script = plain
    yield shared
    server.script = plain


def segments(request: Request) -> list[str]:
    """Return the parts of the path, decoded: we encode more than is needed."""
    return [unquote(each, errors="strict") for each in request.path.split("/")]


def query(request: Request) -> list[str]:
    """Return the parameters as they are written, by their names.

    The order of parameters of different names says nothing.
    """
    parts = request.target.partition("?")[2].split("&")
    return sorted(parts, key=lambda part: part.partition("=")[0])


def other_headers(theirs: Request, ours: Request) -> set[str]:
    """Return the names of headers that only one has, or whose values differ."""
    names = {*theirs.headers, *ours.headers}
    differ = {
        name
        for name in names
        if theirs.headers.get_list(name) != ours.headers.get_list(name)
    }
    return differ - OF_THE_LIBRARY.keys()


def assert_same(
    pair: tuple[Request, Request], *, but_for: frozenset[str] = frozenset()
) -> None:
    """See that two requests are the same, but for the headers that are to differ."""
    theirs, ours = pair
    assert ours.method == theirs.method
    assert segments(ours) == segments(theirs)
    assert query(ours) == query(theirs)
    if theirs.body:
        # The order of properties is all that may be another.
        assert ours.json() == theirs.json()
    assert len(ours.body) == len(theirs.body)
    wanted = {*WANTED, *but_for}
    if not theirs.body and theirs.method != "GET":
        wanted |= WITHOUT_BODY.keys()
    of_others = theirs.path.startswith(("/v1/files", "/v1/models"))
    if of_others and "openai-beta" not in theirs.headers:
        wanted |= EVERYWHERE.keys()
    if theirs.headers["accept"] == "application/binary":
        wanted |= OF_FILES.keys()
    assert other_headers(theirs, ours) == wanted


def test_without_what_may_be_left_out(clients: Clients) -> None:
    def check(name: str) -> None:
        assert_same(clients.compare(call(name, needed(name))))

    call_each(KNOWN, check)


def test_with_all_that_the_package_knows(clients: Clients) -> None:
    def check(name: str) -> None:
        everything = {argument: VALUES[argument] for argument in KNOWN[name]}
        if name.endswith(("list", "list_files", "retrieve", "content")):
            # Nothing goes out in the body of a GET.
            del everything["extra_body"]
        theirs, ours = clients.compare(call(name, everything))
        assert_same((theirs, ours))
        mine = (theirs.headers["x-mine"], theirs.headers["openai-beta"])
        assert mine == ("of mine", "other=v1")

    call_each(KNOWN, check)


def test_null_is_said_and_not_left_out(clients: Clients) -> None:
    def check(name: str) -> None:
        nulls = dict.fromkeys(optional(name))
        theirs, ours = clients.compare(call(name, nulls | needed(name)))
        assert_same((theirs, ours))
        _, query, has_body, _ = METHODS[name].parameters
        if has_body:
            in_body = {each for each in nulls if each not in query}
            found = {each for each, value in ours.json().items() if value is None}
            assert found == in_body

    call_each(KNOWN, check)


@pytest.mark.parametrize("nothing", [openai.NOT_GIVEN, openai.omit], ids=["old", "new"])
def test_what_they_call_nothing_is_left_out(clients: Clients, nothing: Any) -> None:
    def check(name: str) -> None:
        silent = dict.fromkeys(optional(name), nothing) | needed(name)
        theirs, ours = clients.compare(call(name, silent))
        assert_same((theirs, ours))
        # The package has sent nothing of it either.
        assert_same(clients.compare(call(name, needed(name)), call(name, silent)))

    call_each(KNOWN, check)


def test_all_operations_were_compared(clients: Clients) -> None:
    pairs = [clients.compare(call(name, needed(name))) for name in KNOWN]
    known = [(each.method, each.path) for each in OPERATIONS]
    expected = [
        (method, [part.format(**VALUES) for part in f"/v1{path}".split("/")])
        for method, path in (*known, ("GET", "/files/{file_id}/content"))
    ]
    sent = [(theirs.method, segments(theirs)) for theirs, _ in pairs]
    assert sorted(sent) == sorted(expected)
    assert len(sent) == len(METHODS) - len(FORMS) == 46


def test_ids_are_encoded_down_to_the_last_character(clients: Clients) -> None:
    # Servers exist that cut a path at a semicolon, or take a plus for a blank.
    every = "".join(map(chr, range(1, 128)))
    theirs, ours = clients.compare(lambda c: c.beta.threads.retrieve(every))
    assert_same((theirs, ours))
    assert segments(ours)[-1] == every
    written = ours.path.removeprefix("/v1/threads/")
    assert {*re.sub("%[0-9A-F]{2}", "", written)} == {*ascii_letters, *digits, *"-._~"}


def test_a_get_has_no_body(server: ScriptedServer, clients: Clients) -> None:
    # The package drops what it is given, and says nothing.
    arguments = needed("threads.retrieve")
    asked = arguments | {"extra_body": {"more": 1}}
    assert_same(
        clients.compare(
            call("threads.retrieve", asked), call("threads.retrieve", arguments)
        )
    )
    with pytest.raises(ConfigurationError, match=r"threads\.retrieve is a GET"):
        clients.compare(call("threads.retrieve", asked))
    assert server.requests == []


@pytest.mark.parametrize("name", ["threads.delete", "threads.runs.cancel"])
def test_what_has_no_body_may_get_one(clients: Clients, name: str) -> None:
    body = {"ä": [None, {"b": 0.1}], "c": None}
    pair = clients.compare(call(name, needed(name) | {"extra_body": body}))
    assert_same(pair)
    assert pair[1].json() == body


def test_lists_in_extra_query_hold_anything(clients: Clients) -> None:
    query = {
        "a": [1, None, [2, [True]], {"b": [3], "c": None}],
        "d": {"e": [{}]},
        "f": MappingProxyType({"g": 4}),
    }
    pair = clients.compare(lambda c: c.beta.assistants.list(extra_query=query))
    assert_same(pair)


def test_a_name_with_brackets_gets_no_more_of_them(clients: Clients) -> None:
    # So the API's own name is written, and so people try it.
    extra = {"extra_query": {"include[]": ["a"]}}
    theirs, ours = clients.compare(call("assistants.list", extra))
    assert query(theirs) == ["include%5B%5D%5B%5D=a"]
    assert query(ours) == ["include%5B%5D=a"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer other", "Content-TYPE": "application/json; x=y"},
        {"AUTHORIZATION": "Basic other", "accept": "*/*", "OPENAI-BETA": ""},
        {"X-Twice": "1", "x-twice": "2", "Idempotency-Key": "one"},
        {"User-Agent": "mine/1", "Host": "example.com", "Cookie": "a=b"},
    ],
)
def test_headers_of_a_call(clients: Clients, headers: Any) -> None:
    theirs, ours = clients.compare(
        lambda c: c.beta.threads.create(extra_headers=headers)
    )
    for name, value in some(
        {name.lower(): each for name, each in headers.items()}.items()
    ):
        assert theirs.headers.get_list(name) == ours.headers.get_list(name) == [value]
    differ = other_headers(theirs, ours)
    assert differ == WANTED.keys() - {each.lower() for each in headers}


def test_a_header_is_taken_away(clients: Clients) -> None:
    # They need a type of theirs for it, and we none.
    gone = {"extra_headers": {"Authorization": None, "OpenAI-Beta": None}}
    theirs = {"extra_headers": dict.fromkeys(gone["extra_headers"], openai.Omit())}
    pair = clients.compare(call("threads.create", theirs), call("threads.create", gone))
    assert_same(pair)
    assert (
        pair[1].headers.get_list("authorization")
        == pair[1].headers.get_list("openai-beta")
        == []
    )


@pytest.mark.parametrize(
    ("path", "settings"),
    [
        ("/v1", {"organization": "org-1", "project": "proj_1"}),
        (
            "/v1/",
            {"default_headers": {"X-Mine": "1", "authorization": "b", "Accept": "a"}},
        ),
        ("/an ä/%C3%A4//v1", {"default_query": {"api-version": "v1", "list": [1, 2]}}),
        ("", {"default_query": {"nothing": None, "empty": ""}}),
    ],
)
def test_settings_of_a_client(server: ScriptedServer, path: str, settings: Any) -> None:
    extra = {"extra_headers": {"x-mine": "2"}, "extra_query": {"list": [3]}}
    url = f"{server.url}{path}"
    with Clients(server, asynchronous=False, base_url=url, **settings) as clients:
        for name in ("threads.create", "assistants.list"):
            assert_same(clients.compare(call(name, {})))
            assert_same(clients.compare(call(name, extra)))


def test_an_argument_beats_the_default_query(server: ScriptedServer) -> None:
    default = {"limit": 5, "order": "asc", "after": "a"}
    arguments = {"limit": 2, "order": "asc", "extra_query": {"order": "desc"}}
    with Clients(server, asynchronous=False, default_query=default) as clients:
        pair = clients.compare(call("assistants.list", arguments))
    assert_same(pair)
    assert query(pair[1]) == ["after=a", "limit=2", "order=desc"]


def test_a_beta_header_of_the_client_beats_ours(server: ScriptedServer) -> None:
    # The package overrules it by its own; whoever sets it knows why.
    headers = {"OpenAI-Beta": "assistants=v1"}
    with Clients(server, asynchronous=False, default_headers=headers) as clients:
        theirs, ours = clients.compare(call("threads.create", {}))
    assert_same((theirs, ours), but_for=frozenset({"openai-beta"}))
    assert theirs.headers["openai-beta"] == "assistants=v2"
    assert ours.headers["openai-beta"] == "assistants=v1"


@pytest.mark.parametrize(
    "many",
    [tuple, iter, lambda found: dict(enumerate(found)).values()],
    ids=["tuple", "iterator", "view"],
)
def test_what_can_be_iterated_is_a_list(clients: Clients, many: Any) -> None:
    pair = clients.compare(
        lambda c: c.beta.assistants.create(model="m", tools=many([FUNCTION]))
    )
    assert_same(pair)
    assert pair[1].json()["tools"] == [FUNCTION]


def test_what_came_back_can_be_sent_again(
    server: ScriptedServer, clients: Clients
) -> None:
    settings = {
        "model": "m",
        "instructions": None,
        "tools": [
            {"type": "file_search", "file_search": {"max_num_results": 3, "new": 1}},
            {"type": "new_tool", "ä": [None]},
        ],
        "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
        "metadata": {"k": "v"},
        "temperature": 0.5,
    }
    server.script = lambda request: Response.of(
        {"id": "a", **settings} if request.method == "GET" else {}
    )

    def sent(assistant: Any) -> dict[str, Any]:
        return {each: getattr(assistant, each) for each in settings}

    async def asynchronously(assistants: Any) -> None:
        await assistants.create(**sent(await assistants.retrieve("a")))

    def again(client: Any) -> Any:
        assistants = client.beta.assistants
        if clients.asynchronous:
            return asynchronously(assistants)
        return assistants.create(**sent(assistants.retrieve("a")))

    _, pair = clients.all(again)
    assert_same(pair)
    assert pair[1].json() == settings


def test_following_pages(server: ScriptedServer, clients: Clients) -> None:
    def answer(request: Request) -> Response:
        if "after=b" in request.target:
            return Response.of({"data": [{"id": "c"}], "has_more": False})
        data = [{"id": "a"}, {"id": "b"}]
        return Response.of({"data": data, "has_more": True, "last_id": "b"})

    async def asynchronously(pages: Any) -> None:
        assert [each.id async for each in pages] == ["a", "b", "c"]

    def follow(client: Any) -> Any:
        pages = client.beta.threads.messages.list(
            "t", limit=2, run_id="r", extra_query={"q": [1]}, extra_headers={"X-A": "b"}
        )
        if clients.asynchronous:
            return asynchronously(pages)
        assert [each.id for each in pages] == ["a", "b", "c"]
        return None

    server.script = answer
    first, second = clients.all(follow)
    assert_same(first)
    assert_same(second)


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
def test_requests_that_the_document_does_not_list(clients: Clients, verb: str) -> None:
    options = {"params": {"q": ["ä b"], "n": None}, "headers": {"X-Mine": "1"}}
    body = {} if verb == "get" else {"body": {"a": None, "ä": [0.1]}}
    for given in ({"options": options, **body}, {}):

        def send(client: Any, given: Any = given) -> Any:
            return getattr(client, verb)("/x y/ä?b=c&d=", cast_to=object, **given)

        theirs, ours = clients.compare(send)
        # We say it with every request; the package only where it has a method.
        assert_same((theirs, ours), but_for=frozenset({"openai-beta"}))
        assert ours.headers["openai-beta"] == "assistants=v2"
