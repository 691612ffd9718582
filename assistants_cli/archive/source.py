"""Reading a server: its objects as it wrote them, and its lists to their end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote

import msgspec

from assistants_archive import LineError, value_of
from assistants_client import APIError
from assistants_client.pages import Bounds, Pagination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_client import Client

_LIMIT = 100
_SHOWN = 200


class UnreadableError(Exception):
    """A response that came, and is not what was asked for."""


class Item(msgspec.Struct):
    """An object of a response.

    Attributes:
        raw: its JSON, as it came.
        value: what that means.
        id: its id; empty where it has none that is text.
    """

    raw: bytes
    value: Any
    id: str


class _Page(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    has_more: Any = None


class _Lenient(msgspec.Struct):
    """A page as pagination wants it."""

    data: list[Item]
    has_more: bool | None


_decode_page = msgspec.json.Decoder(_Page | list[msgspec.Raw]).decode


class Source:
    """A server, by a client.

    Attributes:
        client: the client, which retries what failed.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    def object(self, *path: str) -> Item:
        """Return an object, which may have another id than the one asked for.

        Args:
            path: the parts of its path.

        Raises:
            APIError: the call fails.
            UnreadableError: something else came.
        """
        return _whole(self._body(path, {}))

    def items(self, *path: str, **query: str) -> Iterator[Item]:
        """Yield the items of a list, the oldest first where the server sorts.

        Args:
            path: the parts of its path.
            query: parameters besides the usual ones.

        Raises:
            APIError: a call fails.
            UnreadableError: something else came, or the list was cut short.
        """
        asked: dict[str, Any] = {"limit": _LIMIT, "order": "asc"}
        pagination: Pagination[Item] = Pagination(Bounds(), asked)
        more: dict[str, Any] | None = asked
        while more is not None:
            page = _page(self._body(path, {**more, **query}))
            yield from pagination.take(page)
            more = pagination.next_query(page)
        if pagination.cut_short:
            raise UnreadableError(
                f"the list was cut short after {pagination.count} items, as "
                f"{pagination.cut_short}"
            )

    def content(self, file: str) -> Iterator[bytes]:
        """Yield the content of a file, in pieces.

        Raises:
            APIError: the call fails, or the connection breaks.
        """
        _segment(file)
        stream = self.client.files.with_streaming_response
        with stream.content(file) as response:
            yield from response.iter_bytes()

    def parsed_content(self, vector_store: str, file: str) -> Iterator[bytes]:
        """Yield the JSON of the texts that a vector store has of a file.

        Raises:
            APIError: the call fails.
            UnreadableError: something else came, or not all of it.
        """
        path = ("vector_stores", vector_store, "files", file, "content")
        page = _page(self._body(path, {}))
        for item in page.data:
            yield item.raw
        if page.has_more:
            raise UnreadableError("there is more of the text than one page has")

    def _body(self, path: tuple[str, ...], query: dict[str, Any]) -> bytes:
        where = "/" + "/".join(_segment(each) for each in path)
        return self.client.get(where, cast_to=bytes, extra_query=query)


def _segment(part: str) -> str:
    """Return a part of a path; no id changes where the path leads."""
    if part in (".", "..") or not is_id(part):
        raise UnreadableError(f"{part!r} can't be asked for: it is not an id")
    return quote(part, safe="")


def _page(body: bytes) -> _Lenient:
    try:
        found = _decode_page(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _lenient_page(body)
    if isinstance(found, list):
        return _Lenient([_item(bytes(each)) for each in found], None)
    if found.data is None:
        raise _no_list(body)
    has_more = found.has_more if isinstance(found.has_more, bool) else None
    return _Lenient([_item(bytes(each)) for each in found.data], has_more)


def _lenient_page(body: bytes) -> _Lenient:
    """Read a page that the quick decoder doesn't, such as one with NaN."""
    try:
        found = value_of(body)
    except LineError as error:
        raise UnreadableError(f"the response can't be read: {error}") from None
    data = found.get("data") if isinstance(found, dict) else found
    if not isinstance(data, list):
        raise _no_list(body)
    more = found.get("has_more") if isinstance(found, dict) else None
    items = [_item(json.dumps(each).encode()) for each in data]
    return _Lenient(items, more if isinstance(more, bool) else None)


def _whole(body: bytes) -> Item:
    item = _item(body)
    if not item.id:
        raise UnreadableError(f"the response is not an object: {_start(body)}")
    return item


def _item(raw: bytes) -> Item:
    try:
        value = value_of(raw)
    except LineError as error:
        raise UnreadableError(f"an object can't be read: {error}") from None
    found = value.get("id") if isinstance(value, dict) else None
    return Item(raw.strip(), value, found if is_id(found) else "")


def is_id(value: object) -> TypeGuard[str]:
    """Return whether a value can be the id of an object: text, all of it."""
    try:
        return isinstance(value, str) and bool(value.encode())
    except UnicodeEncodeError:
        return False


def _no_list(body: bytes) -> UnreadableError:
    return UnreadableError(f"the response is not a list: {_start(body)}")


def _start(body: bytes) -> str:
    return repr(body[:_SHOWN].decode("utf-8", "replace"))


def status_of(error: Exception) -> int | None:
    """Return the status of HTTP that an error came with."""
    status = getattr(error, "status_code", None) if isinstance(error, APIError) else 0
    return status if isinstance(status, int) and status else None
