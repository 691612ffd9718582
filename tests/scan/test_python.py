"""Python is read by its syntax tree: names stand for what they were assigned."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from assistants_cli.scan.findings import Kind
from assistants_cli.scan.scanner import findings_in
from tests.cases import each_case, some

if TYPE_CHECKING:
    from assistants_cli.scan.findings import Finding

TODAY = date(2026, 11, 29)
MADE = "from openai import OpenAI\nclient = OpenAI()\n"
PATCHED = "name it as it is called in assistants_client"
CALLED = f"{MADE}client.beta.threads.create()\n"


def scanned(code: str) -> list[Finding]:
    return findings_in(code, ".py", TODAY)


def calls(code: str) -> list[str]:
    return [each.found for each in scanned(code) if each.kind == Kind.CALL]


@each_case(
    "code",
    [
        "client.beta.threads.create()",
        "threads = client.beta.threads\nthreads.create()",
        "beta = client.beta\nbeta.threads.create()",
        "create = client.beta.threads.create\ncreate()",
        "other = client\nother.beta.threads.create()",
        "first, second = client, 1\nfirst.beta.threads.create()",
        "if (b := client.beta):\n    b.threads.create()",
        "client.with_options(timeout=3).beta.threads.create()",
        "client.beta.threads.with_raw_response.create()",
        "client.with_raw_response.beta.threads.create()",
        "getattr(client, 'beta').threads.create()",
        "partial(client.beta.threads.create, messages=[])",
        "(client or None).beta.threads.create()",
        "(client if x else None).beta.threads.create()",
        "def f():\n    return client.beta.threads.create()",
        "f = lambda: client.beta.threads.create()",
        "[client.beta.threads.create() for _ in range(3)]",
        "(client\n    .beta\n    .threads\n    .create())",
        "def make():\n    return client\nmake().beta.threads.create()",
        "def make():\n    c = OpenAI()\n    return c\nmake().beta.threads.create()",
        "def make() -> OpenAI: ...\nmake().beta.threads.create()",
        "def f(c: OpenAI):\n    c.beta.threads.create()",
        "def f(c: 'OpenAI | None' = None):\n    c.beta.threads.create()",
        "def f(c: Annotated[OpenAI, Depends(g)]):\n    c.beta.threads.create()",
        "def f(c=OpenAI()):\n    c.beta.threads.create()",
        "with OpenAI() as c:\n    c.beta.threads.create()",
        "c = client.__enter__()\nc.beta.threads.create()",
        "async def f():\n  c = await client.__aenter__()\n  c.beta.threads.create()",
        "client.copy(timeout=3).beta.threads.create()",
        "app.state.c = OpenAI()\ndef f():\n    app.state.c.beta.threads.create()",
        (
            "class A:\n    def __init__(self):\n        self.c = client\n"
            "    def f(self):\n        self.c.beta.threads.create()"
        ),
        "class A:\n    c: OpenAI\n    def f(me):\n        me.c.beta.threads.create()",
        (
            "class A:\n    @property\n    def c(self):\n        return OpenAI()\n"
            "    def f(self):\n        self.c.beta.threads.create()"
        ),
        (
            "class A:\n    def c(self):\n        return OpenAI()\n"
            "    def f(self):\n        self.c().beta.threads.create()"
        ),
        (
            "from langsmith.wrappers import wrap_openai\n"
            "traced = wrap_openai(client)\ntraced.beta.threads.create()"
        ),
        "import copy\ncopy.deepcopy(client).beta.threads.create()",
        "from typing import cast\ncast(OpenAI, x).beta.threads.create()",
        "def f():\n    global g\n    g = OpenAI()\ng.beta.threads.create()",
    ],
)
def test_a_call_is_found_by_whichever_name(code: str) -> None:
    assert calls(MADE + code) == ["client.beta.threads.create"]
    assert all(each.certain for each in scanned(MADE + code))


@each_case(
    ("made", "ours"),
    [
        ("from openai import OpenAI as X", "Client"),
        ("from openai import AsyncOpenAI as X", "AsyncClient"),
        ("from openai import AzureOpenAI as X", "Client.for_azure"),
        ("from openai import AsyncAzureOpenAI as X", "AsyncClient.for_azure"),
        ("import openai\nX = openai.OpenAI", "Client"),
        ("import openai as o\nX = o.AsyncOpenAI", "AsyncClient"),
    ],
)
def test_the_client_says_what_takes_its_place(made: str, ours: str) -> None:
    code = f"{made}\nasync def f():\n    await X().beta.assistants.list()"
    (found,) = [each for each in scanned(code) if each.kind == Kind.CALL]
    assert found.change == f"keep the call; its client becomes assistants_client.{ours}"
    assert found.page == "docs/from-openai.md"


def test_places_are_lines_and_columns_of_characters() -> None:
    found = scanned(f"{MADE}\né = '😀'; x = client.beta.threads.create()")[-1]
    assert (found.line, found.column) == (4, 14)


@each_case("before", ["\x0c\n", "x = '\x0b \x1c \x85 \u2028'\n", "\r\n", "\r"])
def test_lines_are_those_of_python(before: str) -> None:
    """Form feeds separate sections in old code, and end no line."""
    found = scanned(f"{before}{CALLED}")
    assert [(each.line, each.column) for each in found] == [(2, 20), (4, 1)]


def test_long_code_is_shortened() -> None:
    _, found = scanned(f"{MADE}client.beta.threads.{'x' * 200}()")
    assert found.found == f"client.beta.threads.{'x' * 200}"[:120]


def test_imports_say_what_to_import() -> None:
    code = (
        "import openai\n"
        "from openai import AsyncOpenAI, AssistantEventHandler, NotFoundError\n"
        "from openai.types.beta.threads import Run, TextDelta as Delta\n"
        "from openai.types.beta import assistant_create_params\n"
        "import openai.types.beta.threads\n"
        "AsyncOpenAI().beta.threads.delete('t')\n"
    )
    assert [(f.found, f.change) for f in scanned(code) if f.kind == Kind.IMPORT] == [
        ("import openai", "make a client: from assistants_client import Client"),
        (
            "from openai import AsyncOpenAI",
            "from assistants_client import AsyncClient as AsyncOpenAI",
        ),
        (
            "from openai import AssistantEventHandler",
            "from assistants_client import AssistantEventHandler",
        ),
        (
            "from openai import NotFoundError",
            "from assistants_client import NotFoundError",
        ),
        *(
            (
                f"from openai.types.beta.threads import {name}",
                "from assistants_client.types.beta.threads import the same names",
            )
            for name in ("Run", "TextDelta")
        ),
        (
            "from openai.types.beta import assistant_create_params",
            "from assistants_client.types.beta import the same names",
        ),
        (
            "import openai.types.beta.threads",
            "from assistants_client.types.beta.threads import the same names",
        ),
    ]


@each_case(
    ("code", "change"),
    [
        ("from openai import RateLimitError", "RateLimitError"),
        ("from openai import Client as C", "Client"),
        ("from openai import AsyncClient", "AsyncClient"),
        (
            "from openai import OpenAIError as E",
            "AssistantsError as OpenAIError",
        ),
        ("from openai import Stream", "Stream"),
        ("from openai._exceptions import APIError", "APIError"),
        ("from openai.pagination import SyncCursorPage", "Page as SyncCursorPage"),
    ],
)
def test_what_goes_along_with_a_client_is_imported_from_here_too(
    code: str, change: str
) -> None:
    (found,) = [each for each in scanned(f"{CALLED}{code}") if each.line == 4]
    assert found.change == f"from assistants_client import {change}"
    assert found.certain
    # Where nothing is known to use the Assistants API, it is left alone.
    assert scanned(code) == []


@each_case(
    ("code", "change"),
    [
        ("except openai.NotFoundError: pass", "assistants_client.NotFoundError"),
        ("except (E, openai.APIError): pass", "assistants_client.APIError"),
        ("except openai.OpenAIError: pass", "assistants_client.AssistantsError"),
        ("except f(openai.OpenAI()): pass", "assistants_client.Client"),
        ("except openai.AsyncOpenAI: pass", "assistants_client.AsyncClient"),
        (
            "except f(openai.types.beta.threads.Run): pass",
            "assistants_client.types.beta.threads.Run, with its module imported",
        ),
        (
            "except f(client.chat.completions.create()): pass",
            "assistants_client has no such method: keep a client of openai for it",
        ),
        (
            "except f(client.beta.chat.completions.parse()): pass",
            "assistants_client has no such method: keep a client of openai for it",
        ),
        (
            "except patch('openai.resources.beta.threads.Threads.create'): pass",
            PATCHED,
        ),
        *(
            (f"except patch('openai.{name}'): pass", PATCHED)
            for name in (
                *("OpenAI", "AsyncOpenAI", "AzureOpenAI", "OpenAI.files"),
                *("resources.files.Files.create", "resources.vector_stores.A.b"),
            )
        ),
    ],
)
def test_what_is_used_along_with_a_client_is_found(code: str, change: str) -> None:
    code = f"import openai\n{CALLED}try: pass\n{code}"
    (found,) = [each for each in scanned(code) if each.line == 6]
    assert found.change == change


@each_case(
    "code",
    [
        "from openai import NOT_GIVEN, NotGiven, omit, Timeout, DefaultHttpxClient",
        "from openai import pydantic_function_tool",
        "from openai.types.chat import ChatCompletion",
        "from openai.types import Completion, NoSuchName",
        "import openai.types.chat",
        "from .openai import NotFoundError",
        "from mine.openai import NotFoundError",
        "f(openai.__version__, openai.VERSION)",
        "f(openai.NOT_GIVEN, openai.DEFAULT_TIMEOUT, openai.types.chat.ChatCompletion)",
        "client.files.create(), client.vector_stores.list(), client.models.list()",
        "chat = client.chat",
        "say('openai.resources.chat', 'openai.types.beta of openai')",
        "'openai.OpenAI'",
        "say('openai.OpenAI is', 'openai', 'openai.OpenAIs', 'openai.resources.fine')",
    ],
)
def test_what_may_stay_beside_a_client_is_left_alone(code: str) -> None:
    found = scanned(f"import openai\n{CALLED}{code}")
    assert [each for each in some(found) if each.line == 5] == []


def test_an_azure_client_becomes_one_of_foundry_or_of_a_server() -> None:
    code = "from openai import AsyncAzureOpenAI as A\nA().beta.threads.delete('t')"
    assert scanned(code)[0].change == (
        "from assistants_client import AsyncClient: AsyncClient.for_azure(...) for "
        "Azure AI Foundry, else AsyncClient(base_url=...)"
    )


def test_types_that_are_here_too_are_imported_from_here() -> None:
    code = (
        f"{CALLED}from openai.types import FileObject, Completion\n"
        "from openai.types.vector_stores import VectorStoreFile"
    )
    assert [(each.line, each.change) for each in scanned(code)][-2:] == [
        (4, "from assistants_client.types import the same names"),
        (5, "from assistants_client.types.vector_stores import the same names"),
    ]


@each_case(
    ("code", "found"),
    [
        (
            (
                "from langchain_community.agents.openai_assistant import "
                "OpenAIAssistantV2Runnable"
            ),
            Kind.FRAMEWORK,
        ),
        (
            "from langchain.agents.openai_assistant import OpenAIAssistantRunnable",
            Kind.FRAMEWORK,
        ),
        ("from semantic_kernel.agents import AzureAssistantAgent", Kind.FRAMEWORK),
        ("from azure.ai.agents import AgentsClient", Kind.FRAMEWORK),
        (
            (
                "from azure.ai.projects import AIProjectClient\n"
                "p = AIProjectClient()\np.agents.threads.create()"
            ),
            Kind.CALL,
        ),
        (
            (
                "import azure.ai.projects\n"
                "azure.ai.projects.AIProjectClient().agents.create_agent()"
            ),
            Kind.CALL,
        ),
        (
            (
                "from azure.ai.projects.aio import AIProjectClient\n"
                "async def f(p: AIProjectClient):\n    a = p.agents\n"
                "    await a.runs.create()"
            ),
            Kind.CALL,
        ),
        ("import openai\nopenai.beta.threads.create()", Kind.CALL),
        ("requests.post('https://api.openai.com/v1/threads')", Kind.REQUEST),
        ("post(f'{base}/v1/threads/{t}/runs')", Kind.REQUEST),
        ("h = {'OpenAI-Beta': 'assistants=v2'}", Kind.REQUEST),
        ("ask(model='gpt-4')", Kind.MODEL),
        ("MODELS = ['gpt-4o-2024-08-06']", Kind.MODEL),
        ("ask(model='openai/gpt-3.5-turbo')", Kind.MODEL),
    ],
)
def test_other_ways_to_the_api_are_found(code: str, found: Kind) -> None:
    assert found in [each.kind for each in scanned(code)]


def test_a_client_from_elsewhere_is_only_perhaps_one() -> None:
    for code in (
        "from .clients import c\nc.beta.threads.create()\nc.beta.threads",
        "from mine.clients import c\nc.beta.threads.create()",
        "import mine\nmine.clients.c.beta.threads.create()",
        "from mine import make\nmake().beta.threads.create()",
    ):
        (found,) = scanned(code)
        assert (found.line, found.certain) == (2, False)
    through = "def f(c):\n    threads = c.beta.threads\n    threads.create()"
    assert [(each.line, each.certain) for each in scanned(through)] == [(3, False)]


@each_case(
    "code",
    [
        "threads = []\nthreads.append(1)\nthreads.create()",
        "import threading\nthreads = [threading.Thread()]\nthreads[0].start()",
        "from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt-5')",
        "from openai import OpenAI\nOpenAI().beta.chat.completions.parse()",
        "from openai import OpenAI\nOpenAI().responses.create(model='gpt-5-mini')",
        "from openai import OpenAI\nOpenAI().vector_stores.list()",
        "from scipy.stats import beta\nbeta.threads.create()",
        "from scipy import stats\nstats.beta.pdf(1)\nstats.beta.threads",
        "from assistants_client import Client\nClient().beta.threads.create()",
        (
            "from assistants_client import Client as OpenAI\n"
            "client = OpenAI()\nclient.beta.threads.runs.create()"
        ),
        "import assistants_client\nassistants_client.Client().beta.threads.create()",
        f"{MADE}def f(client):\n    client.threads.create()",
        f"{MADE}threads = client.beta.threads\ndef f(threads):\n    threads.create()",
        "# client.beta.threads.create()",
        "'''client.beta.threads.create() with gpt-4, at /v1/threads'''",
        "def f():\n    '''As gpt-4 did.'''",
        "x = 'gpt-5'; y = 'gpt-4o-transcribe'; z = 'my-gpt-4'; w = 'gpt-40'",
        "x = 'as good as gpt-4'",
        "path = '/v1/threads_of_mine'; other = '/threads'",
        "class AssistantEventHandler: ...",
        "from mine import AssistantEventHandler, OpenAIAssistantRunnable",
        "from azure.ai.projects import AIProjectClient\nAIProjectClient().files.on()",
        "from azure.ai.agents.models import MessageRole",
    ],
)
def test_false_friends_are_left_alone(code: str) -> None:
    assert scanned(code) == []


def test_names_that_stand_for_each_other_come_to_an_end() -> None:
    names = [f"n{n}" for n in range(60)]
    circle = "\n".join(f"{a} = {' or '.join(names)}" for a in names)
    assert calls(f"{circle}\nn0.beta.threads.create()") == [
        "client.beta.threads.create"
    ]
