"""What `help`, `inspect`, an editor and a type checker say of a method."""

from __future__ import annotations

import asyncio
import fcntl
import inspect
import pydoc
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jedi
import openai
import pytest
from parso.cache import parser_cache

import assistants_api
import assistants_client
from assistants_api.models import ModelSchema
from assistants_client import AsyncClient, Client, ConfigurationError
from assistants_client._arguments import NOT_GIVEN
from assistants_client._call import CallOptions
from assistants_client._operations import OPERATIONS
from harness.kept import contents, installed, kept
from harness.scripted_server import Response, ScriptedServer
from tests.cases import each_case, some
from tests.client.test_parity import STREAMING, WAITING, clients, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.scripted_server import Request

ROOT = Path(__file__).resolve().parents[2]
RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "status": "queued"}
# What parso keeps of each module that it has read, which is most of the work.
CACHE = ROOT / ".pytest_cache" / "jedi"
jedi.settings.cache_directory = str(CACHE)
VARIANTS = ("", "with_raw_response", "with_streaming_response")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(answer) as server:
        yield server


def answer(asked: Request) -> Response:
    is_list = asked.method == "GET" and asked.path.endswith("/runs")
    return Response.of({"data": [RUN]} if is_list else RUN)


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[Client]:
    with Client(base_url=server.url, api_key="sk-of-the-test") as client:
        yield client


def variant(client: Any, name: str, kind: str) -> Any:
    home, _, last = name.rpartition(".")
    return found(client, f"{home}.{kind}.{last}" if kind else name)


# --- People and editors --------------------------------------------------------------


@each_case("name", [*OPERATIONS, *WAITING, *STREAMING])
@each_case("kind", ["sync", "async"])
def test_every_argument_is_explicit_typed_and_described(kind: str, name: str) -> None:
    method = found(clients(kind)[1], name)
    text = inspect.getdoc(method) or ""
    parameters = inspect.signature(method).parameters
    assert {*CallOptions.__annotations__} <= {*parameters}
    for each in parameters.values():
        assert each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
        assert each.annotation is not each.empty
        assert re.search(rf"^    {each.name}: \S", text, re.MULTILINE), each.name
        assert "see the API" not in text
    assert re.search(r"^Raises:\n    \w+: ", text, re.MULTILINE)
    assert text.splitlines()[0].endswith(".")


@each_case("name", OPERATIONS)
@each_case("kind", ["sync", "async"])
def test_variants_have_the_same_signature_and_words(kind: str, name: str) -> None:
    client = clients(kind)[1]
    plain, *others = (variant(client, name, each) for each in VARIANTS)
    for other in some(others):
        assert inspect.signature(other) == inspect.signature(plain)
        assert inspect.getdoc(other) == inspect.getdoc(plain)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_words_are_those_of_the_client(kind: str) -> None:
    text = inspect.getdoc(found(clients(kind)[1], "threads.runs.stream")) or ""
    within = "`async with`" if kind == "async" else "`with`"
    assert text.startswith(
        f"Start a run in a thread, and stream its events, in {within}."
    )


def test_help_shows_arguments_defaults_and_words(client: Client) -> None:
    # Before Python 3.14, annotations are shown as the text that they are, in quotes.
    shown = pydoc.plain(pydoc.render_doc(client.assistants.create)).replace("'", "")
    assert "model: str" in shown
    assert "name: str | None = NOT_GIVEN" in shown
    assert "instructions: What to tell the model" in shown


# Each is completed before its bracket closes, if it has one.
COMPLETED = {
    "client.threads.runs.cre": "create",
    "client.threads.runs.create(ins)": "instructions=",
    "client.assistants.create(ins)": "instructions=",
    "client.threads.runs.create_and_poll(max_w)": "max_wait=",
    "client.threads.runs.stream(on_text_d)": "on_text_delta=",
    "client.vector_stores.file_batches.li": "list_files",
    "client.api_k": "api_key",
    "client.threads.runs.bi": "bind",
    "client.beta.vector_stores.search(max_)": "max_num_results=",
}


def test_editors_complete_methods_and_arguments(client: Client) -> None:
    """As IPython does it, on the object, and as an editor does, on source alone."""
    sources = [
        Path(package.__path__[0]) for package in (assistants_client, assistants_api)
    ]
    inputs = [installed(), *contents(Path(__file__), *sources)]
    for each in some(kept(inputs, lambda: completed(client))):
        for (text, completion), names in zip(COMPLETED.items(), each, strict=True):
            assert completion in names, text


def completed(client: Client) -> list[list[list[str]]]:
    """Return what is offered in each line: by an editor, and by IPython.

    What jedi finds out of a module, it keeps for one source; so they are all in one.
    """
    head = "from assistants_client import Client\nclient = Client()\n"
    lines = "\n".join(COMPLETED)
    project = jedi.Project(ROOT, added_sys_path=[str(ROOT / "generated")])
    editor = jedi.Script(head + lines, project=project)
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with (CACHE / "lock").open("w") as lock:
            # It reads what another process is writing there as if it were whole.
            fcntl.flock(lock, fcntl.LOCK_EX)
            return [
                offered(editor, head.count("\n")),
                offered(jedi.Interpreter(lines, [{"client": client}]), 0),
            ]
    finally:
        # Else the trees of hundreds of modules stay, for all garbage collectors to see.
        parser_cache.clear()


