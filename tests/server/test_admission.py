"""Who is served: by the key, or without one by the name that was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer, SettingsError
from harness.contract.document import DOCUMENT
from tests.server.api import TIMEOUT, raw, refused, send

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("no_errors")
KEY = "sk-of-the-tests-0123456789"
WRONG = "sk-of-somebody-else"


@pytest.fixture(scope="module")
def locked() -> Iterator[httpx.Client]:
    """Provide a client, without a key, of a server that wants one."""
    with (
        LocalServer(key=KEY) as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer ,"},
        {"authorization": KEY},
        {"authorization": f"Basic {KEY}"},
        {"authorization": f"Bearer {WRONG}"},
        {"authorization": f"Bearer {KEY}0"},
        {"authorization": f"Bearer {KEY[:-1]}"},
        {"authorization": f"Bearer {KEY.upper()}"},
        {"authorization": f"Bearer {KEY} {KEY}"},
        {"authorization": f"Bearer {KEY}, Bearer {KEY}"},
        {"authorization": "Bearer \xfc\xff"},
        {"api-key": ""},
        {"api-key": WRONG},
        {"api-key": f"Bearer {KEY}"},
        {"x-api-key": KEY},
        {"cookie": f"authorization=Bearer {KEY}"},
    ],
    ids=range(18),
)
def test_client_without_the_key_is_refused(
    locked: httpx.Client, headers: dict[str, str]
) -> None:
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for method, path in (
        *(("GET", "/assistants"), ("POST", "/assistants"), ("POST", "/threads")),
        *(("GET", "/threads/thread_1"), ("DELETE", "/assistants/asst_1")),
    ):
        response = locked.request(method, path, headers=sent)
        error = refused(response, 401)
        assert error["code"] == "invalid_api_key"
        assert response.headers["www-authenticate"].startswith("Bearer")
        for secret in (KEY, WRONG, KEY[:-1]):
            assert secret not in response.text
            assert secret not in str(response.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for path, item in DOCUMENT["paths"].items() for method in item],
)
def test_no_operation_is_done_without_the_key(
    locked: httpx.Client, method: str, path: str
) -> None:
    path = path.replace("{", "").replace("}", "")
    refused(locked.request(method.upper(), path), 401)


def test_a_key_is_not_read_from_the_query(locked: httpx.Client) -> None:
    refused(locked.get("/assistants", params={"api-key": KEY}), 401)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer   {KEY}"},
        {"api-key": KEY},
        {"authorization": f"Bearer {KEY}", "api-key": WRONG},
    ],
    ids=["bearer", "in lower case", "api-key", "both"],
)
def test_client_with_the_key_is_served(
    locked: httpx.Client, headers: dict[str, str]
) -> None:
    assert locked.get("/assistants", headers=headers).status_code == 200
    # By whatever name.
    named = {**headers, "host": "assistants.example.org"}
    assert locked.get("/assistants", headers=named).status_code == 200


def test_no_answer_repeats_the_key(locked: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {KEY}", "x-local-script": "[["}
    wrong = {"mode": 1, "tools": [7]}
    for response in (
        locked.post("/assistants", json=wrong, headers=headers),
        locked.get("/nowhere", headers=headers),
        locked.put("/assistants", headers=headers),
        locked.get("/assistants/asst_1", headers=headers),
        locked.get("/assistants?limit=0", headers=headers),
        locked.post("/assistants", content=b"{", headers=headers),
    ):
        assert response.status_code >= 400
        assert KEY not in response.text
        assert KEY not in str(response.headers)


def test_the_key_is_asked_for_before_anything_is_read(locked: httpx.Client) -> None:
    for body in (b"{", b"[" * 1000, b'{"model": 7}'):
        refused(send(locked, "/assistants", body), 401)
    refused(locked.get("/assistants?limit=0"), 401)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1"),
        *("127.0.0.1.evil.example", "[::2]", "127.0.0.256", "127.1.evil", "0.0.0.0"),
        *("evil.example#localhost", "localhost@evil.example", "xn--lcalhost-54a"),
    ],
)
def test_other_host_names_are_refused(http: httpx.Client, host: str) -> None:
    error = refused(http.get("/assistants", headers={"host": host}), 403)
    assert (error["type"], error["code"]) == ("permission_error", "host_not_allowed")
    assert "give it one, by --key" in error["message"]
    # A page that has such a name can't change anything either.
    body = {"model": "m"}
    refused(http.post("/assistants", json=body, headers={"host": host}), 403)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost:1", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:9"),
        *("127.8.9.1", "[::1]", "[::1]:8000"),
    ],
)
def test_names_of_this_machine_are_served(http: httpx.Client, host: str) -> None:
    assert http.get("/assistants", headers={"host": host}).status_code == 200


def test_an_old_client_need_not_say_a_name(server: LocalServer) -> None:
    head, body = raw(server, b"GET /v1/assistants HTTP/1.0\r\n\r\n")
    assert head.partition(b" ")[2].startswith(b"200 ")
    assert json.loads(body)["object"] == "list"


FAULT = {"x-local-fault": "418"}


@pytest.mark.parametrize(
    ("settings", "obeyed"),
    [
        ({}, True),
        ({"fault_headers": False}, False),
        ({"key": KEY}, False),
        ({"key": KEY, "host": "0.0.0.0"}, False),
        ({"key": KEY, "fault_headers": True}, True),
    ],
)
def test_faults_by_header_are_obeyed_where_they_are_allowed(
    settings: dict[str, Any], *, obeyed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with LocalServer(**settings) as server:
        url = f"http://127.0.0.1:{server.port}/v1/assistants"
        key = {"authorization": f"Bearer {KEY}"}
        status = httpx.get(url, headers={**FAULT, **key}).status_code
        assert status == (418 if obeyed else 200)
        httpx.get(url, headers={**FAULT, **key})
        # The key is asked for first.
        if "key" in settings:
            assert httpx.get(url, headers=FAULT).status_code == 401
            server.faults.add("503")
            assert httpx.get(url).status_code == 401
    warned = [each for each in caplog.records if "x-local-fault" in each.getMessage()]
    assert len(warned) == (not obeyed)
    caplog.clear()


PAGE = "https://evil.example"


@pytest.mark.parametrize(
    ("headers", "served"),
    [
        ({}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": PAGE}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://localhost:1"}, False),
        ({"origin": PAGE, "sec-fetch-site": "same-origin"}, False),
        ({"origin": "http://{host}"}, True),
        ({"origin": "http://{host}.evil.example"}, False),
    ],
)
def test_web_pages_of_others_are_refused(
    server: LocalServer, http: httpx.Client, headers: dict[str, str], *, served: bool
) -> None:
    host = f"127.0.0.1:{server.port}"
    sent = {name: value.replace("{host}", host) for name, value in headers.items()}
    before = len(http.get("/assistants").json()["data"])
    # A form or an image of a page needs no leave of a browser.
    for method, path in (("POST", "/threads"), ("GET", "/assistants")):
        response = http.request(method, path, headers=sent)
        assert response.status_code == (200 if served else 403)
        if not served:
            assert refused(response, 403)["code"] == "origin_not_allowed"
        assert "access-control-allow-origin" not in response.headers
    assert len(http.get("/assistants").json()["data"]) == before


def test_a_page_that_is_allowed_gets_what_browsers_ask_for() -> None:
    with (
        LocalServer(allow_origins=[PAGE], key=KEY) as server,
        httpx.Client(base_url=server.url) as http,
    ):
        asked = {
            "origin": PAGE,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        told = http.options("/threads", headers=asked)
        assert told.status_code == 204
        assert told.headers["access-control-allow-origin"] == PAGE
        allowed = told.headers["access-control-allow-headers"]
        assert allowed == "authorization,content-type"
        for key, status in ((KEY, 200), (WRONG, 401)):
            headers = {"origin": PAGE, "authorization": f"Bearer {key}"}
            response = http.post("/threads", headers=headers)
            assert response.status_code == status
            assert response.headers["access-control-allow-origin"] == PAGE
            assert "origin" in response.headers["vary"].lower()
        other = http.options("/threads", headers={**asked, "origin": "https://b.c"})
        assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("origin", ["evil", "*", "https://a.b/c", "https://a.b/", ""])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="no origin"):
        LocalServer(allow_origins=[origin])
