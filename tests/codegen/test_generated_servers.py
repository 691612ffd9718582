"""Which server a request goes to: those of a document, of paths and of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.codegen.specs import Document, document, operation, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.codegen.conftest import Make

EU = {"default": "eu", "enum": ["eu", "us"], "description": "Where."}
SERVERS: list[Document] = [
    {
        "url": "https://{region}.example.com/{base}",
        "description": "Production",
        "variables": {"region": EU, "base": {"default": "v1"}},
    },
    {
        "url": "https://sandbox.example.com/",
        "description": "For trying things out, free",
    },
]


@pytest.fixture(scope="module")
def package(make: Make) -> Any:
    paths: Document = {
        "/plain": {"get": operation("plain")},
        "/up": {
            "get": {
                **operation("upload"),
                "servers": [
                    {
                        "url": "https://up.example.com/{v}",
                        "variables": {"v": {"default": "2"}},
                    }
                ],
            }
        },
        "/path": {
            "servers": [{"url": "/other"}],
            "get": operation("relative"),
        },
    }
    return make({**document(paths), "servers": SERVERS})


@pytest.fixture
def url_of(package: Any) -> Callable[..., str]:
    """Call an operation with a transport of our own; return where it went."""

    def run(name: str, **options: Any) -> str:
        gone: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            gone.append(str(request.url))
            return httpx.Response(200)

        with httpx.Client(transport=httpx.MockTransport(answer)) as http:
            client = package.Client(http_client=http, **options)
            getattr(package.api.things, name).sync(client=client)
        return gone[0]

    return run


def test_requests_go_where_the_document_says(url_of: Callable[..., str]) -> None:
    assert url_of("plain") == "https://eu.example.com/v1/plain"
    assert url_of("upload") == "https://up.example.com/2/up"
    assert url_of("relative") == "https://eu.example.com/other/path"


def test_servers_are_chosen_by_functions(
    package: Any, url_of: Callable[..., str]
) -> None:
    chosen = package.servers.production(region="us", base="v2/x")
    assert url_of("plain", base_url=chosen) == "https://us.example.com/v2/x/plain"
    # Another server of the document's has the others beside it.
    assert url_of("upload", base_url=package.servers.server()) == (
        "https://up.example.com/2/up"
    )
    assert "us" in str(package.servers.production.__annotations__["region"])


def test_a_base_url_of_ones_own_takes_all_requests(url_of: Callable[..., str]) -> None:
    own = "http://127.0.0.1:9/mock"
    assert url_of("plain", base_url=own) == f"{own}/plain"
    assert url_of("upload", base_url=own) == f"{own}/up"
    assert url_of("relative", base_url=own) == "http://127.0.0.1:9/other/path"
    chosen = {"https://up.example.com/2": "http://127.0.0.1:8"}
    assert url_of("upload", base_url=own, servers=chosen) == "http://127.0.0.1:8/up"


@pytest.mark.parametrize(
    "variables",
    [
        {"region": "asia"},
        {"region": "evil.test/"},
        {"base": "x?y"},
        {"base": "x#y"},
        {"base": "a b"},
    ],
)
def test_variables_are_checked(package: Any, variables: dict[str, str]) -> None:
    (name,) = variables
    with pytest.raises(ValueError, match=name):
        package.servers.production(**variables)


def test_a_variable_without_a_default_is_refused_by_place() -> None:
    given = document({"/a": {"get": operation("a")}})
    servers = [{"url": "https://{host}", "variables": {"host": {"description": "x"}}}]
    said = refusal({**given, "servers": servers})
    assert said.startswith("$.servers[0].variables.host: ")


def test_a_document_of_relative_servers_leaves_the_url_to_the_caller(
    make: Make,
) -> None:
    given = document({"/a": {"get": operation("a")}})
    package = make({**given, "servers": [{"url": "/api/v3"}]})
    with pytest.raises(TypeError, match="base_url"):
        package.Client()
    assert "/api/v3" in package.servers.__doc__


def test_code_for_variables_is_written_where_there_are_some(
    make: Make, package: Any
) -> None:
    given = document({"/a": {"get": operation("a")}})
    fixed = make({**given, "servers": SERVERS[1:]}).servers
    assert fixed.server() == package.servers.server() == "https://sandbox.example.com"
    assert "_VARIABLE" in vars(package.servers)
    assert {"_VARIABLE", "_filled"}.isdisjoint(vars(fixed))
