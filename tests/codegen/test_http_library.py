"""A package for another HTTP library: the same code, and it works by that."""

from __future__ import annotations

import ast
import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from codegen.errors import BuildError
from codegen.pipeline import Order, build, check
from harness.scripted_server import Response, ScriptedServer, in_turn
from tests.codegen.conftest import silent
from tests.codegen.packages import imported, module
from tests.codegen.specs import EVERYTHING, tree, written
from tests.codegen.zoo import zoo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAT = {"kind": "cat", "born": 1, "mood": "glad"}
VISIT = {"row": 1}
MOVED = b'event: animal.moved\ndata: {"row": 1}\n\n'


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Return the order of a package that is built for httpx2."""
    folder = tmp_path_factory.mktemp("httpx2")
    spec = written(folder, zoo())
    made = Order(spec, folder / "generated", "zoo_by_httpx2", EVERYTHING, "httpx2")
    build(made, silent)
    return made


@pytest.fixture(scope="module")
def package(order: Order) -> Iterator[Any]:
    with imported(order.target / order.name) as package:
        yield package


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def test_nothing_but_the_name_differs(order: Order, old: Path) -> None:
    usual, found = tree(old), tree(order.target)
    assert json.loads(usual.pop("codegen.lock"))["settings"]["http"] == "httpx"
    del found["codegen.lock"]
    by_httpx = {
        name.replace(order.name, "built"): content.replace(
            order.name.encode(), b"built"
        ).replace(b"httpx2", b"httpx")
        for name, content in found.items()
    }
    assert by_httpx == usual
    assert sum(b"httpx2." in content for content in found.values()) > 3


def test_one_module_imports_the_library(order: Order) -> None:
    found = {
        path.name: alias.name
        for path in (order.target / order.name).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if "httpx" in f"{alias.name} {getattr(node, 'module', '')}"
    }
    assert found == {"client.py": "httpx2"}


def test_check_tells_another_library(order: Order) -> None:
    assert check(order, silent) == []
    lock = json.loads((order.target / "codegen.lock").read_text("utf-8"))
    assert lock["settings"]["http"] == "httpx2"
    usual = Order(order.spec, order.target, order.name, EVERYTHING)
    drift = check(usual, silent)
    assert drift[:2] == ["the settings have changed", "http is httpx, was httpx2"]
    assert f"differs: {order.name}/client.py" in drift


@pytest.mark.parametrize("wrong", ["requests", "", "HTTPX", "httpx2\n", "os;"])
def test_another_word_is_refused(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        Order(target=tmp_path / "out", http=wrong)
    said = f"the HTTP library must be httpx or httpx2, not {wrong!r}"
    assert str(caught.value) == said


def test_it_works_by_httpx2(package: Any, server: ScriptedServer) -> None:
    visit = module(package, "api.animals.visit_animal")
    look = module(package, "api.animals.get_animal")
    upload = module(package, "api.files.upload_file")
    client = package.AuthenticatedClient(base_url=server.url, token="secret")
    server.script = in_turn(
        Response(body=json.dumps(CAT).encode(), headers={"Set-Cookie": "a=b"})
    )
    with client:
        assert isinstance(client.get_httpx_client(), httpx2.Client)
        for _ in range(2):
            with pytest.warns(DeprecationWarning, match="animals.get_animal is dep"):
                assert look.sync("a", client=client).to_dict() == CAT
        found = visit.sync_detailed("a", client=client, body=VISIT)
        assert (found.status_code, found.parsed.to_dict()) == (200, CAT)
        assert [each.headers.get("Cookie") for each in server.requests] == [None] * 3
        timeout = httpx2.Timeout(0.001, read=20, connect=20)
        upload.sync(client=client.with_timeout(timeout), body={"file": b"content"})
        assert b"content" in server.requests[-1].body
        server.script = in_turn(
            Response(body=[MOVED, MOVED], content_type="text/event-stream")
        )
        told = [each.to_dict() for each in visit.stream("a", client=client, body=VISIT)]
        assert told == [{"event": "animal.moved", "data": {"row": 1}}] * 2
        assert "secret" not in repr(client)
    nowhere = package.Client(base_url="http://127.0.0.1:1", anonymous=True)
    with nowhere, pytest.raises(httpx2.ConnectError):
        visit.sync("a", client=nowhere, body=VISIT)


def test_it_is_awaited_by_httpx2(package: Any, server: ScriptedServer) -> None:
    visit = module(package, "api.animals.visit_animal")

    async def main() -> None:
        async with package.Client(base_url=server.url, anonymous=True) as client:
            assert isinstance(client.get_async_httpx_client(), httpx2.AsyncClient)
            server.script = in_turn(Response.of(CAT))
            found = await visit.asyncio("a", client=client, body=VISIT)
            assert found.to_dict() == CAT
            server.script = in_turn(
                Response(body=[MOVED], content_type="text/event-stream")
            )
            events = visit.stream_async("a", client=client, body=VISIT)
            assert [each.data.row async for each in events] == [1]
        async with httpx2.AsyncClient() as http:
            given = package.Client(
                base_url=server.url, async_http_client=http, anonymous=True
            )
            server.script = in_turn(Response.of({"message": "No."}, 404))
            detailed = await visit.asyncio_detailed("a", client=given, body=VISIT)
            assert (detailed.status_code, detailed.parsed.message) == (404, "No.")

    asyncio.run(main())
