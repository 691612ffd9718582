"""The base paths at which the server is reached, as clients of several services do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.http.base_paths import base_of
from tests.server.plain_client import PlainClient

if TYPE_CHECKING:
    from collections.abc import Iterator

BASES = ["", "/v1", "/openai", "/openai/v1", "/api/projects/demo", "/api/projects/a b"]
OTHERS = [
    *("/v2", "/v1/v1", "/openai/v2", "/openai/v1/v1", "/xopenai", "/V1"),
    *("/api/projects", "/api/projects/", "/api/projects/a/b", "/v1/api/projects/demo"),
]


@pytest.fixture(scope="module")
def http(server: LocalServer) -> Iterator[httpx.Client]:
    """Provide a client whose paths have no base path before them."""
    origin = server.url.removesuffix("/v1")
    with PlainClient(origin) as http:
        yield http


@pytest.mark.parametrize("base", BASES)
def test_an_operation_is_reached(http: httpx.Client, base: str) -> None:
    given = {"model": "m", "metadata": {"base": base}}
    # Clients of Azure name the version of the API with each request.
    query = {"api-version": "2025-05-01"}
    made = http.post(f"{base}/assistants", json=given, params=query).json()
    path = f"{base}/assistants/{made['id']}"
    assert http.get(path, params=query).json() == made
    assert http.get(f"/assistants/{made['id']}").json() == made
    assert http.delete(path).json()["deleted"] is True


@pytest.mark.parametrize("base", OTHERS)
def test_other_bases_are_not_found_and_errors_name_all_of_them(
    http: httpx.Client, base: str
) -> None:
    response = http.get(f"{base}/assistants")
    assert response.status_code == 404
    assert f"GET '{base}/assistants'" in response.json()["error"]["message"]


def test_what_is_in_a_path_of_an_operation_is_no_base(http: httpx.Client) -> None:
    # Models are named by their owners as well, with slashes in between.
    response = http.get("/v1/models/openai/v1/nothing")
    assert "openai/v1/nothing" in response.json()["error"]["message"]
    assert base_of("/threads/v1/runs") == ""


def test_faults_and_records_know_the_operation() -> None:
    with LocalServer(faults=["429 on=listAssistants"]) as server:
        origin = server.url.removesuffix("/v1")
        for base in BASES:
            assert httpx.get(f"{origin}{base}/assistants").status_code == 429
            assert server.exchanges[-1].operation == "listAssistants"


def test_a_path_may_be_one_of_several_by_its_method(http: httpx.Client) -> None:
    """The path without a parameter comes first, where it has the method."""
    made = http.post("/threads/runs", json={"assistant_id": "asst_none"})
    assert "asst_none" in made.json()["error"]["message"]
    for method in ("GET", "DELETE"):
        found = http.request(method, "/threads/runs")
        assert found.status_code == 404
        assert "thread found with id 'runs'" in found.json()["error"]["message"]
    refused = http.put("/threads/runs")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
