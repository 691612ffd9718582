"""No token, cookie, header or password is in what clients, requests and errors show."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api import AuthenticatedClient, Client, errors
from assistants_api.api.assistants import get_assistant
from assistants_api.types import Request
from harness.scripted_server import Response, in_turn
from tests.cases import each_case
from tests.contract.conftest import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scripted_server import ScriptedServer

SECRETS = [TOKEN, "in-a-header", "in-a-cookie", "in-a-query", "in-a-password"]


@each_case("class_", [Client, AuthenticatedClient])
@each_case("show", [repr, str, format])
def test_clients_show_no_secret(class_: Any, show: Callable[[Any], str]) -> None:
    token: dict[str, Any] = {"token": TOKEN} if class_ is AuthenticatedClient else {}
    client = class_(
        base_url="http://127.0.0.1:1",
        headers={"X-Api-Key": "in-a-header"},
        cookies={"session": "in-a-cookie"},
        query={"key": "in-a-query"},
        **token,
    )
    derived = [
        client.with_headers({"X-Other": "in-a-header"}),
        client.with_cookies({"other": "in-a-cookie"}),
        client.with_timeout(3),
    ]
    for each in [client, *derived]:
        client.get_httpx_client()
        assert class_.__name__ in show(each)
        assert "127.0.0.1" in show(each)
        for shown in (show(each), repr({"client": [each]})):
            assert not [secret for secret in SECRETS if secret in shown]
    client.close()


def test_clients_show_no_password_of_their_url() -> None:
    client = Client(base_url="http://user:in-a-password@127.0.0.1:1")
    for shown in (repr(client), str(client), repr([client])):
        assert "in-a-password" not in shown


def test_requests_show_no_secret() -> None:
    request = Request(
        method="GET",
        path="/",
        headers={"Authorization": f"Bearer {TOKEN}", "X-Api-Key": "in-a-header"},
        cookies={"a": "in-a-cookie"},
        json={"password": "in-a-password"},
        content=b"in-a-password",
        data={"password": "in-a-password"},
        files=[("password", (None, b"in-a-password", "text/plain"))],
    )
    for shown in (repr(request), str(request)):
        assert not [secret for secret in SECRETS if secret in shown]


def test_errors_show_no_secret(server: ScriptedServer) -> None:
    """Also where the connection fails, and the transport raises."""
    client = AuthenticatedClient(
        base_url=server.url.replace("http://", "http://user:in-a-password@"),
        token=TOKEN,
        headers={"X-Api-Key": "in-a-header"},
        cookies={"session": "in-a-cookie"},
    )
    answers = [
        Response(404, b"{}", headers={"Set-Cookie": "a=in-a-cookie"}),
        Response(302, b"{}", headers={"X-Api-Key": "in-a-header"}),
        Response(200, b"<html>", headers={"Set-Cookie": "a=in-a-cookie"}),
    ]
    with client:
        for answer in answers:
            server.script = in_turn(answer)
            with pytest.raises(errors.ApiError) as caught:
                get_assistant.sync("id", client=client)
            for shown in _shown(caught.value):
                assert not [secret for secret in SECRETS if secret in shown]
    parse = get_assistant.parse_response
    with pytest.raises(errors.ApiError) as caught:
        parse(httpx.Response(404, headers={"Set-Cookie": "in-a-cookie"}))
    assert "in-a-cookie" not in "".join(_shown(caught.value))


def test_a_wrong_base_url_is_a_clear_error_without_its_password() -> None:
    for url in ("", "127.0.0.1:80", "ftp://user:in-a-password@host/", "http://", "/v1"):
        with pytest.raises(ValueError, match="base_url") as caught:
            Client(base_url=url)
        assert "in-a-password" not in str(caught.value)


def _shown(error: BaseException) -> list[str]:
    again = pickle.loads(pickle.dumps(error))
    return [
        repr(error),
        str(error),
        repr(error.args),
        str(again),
        repr(copy.copy(error)),
    ]
