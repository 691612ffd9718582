"""Make prism's calls through the clients that people use, sync and async."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import assistants_client
from assistants_api import check
from assistants_client import (
    AssistantsError,
    AsyncClient,
    Client,
    InternalServerError,
    StreamInterrupted,
)
from assistants_client._operations import LIVE, OPERATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from assistants_client._operation import Operation
    from harness.prism.calls import Call

KEY = "any"
STREAMS = (
    *("runs.create_run", "runs.create_thread_and_run"),
    "runs.submit_tool_outputs_to_run",
)
# Prism takes the request, but then "cannot serialise complex objects as text".
NO_STREAM = (InternalServerError, StreamInterrupted)
# The mock repeats one response; a list of it never has an end of its own.
MOST = 50


def sync_faults(base_url: str, calls: Sequence[Call]) -> Iterator[tuple[Call, str]]:
    """Make all calls by `Client`; yield what is wrong with the responses."""
    with Client(api_key=KEY, base_url=base_url, max_retries=0) as client:
        for call in calls:
            try:
                response = _method(client, call, "with_raw_response")(**_given(call))
                parsed = response.parse()
                items = _first(parsed) if _is_page(call) else []
            except AssistantsError as error:
                yield call, f"Client: {error!r}"
                continue
            for fault in _faults_of(call, response, parsed, [*items], "Client"):
                yield call, fault
        for call in calls:
            if call.name in STREAMS:
                try:
                    with _method(client, call)(**_given(call), stream=True) as events:
                        _ = [*events]
                except NO_STREAM:
                    pass
                except AssistantsError as error:
                    yield call, f"Client, stream=True: {error!r}"


async def async_faults(
    base_url: str, calls: Sequence[Call]
) -> AsyncIterator[tuple[Call, str]]:
    """Make all calls by `AsyncClient`; yield what is wrong with the responses."""
    async with AsyncClient(api_key=KEY, base_url=base_url, max_retries=0) as client:
        for call in calls:
            raw = _method(client, call, "with_raw_response")
            try:
                response = await raw(**_given(call))
                parsed = response.parse()
                items = await _first_async(parsed) if _is_page(call) else []
            except AssistantsError as error:
                yield call, f"AsyncClient: {error!r}"
                continue
            for fault in _faults_of(call, response, parsed, items, "AsyncClient"):
                yield call, fault
        for call in calls:
            if call.name in STREAMS:
                try:
                    stream = _method(client, call)(**_given(call), stream=True)
                    async with await stream as events:
                        _ = [each async for each in events]
                except NO_STREAM:
                    pass
                except AssistantsError as error:
                    yield call, f"AsyncClient, stream=True: {error!r}"


def _method(client: Any, call: Call, *way: str) -> Any:
    """Return the method that stands for an operation."""
    (name,) = [key for key, each in OPERATIONS.items() if each.module == call.name]
    *homes, verb = name.split(".")
    found = client
    for part in (*homes, *way, verb):
        found = getattr(found, part)
    return found


def _given(call: Call) -> dict[str, Any]:
    """Return the arguments: ids by their names, the body's properties one by one."""
    endpoint = _operation(call)
    body = call.others.get("body", {})
    query = {key: value for key, value in call.others.items() if key != "body"}
    plain = body.to_dict() if hasattr(body, "to_dict") else body
    return {
        **dict(zip(endpoint.parameters.path, call.ids, strict=True)),
        **query,
        **plain,
    }


def _is_page(call: Call) -> bool:
    is_list = call.name.rpartition(".")[2].startswith("list_")
    return is_list or _operation(call).single


def _operation(call: Call) -> Operation[Any, Any]:
    (found,) = [each for each in OPERATIONS.values() if each.module == call.name]
    return found


def _first(page: Any) -> Iterator[Any]:
    for _, item in zip(range(MOST), page, strict=False):
        yield item


async def _first_async(page: Any) -> list[Any]:
    items: list[Any] = []
    async for item in page:
        items.append(item)
        if len(items) == MOST:
            break
    return items


def _faults_of(
    call: Call, response: Any, parsed: Any, items: list[Any], who: str
) -> Iterator[str]:
    if not 200 <= response.status_code <= 299:
        yield f"{who}: status {response.status_code}"
    if "sl-violations" in response.headers:
        yield f"{who}: {response.headers['sl-violations']}"
    wanted = _class(call, asynchronous=who == "AsyncClient")
    if type(parsed) is not wanted:
        yield f"{who}: gave {parsed!r}, no {wanted.__name__}"
        return
    if wanted is assistants_client.HttpxBinaryResponseContent:
        return
    if parsed.to_dict() != json.loads(response.content):
        yield f"{who}: something of the response is lost"
    for deviation in check(parsed.to_dict(), call.schema):
        yield f"{who}: response at {deviation}"
    if _is_page(call) and not items:
        yield f"{who}: a page without items"


def _class(call: Call, *, asynchronous: bool) -> type[Any]:
    """Return the class of the result: a live object, a page, contents, or a model."""
    kind = _operation(call).kind
    if kind == "bytes":
        return assistants_client.HttpxBinaryResponseContent
    if kind not in LIVE and not _is_page(call):
        return call.result
    name = "Page" if _is_page(call) else kind
    found: type[Any] = getattr(
        assistants_client, f"Async{name}" if asynchronous else name
    )
    return found
