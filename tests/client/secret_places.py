"""Where secrets are given to a client, what servers repeat, and what is then said."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import re
import traceback
from base64 import b64decode, b64encode
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote_plus

import httpx

import assistants_client
from assistants_client import AssistantsError, AsyncClient, Client
from harness.scripted_server import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CANARY = "sk-canary/+=&<'>\"\\-0123456789"
PLAIN = "sk-canary-0123456789"
BASIC = b64encode(f"somebody:{PLAIN}".encode()).decode()
TOKEN = "eyJhbGciOiJub25lIn0.e30."
HOME = assistants_client.__path__[0]


class Place(NamedTuple):
    """Somewhere that a secret can be given."""

    settings: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it
    options: dict[str, Any] = {}  # noqa: RUF012
    http: dict[str, Any] = {}  # noqa: RUF012
    url: str = "{url}"
    secret: str = PLAIN


def _signed(request: httpx.Request) -> httpx.Request:
    request.headers["X-Amz-Security-Token"] = PLAIN
    return request


PLACES: dict[str, Place] = {
    "key": Place({"api_key": CANARY}, secret=CANARY),
    "function": Place({"api_key": lambda: CANARY}, secret=CANARY),
    "default header": Place({"default_headers": {"Api-Key": CANARY}}, secret=CANARY),
    "other header": Place(
        {"default_headers": {"X-Mine": PLAIN}, "redact_headers": ("x-mine",)}
    ),
    "extra header": Place(options={"extra_headers": {"X-API-Key": PLAIN}}),
    "authorization": Place(options={"extra_headers": {"AUTHORIZATION": PLAIN}}),
    "basic": Place(options={"extra_headers": {"authorization": f"Basic {PLAIN}"}}),
    "password": Place(options={"extra_headers": {"authorization": f"Basic {BASIC}"}}),
    "cookie": Place(options={"extra_headers": {"cookie": f"a=1; session={PLAIN}"}}),
    "header by its name": Place({"default_headers": {"X-Auth-Token": PLAIN}}),
    "name of a header": Place({"api_key": PLAIN, "default_headers": {PLAIN: "1"}}),
    "azure": Place({"default_headers": {"api-key": PLAIN}, "api_key": lambda: TOKEN}),
    "short": Place({"api_key": "sK4-2"}, secret="sK4-2"),
    "default query": Place({"default_query": {"api-key": CANARY}}, secret=CANARY),
    "extra query": Place(options={"extra_query": {"sig": PLAIN}}),
    "query by its name": Place({"default_query": {"client_secret": PLAIN}}),
    "list in a query": Place(options={"extra_query": {"api_key": ["1", PLAIN]}}),
    "url": Place(url="http://me:{secret}@{host}"),
    "user": Place(url="http://{secret}@{host}"),
    "http headers": Place(http={"headers": {"api-key": PLAIN}}),
    "http auth": Place(http={"auth": ("me", PLAIN)}, settings={"api_key": "none-12"}),
    "http cookies": Place(http={"cookies": {"session": PLAIN}}),
    "http params": Place(http={"params": {"accessToken": PLAIN}}),
    "http function": Place(http={"auth": _signed}),
    "http proxy": Place(http={"proxy": f"http://me:{PLAIN}@{{host}}"}),
}


def echo(seen: Request) -> str:
    """Return all that came, as a server that is being debugged would."""
    bodies = [f"{name}: {value}" for name, value in seen.headers.items()]
    for value in seen.headers.values():
        with suppress(ValueError):
            bodies.append(b64decode(value.partition("Basic ")[2]).decode())
    return "\n".join([seen.target, unquote_plus(seen.target), *bodies])


def _escaped(text: str) -> bytes:
    """Write JSON with each letter escaped, which means the same."""
    spelt = "".join(f"\\u{ord(letter):04x}" for letter in text)
    return f'{{"error": {{"message": "{spelt}", "code": "{spelt}"}}}}'.encode()


def _nested(text: str, times: int = 3) -> str:
    """Write JSON within JSON, its slashes escaped, as some do for HTML."""
    for _ in range(times):
        text = json.dumps({"error": {"message": text}}).replace("/", "\\/")
    return text


def _encoded(encoding: str) -> Callable[[Request], Response]:
    return lambda s: Response(400, _nested(echo(s), 1).encode(encoding))


def _event(data: Any) -> bytes:
    return f"event: error\ndata: {json.dumps(data)}\n\n".encode()


# What a call is given stands in the frames of its methods, as in the caller's; and so
# do URLs.
IN_HEADERS = {name for name in PLACES if "header" in name} - {"extra header"}
IN_HEADERS |= {"key", "function", "azure", "short", "http auth", "http cookies"}
_FIELDS = ("message", "code", "type", "param")
ECHOES: dict[str, Callable[[Request], Response]] = {
    "json": lambda s: Response.of({"error": dict.fromkeys(_FIELDS, echo(s))}, 401),
    "escaped": lambda s: Response(400, _escaped(echo(s))),
    "nested": lambda s: Response(400, _nested(echo(s)).encode()),
    "nested and escaped": lambda s: Response(400, _escaped(_escaped(echo(s)).decode())),
    "UTF-8 with a mark": _encoded("utf-8-sig"),
    "UTF-16": _encoded("utf-16"),
    "UTF-16 without a mark": _encoded("utf-16-be"),
    "UTF-32": _encoded("utf-32"),
    "UTF-32 without a mark": _encoded("utf-32-le"),
    "no JSON in UTF-16": lambda s: Response(400, echo(s).encode("utf-16-le")),
    "detail": lambda s: Response.of({"detail": [{"input": dict(s.headers)}]}, 422),
    "text": lambda s: Response(500, echo(s).encode(), "text/plain"),
    "html": lambda s: Response(502, f"<html><h1>{echo(s)}".encode(), "text/html"),
    "no json": lambda s: Response(200, echo(s).encode()),
    "no object": lambda s: Response.of([echo(s)]),
    "request id": lambda s: Response(
        404, headers={"x-request-id": quote(echo(s)), "x-echo": json.dumps(echo(s))}
    ),
    "name of a header": lambda s: Response(404, headers={_named(s): "1"}),
    "redirect": lambda s: Response(
        307, headers={"location": f"http://{quote(echo(s), safe='')}.example/"}
    ),
}


def _named(seen: Request) -> str:
    return quote(seen.headers["authorization"], safe="")


STREAMED: dict[str, Callable[[Request], Response]] = {
    "event": lambda s: Response(
        200, _event({"error": {"message": echo(s)}}), "text/event-stream"
    ),
    "bare event": lambda s: Response(200, _event(echo(s)), "text/event-stream"),
}


def _settings(place: Place, url: str, verbosity: int) -> dict[str, Any]:
    host = url.partition("//")[2]
    base = place.url.format(url=url, host=host, secret=quote(place.secret))
    return {"base_url": base, "api_key": "not-the-canary", "max_retries": 0} | (
        place.settings | {"verbosity": verbosity, "timeout": 10}
    )


def _http(place: Place, url: str, kind: Any) -> dict[str, Any]:
    if not place.http:
        return {}
    options = dict(place.http)
    if "proxy" in options:
        options["proxy"] = options["proxy"].format(host=url.partition("//")[2])
    return {"http_client": kind(**options)}


def call_sync(place: Place, url: str, act: Callable[..., Any]) -> tuple[Any, Any]:
    """Call without a transcript: it learns what it shows."""
    http = _http(place, url, httpx.Client)
    with Client(**_settings(place, url, 0), **http) as client:
        try:
            result = act(client, **place.options)
            return client, list(result) if hasattr(result, "__next__") else result
        except AssistantsError as error:
            return client, error
        finally:
            for each in http.values():
                each.close()


def call_async(place: Place, url: str, act: Callable[..., Any]) -> tuple[Any, Any]:
    """Call with a transcript of everything."""

    async def main() -> tuple[Any, Any]:
        http = _http(place, url, httpx.AsyncClient)
        async with AsyncClient(**_settings(place, url, 3), **http) as client:
            try:
                result = await act(client, **place.options)
                if hasattr(result, "__anext__"):
                    result = [each async for each in result]
                return client, result
            except AssistantsError as error:
                return client, error
            finally:
                for each in http.values():
                    await each.aclose()

    return asyncio.run(main())


def told_by(error: BaseException, *, frames: bool) -> Iterator[str]:
    """Yield all that an error says, with its causes and, on request, our frames."""
    seen: BaseException | None = error
    while seen is not None:
        yield repr(seen)
        yield str(seen)
        yield repr(vars(seen))
        request = getattr(seen, "_request", None)
        if request is not None:
            yield repr([*request.headers.raw, str(request.url)])
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, AssistantsError):
        yield pickle.dumps(error).decode("latin-1")
        yield repr(copy.copy(error))
        response = getattr(error, "response", None)
        if response is not None:
            yield response.text
            yield repr(response.json())
            yield repr(response.headers)
    if not frames:
        return
    found = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in found.stack:
        if frame.filename.startswith(HOME):
            yield from (frame.locals or {}).values()


@lru_cache(16)
def read(text: str) -> str:
    """Return what somebody can read in a text who reads its escapes."""
    for _ in range(3):
        before = text
        text = re.sub(r"(?:\\+u[0-9a-f]{4})+", _letters, text)
        if "\\x00" in text:
            text = re.sub(r"\\+x00", "", text)
        text = text.replace("\\", "").replace("\0", "")
        text = text.replace("&amp;", "&").replace("&quot;", '"')
        text = unquote_plus(text)
        if text == before:
            break
    return text


def _letters(escapes: re.Match[str]) -> str:
    digits = re.sub(r"\\+u", "", escapes[0])
    return bytes.fromhex(digits).decode("utf-16-be", "surrogatepass")


def holds(text: str, secret: str) -> bool:
    return secret in text or read(secret) in read(text)


def retrieve(client: Any, **options: Any) -> Any:
    return client.threads.retrieve("thread_1", **options)


def stream(client: Any, **options: Any) -> Any:
    return client.threads.runs.create(
        thread_id="thread_1", assistant_id="a", stream=True, **options
    )
