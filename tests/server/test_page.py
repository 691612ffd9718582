"""The page of the server: what a browser gets, and how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.__main__ import main
from assistants_server.page.files import FOLDER
from tests.cases import some
from tests.server.api import TIMEOUT, raw, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-of-the-tests-0123456789"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*"))
IMPORTED = re.compile(r"""(?:^import .*?|^\} from |import\()["']([^"'\n]+)["']""", re.M)


@pytest.fixture(scope="module")
def browser(server: LocalServer) -> Iterator[httpx.Client]:
    """Provide what sends requests as a browser does, by addresses of the page."""
    assert server.page_url
    with httpx.Client(base_url=server.page_url, timeout=TIMEOUT) as client:
        yield client


def test_the_page_is_at_the_root(browser: httpx.Client, server: LocalServer) -> None:
    assert server.page_url == f"http://127.0.0.1:{server.port}/"
    response = browser.get("/", headers={"sec-fetch-site": "none"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.content == (FOLDER / "index.html").read_bytes()
    named = re.findall(r'(?:href|src)="(page/[^"]+)"', response.text)
    for each in some(named):
        assert browser.get(f"/{each}").status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_served_as_what_it_is(browser: httpx.Client, name: str) -> None:
    response = browser.get(f"/page/{name}")
    assert response.content == (FOLDER / name).read_bytes()
    kind = TYPES.get(name[name.rindex(".") :], "image/svg+xml")
    assert response.headers["content-type"].partition(";")[0] == kind
    headers = response.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-cache"
    policy = dict(
        each.split(" ", 1) for each in headers["content-security-policy"].split("; ")
    )
    assert policy == {
        **dict.fromkeys(("script-src", "style-src", "connect-src"), "'self'"),
        **dict.fromkeys(("default-src", "base-uri", "form-action"), "'none'"),
        **dict.fromkeys(("frame-ancestors", "trusted-types"), "'none'"),
        "img-src": "'self' blob: data:",
        "require-trusted-types-for": "'script'",
    }


def test_what_is_known_is_not_sent_again(browser: httpx.Client) -> None:
    first = browser.get("/page/app.js")
    tag = first.headers["etag"]
    known = browser.get("/page/app.js", headers={"if-none-match": f'"old", {tag}'})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["etag"] == tag
    assert (
        known.headers["content-security-policy"]
        == first.headers["content-security-policy"]
    )
    other = browser.get("/page/app.js", headers={"if-none-match": '"old"'})
    assert other.content == first.content


def test_head_has_the_headers_alone(server: LocalServer, browser: httpx.Client) -> None:
    head, body = raw(server, _asking("HEAD", "/"))
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == b""
    length = browser.get("/").headers["content-length"].encode()
    assert b"content-length: " + length in head


@pytest.mark.parametrize(
    "path",
    [
        *("/page", "/page/", "/page/views", "/page/views/", "/page/none.js"),
        *("/page/../files.py", "/page/%2e%2e/files.py", "/page/..%2ffiles.py"),
        *("/page//etc/passwd", "/page/%2Fetc%2Fpasswd", "/page/app.js/"),
        *("/page/app.js%00.css", "/page/APP.JS", "/page/app.js%0a", "/index.html"),
        *("/page/views/..%5c..%5cfiles.py", "/app.js", "/page/.js", "/v1/page/app.js"),
        "/page/a%20b.js",
    ],
)
def test_nothing_else_is_served(server: LocalServer, path: str) -> None:
    head, _ = raw(server, _asking("GET", path))
    assert head.startswith(b"HTTP/1.1 404 ")


def test_only_reading_is_possible(browser: httpx.Client) -> None:
    for method in ("POST", "PUT", "DELETE"):
        refused(browser.request(method, "/"), 404)


def test_the_page_needs_no_key_but_what_it_shows_does() -> None:
    with (
        LocalServer(key=KEY) as server,
        httpx.Client(base_url=server.page_url or "", timeout=TIMEOUT) as client,
    ):
        for path in ("/", "/page/app.js"):
            response = client.get(path)
            assert response.status_code == 200
            assert KEY not in response.text + str(response.headers)
        for path in ("/threads", "/v1/threads", "/page/none.js"):
            refused(client.get(path), 401)
        key = {"authorization": f"Bearer {KEY}"}
        assert client.get("/v1/threads", headers=key).status_code == 200


def test_it_can_be_left_out() -> None:
    with LocalServer(page=False) as server, httpx.Client(timeout=TIMEOUT) as client:
        assert server.page_url is None
        origin = server.url.removesuffix("/v1")
        for path in ("/", "/page/app.js"):
            refused(client.get(f"{origin}{path}"), 404)


def test_requests_of_the_page_itself_are_served(
    browser: httpx.Client, server: LocalServer
) -> None:
    """As browsers send them; those of a page that shows this one are not."""
    own = {"sec-fetch-site": "same-origin", "origin": f"http://127.0.0.1:{server.port}"}
    assert browser.get("/v1/threads", headers=own).status_code == 200
    assert browser.post("/v1/threads", headers=own).status_code == 200
    foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    refused(browser.get("/v1/threads", headers=foreign), 403)


def test_no_fault_meets_it_and_no_log_has_it() -> None:
    with (
        LocalServer(faults=["500 times=1", "delay=0.001"]) as server,
        httpx.Client(base_url=server.page_url or "", timeout=TIMEOUT) as client,
    ):
        for _ in range(3):
            assert client.get("/").status_code == 200
        assert server.exchanges == []
        # It is left for the API.
        assert client.get("/v1/threads").status_code == 500


def test_modules_import_only_what_is_there() -> None:
    """Without a build nobody else would notice."""
    for name in some([each for each in FILES if each.endswith(".js")]):
        folder = (FOLDER / name).parent
        source = (FOLDER / name).read_text("utf-8")
        assert source.count("\n") < 300, f"{name} has outgrown its room"
        # vacuous: some import nothing
        for target in IMPORTED.findall(source):
            assert target.startswith("."), f"{name} imports {target}"
            assert (folder / target).is_file(), f"{name} imports {target}"


def test_the_page_makes_no_markup_of_texts() -> None:
    """The policy forbids it too, in browsers that know of trusted types."""
    for name in some([each for each in FILES if each.endswith((".js", ".html"))]):
        source = (FOLDER / name).read_text("utf-8")
        words = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser"
        assert not re.search(words, source), name
        assert not re.search(r"\beval\(|new Function|setHTMLUnsafe|srcdoc", source), (
            name
        )
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)\w", source), name


def test_a_switch_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []
    monkeypatch.setattr(
        LocalServer, "run", lambda server, _: started.append(server.page_url)
    )
    monkeypatch.setattr(LocalServer, "port", 8000)
    for options, environment, expected in (
        ([], "", "http://127.0.0.1:8000/"),
        ([], "1", None),
        (["--no-page"], "", None),
    ):
        monkeypatch.setenv("ASSISTANTS_LOCAL_NO_PAGE", environment)
        assert main(options) == 0
        assert started.pop() == expected


def _asking(method: str, path: str) -> bytes:
    """Return a request whose path no client of HTTP changes, on its last connection."""
    lines = (f"{method} {path} HTTP/1.1", "host: localhost", "connection: close")
    return "\r\n".join((*lines, "", "")).encode()