def offered(script: jedi.Script, before: int) -> list[list[str]]:
    """Return what is offered in each line, of which some stand before those."""
    columns = [len(text.removesuffix(")")) for text in COMPLETED]
    return [
        [each.name_with_symbols for each in script.complete(number, column)]
        for number, column in enumerate(columns, start=before + 1)
    ]


# --- Calls ---------------------------------------------------------------------------

WRONG: list[tuple[Callable[[Any], Any], str]] = [
    (lambda c: c.assistants.create(), r"Assistants\.create\(\) .* argument 'model'"),
    (lambda c: c.threads.runs.retrieve("r"), "missing the argument 'thread_id'"),
    (
        lambda c: c.threads.runs.retrieve("r", "t"),
        "only run_id positionally, but got 2",
    ),
    (lambda c: c.assistants.create("m"), "takes no positional arguments, but got 1"),
    (lambda c: c.assistants.retrieve("a", assistant_id="b"), "several values for"),
]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("call", "message"), WRONG)
def test_wrong_calls_are_type_errors_that_name_the_argument(
    server: ScriptedServer,
    client: Client,
    call: Callable[[Any], Any],
    message: str,
    variant: str,
) -> None:
    asked = getattr(client, variant) if variant else client
    with pytest.raises(TypeError, match=message):
        # A streamed call begins with its statement.
        call(asked).__enter__()
    assert server.requests == []


def test_arguments_come_by_place_and_by_name(
    server: ScriptedServer, client: Client
) -> None:
    server.script = lambda _: Response.of({**RUN, "status": "completed"})
    runs = client.threads.runs
    for run in (runs.poll("r", "t"), runs.poll("r", thread_id="t")):
        assert run.status == "completed"
        assert server.requests[-1].path == "/threads/t/runs/r"


def test_async_calls_are_refused_alike() -> None:
    client: Any = AsyncClient(base_url="http://127.0.0.1:1", api_key="xxxxxx")
    with pytest.raises(TypeError, match="missing the argument 'model'"):
        asyncio.run(client.assistants.create())


BY_MISTAKE = [
    ({"api_key": "sk-of-another"}, "api_key is a setting: use client.with_options"),
    ({"base_url": "x"}, "base_url is a setting"),
    ({"default_headers": {}}, "default_headers is a setting"),
    ({"httpclient": 3}, "http_client is a setting"),
    ({"timout": 3}, "is timeout meant"),
    ({"max_retires": 3}, "is max_retries meant"),
    ({"extra_header": {}}, "is extra_headers meant"),
]


@pytest.mark.parametrize(("wrong", "message"), BY_MISTAKE)
@each_case("name", [*OPERATIONS, *WAITING, *STREAMING])
def test_settings_and_slips_are_refused_by_every_method(
    name: str, wrong: dict[str, Any], message: str
) -> None:
    method = found(clients("sync")[1], name)
    parameters = inspect.signature(method).parameters.values()
    needed = {each.name: "x" for each in parameters if each.default is each.empty}
    with pytest.raises(ConfigurationError, match=message) as caught:
        method(**needed, **wrong)
    assert "sk-of-another" not in str(caught.value)


def test_other_keywords_go_out(server: ScriptedServer, client: Client) -> None:
    unknown: Any = {"colour": "blue", "own": [1], "max_tokens": 5}
    client.threads.runs.create("t", assistant_id="a", **unknown)
    assert server.requests[-1].json() == {"assistant_id": "a", **unknown}


def test_what_is_left_out_is_not_sent_and_null_is(
    server: ScriptedServer, client: Client
) -> None:
    silent: Any = {
        "model": NOT_GIVEN,
        "tools": openai.omit,
        "metadata": openai.NOT_GIVEN,
    }
    client.threads.runs.create("t", assistant_id="a", instructions=None, **silent)
    assert server.requests[-1].json() == {"assistant_id": "a", "instructions": None}


def test_objects_stand_for_ids_also_in_bodies_lists_and_cursors(
    server: ScriptedServer, client: Client
) -> None:
    run = client.threads.runs.retrieve("run_1", thread_id="t")
    file = client.attach({"id": "file_1", "object": "file"})
    client.vector_stores.create(file_ids=[file, "file_2"])
    assert server.requests[-1].json() == {"file_ids": ["file_1", "file_2"]}
    client.threads.runs.list("t", after=run)
    assert ("after", "run_1") in server.requests[-1].query
    client.models.retrieve(ModelSchema(id="model_1", created=1, owned_by="x"))
    assert server.requests[-1].path.endswith("/models/model_1")
