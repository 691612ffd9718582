"""What is found out about an upstream before the server starts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.address import Address
from assistants_server.engines import ChatEngine
from assistants_server.engines.upstream_errors import UpstreamError
from assistants_server.upstream.model_list import lacking_of
from assistants_server.upstream.model_names import ModelNames
from harness.scripted_server import Response, ScriptedServer
from tests.engines.upstreams import KEY, refusal, upstream

if TYPE_CHECKING:
    from harness.scripted_server import Request

MODELS = Response.of({"object": "list", "data": [{"id": "llama"}, {"id": "qwen"}]})


def check(server: ScriptedServer, **options: Any) -> tuple[list[str], tuple[str, ...]]:
    engine = ChatEngine(server.url, **options)
    return asyncio.run(engine.check()), engine.models


def test_the_check_learns_the_models() -> None:
    with upstream(MODELS) as server:
        warnings, models = check(server, models={"gpt-4o": "llama"}, key=KEY)
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
        assert server.requests[0].target == "/models"
    assert (warnings, models) == ([], ("gpt-4o", "llama", "qwen"))


def test_the_check_finds_a_model_that_is_not_there() -> None:
    with upstream(MODELS) as server, pytest.raises(UpstreamError) as caught:
        check(server, models={"gpt-4o": "lama", "*": "qwen"})
    assert "has no lama; it has llama, qwen." in str(caught.value)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        # lucagrippa/obsidian-ai-tagger#37
        ("llama3.2", "llama3.2:latest"),
        # simonw/llm-gemini#111
        ("gemini-2.5-pro", "models/gemini-2.5-pro"),
        ("openai/gpt-4o:nitro", "openai/gpt-4o"),
    ],
)
def test_a_model_may_be_listed_by_another_name(name: str, listed: str) -> None:
    models = Response.of({"object": "list", "data": [{"id": listed}]})
    with upstream(models) as server:
        assert check(server, models={"*": name}) == ([], (listed,))
    lacking = pytest.raises(UpstreamError, match=f"has no x{name}; it has {listed}.")
    with upstream(models) as server, lacking:
        check(server, models={"*": f"x{name}", "a": name})


def test_azure_lists_no_deployments() -> None:
    names = ModelNames({"*": "mine"})
    azure = Address("https://mine.openai.azure.com/openai/v1", KEY)
    assert lacking_of(names, ["gpt-4o"], azure) == []
    assert lacking_of(names, ["gpt-4o"], Address("https://a.test/v1")) == ["mine"]


def test_the_check_says_what_it_can_not_know() -> None:
    with upstream(refusal(404, "no such path")) as server:
        ((warning,), models) = check(server, models={"gpt-4o": "llama"})
        assert f"no list of models at {server.url}/models" in warning
    assert "most end in /v1" in warning
    assert models == ("gpt-4o",)


def test_the_check_fails_where_runs_would() -> None:
    refused = pytest.raises(UpstreamError, match="answered 401: who are you")
    with upstream(refusal(401, "who are you?")) as server, refused:
        check(server)
    with pytest.raises(UpstreamError, match="can't be reached"):
        check(server)


def test_a_model_that_is_still_loaded_does_not_hold_up_the_start() -> None:
    with upstream(refusal(503, "Loading model")) as server:
        ((warning,), models) = check(server, models={"gpt-4o": "llama"})
        assert len(server.requests) == 1
    assert warning.endswith("answered 503: Loading model")
    assert models == ("gpt-4o",)


def test_the_check_finds_where_the_api_is() -> None:
    """Many name Ollama and others without the end of their URLs."""

    def answer(request: Request) -> Response:
        return MODELS if request.path == "/v1/models" else refusal(404, "no such path")

    with ScriptedServer(answer) as server:
        for url in (server.url, f"{server.url}/"):
            with pytest.raises(UpstreamError) as caught:
                asyncio.run(ChatEngine(url, key=KEY).check())
            told = f"at {server.url}/v1, not at {server.url}; name that as its URL."
            assert str(caught.value).endswith(told)
        keys = {request.headers["authorization"] for request in server.requests}
    assert keys == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    "page",
    [
        Response(200, b"<html>Welcome</html>", "text/html"),
        Response.of({"object": "list"}),
        Response.of([]),
    ],
)
def test_what_answers_to_everything_has_no_list(page: Response) -> None:
    with upstream(page) as server:
        ((warning,), models) = check(server, models={"gpt-4o": "llama"})
    assert "no list of models" in warning
    assert models == ("gpt-4o",)


def test_a_server_without_any_model_is_believed() -> None:
    with upstream(Response.of({"object": "list", "data": []})) as server:
        assert check(server, models={"*": "llama"}) == ([], ("ChatEngine",))
